"""`Lifecycle`: what an administrator does with modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from core.access import Access
from core.declaration import ModuleSource
from core.errors import Conflict, Problem
from core.hooks import Plugins
from core.i18n import Collation
from core.kernel.actor import Actor
from core.lifecycle.changes import Changes, Definitions
from core.lifecycle.data import DataLoader
from core.lifecycle.discovery import Discovery
from core.lifecycle.resolve import check_free, dependants, order
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.collations import apply_collation
from core.storage.documents import DocumentStore
from core.storage.kernel_tables import module as module_table


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleState:
    """A module as the administrator sees it: available, enabled, disabled or quarantined, and why."""

    spec: ModuleSpec
    state: str
    required_by: tuple[str, ...] = ()
    outdated: bool = False
    problems: tuple[Problem, ...] = ()


class Lifecycle:
    """Installs, enables and disables modules of one site; data is never touched by disabling."""

    def __init__(self, *, changes: Changes, discovery: Discovery, plugins: Plugins, data: DataLoader, access: Access,
                 catalogs: Catalogs, database: Database, collation: Callable[[], Collation]) -> None:
        self._changes = changes
        self._discovery = discovery
        self._plugins = plugins
        self._data = data
        self._access = access
        self._catalogs = catalogs
        self._database = database
        self._collation = collation

    def states(self) -> tuple[ModuleState, ...]:
        """Return all modules that are here or were installed, by name."""
        sources, problems = self._discovery.all()
        found = {source.manifest.name: source.manifest for source in sources}
        rows = self._rows()
        enabled = self._catalogs.current().modules
        names = sorted({*found, *rows, *(p.place.file for p in problems if p.place)})
        return tuple(self._state(name, found.get(name), rows, enabled, problems) for name in names)

    def _state(self, name: str, available: ModuleSpec | None, rows: Mapping[str, tuple[str, str]],
               enabled: Mapping[str, ModuleSpec], problems: Sequence[Problem]) -> ModuleState:
        own = tuple(p for p in problems if p.place and p.place.file.startswith(name))
        spec = available or enabled.get(name) or ModuleSpec(name=name, version=rows.get(name, ("", ""))[1], label=name)
        state, version = rows.get(name, ("available", spec.version))
        if name in self._plugins.quarantined:
            state, own = "quarantined", (*own, self._plugins.quarantined[name])
        elif available is None and own:
            state = "quarantined"
        return ModuleState(spec=spec, state=state, required_by=dependants(name, tuple(enabled.values())),
                           outdated=available is not None and version != available.version, problems=own)

    def _rows(self) -> dict[str, tuple[str, str]]:
        c = module_table.c
        with self._database.engine.connect() as connection:
            return {name: (state, version) for name, state, version in
                    connection.execute(sa.select(c.name, c.state, c.version))}

    def install(self, actor: Actor, names: Iterable[str], *, reason: str = "install") -> Catalog:
        """Install modules with everything they require; enabled ones are left as they are, disabled ones wake up."""
        self._access.require_administrator(actor, self._catalogs.current())
        sources = self._sources(names)

        def edit(present: Definitions) -> Definitions:
            enabled = [m.name for m in present.modules]
            ordered = order([*_always(sources), *sources], {n: s.manifest for n, s in sources.items()}, enabled)
            return _with_sources(present, [sources[name] for name in ordered])

        return self._run(actor, edit, sources, reason)

    def enable(self, actor: Actor, name: str) -> Catalog:
        """Wake up a module that sleeps, or install it."""
        return self.install(actor, [name], reason=f"enable {name}")

    def disable(self, actor: Actor, name: str) -> Catalog:
        """Put a module to sleep: its documents and hooks rest, its tables and records stay as they are."""
        self._access.require_administrator(actor, self._catalogs.current())

        def edit(present: Definitions) -> Definitions:
            found = next((m for m in present.modules if m.name == name), None)
            if found is None:
                raise Conflict("{name} is not enabled.", code="not_enabled", name=name)
            if found.always:
                raise Conflict("{name} is always needed and cannot be disabled.", code="always", name=name)
            check_free(name, present.modules)
            return replace(present, modules=tuple(m for m in present.modules if m is not found),
                           documents=tuple(d for d in present.documents if d.owner != name), disabled=(found,))

        return self._run(actor, edit, {}, f"disable {name}")

    def refresh(self, actor: Actor) -> Catalog | None:
        """Take over what has changed in the files of the enabled modules; None where nothing has."""
        enabled = self._catalogs.current().modules
        here = self._discovery.locations()
        sources = {name: self._discovery.read(name) for name in enabled if name in here}
        current = {d.key: d.digest for d in self._stored()}
        changed = [s for s in sources.values()
                   if s.manifest != enabled[s.manifest.name] or _differs(s, current)]
        if not changed:
            return None

        def edit(present: Definitions) -> Definitions:
            owners = {s.manifest.name for s in changed}
            rest = replace(present, documents=tuple(d for d in present.documents if d.owner not in owners),
                           modules=present.modules)
            manifests = {s.manifest.name: s.manifest for s in changed}
            modules = tuple(manifests.get(m.name, m) for m in rest.modules)
            return replace(rest, modules=modules, documents=(*rest.documents, *(d for s in changed for d in s.documents)))

        return self._run(actor, edit, {s.manifest.name: s for s in changed}, "refresh")

    def demo(self, actor: Actor, known: Mapping[str, tuple[str, int]]) -> int:
        """Load the demo records of all enabled modules once; ``known`` gives ids to keys such as accounts."""
        catalog = self._catalogs.current()
        here = self._discovery.locations()

        def load() -> int:
            with self._database.unit(catalog, actor, reason="demo data") as uow:
                return sum(self._data.load(name, here[name][0] / "demo", actor, uow, known)
                           for name in catalog.modules if name in here)

        return self._database.attempt(load)

    def _run(self, actor: Actor, edit: Callable[[Definitions], Definitions], sources: Mapping[str, ModuleSource],
             reason: str) -> Catalog:
        system = actor.elevate(reason)

        def afterwards(uow: UnitOfWork) -> None:
            apply_collation(self._collation(), uow)
            here = self._discovery.locations()
            for name in [n for n in uow.catalog.modules if n in sources]:
                self._data.load(name, here[name][0] / "data", system, uow)
                self._plugins.call.module_installed(module=uow.catalog.modules[name], uow=uow)

        return self._changes.run(actor, edit, reason=reason, afterwards=afterwards)

    def _sources(self, names: Iterable[str]) -> dict[str, ModuleSource]:
        """Read the wanted modules and, as far as they are here, all they require."""
        here = self._discovery.locations()
        always = [n for n in here if self._discovery.read(n).manifest.always] if not self._rows() else []
        sources: dict[str, ModuleSource] = {}
        waiting = [*always, *names]
        while waiting:
            name = waiting.pop(0)
            if name not in sources:
                sources[name] = self._discovery.read(name)
                waiting.extend(r for r in sources[name].manifest.requires if r in here)
        return sources

    def _stored(self) -> tuple[Document, ...]:
        with self._database.reading() as reader:
            return DocumentStore().read(reader)


def _always(sources: Mapping[str, ModuleSource]) -> tuple[str, ...]:
    return tuple(name for name, source in sources.items() if source.manifest.always)


def _with_sources(present: Definitions, new: Sequence[ModuleSource]) -> Definitions:
    owners = {s.manifest.name for s in new}
    documents = [d for d in present.documents if d.owner not in owners]
    return replace(present, modules=(*present.modules, *(s.manifest for s in new)),
                   documents=(*documents, *(d for s in new for d in s.documents)))


def _differs(source: ModuleSource, current: Mapping[tuple[str, str, str], str]) -> bool:
    own = {d.key: d.digest for d in source.documents}
    return own != {key: digest for key, digest in current.items() if key[0] == source.manifest.name}
