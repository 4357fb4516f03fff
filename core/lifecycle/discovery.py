"""Which modules are there: folders of the package ``modules`` and distributions that name an entry point.

Nothing of a module is imported to know it; its manifest and documents are read as files.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from core.declaration import ModuleSource, read_module
from core.declaration.module_reader import read_manifest
from core.errors import NotFound, PayvandError, Place, Problem
from core.metadata.names import nearest

GROUP = "payvand.modules"
MANIFEST = "manifest.yaml"


class Discovery:
    """Finds modules. ``folders`` are searched instead of the installed ones where they are given (tests)."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        self._folders = folders

    def locations(self) -> Mapping[str, tuple[Path, str]]:
        """Return ``{module: (folder, import package)}`` of everything that has a manifest."""
        found: dict[str, tuple[Path, str]] = {}
        for parent, package in self._parents():
            for folder in sorted(parent.iterdir()) if parent.is_dir() else ():
                if (folder / MANIFEST).is_file():
                    found.setdefault(
                        folder.name, (folder, f"{package}.{folder.name}" if package else folder.name)
                    )
        for name, folder, package in _distributed() if self._folders is None else ():
            found.setdefault(name, (folder, package))
        return found

    def read(self, name: str) -> ModuleSource:
        """Read a module's manifest and documents; raise what is wrong with them."""
        return self._read(name, self.locations())

    def _read(self, name: str, known: Mapping[str, tuple[Path, str]]) -> ModuleSource:
        if name not in known:
            raise NotFound(
                "There is no module {name} here. Perhaps: {nearest}.",
                code="unknown_module",
                name=name[:80],
                nearest=nearest(name, known),
            )
        folder, package = known[name]
        return read_module(folder, package=package)

    def is_always(self, name: str) -> bool:
        """Tell whether a module wants to be on every site; a manifest that cannot be read wants nothing."""
        folder, package = self.locations()[name]
        try:
            return read_manifest(folder, package).always
        except PayvandError:
            return False

    def all(self) -> tuple[tuple[ModuleSource, ...], tuple[Problem, ...]]:
        """Read every module that can be read, and tell of those that cannot."""
        sources: list[ModuleSource] = []
        problems: list[Problem] = []
        known = self.locations()
        for name in sorted(known):
            try:
                sources.append(self._read(name, known))
            except PayvandError as error:
                problems.extend(
                    error.problems
                    or (
                        Problem(
                            code=error.reason,
                            message=error.message,
                            params=error.params,
                            place=Place(file=name),
                        ),
                    )
                )
        return tuple(sources), tuple(problems)

    def _parents(self) -> list[tuple[Path, str]]:
        if self._folders is not None:
            return [(folder, "") for folder in self._folders]
        spec = importlib.util.find_spec("modules")
        places = spec.submodule_search_locations if spec is not None else None
        return [(Path(place), "modules") for place in places or ()]


def _distributed() -> list[tuple[str, Path, str]]:
    """Return (module, folder, package) of the installed distributions that announce a module."""
    found: list[tuple[str, Path, str]] = []
    for point in entry_points(group=GROUP):
        package = point.value.partition(":")[0]
        try:
            spec = importlib.util.find_spec(package)
        except (ImportError, ValueError):
            continue
        places = spec.submodule_search_locations if spec is not None else None
        found.extend(
            (point.name, Path(place), package) for place in places or () if (Path(place) / MANIFEST).is_file()
        )
    return found
