"""Several records at once: links (many to many) and lists (the other side's reference)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from core.errors import Problem
from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.context import LoadContext
from core.fields.ids import cell_id, read_id, typed_id
from core.fields.options import Option, table
from core.fields.references import check_target, reference_schema, targets
from core.fields.refusal import FieldRefused, spec_problem
from core.i18n import Style
from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.names import nearest
from core.metadata.specs import FieldSpec, Json

MOST = 1000
"""So many records may be given at once in one field."""

_MARKS = re.compile('[",;|\n\u060c\u061b]')
_SEPARATORS = re.compile("[,;|\\s\u060c\u061b]+")


class LinksField(FieldType):
    """Links to any number of records of one entity, kept in a table of their own."""

    name = "links"
    about = "Links to any number of records of one entity; reads references, writes a list of ids."
    control = "links"
    storable = False
    sortable = False
    derivable = False
    preset = False
    options = table(Option(name="to", kind="entity", required=True, about="The entity linked to."))

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        yield from check_target(spec, "to", str(spec.option("to")), catalog)

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("list", entity=str(spec.option("to")))

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        ids = [read_id(item) for item in require_list(value, "Write a list of ids, such as [3, 7].")]
        return tuple(Ref(number) for number in dict.fromkeys(ids))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        ids = [typed_id(part) for part in _SEPARATORS.split(text) if part]
        return tuple(Ref(number) for number in dict.fromkeys(ids))

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return (Ref(cell_id(cell)),)

    def equal(self, left: Value, right: Value) -> bool:
        return {ref.id for ref in left or ()} == {ref.id for ref in right or ()}

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return [{"id": ref.id, "title": ref.title} for ref in value]

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.joined(tuple(ref.title or f"#{ref.id}" for ref in value))

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return style.joined(tuple(_in_quotes(ref.title or f"#{ref.id}") for ref in value))

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return ",".join(str(number) for number in sorted(ref.id for ref in value)) or None

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "array", "items": reference_schema(), "maxItems": MOST}


class ListField(FieldType):
    """The records whose reference points here; written together with their owner, kept in their own table."""

    name = "list"
    about = (
        "The records of another entity whose reference points here, shown and written as lines of this one."
    )
    control = "lines"
    storable = False
    sortable = False
    derivable = False
    preset = False
    options = table(
        Option(name="of", kind="entity", required=True, about="The entity of the lines."),
        Option(name="by", kind="field", required=True, about="The reference of the lines that points here."),
    )

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        of, by = str(spec.option("of")), str(spec.option("by"))
        unknown = tuple(check_target(spec, "of", of, catalog))
        yield from unknown or check_points_here(spec, "by", of, by, catalog)

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("list", entity=str(spec.option("of")))

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        """Read the shape only: the lines' own fields are read by their own entity's schema."""
        return tuple(_line(line) for line in require_list(value, "Write a list of records here."))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        raise FieldRefused("not_typed", "Lines are entered one by one, not as text.")

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return self.from_text(spec, "", context)

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        """Write lines that their own entity has already dumped."""
        return [dict(line) for line in value]

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.number(len(value))

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return len(value)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return None

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "array", "items": {"type": "object"}, "maxItems": MOST}


def _in_quotes(title: str) -> str:
    """Return a title for a cell with several; one that holds what stands between them is put in quotation marks."""
    doubled = title.replace('"', '""')
    return f'"{doubled}"' if _MARKS.search(title) else title


def require_list(value: object, sentence: str) -> Sequence[object]:
    """Return ``value`` if it is a list of bearable length, or refuse it."""
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        raise FieldRefused("wrong_type", sentence)
    if len(value) > MOST:
        raise FieldRefused("too_many", "At most {limit} can be given at once.", limit=MOST)
    return value


def _line(line: object) -> dict[str, object]:
    if not isinstance(line, Mapping) or not all(isinstance(name, str) for name in line):
        raise FieldRefused("wrong_type", "Each line is an object of field names and values.")
    return dict(line)


def check_points_here(
    spec: FieldSpec, option: str, source: str, by: str, catalog: Catalog
) -> Iterable[Problem]:
    """Check that the field ``by`` of ``source`` is a reference to the entity that ``spec`` belongs to."""
    found = catalog.entities[source].fields.get(by)
    if found is None:
        pointing = [f.name for f in catalog.entities[source].fields.values() if spec.entity in _pointed(f)]
        yield spec_problem(
            spec,
            "unknown_field",
            "{field}: {option} names {by}, which {entity} does not have. Perhaps: {nearest}.",
            option=option,
            by=by,
            entity=source,
            nearest=nearest(by, pointing) or tuple(pointing) or tuple(catalog.entities[source].fields)[:12],
        )
    elif spec.entity not in _pointed(found):
        yield spec_problem(
            spec,
            "points_elsewhere",
            "{field}: {option} names {by} of {entity}, which does not point to {owner}.",
            option=option,
            by=by,
            entity=source,
            owner=spec.entity,
        )


def _pointed(spec: FieldSpec) -> tuple[str, ...]:
    match spec.type:
        case "reference":
            return (str(spec.option("to")),)
        case "reference_any":
            return targets(spec)
        case _:
            return ()
