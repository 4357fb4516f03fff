"""`Lifecycle`: what an administrator does with modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from core.access import Access
from core.declaration import ModuleSource
from core.errors import BadRequest, MetadataInvalid
from core.hooks import Plugins
from core.i18n import Collation
from core.kernel.actor import Actor
from core.lifecycle.changes import Changes, Definitions, Edit
from core.lifecycle.data import DataLoader
from core.lifecycle.data_keys import Known
from core.lifecycle.discovery import Discovery
from core.lifecycle.edits import (
    all_sleeping,
    always_needed,
    sleeping,
    trying_again,
    uninstalling,
    with_sources,
)
from core.lifecycle.rehearsal import Rehearsed, Rehearsing
from core.lifecycle.resolve import order
from core.lifecycle.states import ModuleState, Standing, differs
from core.lifecycle.taking import Taken, taken_along
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.collations import apply_collation
from core.storage.kernel_tables import module as module_table

ACTS = ("install", "enable", "disable", "uninstall", "refresh")
"""What can be rehearsed."""


class Lifecycle:
    """Installs, enables and disables modules of one site; data is never touched by disabling."""

    def __init__(
        self,
        *,
        changes: Changes,
        rehearsing: Rehearsing,
        discovery: Discovery,
        plugins: Plugins,
        data: DataLoader,
        access: Access,
        catalogs: Catalogs,
        database: Database,
        collation: Callable[[], Collation],
    ) -> None:
        self._changes = changes
        self._rehearsing = rehearsing
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
        return Standing(
            sources={source.manifest.name: source for source in sources},
            problems=problems,
            rows=self._rows(),
            catalog=self._catalogs.current(),
            stored=self._stored(),
            aside=self._plugins.quarantined,
        ).states()

    def install(
        self, actor: Actor, names: Iterable[str], *, reason: str = "install", plan: str | None = None
    ) -> Catalog:
        """Install modules with everything they require; enabled ones are left as they are, disabled ones wake up.

        ``plan`` is the digest of what was shown (`rehearse`): where something else would happen by now, nothing does.
        """
        self._access.require_administrator(actor, self._catalogs.current())
        edit, new = self._installing(names)
        return self._run(actor, edit, new, reason, plan)

    def _installing(self, names: Iterable[str]) -> tuple[Edit, Sequence[ModuleSource]]:
        """Return the change that installs, and the modules that it moves, known once it was made."""
        sources = self._sources(names)
        known = {name: source.manifest for name, source in sources.items()}
        new: list[ModuleSource] = []

        def edit(present: Definitions) -> Definitions:
            ordered = order([*always_needed(sources), *sources], known, [m.name for m in present.modules])
            new[:] = [sources[name] for name in ordered]
            return with_sources(present, new) if new else present

        return edit, new

    def enable(self, actor: Actor, name: str, *, plan: str | None = None) -> Catalog:
        """Wake up a module that sleeps, or install it."""
        return self.install(actor, [name], reason=f"enable {name}", plan=plan)

    def disable(self, actor: Actor, name: str, *, plan: str | None = None) -> Catalog:
        """Put a module to sleep: its documents and hooks rest, its tables and records stay as they are."""
        self._access.require_administrator(actor, self._catalogs.current())

        return self._run(actor, sleeping(name), (), f"disable {name}", plan)

    def uninstall(self, actor: Actor, name: str, *, plan: str | None = None) -> Catalog:
        """Take a module out: its documents go, its tables and columns into the trash; installing it again brings them back."""
        self._access.require_administrator(actor, self._catalogs.current())
        return self._run(actor, uninstalling([name], self._rows()), (), f"uninstall {name}", plan)

    def taken(self, actor: Actor, name: str) -> tuple[Taken, ...]:
        """Return what sleeps with a module, or goes into the trash with it: its records, and values beside those of others."""
        self._access.require_administrator(actor, self._catalogs.current())
        with self._database.reading() as reader:
            return taken_along(reader, name)

    def retry(self, actor: Actor, name: str) -> Catalog:
        """Load the code of a module that was set aside anew, here and in every other process.

        Raises `MetadataInvalid` with the diagnostics where it fails again; nothing has changed then.
        """
        self._access.require_administrator(actor, self._catalogs.current())

        def afterwards(uow: UnitOfWork) -> None:
            problem = self._plugins.quarantined.get(name)
            if problem is not None:
                raise MetadataInvalid("The module stays set aside.", problems=[problem])
            apply_collation(self._collation(), uow)

        system = actor.elevate(f"retry {name}")
        return self._changes.run(system, trying_again(name), reason=f"retry {name}", afterwards=afterwards)

    def refresh(self, actor: Actor, *, plan: str | None = None) -> Catalog | None:
        """Take over what has changed in the files of the enabled modules; None where nothing has.

        Modules that were made ``always`` needed, or that an enabled one requires since, are installed with it.
        """
        self._access.require_administrator(actor, self._catalogs.current())
        edit, changed = self._refreshing()
        if not changed and plan is None:
            return None
        catalog = self._run(actor, edit, changed, "refresh", plan)
        return catalog if changed else None

    def _refreshing(self) -> tuple[Edit, Sequence[ModuleSource]]:
        """Return the change that takes over what files say, and the modules that it moves."""
        catalog, stored = self._catalogs.current(), self._stored()
        sources = self._sources(catalog.modules)
        moved = [n for n, s in sources.items() if n not in catalog.modules or differs(s, catalog, stored)]
        known = {**catalog.modules, **{name: source.manifest for name, source in sources.items()}}
        changed = [sources[name] for name in order(moved, known, ()) if name in moved] if moved else []

        def edit(present: Definitions) -> Definitions:
            return replace(with_sources(present, changed), site_may_sleep=True) if changed else present

        return edit, changed

    def rehearse(self, actor: Actor, act: str, names: Iterable[str] = ()) -> Rehearsed:
        """Return what installing, enabling, disabling, uninstalling or refreshing would do to the rights of roles; nothing changes."""
        self._access.require_administrator(actor, self._catalogs.current())
        if act in ("install", "enable"):
            edit, _ = self._installing(names)
        elif act == "refresh":
            edit, _ = self._refreshing()
        elif act == "disable":
            edit = all_sleeping(names)
        elif act == "uninstall":
            edit = uninstalling(names, self._rows())
        else:
            raise BadRequest(
                "{act} is nothing that can be done with modules. There are: {known}.",
                code="no_act",
                act=act[:80],
                known=ACTS,
            )
        return self._rehearsing.rehearse(edit)

    def demo(self, actor: Actor, known: Known) -> int:
        """Load the demo records of all enabled modules once; ``known`` gives ids to keys such as accounts."""
        catalog = self._catalogs.current()
        self._access.require_administrator(actor, catalog)
        here = self._discovery.locations()

        def load() -> int:
            with self._database.unit(catalog, actor, reason="demo data") as uow:
                return sum(
                    self._data.load(name, here[name][0] / "demo", actor, uow, known)
                    for name in catalog.modules
                    if name in here
                )

        return self._database.attempt(load)

    def _run(
        self,
        actor: Actor,
        edit: Callable[[Definitions], Definitions],
        moved: Sequence[ModuleSource],
        reason: str,
        plan: str | None = None,
    ) -> Catalog:
        """Carry out a change; ``moved`` are the modules whose data is to be loaded, known once ``edit`` was called."""
        system = actor.elevate(reason)

        def afterwards(uow: UnitOfWork) -> None:
            self._refuse_broken(moved)
            apply_collation(self._collation(), uow)
            for source in moved:
                module = source.manifest
                self._data.load(module.name, source.path / "data", system, uow)
                self._plugins.call.module_installed(module=module, uow=uow)

        agree = self._rehearsing.agreed(plan)
        return self._changes.run(actor, edit, reason=reason, afterwards=afterwards, agree=agree)

    def _refuse_broken(self, moved: Iterable[ModuleSource]) -> None:
        """Refuse modules whose code cannot be used: what runs already goes on without them."""
        aside = self._plugins.quarantined
        problems = [aside[s.manifest.name] for s in moved if s.manifest.name in aside]
        if problems:
            raise MetadataInvalid("These modules cannot be installed.", problems=problems)

    def _rows(self) -> dict[str, tuple[str, str]]:
        c = module_table.c
        with self._database.engine.connect() as connection:
            return {
                name: (state, version)
                for name, state, version in connection.execute(sa.select(c.name, c.state, c.version))
            }

    def _sources(self, names: Iterable[str]) -> dict[str, ModuleSource]:
        """Read the wanted modules, those that are always needed and, as far as they are here, all they require."""
        here = self._discovery.locations()
        enabled = self._catalogs.current().modules
        always = [n for n in here if n not in enabled and self._discovery.is_always(n)]
        sources: dict[str, ModuleSource] = {}
        waiting = [*always, *(n for n in names if n in here or n not in enabled)]
        while waiting:
            name = waiting.pop(0)
            if name not in sources:
                sources[name] = self._discovery.read(name)
                waiting.extend(r for r in sources[name].manifest.requires if r in here)
        return sources

    def _stored(self) -> tuple[Document, ...]:
        with self._database.reading() as reader:
            return self._catalogs.documents(reader)
