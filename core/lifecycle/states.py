"""How modules stand: what is here, what is enabled, what sleeps, and what is wrong with which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.declaration import ModuleSource
from core.errors import Problem
from core.lifecycle.resolve import dependants
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec

AVAILABLE, ENABLED, DISABLED, QUARANTINED = "available", "enabled", "disabled", "quarantined"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleState:
    """A module as the administrator sees it: available, enabled, disabled or quarantined, and why.

    ``outdated`` tells that its files say something else than what the site works with. ``installed`` tells that the
    site keeps something of it, ``runs`` that its documents take part, also where its code was set aside.
    """

    spec: ModuleSpec
    state: str
    requires: tuple[str, ...] = ()
    required_by: tuple[str, ...] = ()
    outdated: bool = False
    installed: bool = False
    runs: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Everything that decides how modules stand.

    ``rows`` are the modules that were installed, each with state and version; ``aside`` those whose code failed.
    """

    sources: Mapping[str, ModuleSource]
    problems: Sequence[Problem]
    rows: Mapping[str, tuple[str, str]]
    catalog: Catalog
    stored: Sequence[Document]
    aside: Mapping[str, Problem]

    def states(self) -> tuple[ModuleState, ...]:
        """Return the state of every module that is here or was installed, by name."""
        names = {*self.sources, *self.rows, *(_module_of(p) for p in self.problems)} - {""}
        return tuple(self._state(name) for name in sorted(names))

    def _state(self, name: str) -> ModuleState:
        source = self.sources.get(name)
        spec = source.manifest if source else self._lost(name)
        state = self.rows[name][0] if name in self.rows else AVAILABLE
        problems = tuple(p for p in self.problems if _module_of(p) == name)
        if name in self.aside or (source is None and problems):
            state = QUARANTINED
        if name in self.catalog.modules:
            problems += tuple(d for d in self.catalog.diagnostics if _sleeper_of(d) == name)
            problems += (self.aside[name],) if name in self.aside else ()
            problems += () if source or problems else (_gone(name),)
        return ModuleState(
            spec=spec,
            installed=name in self.rows,
            runs=name in self.catalog.modules,
            state=state,
            requires=tuple(spec.requires),
            problems=problems,
            required_by=dependants(name, tuple(self.catalog.modules.values())),
            outdated=source is not None
            and name in self.catalog.modules
            and differs(source, self.catalog, self.stored),
        )

    def _lost(self, name: str) -> ModuleSpec:
        """Return what is remembered of a module whose files cannot be read."""
        _, version = self.rows.get(name, ("", ""))
        return self.catalog.modules.get(name) or ModuleSpec(name=name, version=version, label=name)


def differs(source: ModuleSource, catalog: Catalog, stored: Sequence[Document]) -> bool:
    """Tell whether an enabled module's files say something else than what is stored; where they lie is no matter."""
    name = source.manifest.name
    known = catalog.modules[name]
    if replace(source.manifest, path="", package="") != replace(known, path="", package="", tries=0):
        return True
    return {d.key: d.digest for d in source.documents} != {d.key: d.digest for d in stored if d.owner == name}


def _module_of(problem: Problem) -> str:
    return problem.place.file.partition("/")[0] if problem.place else ""


def _sleeper_of(diagnostic: Problem) -> str:
    return str(diagnostic.params.get("dormant", "")).partition(" ")[0]


def _gone(name: str) -> Problem:
    return Problem(
        code="files_gone",
        message="The files of the module {name} are gone; what is stored stays in use.",
        params={"name": name},
    )
