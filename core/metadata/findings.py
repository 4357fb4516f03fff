"""`Findings`: everything that is wrong with a set of documents, each with the part of the document to blame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.errors import Param, Place, Problem
from core.metadata.documents import Document, Path
from core.metadata.names import suggestions
from core.metadata.specs import EntitySpec

CONFLICT = "conflict"
"""Code of a problem where two modules disagree."""

_PARTS = {
    "fields": 2,
    "rules": 2,
    "choices": 2,
    "filters": 2,
    "counts": 2,
    "related": 2,
    "grants": 2,
    "implies": 2,
    "transitions": 2,
    "states": 2,
    "sections": 2,
    "items": 2,
    "columns": 2,
    "card": 2,
    "cards": 2,
    "sums": 2,
    "quick_create": 2,
    "fold": 2,
    "unique_together": 2,
    "indexes": 2,
    "behaviours": 2,
    "import_columns": 2,
}
"""How deep the smallest part reaches that can sleep alone, by the key it stands under; else it is the document."""

_INNER = frozenset({("sections", "items"), ("fields", "choices")})
"""Lists and mappings within a part whose members can sleep alone too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A problem and the part of a document to blame (an empty path: all of it, no document: nobody)."""

    problem: Problem
    document: Document | None = None
    path: Path = ()

    @property
    def part(self) -> Path:
        """The smallest part of the document that can be left out to be rid of the problem."""
        if self.document is None or not self.path:
            return ()
        size = _PARTS.get(self.path[0], 0)
        if len(self.path) >= 4 and (self.path[0], self.path[2]) in _INNER:
            return self.path[:4]
        return self.path[:size] if len(self.path) >= size else ()


class Findings:
    """Gathers findings, so that all errors are told at once."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def add(self, document: Document, path: Path, code: str, message: str, **params: Param) -> None:
        """Note one problem at a key of a document."""
        problem = Problem(code=code, message=message, params=params, place=document.place_of(*path))
        self._found.append(Finding(problem=problem, document=document, path=path))

    def unknown_entity(self, document: Document, path: Path, name: str, existing: Iterable[str]) -> None:
        """Note the name of an entity that does not exist, with the nearest that do."""
        self.add(
            document,
            path,
            "unknown_entity",
            "There is no entity {name}. Perhaps: {nearest}.",
            name=name or "—",
            nearest=suggestions(name, existing),
        )

    def unknown_field(self, document: Document, path: Path, entity: EntitySpec, name: str) -> None:
        """Note the name of a field that an entity does not have, with the nearest that it has."""
        self.add(
            document,
            path,
            "unknown_field",
            "{entity} has no field {name}. Perhaps: {nearest}.",
            entity=entity.name,
            name=name,
            nearest=suggestions(name, entity.fields),
        )

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note problems that somebody else found."""
        self._found.extend(findings)


def sorted_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems by place, each sentence once at a place."""
    unique = {(_place(p.place), p.code, p.text()): p for p in problems}
    return tuple(unique[key] for key in sorted(unique))


def _place(place: Place | None) -> tuple[str, int]:
    return (place.file, place.line) if place else ("", 0)


class Attribution:
    """Finds whose document a problem of a checker speaks of, by the place it names."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._by_place: dict[Place, list[tuple[Document, Path]]] = {}
        for document in documents:
            self._by_place.setdefault(document.place, []).append((document, ()))
            for path in document.lines or _paths(document):
                self._by_place.setdefault(document.place_of(*path), []).append((document, path))

    def finding(self, problem: Problem) -> Finding:
        """Return the problem with the part to blame: what all documents' keys at that place have in common."""
        candidates = self._by_place.get(problem.place, []) if problem.place else []
        documents = {id(document): document for document, _ in candidates}
        if len(documents) != 1:
            return Finding(problem=problem)
        return Finding(
            problem=problem,
            document=next(iter(documents.values())),
            path=_common([path for _, path in candidates]),
        )


def _paths(document: Document) -> Iterator[Path]:
    """Yield the paths that can sleep alone, and one level below them, in a document without lines."""
    for key, value in document.body.items():
        yield (key,)
        yield from _below(value, (key,), 4)


def _below(value: object, path: Path, depth: int) -> Iterator[Path]:
    if depth == 0:
        return
    items: Iterable[tuple[str, object]] = ()
    if isinstance(value, Mapping):
        items = ((str(k), v) for k, v in value.items())
    elif isinstance(value, (list, tuple)):
        items = ((str(i), v) for i, v in enumerate(value))
    for name, inner in items:
        yield (*path, name)
        yield from _below(inner, (*path, name), depth - 1)


def _common(paths: list[Path]) -> Path:
    first, *others = paths
    for other in others:
        shared = 0
        while shared < min(len(first), len(other)) and first[shared] == other[shared]:
            shared += 1
        first = first[:shared]
    return first
