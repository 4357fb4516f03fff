"""`stage`: a compiler and rights with the code of some modules, apart from what the site works with."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from core.access import Access
from core.app.extensions import Registry
from core.declaration import Compiler
from core.errors import PayvandError
from core.fields import FieldTypes
from core.hooks import Plugins
from core.lifecycle.rehearsal import Stage
from core.metadata.documents import Behaviour
from core.metadata.specs import ModuleSpec
from core.workflow import Guards


def stage(modules: Sequence[ModuleSpec], aside: Container[str] = ()) -> Stage:
    """Return a stage for these modules; those that the site has set ``aside`` bring their documents only.

    Nothing of it is seen by requests, which go on with the plugins that they have.
    """
    plugins, types, guards = Plugins(), FieldTypes(), Guards()
    for module in modules:
        if module.name not in aside:
            plugins.load(module)
    _fill(
        plugins,
        {"register_field_types": types, "register_functions": types.functions, "register_guards": guards},
    )

    def behaviours() -> tuple[Behaviour, ...]:
        return tuple(contribution.value for contribution in plugins.gather("register_behaviours"))

    compiler = Compiler(
        types, behaviours=behaviours, checkers=(guards.check_catalog,), names=lambda: guards.names
    )
    return Stage(compiler=compiler, access=Access(types.schema), aside=plugins.quarantined)


def _fill(plugins: Plugins, registries: Mapping[str, Registry]) -> None:
    """Fill the registries; a module whose contribution does not fit is set aside, as at the site."""
    for hook, registry in registries.items():
        registry.fill()
        for contribution in plugins.gather(hook):
            try:
                registry.register(contribution.value)
            except PayvandError as error:
                plugins.quarantine(contribution.module, error, f"{hook} failed")
