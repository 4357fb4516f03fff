"""How settings of several owners become one value: modules may not disagree, the site has the last word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.metadata.documents import Document, Path, canonical
from core.metadata.findings import CONFLICT, Findings
from core.metadata.specs import NOTHING, Json

LIST_ADD = "list_add"
"""``{list_add: […]}`` in place of a list: keeps what is there and adds to it."""

CLEAN, IN_CONFLICT, PARKED = "clean", "conflict", "parked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """What the site changed of a module's document, and how that stands after the last upgrade.

    ``state`` is clean, conflict (the module's value moved since the admin saw ``base``; the site's value stays
    active) or parked (the target is gone; kept, never fatal). ``seen`` tells whether a base was kept at all.
    """

    target: str
    path: Path
    own: Json
    base: Json = None
    lower: Json = None
    seen: bool = False
    state: str = CLEAN


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One property of a target as one document sets it; ``path`` leads from the target, ``at`` in the document."""

    document: Document
    path: Path
    at: Path
    value: Json


class Layers:
    """Applies settings to a tree: first the modules', which must agree, then the site's."""

    def __init__(self, target: str, findings: Findings, overrides: list[Override]) -> None:
        self._target = target
        self._findings = findings
        self._overrides = overrides

    def apply(self, tree: dict[str, Json], settings: Iterable[Setting]) -> dict[str, Json]:
        """Return the tree with all settings applied; the order of settings does not matter between modules."""
        by_path: dict[Path, list[Setting]] = {}
        for setting in settings:
            by_path.setdefault(setting.path, []).append(setting)
        for path, found in by_path.items():
            modules = [s for s in found if not s.document.is_site]
            if modules:
                put(tree, path, self._agreed(read(tree, path), modules))
            for own in (s for s in found if s.document.is_site):
                put(tree, path, self._own(read(tree, path), own))
        return tree

    def _agreed(self, lower: Json, settings: list[Setting]) -> Json:
        """Return the value modules agree on; of two that disagree both are named, the later is to blame."""
        setting = [s for s in settings if added(s.value) is None]
        value = setting[0].value if setting else lower
        for other in setting[1:]:
            if canonical(other.value) != canonical(value):
                self._disagree(setting[0], other)
        for adding in (s for s in settings if added(s.value) is not None):
            value = union(value, added(adding.value) or [])
        return value

    def _disagree(self, first: Setting, other: Setting) -> None:
        self._findings.add(
            other.document,
            other.at,
            CONFLICT,
            "{second} sets {property} of {target} to {second_value}, but {first} sets it to {first_value} ({place}).",
            second=other.document.owner,
            first=first.document.owner,
            target=self._target,
            property=".".join(first.path),
            first_value=canonical(first.value),
            second_value=canonical(other.value),
            place=str(first.document.place_of(*first.at)),
        )

    def _own(self, lower: Json, setting: Setting) -> Json:
        """Return the site's value, and keep how it stands to what the admin saw."""
        bases = setting.document.body.get("base")
        key = ".".join(setting.at)
        seen = isinstance(bases, Mapping) and key in bases
        base = bases[key] if isinstance(bases, Mapping) and seen else None
        moved = seen and canonical(base) != canonical(lower)
        self._overrides.append(
            Override(
                target=self._target,
                path=setting.path,
                own=setting.value,
                base=base,
                lower=lower,
                seen=seen,
                state=IN_CONFLICT if moved else CLEAN,
            )
        )
        adding = added(setting.value)
        return setting.value if adding is None else union(lower, adding)


def added(value: Json) -> list[Json] | None:
    """Return what ``{list_add: […]}`` adds, or None where the value is not of this form."""
    if isinstance(value, Mapping) and set(value) == {LIST_ADD}:
        items = value[LIST_ADD]
        return list(items) if isinstance(items, (list, tuple)) else [items]
    return None


def union(lower: Json, items: Iterable[Json]) -> list[Json]:
    """Return the list with the items that are not in it yet behind it; one value counts as a list of one."""
    found: list[Json] = list(lower) if isinstance(lower, (list, tuple)) else [] if lower is None else [lower]
    known = {canonical(item) for item in found}
    for item in items:
        if canonical(item) not in known:
            known.add(canonical(item))
            found.append(item)
    return found


def read(tree: Mapping[str, Json], path: Path) -> Json:
    """Return the value under a path, None where there is none."""
    value: Json = tree
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def put(tree: dict[str, Json], path: Path, value: Json) -> None:
    """Set the value under a path; mappings on the way are copied, so that documents stay as they are."""
    here = tree
    for part in path[:-1]:
        below = here.get(part)
        copy: dict[str, Json] = dict(below) if isinstance(below, Mapping) else {}
        here[part] = copy
        here = copy
    here[path[-1]] = value


def mapping(value: Json) -> Mapping[str, Json]:
    """Return the value where it is a mapping, and an empty one otherwise."""
    return value if isinstance(value, Mapping) else NOTHING


def items(value: Json) -> tuple[Json, ...]:
    """Return the value as a tuple; one value counts as a list of one, nothing as none."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return () if value is None else (value,)


def texts(value: Json) -> tuple[str, ...]:
    """Return the texts in a value that is a list of texts, or one text."""
    return tuple(item for item in items(value) if isinstance(item, str))


def text(value: Json, default: str = "") -> str:
    """Return the value where it is a text, ``default`` otherwise."""
    return value if isinstance(value, str) else default
