"""`Extensions`: the code of the enabled modules, in step with the catalog that is to be compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import Any, Protocol

from core.errors import PayvandError
from core.fields import FieldTypes
from core.hooks import Plugins
from core.i18n import Localization, Messages
from core.jobs import Jobs
from core.lifecycle import Discovery
from core.metadata.documents import Behaviour
from core.metadata.specs import ModuleSpec


class Registry(Protocol):
    """Holds what the enabled modules bring of one kind."""

    def fill(self) -> None:
        """Forget what modules have brought."""

    def register(self, value: Any, /) -> None:
        """Take one thing; raise `PayvandError` where it does not fit."""


NONE: Mapping[str, Registry] = MappingProxyType({})


class Extensions:
    """Loads and unloads plugins, and fills field types, tasks, localization, messages and more registries from them.

    Called with the enabled modules before each compile. What does not change is not touched: a module's code is
    loaded once in a process, and a module that was set aside stays so until it is disabled, or somebody tries it again.
    """

    def __init__(
        self,
        *,
        plugins: Plugins,
        types: FieldTypes,
        localization: Localization,
        messages: Messages,
        jobs: Jobs,
        discovery: Discovery,
        registries: Mapping[str, Registry] = NONE,
    ) -> None:
        self._plugins = plugins
        self._localization = localization
        self._messages = messages
        self._discovery = discovery
        self._registries: dict[str, Registry] = {
            "register_field_types": types,
            "register_functions": types.functions,
            "register_jobs": jobs,
            **registries,
        }
        self._present: tuple[ModuleSpec, ...] = ()
        self._tries: dict[str, int] = {}
        self._lock = RLock()

    def __call__(self, modules: Sequence[ModuleSpec]) -> None:
        """Make these the modules that answer."""
        with self._lock:
            if tuple(modules) == self._present:
                return
            self._present = ()  # whatever fails below is done again by the next call
            self._load(modules)
            for hook, registry in self._registries.items():
                self._register(hook, registry)
            self._localize()
            self._messages.use(self._translations(modules))
            self._present = tuple(modules)

    def behaviours(self) -> tuple[Behaviour, ...]:
        """Return what the enabled modules offer to entities by name."""
        return tuple(self._all("register_behaviours"))

    def _load(self, modules: Sequence[ModuleSpec]) -> None:
        wanted = {module.name for module in modules}
        for name in {*self._plugins.modules, *self._plugins.quarantined} - wanted:
            self._plugins.unregister(name)
        for module in modules:
            if module.name in self._plugins.quarantined and module.tries > self._tries.get(module.name, 0):
                self._plugins.forget(module)
            self._tries[module.name] = module.tries
        known = {*self._plugins.modules, *self._plugins.quarantined}
        for module in modules:
            if module.name not in known:
                self._plugins.load(module)

    def _register(self, hook: str, registry: Registry) -> None:
        """Fill a registry anew; the module whose contribution does not fit is set aside, the others go on."""
        registry.fill()
        for contribution in self._plugins.gather(hook):
            try:
                registry.register(contribution.value)
            except PayvandError as error:
                self._plugins.quarantine(contribution.module, error, f"{hook} failed")

    def _localize(self) -> None:
        self._localization.fill(
            calendars=self._all("register_calendars"),
            digits=self._all("register_digits"),
            money_units=self._all("register_money_units"),
            languages=self._all("register_languages"),
            collation=next(iter(self._all("register_collation")), None),
        )

    def _all(self, hook: str) -> list[Any]:
        return [contribution.value for contribution in self._plugins.gather(hook)]

    def _translations(self, modules: Sequence[ModuleSpec]) -> Iterable[Path]:
        """Return the folders of all that is here, the enabled last: what sleeps is named on the page of modules."""
        here = self._discovery.locations()
        enabled = [module.name for module in modules if module.name in here]
        names = [*sorted(here.keys() - set(enabled)), *enabled]
        return [here[name][0] / "translations" for name in names]
