"""Which value a merged record takes of each field: chosen by hand, by the law of the field, or the likeliest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.kernel.values import Money
from core.metadata.catalog import Catalog
from core.metadata.specs import FILE_TYPES, FieldSpec
from core.records.plan import EntityPlan

Values = Mapping[str, object]

FIXED = frozenset({"union", "sum", "strictest", "earliest"})
"""Laws that nobody overrides by hand."""

APART = FILE_TYPES | {"sequence", "list"}
"""Types whose value stays with its record: numbers that were given, lines that move by themselves, files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldMerge:
    """What becomes of one field: each record's value, the law that decides, and from whom it is taken by default.

    ``source`` is the id of that record, 0 where the law makes a value of several.
    """

    spec: FieldSpec
    values: Mapping[int, object]
    law: str
    source: int
    value: object

    @property
    def differs(self) -> bool:
        """True where there is something to decide."""
        return len({repr(value) for value in self.values.values()}) > 1

    @property
    def open(self) -> bool:
        """True where a person may choose."""
        return self.differs and self.law not in FIXED


def merge_fields(plan: EntityPlan, records: Sequence[Values], catalog: Catalog) -> Iterator[FieldMerge]:
    """Yield what becomes of each field; the first record is the one that stays."""
    for spec in plan.stored:
        if not _may_move(spec, catalog):
            continue
        values = {_id(record): record.get(spec.name) for record in records}
        law = spec.merge or ("union" if spec.type == "multi_choice" else "")
        source, value = _decided(spec, law, records)
        yield FieldMerge(spec=spec, values=values, law=law, source=source, value=value)


def _may_move(spec: FieldSpec, catalog: Catalog) -> bool:
    """Tell whether a value can go to another record: it is no secret, follows from nothing, and is no state of a workflow."""
    if spec.derived or spec.system or spec.type in APART or spec.option("secret"):
        return False
    return all(workflow.field != spec.name for workflow in catalog.workflows_of(spec.entity))


def _decided(spec: FieldSpec, law: str, records: Sequence[Values]) -> tuple[int, object]:
    winner = records[0]
    filled = [record for record in records if record.get(spec.name) is not None]
    if not filled:
        return _id(winner), None
    made = _LAWS[law](spec, [record[spec.name] for record in filled]) if law in _LAWS else None
    if made is not None:
        return 0, made
    if law == "keep" and winner in filled:
        return _id(winner), winner[spec.name]
    best = max(filled, key=lambda record: (_changed(record), _length(record[spec.name]), record is winner))
    return _id(best), best[spec.name]


def _union(_: FieldSpec, values: Sequence[object]) -> object:
    found: list[object] = []
    for value in values:
        if isinstance(value, tuple | list | set | frozenset):
            found += [one for one in value if one not in found]
    return type(values[0])(found) if isinstance(values[0], tuple | list | frozenset) else None


def _sum(_: FieldSpec, values: Sequence[object]) -> object:
    if all(isinstance(value, Money) for value in values):
        amounts = [value for value in values if isinstance(value, Money)]
        one = {amount.currency for amount in amounts}
        return (
            Money(sum((a.amount for a in amounts[1:]), amounts[0].amount), one.pop())
            if len(one) == 1
            else None
        )
    numbers = [value for value in values if isinstance(value, int | Decimal)]
    return sum(numbers[1:], numbers[0]) if numbers else None


def _strictest(spec: FieldSpec, values: Sequence[object]) -> object:
    """Return true of yes and no, and of a choice the one that is listed first."""
    if spec.choices:
        return next((c.name for c in spec.choices if c.name in values), None)
    return any(value is True for value in values)


def _earliest(_: FieldSpec, values: Sequence[object]) -> object:
    return min(values)  # type: ignore[type-var]  # dates: checked with the document


_LAWS: Mapping[str, Callable[[FieldSpec, Sequence[object]], object]] = {
    "union": _union,
    "sum": _sum,
    "strictest": _strictest,
    "earliest": _earliest,
}


def _id(record: Values) -> int:
    return int(str(record["id"]))


def _changed(record: Values) -> datetime:
    moment = record["updated_at"]
    assert isinstance(moment, datetime)  # of every record
    return moment


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else 0
