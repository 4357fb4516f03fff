"""What an aggregate is asked: names to group by, and measures such as ``sum(amount)``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import BadRequest
from core.fields import FieldTypes
from core.metadata.names import nearest
from core.metadata.relations import ADDED_UP
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.orders import require_readable

MAX_GROUPS = 1000
MAX_GROUP_BY = 3
MAX_MEASURES = 10
FUNCTIONS = ("count", "sum", "min", "max", "avg")
DIVIDED = frozenset({"date", "datetime"})
_MEASURE = re.compile(r"\s*([a-z]+)\s*\(\s*([a-z][a-z0-9_]*)?\s*\)\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One figure of each group; ``text`` is how it was asked and how it is called in the answer."""

    text: str
    function: str
    name: str = ""
    money: bool = False
    whole: bool = False


def read_measures(
    texts: Sequence[str], entity: EntitySpec, readable: Mapping[str, object], types: FieldTypes
) -> tuple[Measure, ...]:
    """Read measures; refuse functions that do not exist and fields that cannot be measured."""
    if not 0 < len(texts) <= MAX_MEASURES:
        raise BadRequest("Ask for 1 to {maximum} measures.", code="too_many", maximum=MAX_MEASURES)
    return tuple(_measure(text, entity, readable, types) for text in dict.fromkeys(texts))


def _measure(text: str, entity: EntitySpec, readable: Mapping[str, object], types: FieldTypes) -> Measure:
    match = _MEASURE.fullmatch(text)
    if match is None or match[1] not in FUNCTIONS:
        raise BadRequest(
            "{measure} is no measure; write count() or one of {functions} with a field, as in sum(amount).",
            code="unknown_measure",
            measure=text[:80],
            functions=FUNCTIONS,
        )
    function, name = match[1], match[2] or ""
    if not name:
        if function != "count":
            raise BadRequest("{function} needs a field.", code="unknown_measure", function=function)
        return Measure(text=text, function="count")
    require_readable(name, entity, readable)
    field = entity.fields[name]
    if not _measurable(field, function, types):
        raise BadRequest(
            "{function} of {name} makes no sense.", code="not_measurable", function=function, name=name
        )
    return Measure(
        text=text,
        function=function,
        name=name,
        money=field.type == "money" and function != "count",
        whole=field.type == "integer" and function == "sum",
    )


def _measurable(field: FieldSpec, function: str, types: FieldTypes) -> bool:
    if function in ("sum", "avg"):
        return field.type in ADDED_UP and field.name != "id"
    if function == "count":
        return field.system or types.get(field.type).storable
    return field.type in ADDED_UP or field.type in ("date", "datetime")


def read_groups(
    names: Sequence[str],
    entity: EntitySpec,
    readable: Mapping[str, object],
    types: FieldTypes,
    cuts: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Read the names to group by; those in ``cuts`` are days or moments that are divided at points."""
    if len(names) > MAX_GROUP_BY:
        raise BadRequest("Group by at most {maximum} fields.", code="too_many", maximum=MAX_GROUP_BY)
    for name in names:
        require_readable(name, entity, readable)
        field = entity.fields[name]
        divided = name in cuts and field.type in DIVIDED
        if not (divided or types.get(field.type).groupable or name in ("created_by", "updated_by")):
            fitting = [
                f.name for f in entity.fields.values() if f.name in readable and types.get(f.type).groupable
            ]
            raise BadRequest(
                "Records cannot be grouped by {name}. Perhaps: {nearest}.",
                code="not_groupable",
                name=name,
                nearest=nearest(name, fitting) or tuple(fitting),
            )
    return tuple(dict.fromkeys(names))
