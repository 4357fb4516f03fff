"""Pointers to one other record: of one entity, or of any of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from core.errors import Problem
from core.expressions.types import Type
from core.fields.base import ColumnSpec, FieldType, Value
from core.fields.context import LoadContext
from core.fields.ids import IdField, id_schema, read_id, typed_id
from core.fields.options import Option, table
from core.fields.refusal import FieldRefused, spec_problem
from core.i18n import Style
from core.kernel.values import AnyRef, Ref
from core.metadata.catalog import Catalog
from core.metadata.names import nearest
from core.metadata.specs import FieldSpec, Json

ON_DELETE = ("clear", "restrict", "cascade")

_ON_DELETE = Option(
    name="on_delete",
    kind="text",
    choices=ON_DELETE,
    about="What happens here when the record pointed to goes to the trash: clear empties the field, restrict "
    "refuses, cascade sends this record along. Without it: restrict where required, else clear.",
)


class ReferenceField(IdField):
    """A pointer to a record of one entity."""

    name = "reference"
    about = 'A pointer to a record of one entity; reads {"id", "title"}, writes the id.'
    control = "combo"
    pointer = Ref
    groupable = True
    identifying = True
    options = table(
        Option(name="to", kind="entity", required=True, about="The entity pointed to."),
        _ON_DELETE,
    )

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        yield from check_target(spec, "to", str(spec.option("to")), catalog)
        yield from check_on_delete(spec)

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("reference", entity=str(spec.option("to")))

    def references(self, spec: FieldSpec) -> str | None:
        return table_of(str(spec.option("to")))

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        return Ref(value) if isinstance(value, int) else value

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return {"id": value.id, "title": value.title}

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return value.title or f"#{value.id}"

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return reference_schema()


class ReferenceAnyField(FieldType):
    """A pointer to a record of any of several entities: one column for each, exactly one of them set."""

    name = "reference_any"
    about = 'A pointer to a record of any of several entities: {"entity", "id"}.'
    control = "combo-any"
    sortable = False
    derivable = False
    preset = False
    options = table(
        Option(
            name="to",
            kind="entities",
            required=True,
            about="The entities pointed to; an empty list where they all join by a behaviour.",
        ),
        _ON_DELETE,
    )

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        names = targets(spec)
        for name in names:
            yield from check_target(spec, "to", name, catalog)
        if len(set(names)) < len(names):
            yield spec_problem(spec, "twice", "{field}: an entity is there twice in {option}.", option="to")
        yield from check_on_delete(spec)

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("reference_any", entities=targets(spec))

    def columns(self, spec: FieldSpec) -> tuple[ColumnSpec, ...]:
        return tuple(
            ColumnSpec(name=column_to(spec, entity), sa_type=sa.BigInteger(), references=table_of(entity))
            for entity in targets(spec)
        )

    def to_columns(self, spec: FieldSpec, value: Value) -> dict[str, object]:
        return {
            column_to(spec, entity): value.id if value is not None and value.entity == entity else None
            for entity in targets(spec)
        }

    def from_columns(self, spec: FieldSpec, cells: Mapping[str, Value]) -> Value:
        for entity in targets(spec):
            cell = cells[column_to(spec, entity)]
            if cell is not None:
                return AnyRef(entity, cell)
        return None

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if (
            not isinstance(value, Mapping)
            or "entity" not in value
            or not set(value) <= {"entity", "id", "title"}
        ):
            raise FieldRefused(
                "wrong_type",
                "Write a reference like {example}.",
                example=f'{{"entity": "{next(iter(targets(spec)), "…")}", "id": 5}}',
            )
        entity = value["entity"]
        if not isinstance(entity, str) or entity not in targets(spec):
            raise FieldRefused(
                "wrong_entity", "This field points to a record of: {entities}.", entities=targets(spec)
            )
        return AnyRef(entity, read_id(value.get("id")))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        entity, separator, number = text.rpartition("#")
        if not separator or entity.strip() not in targets(spec):
            raise FieldRefused(
                "wrong_entity", "This field points to a record of: {entities}.", entities=targets(spec)
            )
        return AnyRef(entity.strip(), typed_id(number))

    def equal(self, left: Value, right: Value) -> bool:
        return _place(left) == _place(right)

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return {"entity": value.entity, "id": value.id, "title": value.title}

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return value.title or f"{value.entity}#{value.id}"

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return f"{value.entity}#{value.id}"

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {
                "entity": {"type": "string", **({"enum": list(targets(spec))} if targets(spec) else {})},
                "id": {"type": "integer", "format": "int64"},
                "title": {"type": ["string", "null"]},
            },
            "required": ["entity", "id"],
        }


def targets(spec: FieldSpec) -> tuple[str, ...]:
    """Return the entities a `reference_any` field points to."""
    to = spec.option("to")
    return tuple(str(name) for name in to) if isinstance(to, (list, tuple)) else ()


def table_of(entity: str) -> str:
    """Return the table of an entity."""
    return entity.replace(".", "_")


def column_to(spec: FieldSpec, entity: str) -> str:
    """Return the column of a `reference_any` field for one of its entities."""
    return f"{spec.name}__{table_of(entity)}"


def on_delete(spec: FieldSpec) -> str:
    """Return what happens here when the record pointed to goes to the trash."""
    written = spec.option("on_delete")
    return written if isinstance(written, str) else "restrict" if spec.required else "clear"


def check_target(spec: FieldSpec, option: str, entity: str, catalog: Catalog) -> Iterable[Problem]:
    """Check that the entity an option names exists."""
    if entity not in catalog.entities:
        close = nearest(entity, catalog.entities)
        yield spec_problem(
            spec,
            "unknown_entity",
            "{field}: {option} names {entity}, which does not exist. Perhaps: {nearest}."
            if close
            else "{field}: {option} names {entity}, which does not exist.",
            option=option,
            entity=entity,
            nearest=close,
        )


def check_on_delete(spec: FieldSpec) -> Iterable[Problem]:
    """Check that a required reference is never emptied."""
    if spec.required and spec.option("on_delete") == "clear":
        yield spec_problem(
            spec,
            "required_cleared",
            "{field}: a required reference cannot be emptied; choose restrict or cascade for on_delete.",
        )


def reference_schema() -> dict[str, Json]:
    """Return the JSON Schema of a reference, as it is read and as it may be written."""
    return id_schema({"title": {"type": ["string", "null"]}})


def _place(value: AnyRef | None) -> tuple[str, int] | None:
    return None if value is None else (value.entity, value.id)
