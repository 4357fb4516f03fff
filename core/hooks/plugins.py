"""`Plugins`: the modules' implementations of the hooks; a module that fails is set aside, the others go on."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import secrets
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pluggy import HookCaller, HookImpl, PluginManager

from core.errors import PayvandError, Place, Problem
from core.hooks.markers import PROJECT
from core.hooks.registration import Registration
from core.hooks.specs import GROUPS, hook_names
from core.log import get_logger
from core.metadata.specs import ModuleSpec

log = get_logger("hooks")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """One thing that one module registered."""

    module: str
    value: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class _Registered:
    plugin: object
    requires: tuple[str, ...]


class Plugins:
    """The plugins of one site, in the order of dependencies.

    Registering and unregistering build a new manager and swap it in whole, so that calls in other threads see the
    old set or the new one. What a module implements is gone the moment it is unregistered.
    """

    def __init__(self) -> None:
        self._registered: dict[str, _Registered] = {}
        self._quarantined: dict[str, Problem] = {}
        self._manager = _manager()
        self._calls = Calls(self._manager, self.quarantine)

    @property
    def call(self) -> Calls:
        """Ask all modules: ``plugins.call.record_saved(change=change, uow=uow)``."""
        return self._calls

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of the modules that answer, in the order of dependencies."""
        return tuple(self._ordered())

    @property
    def quarantined(self) -> Mapping[str, Problem]:
        """The modules that were set aside, each with its reason."""
        return MappingProxyType(dict(self._quarantined))

    def load(self, module: ModuleSpec) -> bool:
        """Import the module's ``hooks``, if it has any, and register them; False where it was set aside."""
        name = f"{_package(module)}.hooks"
        try:
            plugin = importlib.import_module(name) if importlib.util.find_spec(name) else None
        except Exception as error:  # noqa: BLE001  # whatever a module's code may raise must not stop the others
            self._set_aside(module.name, error, f"{name} cannot be imported")
            return False
        return plugin is None or self.register(module.name, plugin, requires=module.requires)

    def forget(self, module: ModuleSpec) -> None:
        """Forget a module and its code, so that loading it reads its files anew; who holds some of it goes on with that."""
        self.unregister(module.name)
        package = _package(module)
        for name in [n for n in sys.modules if n == package or n.startswith(f"{package}.")]:
            del sys.modules[name]
        importlib.invalidate_caches()

    def register(self, module: str, plugin: object, *, requires: Iterable[str] = ()) -> bool:
        """Take a module's implementations; False where they do not fit the hooks and it was set aside."""
        known = self._registered.get(module)
        self._registered[module] = _Registered(plugin=plugin, requires=tuple(requires))
        try:
            self._rebuild()
        except Exception as error:  # noqa: BLE001  # pluggy raises errors of several kinds for what does not fit
            if known is None:
                del self._registered[module]
            else:
                self._registered[module] = known
            self._set_aside(module, error, "its hooks do not fit")
            return False
        self._quarantined.pop(module, None)
        return True

    def unregister(self, module: str) -> None:
        """Forget a module's implementations, and why it was set aside; nothing happens where there are none."""
        self._quarantined.pop(module, None)
        if self._registered.pop(module, None) is not None:
            self._rebuild()

    def quarantine(self, module: str, error: Exception, during: str) -> None:
        """Set a module aside that failed: it answers no more until it is registered again."""
        if self._registered.pop(module, None) is not None:
            self._rebuild()
        self._set_aside(module, error, during)

    def gather(self, hook: str) -> tuple[Contribution, ...]:
        """Ask a hook of `Registration` and return every single thing with the module it came from."""
        return self._calls.contributions(hook)

    def answered(self, hook: str) -> bool:
        """Tell whether any module answers a hook."""
        caller: HookCaller = getattr(self._manager.hook, hook)
        return bool(caller.get_hookimpls())

    def ask_each(self, hook: str, use: Callable[[Any], object], **arguments: object) -> None:
        """Ask each module on its own and hand every single thing to ``use``; what fails is logged and left out."""
        caller: HookCaller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            given: dict[str, Any] = {name: arguments[name] for name in implementation.argnames}
            try:
                answer: Any = implementation.function(**given)
                for value in answer or ():
                    use(value)
            except Exception:  # a screen is shown without what cannot be made
                log.exception("hook_failed", hook=hook, module=implementation.plugin_name)

    def _set_aside(self, module: str, error: Exception, during: str) -> None:
        number, place = secrets.token_hex(4), _place(module, error)
        self._quarantined[module] = Problem(
            code="quarantined",
            message="The module {module} is set aside: {during}: {reason} ({place}). The log has the details under {number}.",
            params={
                "module": module,
                "during": during,
                "reason": _reason(error),
                "place": str(place),
                "number": number,
            },
            place=place,
        )
        log.error(
            "module_quarantined",
            module=module,
            during=during,
            place=str(place),
            reference=number,
            exc_info=error,
        )

    def _rebuild(self) -> None:
        manager = _manager()
        for name in self._ordered():
            manager.register(self._registered[name].plugin, name=name)
            manager.check_pending()
        self._manager = manager
        self._calls = Calls(manager, self.quarantine)

    def _ordered(self) -> list[str]:
        """Return the modules so that each comes after those it requires; else in the order of registration."""
        ordered: list[str] = []

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in self._registered and name not in ordered and name not in above:
                for required in self._registered[name].requires:
                    visit(required, (*above, name))
                ordered.append(name)

        for name in self._registered:
            visit(name, ())
        return ordered


class Calls:
    """The hooks as attributes; those of `Registration` are asked module by module, each on its own."""

    def __init__(self, manager: PluginManager, quarantine: Callable[[str, Exception, str], None]) -> None:
        self._manager = manager
        self._quarantine = quarantine
        self._isolated = frozenset(hook_names(Registration))
        for name in hook_names():
            if name in self._isolated:
                setattr(self, name, self._asking(name))
            else:
                setattr(self, name, getattr(manager.hook, name))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Only names that are no hooks come here."""
        raise AttributeError(f"there is no hook {name}")

    def contributions(self, hook: str) -> tuple[Contribution, ...]:
        """Return every single thing that modules register under a hook; None counts as nothing."""
        found: list[Contribution] = []
        for module, answer in self._answers(hook):
            values = answer if isinstance(answer, tuple) else (answer,)
            found.extend(Contribution(module=module, value=value) for value in values if value is not None)
        return tuple(found)

    def _asking(self, name: str) -> Callable[[], list[Any]]:
        return lambda: [answer for _, answer in self._answers(name) if answer is not None]

    def _answers(self, hook: str) -> list[tuple[str, Any]]:
        """Ask each module on its own, so that one that fails takes nobody along; iterables come as tuples."""
        caller: HookCaller = getattr(self._manager.hook, hook)
        found: list[tuple[str, Any]] = []
        for implementation in tuple(caller.get_hookimpls()):
            try:
                found.append((implementation.plugin_name, _drawn(implementation)))
            except Exception as error:  # noqa: BLE001  # one module's mistake must not stop the others
                self._quarantine(implementation.plugin_name, error, f"{hook} failed")
        return found


def _drawn(implementation: HookImpl) -> Any:
    answer: Any = implementation.function()
    many = isinstance(answer, (list, set, frozenset)) or inspect.isgenerator(answer)
    return tuple(answer) if many else answer


def _manager() -> PluginManager:
    manager = PluginManager(PROJECT)
    for group in GROUPS:
        manager.add_hookspecs(group)
    return manager


def _package(module: ModuleSpec) -> str:
    return module.package or f"modules.{module.name}"


def _place(module: str, error: BaseException) -> Place:
    """Return the last line of the module's own files that an error has come by; else the module."""
    found = Place(file=module)
    frames = [(f.filename, f.lineno or 0) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename or "", error.lineno or 0))
    for name, line in frames:
        _, own, rest = name.replace("\\", "/").rpartition(f"/{module}/")
        if own:
            found = Place(file=f"{module}/{rest}", line=line)
    return found


def _reason(error: Exception) -> str:
    text = error.text() if isinstance(error, PayvandError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
