"""`Document`: one piece of metadata as written, with its owner and the place of every key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

from core.errors import Place
from core.metadata.specs import NOTHING, SITE, Json

Path: TypeAlias = tuple[str, ...]

KINDS = ("entity", "extend", "view", "menu", "role", "restriction", "workflow", "dashboard", "module")
"""What a document may be. ``extend`` adds to or changes another document, its target."""

ROLE_TARGET, MENU_TARGET, WORKFLOW_TARGET = "role:", "menu:", "workflow:"
DASHBOARD_TARGET, RESTRICTION_TARGET = "dashboard:", "restriction:"
"""Start of an ``extends`` that means one of these; plain names mean entities (a.b) and views (a.b.kind)."""

TARGETS: Mapping[str, str] = MappingProxyType(
    {
        "role": ROLE_TARGET,
        "restriction": RESTRICTION_TARGET,
        "menu": MENU_TARGET,
        "workflow": WORKFLOW_TARGET,
        "dashboard": DASHBOARD_TARGET,
    }
)
"""The kinds of document that are extended with a word in front of their name."""

_NO_LINES: Mapping[Path, int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One piece of metadata as written by a module or at the site.

    ``name`` is the qualified name of what it declares, or for ``extend`` the target as written in ``extends``.
    ``lines`` holds the line of each key by path, where the document came from a file.
    """

    owner: str
    kind: str
    name: str
    body: Mapping[str, Json]
    place: Place = Place()
    lines: Mapping[Path, int] = field(default_factory=lambda: _NO_LINES, compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What is unique about a document: owner, kind and name."""
        return (self.owner, self.kind, self.name)

    @property
    def is_site(self) -> bool:
        """True where the document was made at the site and overrides modules."""
        return self.owner == SITE

    @property
    def digest(self) -> str:
        """SHA-256 of the body as written; the order of keys counts, because it is the order of fields and sections."""
        return hashlib.sha256(json.dumps(self.body, ensure_ascii=False, default=_open).encode()).hexdigest()

    def place_of(self, *path: str) -> Place:
        """Return where a key was written: its line, or a JSON pointer where there are no lines."""
        for end in range(len(path), 0, -1):
            line = self.lines.get(path[:end])
            if line is not None:
                return Place(file=self.place.file, line=line)
        if self.lines or not path:
            return self.place
        pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
        return Place(file=f"{self.place if self.place.file else self.owner}#/{pointer}")

    def without(self, paths: Iterable[Path]) -> Document:
        """Return the document with some of its parts left out."""
        body: Json = self.body
        for path in sorted(paths, key=lambda p: tuple(_order(part) for part in p), reverse=True):
            body = _drop(body, path)
        return replace(self, body=body if isinstance(body, Mapping) else NOTHING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """Fields and rules that come with a name in an entity's ``behaviours``, written as in a document.

    ``joins`` names open references to any of several entities, ``{"base.note": "record"}``: an entity with this
    behaviour becomes one of the entities that they may point to.
    """

    name: str
    owner: str
    fields: Mapping[str, Mapping[str, Json]] = field(default_factory=lambda: MappingProxyType({}))
    rules: Mapping[str, Mapping[str, Json]] = field(default_factory=lambda: MappingProxyType({}))
    joins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def plain(value: object) -> Json:
    """Return a value in plain lists and dicts, so that it can be written as JSON."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no escapes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_open)


def _open(value: object) -> object:
    """Return what JSON has no form for in one that it has."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def freeze(value: Json) -> Json:
    """Return a value nobody can change: tuples for lists, read-only views for mappings."""
    if isinstance(value, Mapping):
        return MappingProxyType({k: freeze(v) for k, v in value.items()})
    if isinstance(value, (list, tuple)):
        return tuple(freeze(v) for v in value)
    return value


def _order(part: str) -> tuple[int, str]:
    return (int(part), part) if part.isdecimal() else (-1, part)


def _drop(value: Json, path: Path) -> Json:
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping) and head in value:
        if not rest:
            return {k: v for k, v in value.items() if k != head}
        return {**value, head: _drop(value[head], rest)}
    if isinstance(value, (list, tuple)) and head.isdecimal() and int(head) < len(value):
        index = int(head)
        kept = () if not rest else (_drop(value[index], rest),)
        return [*value[:index], *kept, *value[index + 1 :]]
    return value
