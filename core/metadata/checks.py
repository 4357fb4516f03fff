"""What must hold between specs after the merge: names that exist, references that lead somewhere, no circles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.metadata.copy_checks import check_copies
from core.metadata.documents import Document, Path
from core.metadata.duplicates import check_duplicates
from core.metadata.findings import Findings
from core.metadata.import_checks import check_import_columns
from core.metadata.layers import items, texts
from core.metadata.merge import Merged
from core.metadata.relations import (
    ADDED_UP,
    NOT_INDEXED,
    OPEN,
    UNSTORED,
    is_reference,
    refers_back,
    targets,
    whole_field,
)
from core.metadata.specs import FILE_TYPES, EntitySpec, FieldSpec


def check_entities(merged: Merged, findings: Findings) -> None:
    """Check every entity of the merge."""
    for entity in merged.entities.values():
        _Entity(merged, entity, findings).check()
        check_import_columns(merged, entity, findings)
        check_copies(merged, entity, findings)
        check_duplicates(entity, merged.entities, merged.documents[("entity", entity.name)], findings)
    _check_tables(merged, findings)
    _check_circles(merged, findings)


class _Entity:
    """The checks of one entity."""

    def __init__(self, merged: Merged, entity: EntitySpec, findings: Findings) -> None:
        self._merged = merged
        self._known = merged.entities
        self._entity = entity
        self._findings = findings
        self._document = merged.documents[("entity", entity.name)]

    def check(self) -> None:
        for field in self._entity.fields.values():
            if not field.system:
                self._field(field)
        for rule in self._entity.rules:
            document, at = self._merged.origin(self._entity.name, "rules", rule.name)
            self._names(rule.on, document, (*at, "on"))
        self._title()
        self._image()
        self._administered()
        if self._entity.part_of and whole_field(self._entity) is None:
            self._add(
                ("part_of",),
                "bad_part_of",
                "{entity} has no reference named {name}, or to an entity {name}, to be part of.",
                entity=self._entity.name,
                name=self._entity.part_of,
            )
        if (reached := self._entity.reached) is not None:
            ends = (reached.until,) if reached.until else ()
            self._names((*reached.by, *ends), *self._written("reached"), stored=True)
        for names in self._entity.unique_together:
            self._names(names, *self._part_written("unique_together", names), stored=True)
        for names in self._entity.indexes:
            self._index(names, *self._part_written("indexes", names))

    def _field(self, field: FieldSpec) -> None:
        document, at = self._merged.origin(self._entity.name, "fields", field.name)
        if field.type in ("reference", "reference_any", "links", "list"):
            self._relation(field, document, at)
        if field.computed and field.rollup:
            self._findings.add(
                document,
                at,
                "computed_twice",
                "{name} is either computed or rolled up, not both.",
                name=field.name,
            )
        if field.derived and (field.required or field.default is not None or field.required_when):
            self._findings.add(
                document,
                at,
                "derived",
                "Nobody types {name}: a computed or rolled-up field has no default and is not required.",
                name=field.name,
            )
        if field.rollup:
            self._rollup(field, document, (*at, "rollup"))

    def _relation(self, field: FieldSpec, document: Document, at: Path) -> None:
        key = "of" if field.type == "list" else "to"
        names = targets(field)
        if not names and not (field.type == OPEN and field.option("to") == ()):
            self._findings.add(
                document,
                at,
                "no_target",
                "{name} does not say {key} which entity it leads.",
                name=field.name,
                key=key,
            )
        for name in names:
            self._exists(name, document, (*at, key))
        if len(set(names)) < len(names):
            self._findings.add(
                document, (*at, key), "duplicate", "{name} names the same entity twice.", name=field.name
            )
        if field.type == "list" and names and names[0] in self._known:
            self._back(field.option("by"), names[0], document, (*at, "by"))

    def _rollup(self, field: FieldSpec, document: Document, at: Path) -> None:
        rollup = field.rollup
        if rollup is None or not self._exists(rollup.source, document, (*at, "from")):
            return
        self._back(rollup.by, rollup.source, document, (*at, "by"))
        source = self._known[rollup.source]
        if rollup.function != "count" and rollup.value not in source.fields:
            self._findings.unknown_field(document, (*at, rollup.function), source, rollup.value)

    def _back(self, by: object, other: str, document: Document, at: Path) -> None:
        name = by if isinstance(by, str) else ""
        fields = self._known[other].fields
        if refers_back(fields.get(name), self._entity.name):
            return
        back = tuple(f.name for f in fields.values() if refers_back(f, self._entity.name))
        self._findings.add(
            document,
            at,
            "not_a_reference_back",
            "{by} is not a reference of {other} to {entity}. References back are: {known}.",
            by=name or "by",
            other=other,
            entity=self._entity.name,
            known=back or ("none",),
        )

    def _exists(self, name: str, document: Document, at: Path) -> bool:
        if name in self._known:
            return True
        self._findings.unknown_entity(document, at, name, self._known)
        return False

    def _title(self) -> None:
        field = self._entity.fields.get(self._entity.title)
        if field is None:
            self._findings.unknown_field(*self._written("title"), self._entity, self._entity.title)
        elif field.type in UNSTORED | FILE_TYPES or field.type in (
            "reference_any",
            "multi_choice",
            "rich_text",
        ):
            self._findings.add(
                *self._written("title"),
                "bad_title",
                "{name} is a {type} and cannot be a title.",
                name=field.name,
                type=field.type,
            )

    def _image(self) -> None:
        name = self._entity.image
        field = self._entity.fields.get(name)
        if name and field is None:
            self._findings.unknown_field(*self._written("image"), self._entity, name)
        elif field is not None and field.type != "image":
            self._findings.add(
                *self._written("image"),
                "bad_image",
                "{name} is a {type}; only a field of type image has a picture to show.",
                name=name,
                type=field.type,
            )

    def _administered(self) -> None:
        about = self._entity.administered
        if about is None:
            return
        field = self._entity.fields.get(about.names)
        at = ("administered", "names")
        if field is None:
            self._findings.unknown_field(self._document, at, self._entity, about.names)
        elif field.type != "text":
            self._add(
                at,
                "wrong_type",
                "{name} must be a text, which holds the name of an entity.",
                name=about.names,
            )

    def _names(self, names: Iterable[str], document: Document, at: Path, *, stored: bool = False) -> None:
        for name in names:
            field = self._entity.fields.get(name)
            if field is None:
                self._findings.unknown_field(document, at, self._entity, name)
            elif stored and field.type in UNSTORED:
                self._findings.add(
                    document, at, "not_stored", "{name} has no value of its own to be unique.", name=name
                )

    def _index(self, names: tuple[str, ...], document: Document, at: Path) -> None:
        """Check an index: what lists are filtered by, and last what they are sorted by, or what is added up."""
        plain = (*names[:-1], names[-1].lstrip("+-")) if names else ()
        self._names(plain, document, at)
        last = self._entity.fields.get(plain[-1]) if plain else None
        if last is not None and names[-1].startswith("+") and last.type not in ADDED_UP:
            self._findings.add(
                document,
                at,
                "not_added_up",
                "{name} is a {type}; amounts and numbers alone are added up.",
                name=last.name,
                type=last.type,
            )
        for name in plain:
            field = self._entity.fields.get(name)
            if field is not None and field.type in NOT_INDEXED:
                self._findings.add(
                    document,
                    at,
                    "not_indexed",
                    "{name} is a {type} and cannot be part of an index.",
                    name=name,
                    type=field.type,
                )

    def _written(self, key: str) -> tuple[Document, Path]:
        """Return who wrote a property of the entity last: an extension that mentions it, else the entity itself."""
        extends = self._merged.extends.get(self._entity.name, ())
        return next((d for d in reversed(extends) if key in d.body), self._document), (key,)

    def _part_written(self, key: str, names: tuple[str, ...]) -> tuple[Document, Path]:
        """Return who wrote these names into a list of the entity."""
        for document in (self._document, *self._merged.extends.get(self._entity.name, ())):
            for index, written in enumerate(items(document.body.get(key))):
                if texts(written) == names:
                    return document, (key, str(index))
        return self._document, (key,)

    def _add(self, at: Path, code: str, message: str, **params: str) -> None:
        self._findings.add(self._document, at, code, message, **params)


def _check_tables(merged: Merged, findings: Findings) -> None:
    tables: dict[str, str] = {}
    for name in sorted(merged.entities):
        first = tables.setdefault(merged.entities[name].table, name)
        if first != name:
            findings.add(
                merged.documents[("entity", name)],
                ("entity",),
                "duplicate_table",
                "{name} and {first} would share the table {table}; rename one.",
                name=name,
                first=first,
                table=merged.entities[name].table,
            )


def _check_circles(merged: Merged, findings: Findings) -> None:
    wholes = {name: _wholes(entity) for name, entity in merged.entities.items() if entity.part_of}
    for name in sorted(wholes):
        circle = _circle(name, wholes)
        if circle and name == min(circle):
            findings.add(
                merged.documents[("entity", name)],
                ("part_of",),
                "circular_part_of",
                "Parts go round in a circle: {circle}.",
                circle=" → ".join((*circle, name)),
            )


def _wholes(entity: EntitySpec) -> tuple[str, ...]:
    field = whole_field(entity)
    return targets(field) if field is not None and is_reference(field) else ()


def _circle(start: str, wholes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the way from an entity over its wholes back to itself, or nothing."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for whole in wholes.get(way[-1], ()):
            if whole == start:
                return way
            if whole not in seen:
                seen.add(whole)
                ways.append((*way, whole))
    return ()
