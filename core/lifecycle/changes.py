"""`Changes`: the one way metadata changes. Rows, tables and the version move in one transaction, or nothing does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Protocol

from core.declaration import Compiler
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.lifecycle.filling import unfilled
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import SITE, ModuleSpec
from core.storage import Database, UnitOfWork, bump, lock_schema
from core.storage.apply import apply
from core.storage.catalogs import VERSION, Catalogs
from core.storage.document_changes import note_document_changes
from core.storage.documents import (
    read_documents,
    read_modules,
    remove_documents,
    remove_module,
    save_documents,
    save_module,
)
from core.storage.plan import Plan, plan_change


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions:
    """What a catalog is compiled from: the enabled modules in order, their documents and the site's.

    ``disabled`` are modules that go to sleep with this change, ``removed`` those that are taken out. ``site_may_sleep`` lets what the site made on a
    module's documents go to sleep with them instead of refusing the change.
    """

    modules: tuple[ModuleSpec, ...]
    documents: tuple[Document, ...]
    disabled: tuple[ModuleSpec, ...] = ()
    removed: tuple[ModuleSpec, ...] = ()
    site_may_sleep: bool = False

    def with_documents(self, *documents: Document) -> Definitions:
        """Return the definitions with documents added, or replaced where owner, kind and name are the same."""
        new = {d.key: d for d in (*self.documents, *documents)}
        return replace(self, documents=tuple(new.values()))

    def without(self, *keys: tuple[str, str, str]) -> Definitions:
        """Return the definitions without the documents of these keys."""
        gone = frozenset(keys)
        return replace(self, documents=tuple(d for d in self.documents if d.key not in gone))


def site_sleeps(definitions: Definitions) -> tuple[str, ...]:
    """Return whose documents may sleep where they do not fit: the site's, where that is said, else nobody's."""
    return (SITE,) if definitions.site_may_sleep else ()


Edit = Callable[[Definitions], Definitions]
Prepare = Callable[[Sequence[ModuleSpec]], object]
Afterwards = Callable[[UnitOfWork], object]
Agree = Callable[[Catalog, Definitions, Definitions], object]
"""Looks at what a change would bring, before anything of it happens; it raises where that is not what was agreed upon."""


class Aside(Protocol):
    """Promises the work that a plan leaves for later."""

    def __call__(self, uow: UnitOfWork) -> object:
        """Defer the building of indexes in this transaction."""


class Fill(Protocol):
    """Promises to fill what follows from other values."""

    def __call__(self, uow: UnitOfWork, entity: str, keyed: Sequence[str]) -> object:
        """Defer the filling of an entity's records in this transaction."""


class Changes:
    """Changes the definitions of one site."""

    def __init__(
        self,
        *,
        database: Database,
        compiler: Compiler,
        catalogs: Catalogs,
        types: FieldTypes,
        prepare: Prepare,
        aside: Aside,
        fill: Fill,
    ) -> None:
        self._database = database
        self._compiler = compiler
        self._catalogs = catalogs
        self._types = types
        self._prepare = prepare
        self._aside = aside
        self._fill = fill

    def run(
        self,
        actor: Actor,
        edit: Edit,
        *,
        reason: str,
        why: str = "",
        afterwards: Afterwards | None = None,
        agree: Agree | None = None,
    ) -> Catalog:
        """Carry out one change and return the new catalog.

        ``reason`` is what is done, ``why`` what a person says about it. ``edit`` gets the definitions under the schema lock, and ``agree`` what comes of them; ``afterwards`` runs in
        the same transaction, on the new catalog. Whatever is wrong is raised with all its reasons, and nothing has happened. An ``edit`` that hands
        the definitions back as they are changes nothing.
        """
        return self._database.attempt(lambda: self._once(actor, edit, reason, why, afterwards, agree))

    def _once(
        self,
        actor: Actor,
        edit: Edit,
        reason: str,
        why: str,
        afterwards: Afterwards | None,
        agree: Agree | None,
    ) -> Catalog:
        with ExitStack() as undo, self._database.unit(self._catalogs.current(), actor, reason=reason) as uow:
            lock_schema(uow.connection)
            present = self._catalogs.current(uow.connection)
            old = Definitions(modules=read_modules(uow.reader), documents=read_documents(uow))
            new = edit(old)
            if agree is not None:
                agree(present, old, new)
            if new is old:
                return present
            undo.callback(self._prepare, old.modules)
            catalog = self._compile(uow, old, new)
            self._write(uow, old, new, why or reason)
            note_document_changes(uow, _own_changes(old, new), why)
            # What a sleeping module leaves is in neither catalog: everything is compared where one is taken out.
            done = self._shape(uow, None if new.removed else present, catalog)
            uow.catalog = catalog
            waiting = unfilled(present, catalog, self._types, uow)
            if afterwards is not None:
                afterwards(uow)
            if done.aside:
                self._aside(uow)
            for entity, keyed in waiting.items():
                self._fill(uow, entity, keyed)
            bump(uow)
            uow.after_commit(undo.pop_all)
        self._catalogs.publish(catalog)
        return catalog

    def _compile(self, uow: UnitOfWork, old: Definitions, new: Definitions) -> Catalog:
        """Compile strictly; what the site made on a module that goes to sleep may sleep with it."""
        if new.modules != old.modules:
            self._prepare(new.modules)
        version = int(uow.reader.value(VERSION)) + 1
        return self._compiler.compile(
            new.documents, new.modules, version, strict=True, may_sleep=site_sleeps(new)
        ).catalog

    def _shape(self, uow: UnitOfWork, present: Catalog | None, catalog: Catalog) -> Plan:
        todo = plan_change(present, catalog, uow.connection, self._types)
        apply(todo, uow)
        return todo

    def _write(self, uow: UnitOfWork, old: Definitions, new: Definitions, reason: str) -> None:
        """Write the rows that differ. Documents of a disabled module stay, for the day it comes back."""
        asleep = {module.name for module in new.disabled}
        before = {module.name for module in old.modules}
        for module in new.modules:
            if module.name not in before:
                remove_documents(
                    uow, module.name
                )  # what a sleeping module left behind may be of an older version
            if module not in old.modules:
                save_module(uow, module)
        for module in new.disabled:
            save_module(uow, module, "disabled")
        for module in new.removed:
            remove_documents(uow, module.name)
            remove_module(uow, module.name)
        known = {d.key: d.digest for d in old.documents}
        save_documents(uow, [d for d in new.documents if known.get(d.key) != d.digest], reason)
        kept = {d.key for d in new.documents}
        for owner, kind, name in known:
            if (owner, kind, name) not in kept and owner not in asleep:
                remove_documents(uow, owner, [(kind, name)])


def _own_changes(old: Definitions, new: Definitions) -> Iterator[tuple[Document | None, Document | None]]:
    """Yield what differs between the site's own documents, before and after; upgrades of modules are not its doing."""
    before, after = ({d.key: d for d in side.documents if d.is_site} for side in (old, new))
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one is None or other is None or one.digest != other.digest:
            yield one, other
