"""`Rehearsing`: what a change of the definitions would do to the rights of roles, with nothing changed and nobody disturbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Protocol

from core.access import Access
from core.access.matrix import Cell, Change, cells, differences
from core.declaration import Compiler
from core.errors import Conflict, MetadataInvalid, Problem
from core.lifecycle.changes import Agree, Definitions, Edit, site_sleeps
from core.metadata.catalog import Catalog
from core.metadata.documents import digest_of
from core.metadata.specs import ModuleSpec
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.documents import asdict_of, read_modules

DIGITS = 32
"""How much of a digest people copy from one command to the next."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A compiler and rights with the code of some modules, apart from those that the site works with.

    ``aside`` are the modules whose code cannot be used, each with the reason.
    """

    compiler: Compiler
    access: Access
    aside: Mapping[str, Problem]


class Staging(Protocol):
    """Sets a stage."""

    def __call__(self, modules: Sequence[ModuleSpec]) -> Stage:
        """Return a stage for these modules."""


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What a change would bring: the catalogs before and after it, and what the roles may do in them.

    ``modules`` are those that come, go, or say something else; ``documents`` what is written anew or goes, each as
    owner, kind and name with the digest before and after.
    """

    before: Catalog
    after: Catalog
    modules: tuple[ModuleSpec, ...]
    changes: tuple[Change, ...]
    documents: tuple[tuple[str, ...], ...]

    @cached_property
    def digest(self) -> str:
        """What tells this from anything else that could happen: the modules, the documents and the rights."""
        modules = [asdict_of(module) for module in self.modules]
        changes = [(c.kind, *c.cell.place, *_reaches(c)) for c in self.changes]
        return digest_of([modules, self.documents, changes])[:DIGITS]

    @cached_property
    def wider(self) -> int:
        """How many of the changes may let somebody do more."""
        return sum(change.wider for change in self.changes)


class PlanChanged(Conflict):
    """What would happen is not what was shown; ``found`` is what would happen now."""

    code = "plan_changed"
    message = "What this would do has changed since it was shown. Nothing has happened; look at it again."

    def __init__(self, found: Rehearsed) -> None:
        super().__init__()
        self.found = found


class Rehearsing:
    """Compiles what a change would make and compares the rights; the last one is kept, because its pages are turned."""

    def __init__(self, *, database: Database, catalogs: Catalogs, access: Access, staging: Staging) -> None:
        self._database = database
        self._catalogs = catalogs
        self._access = access
        self._staging = staging
        self._lock = Lock()
        self._last: tuple[object, Rehearsed] | None = None
        self._cells: tuple[Catalog, tuple[Cell, ...]] | None = None

    def rehearse(self, edit: Edit) -> Rehearsed:
        """Return what ``edit`` would bring; what is wrong with it is raised, as the change itself would raise it."""
        before = self._catalogs.current()
        with self._database.reading() as reader:
            old = Definitions(modules=read_modules(reader), documents=self._catalogs.documents(reader))
        return self._of(before, old, edit(old))

    def agreed(self, plan: str | None) -> Agree | None:
        """Return what refuses a change that would not do what was shown; ``plan`` is the digest of that."""
        if plan is None:
            return None

        def agree(before: Catalog, old: Definitions, new: Definitions) -> None:
            found = self._of(before, old, new)
            if found.digest != plan:
                raise PlanChanged(found)

        return agree

    def _of(self, before: Catalog, old: Definitions, new: Definitions) -> Rehearsed:
        key = (
            before.version,
            before.digest,
            new.modules,
            frozenset((d.key, d.digest) for d in new.documents),
        )
        with self._lock:
            kept = self._last
        if kept is not None and kept[0] == key:
            return kept[1]
        found = self._compare(before, old, new)
        with self._lock:
            self._last = (key, found)
        return found

    def _compare(self, before: Catalog, old: Definitions, new: Definitions) -> Rehearsed:
        moved = _moved(old, new)
        stage = self._staging(new.modules)
        broken = [stage.aside[module.name] for module in moved if module.name in stage.aside]
        if broken:
            raise MetadataInvalid("These modules cannot be installed.", problems=broken)
        after = stage.compiler.compile(
            new.documents, new.modules, before.version + 1, strict=True, may_sleep=site_sleeps(new)
        ).catalog
        changes = differences(self._today(before), cells(stage.access, after))
        return Rehearsed(
            before=before, after=after, modules=moved, changes=tuple(changes), documents=_written(old, new)
        )

    def _today(self, catalog: Catalog) -> tuple[Cell, ...]:
        """Return what the roles may do as things are, worked out once for each catalog."""
        kept = self._cells
        if kept is None or kept[0] is not catalog:
            kept = self._cells = (catalog, tuple(cells(self._access, catalog)))
        return kept[1]


def _reaches(change: Change) -> tuple[str | None, ...]:
    return tuple(None if cell is None else cell.where for cell in (change.before, change.after))


def _written(old: Definitions, new: Definitions) -> tuple[tuple[str, ...], ...]:
    """Return which documents differ, with their digests before and after."""
    before, after = ({d.key: d.digest for d in side.documents} for side in (old, new))
    return tuple(
        (*key, before.get(key, ""), after.get(key, ""))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    )


def _moved(old: Definitions, new: Definitions) -> tuple[ModuleSpec, ...]:
    """Return the modules that come, whose definitions change, and that go, in this order."""
    known = {(d.key, d.digest) for d in old.documents}
    here = {module.name: module for module in old.modules}
    changed = {d.owner for d in new.documents if (d.key, d.digest) not in known}
    kept = {d.key for d in new.documents}
    changed |= {d.owner for d in old.documents if d.key not in kept}
    stay = [m for m in new.modules if m != here.get(m.name) or m.name in changed]
    return (*stay, *new.disabled, *new.removed)
