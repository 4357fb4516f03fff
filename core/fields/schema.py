"""`record_schema`: the marshmallow schema of an entity's writable fields; all problems at once, as `Problem`s."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from core.errors import Problem, ValidationFailed
from core.fields.context import LoadContext
from core.fields.refusal import shown
from core.fields.registry import FieldTypes
from core.metadata.names import RESERVED_FIELDS, nearest
from core.metadata.specs import EntitySpec


class RecordSchema(Schema):
    """Reads the values of one record; made by `record_schema`."""

    readable: frozenset[str] = frozenset()
    """Names that may be told to exist, though they cannot be written."""

    def check(self, values: Any) -> tuple[Mapping[str, object], tuple[Problem, ...]]:
        """Return the values that could be read and the problems of the others."""
        try:
            loaded: Mapping[str, object] = self.load(values)
            return loaded, ()
        except ValidationError as error:
            valid = error.valid_data if isinstance(error.valid_data, Mapping) else {}
            return valid, tuple(self._problems(error.messages_dict))

    def read(self, values: object) -> Mapping[str, object]:
        """Return the values, or raise `ValidationFailed` with every problem."""
        loaded, problems = self.check(values)
        if problems:
            raise ValidationFailed(problems=problems)
        return loaded

    def _problems(self, messages: Mapping[str, Any]) -> list[Problem]:
        return [
            message if isinstance(message, Problem) else self._own(name)
            for name in sorted(messages, key=str)
            for message in messages[name]
        ]

    def _own(self, name: str) -> Problem:
        """Return the problem for what marshmallow itself refuses: no object at all, or an unwritable name."""
        if name == "_schema":
            return Problem(code="not_an_object", message="A record is an object of names and values.")
        field = shown(str(name))
        if name in self.readable:
            return Problem(
                code="protected",
                field=field,
                params={"name": field},
                message="The field {name} cannot be written.",
            )
        close = nearest(field, self.fields)
        if close:
            return Problem(
                code="unknown_field",
                field=field,
                params={"name": field, "nearest": close},
                message="There is no field {name} to write. Perhaps: {nearest}.",
            )
        return Problem(
            code="unknown_field",
            field=field,
            params={"name": field},
            message="There is no field {name} to write.",
        )


def record_schema(
    entity: EntitySpec,
    writable: Collection[str],
    context: LoadContext,
    partial: bool = False,
    *,
    types: FieldTypes,
    readable: Collection[str] = (),
) -> RecordSchema:
    """Build the schema of the ``writable`` fields of ``entity``; the caller keeps it.

    With ``partial`` nothing needs to be there; without, required fields that have no default do. Names that are
    neither writable nor ``readable`` answer as if they did not exist, so that nothing hidden is named.
    """
    fields = {
        name: types.get(spec.type).schema_field(spec, context, partial=partial)
        for name, spec in entity.fields.items()
        if name in writable and not (spec.system or spec.derived or spec.type == "sequence")
    }
    made = type(f"{entity.table}_schema", (RecordSchema,), dict(fields))
    schema: RecordSchema = made(unknown=RAISE, partial=partial)
    schema.readable = (frozenset(readable) & frozenset(entity.fields) | RESERVED_FIELDS) - frozenset(fields)
    return schema
