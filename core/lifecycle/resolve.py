"""What a module needs: which others, in which versions, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from core import __version__
from core.errors import Conflict, MetadataInvalid, Problem
from core.metadata.specs import ModuleSpec

CORE = "core"


def order(wanted: Iterable[str], known: Mapping[str, ModuleSpec], enabled: Iterable[str]) -> tuple[str, ...]:
    """Return the modules to install so that each comes after those it requires, leaving out the enabled ones.

    Everything that is missing or does not fit is told at once.
    """
    present = set(enabled)
    ordered: list[str] = []
    problems: list[Problem] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            problems.append(
                _problem("circular", "The modules {names} require one another.", names=(*above, name))
            )
        elif name not in ordered and name not in present:
            for required in known[name].requires:
                if required in known:
                    visit(required, (*above, name))
            problems.extend(_unmet(known[name], known))
            ordered.append(name)

    for name in wanted:
        visit(name, ())
    if problems:
        raise MetadataInvalid("These modules cannot be installed.", problems=problems)
    return tuple(ordered)


def _unmet(module: ModuleSpec, known: Mapping[str, ModuleSpec]) -> list[Problem]:
    problems = []
    needs = {CORE: module.core, **module.requires} if module.core else dict(module.requires)
    for required, wanted in needs.items():
        version = __version__ if required == CORE else known[required].version if required in known else None
        if version is None:
            problems.append(
                _problem(
                    "missing_module",
                    "{module} requires {required}, which is not here.",
                    module=module.name,
                    required=required,
                )
            )
        elif not _fits(version, wanted):
            problems.append(
                _problem(
                    "wrong_version",
                    "{module} requires {required} {wanted}, but here is {version}.",
                    module=module.name,
                    required=required,
                    wanted=wanted,
                    version=version,
                )
            )
    return [
        *problems,
        *(_missing(module.name, package) for package in module.python if not _installed(package)),
    ]


def _installed(package: str) -> bool:
    try:
        wanted = Requirement(package)
        return metadata.version(wanted.name) in wanted.specifier
    except (InvalidRequirement, metadata.PackageNotFoundError):
        return False


def _missing(module: str, package: str) -> Problem:
    return _problem(
        "missing_package",
        "{module} requires the Python package {package}, which is not installed; pip can install it.",
        module=module,
        package=package,
    )


def _fits(version: str, wanted: str) -> bool:
    try:
        return Version(version) in SpecifierSet(wanted)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _problem(code: str, message: str, **params: str | tuple[str, ...]) -> Problem:
    return Problem(code=code, message=message, params=params)


def dependants(name: str, modules: Sequence[ModuleSpec]) -> tuple[str, ...]:
    """Return the modules that require ``name``."""
    return tuple(m.name for m in modules if name in m.requires)


def check_free(name: str, modules: Sequence[ModuleSpec]) -> None:
    """Refuse to put a module to sleep that others need."""
    users = dependants(name, modules)
    if users:
        raise Conflict(
            "{name} is needed by {users}; disable those first.", code="needed", name=name, users=users
        )
