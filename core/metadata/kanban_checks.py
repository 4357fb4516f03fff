"""What a kanban names must exist and fit: its columns, what colours and folds them, sums, and fields asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.metadata.documents import Document, Path
from core.metadata.findings import Findings
from core.metadata.layers import added, mapping, text, texts
from core.metadata.merge import Merged
from core.metadata.names import suggestions
from core.metadata.relations import UNSTORED, targets
from core.metadata.specs import EntitySpec, FieldSpec, Json, ViewSpec

COLUMN_TYPES = frozenset({"choice", "reference", "boolean"})
"""Types of fields whose values can be columns."""

SUM_TYPES = frozenset({"integer", "decimal", "percent", "money"})
_AMONG = re.compile(r"\s*([a-z]\w*)\s*==\s*\$record\.([a-z]\w*)\s*")


def among_pair(written: str) -> tuple[str, str] | None:
    """Return the field of the columns and the field of the records that must agree, or None where it says otherwise."""
    match = _AMONG.fullmatch(written)
    return (match[1], match[2]) if match else None


def check_kanban(merged: Merged, view: ViewSpec, findings: Findings) -> None:
    """Check what only a kanban has; its card and its order are checked as those of all views."""
    entity = merged.entities[view.entity]
    for document in merged.sources("view", view.name):
        # Who wrote no columns of their own speaks of those of the view.
        said = {**view.options, **document.body}
        group = entity.fields.get(text(said.get("group_by")))
        _Kanban(merged, entity, group, document, findings).check(text(said.get("hue_by")))
    base = merged.documents.get(("view", view.name))
    if base is not None and "group_by" not in view.options:
        findings.add(base, (), "missing", "A kanban says by group_by which field its columns come from.")


class _Kanban:
    """The checks of one document of a kanban."""

    def __init__(
        self,
        merged: Merged,
        entity: EntitySpec,
        group: FieldSpec | None,
        document: Document,
        findings: Findings,
    ) -> None:
        self._entity = entity
        self._group = group
        self._document = document
        self._findings = findings
        names = targets(group) if group is not None and group.type == "reference" else ()
        self._target = next((merged.entities[n] for n in names if n in merged.entities), None)

    def check(self, hue_by: str) -> None:
        """Check every key that the document has."""
        body = self._document.body
        if "group_by" in body:
            self._column_field(text(body["group_by"]))
        for key in ("hue_by", "among"):
            if key in body:
                self._of_target(key, text(body[key]))
        for at, name in _listed(body.get("sums"), "sums"):
            self._fits(at, name, SUM_TYPES, "{name} is a {type}; only {known} can be added up.")
        for at, name in _listed(body.get("quick_create"), "quick_create"):
            self._askable(at, name)
        self._folded(body.get("fold"), hue_by)

    def _column_field(self, name: str) -> None:
        self._fits(("group_by",), name, COLUMN_TYPES, "{name} is a {type}; columns come from {known}.")
        if self._group is not None and self._group.derived:
            self._findings.add(
                self._document,
                ("group_by",),
                "derived",
                "Nobody types {name}, so no card could be moved to another column.",
                name=name,
            )

    def _fits(self, at: Path, name: str, types: Iterable[str], message: str) -> None:
        field = self._field(self._entity, at, name)
        if field is not None and field.type not in types:
            known = tuple(sorted(types))
            self._findings.add(
                self._document, at, "wrong_type", message, name=name, type=field.type, known=known
            )

    def _field(self, entity: EntitySpec, at: Path, name: str) -> FieldSpec | None:
        field = entity.fields.get(name)
        if field is None:
            self._findings.unknown_field(self._document, at, entity, name)
        return field

    def _askable(self, at: Path, name: str) -> None:
        field = self._field(self._entity, at, name)
        if field is not None and (field.derived or field.type in UNSTORED or field.system):
            self._findings.add(
                self._document,
                at,
                "derived",
                "Nobody can type {name} where a card is made.",
                name=name,
            )

    def _of_target(self, key: str, written: str) -> None:
        at = (key,)
        if self._target is None:
            self._findings.add(
                self._document, at, "no_target", "{key} needs columns that are records of an entity.", key=key
            )
        elif key == "hue_by":
            field = self._field(self._target, at, written)
            if field is not None and field.type != "choice":
                self._findings.add(self._document, at, "wrong_type", "{name} is not a choice.", name=written)
        else:
            self._among(at, written, self._target)

    def _among(self, at: Path, written: str, target: EntitySpec) -> None:
        pair = among_pair(written)
        if pair is None:
            self._findings.add(
                self._document,
                at,
                "bad_among",
                "Write which records are columns as: <field of the column> == $record.<field of the record>.",
            )
            return
        self._field(target, at, pair[0])
        self._field(self._entity, at, pair[1])

    def _folded(self, written: Json, hue_by: str) -> None:
        known = self._values(hue_by)
        for at, name in _listed(written, "fold"):
            if name not in known:
                self._findings.add(
                    self._document,
                    at,
                    "unknown_value",
                    "No column is called {value}. Perhaps: {nearest}.",
                    value=name,
                    nearest=suggestions(name, known),
                )

    def _values(self, hue_by: str) -> tuple[str, ...]:
        """Return what ``fold`` may name: choices of the field, or of what colours the columns."""
        if self._group is None:
            return ()
        if self._group.type == "boolean":
            return ("yes", "no")
        field = self._group
        if self._target is not None:
            field = self._target.fields.get(hue_by) or field
        return tuple(choice.name for choice in field.choices)


def _listed(written: Json, key: str) -> Iterator[tuple[Path, str]]:
    """Yield the names of a list, written whole or as what is added to it."""
    adding = added(written)
    below: Path = (key,) if adding is None else (key, next(iter(mapping(written))))
    for index, name in enumerate(texts(written if adding is None else adding)):
        yield (*below, str(index)), name
