"""Aggregates in one statement: grouped first, titles joined to the groups, money added up by currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import orjson

from core.access import key_of
from core.errors import BadRequest
from core.expressions import only_equates
from core.fields import fixed_currency
from core.kernel.actor import Actor
from core.kernel.values import Money, Ref
from core.metadata.catalog import Catalog
from core.records.asking import Asking, words
from core.records.compiled import KeptQuestions, Statement
from core.records.filters import read_filter
from core.records.listing import Row, Shape
from core.records.measures import MAX_GROUPS, Measure, read_groups, read_measures
from core.records.query import MAX_FILTER, check_search
from core.records.reading import JSON, Reading
from core.records.totals import Cells, select_totals
from core.records.wording import search_patterns
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork

Group = dict[str, object]
NO_CUTS: Mapping[str, Sequence[date]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mean:
    """An average that can still be joined to others: what was added up, and how many values that were."""

    total: Decimal
    count: int

    def __add__(self, other: Mean) -> Mean:
        return Mean(total=self.total + other.total, count=self.count + other.count)

    @property
    def value(self) -> Decimal:
        """The average itself."""
        return self.total / self.count


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Everything about an aggregate that changes its statement."""

    entity: str
    group_by: tuple[str, ...]
    measures: tuple[str, ...]
    filter: str
    words: int
    trash: bool
    cuts: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregation:
    """A compiled aggregate: its statement, and what its columns mean.

    Amounts that are always in the same currency (``fixed``) need no groups by it.
    """

    statement: Statement
    given: dict[str, object]
    groups: tuple[str, ...]
    titled: frozenset[str]
    ranks: dict[str, dict[object, int]]
    currencies: tuple[str, ...]
    fixed: dict[str, str]
    measures: tuple[Measure, ...]


class Aggregating:
    """Answers how many and how much, for the records a reader sees."""

    def __init__(self, reading: Reading, asking: Asking) -> None:
        self._reading = reading
        self._asking = asking
        self._kept: KeptQuestions[Aggregation] = KeptQuestions(512)

    def aggregate(
        self,
        actor: Actor,
        entity: str,
        group_by: Sequence[str] = (),
        measures: Sequence[str] = ("count()",),
        filter_text: str = "",
        *,
        search: str = "",
        trash: bool = False,
        cuts: Mapping[str, Sequence[date]] = NO_CUTS,
        means: bool = False,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> list[Group]:
        """Return one dictionary for each group: its values by name, its figures by the text of the measure.

        Figures of money are tuples of `Money`, one for each currency. ``search`` and ``trash`` are as in a list.
        With ``means`` each average is a dictionary from its unit, the currency or ``""``, to its `Mean`, for who
        brings groups together.
        ``cuts`` divide a field of days or moments at ascending points: its groups are numbers, 0 for what is before
        the first point, 1 from the first to the second.
        """
        check_search(search)
        patterns = search_patterns(search)
        asked = Asked(
            entity=entity,
            group_by=tuple(group_by),
            measures=tuple(measures),
            filter=filter_text,
            words=len(patterns),
            trash=trash,
            cuts=frozenset(cuts),
        )
        key = (catalog.version, catalog.digest, key_of(actor), asked)
        made = self._kept.get(key, filter_text, lambda: self._compile(actor, asked, catalog))
        with self._asking.reader(uow, reader) as lent:
            given = {
                **self._asking.constants(made.statement.wants, actor, uow),
                **made.given,
                **words(patterns),
                **{f"cut_{name}": list(points) for name, points in cuts.items()},
            }
            rows = made.statement.run(lent, given)
        _bound(made, rows)
        return _merged(made, rows, means)

    def aggregate_json(
        self,
        actor: Actor,
        entity: str,
        group_by: Sequence[str] = (),
        measures: Sequence[str] = ("count()",),
        filter_text: str = "",
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> bytes:
        """Return the groups as the API writes them."""
        groups = self.aggregate(
            actor, entity, group_by, measures, filter_text, catalog=catalog, uow=uow, reader=reader
        )
        return orjson.dumps({"items": groups}, option=JSON | orjson.OPT_PASSTHROUGH_DATACLASS, default=_json)

    def _compile(self, actor: Actor, asked: Asked, catalog: Catalog) -> Aggregation:
        entity, spec = asked.entity, catalog.entity(asked.entity)
        if len(asked.filter) > MAX_FILTER:
            raise BadRequest(
                "A filter has at most {maximum} characters.", code="too_long", maximum=MAX_FILTER
            )
        self._reading.require_read(actor, entity, catalog)
        eyes = self._reading.eyes(actor, catalog)
        readable = eyes.fields(entity).readable
        groups = read_groups(asked.group_by, spec, readable, eyes.types, asked.cuts)
        figures = read_measures(asked.measures, spec, readable, eyes.types)
        wanted = (
            read_filter(asked.filter, entity, self._reading.reader_schema(eyes))
            if asked.filter.strip()
            else None
        )
        money = dict.fromkeys(m.name for m in figures if m.money)
        fixed = {name: one for name in money if (one := fixed_currency(spec.fields[name]))}
        currencies = tuple(name for name in money if name not in fixed)
        titled = frozenset(name for name in groups if spec.fields[name].type == "reference")
        cells = Cells(groups=groups, cuts=asked.cuts, titled=titled, currencies=currencies, measures=figures)
        shape = Shape(entity=entity, fields=(), words=asked.words, trash=asked.trash)
        select = select_totals(eyes, spec, shape, cells, wanted)
        return Aggregation(
            statement=self._reading.compiler.compile(
                select, afresh=wanted is not None and not only_equates(wanted.shape)
            ),
            given=dict(wanted.given) if wanted else {},
            groups=groups,
            titled=titled,
            currencies=currencies,
            fixed=fixed,
            measures=figures,
            ranks={name: {c.name: i for i, c in enumerate(spec.fields[name].choices)} for name in groups},
        )


def _bound(made: Aggregation, rows: Sequence[Row]) -> None:
    """Refuse more groups than are told; a group may have come in several ways."""
    width = len(made.groups) + len(made.currencies)
    if len(rows) > MAX_GROUPS and len({tuple(row[:width]) for row in rows}) > MAX_GROUPS:
        raise BadRequest(
            "There are more than {maximum} groups; narrow the filter.",
            code="too_many_groups",
            maximum=MAX_GROUPS,
        )


def _merged(made: Aggregation, rows: Iterable[Row], means: bool) -> list[Group]:
    """Join the rows that differ only in their currencies."""
    width, money = len(made.groups), len(made.currencies)
    cells = sum(2 if m.function == "avg" else 1 for m in made.measures)
    found: dict[tuple[object, ...], tuple[Row, list[_Figure]]] = {}
    for row in rows:
        key = tuple(row[:width])
        if key not in found:
            found[key] = (row, [_Figure(measure) for measure in made.measures])
        place = width + money
        for figure in found[key][1]:
            place += figure.add(row, place, width, made)
    if not rows and not made.groups:
        found[()] = ((), [_Figure(measure) for measure in made.measures])
    items = [(_values(made, row, width + money + cells), figures) for row, figures in found.values()]
    ordered = sorted(items, key=lambda item: [_rank(made, name, item[0][name]) for name in made.groups])
    return [{**values, **{f.measure.text: f.value(means) for f in figures}} for values, figures in ordered]


def _values(made: Aggregation, row: Row, titles: int) -> Group:
    """Return the values a group stands for; references with the titles behind the figures."""
    values: Group = {}
    for place, name in enumerate(made.groups):
        values[name] = row[place]
        if name in made.titled:
            values[name] = None if row[place] is None else Ref(row[place], row[titles])
            titles += 1
    return values


def _rank(made: Aggregation, name: str, value: object) -> tuple[bool, int, str, object]:
    """Order groups: choices as declared, references by title, empty ones last."""
    if value is None:
        return (True, 0, "", 0)
    if isinstance(value, Ref):
        return (False, 0, value.title or "", value.id)
    if made.ranks[name]:
        return (False, made.ranks[name].get(value, len(made.ranks[name])), "", 0)
    return (False, 0, value if isinstance(value, str) else "", 0 if isinstance(value, str) else value)


class _Figure:
    """One measure of one group, added up over the rows of its currencies."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self._parts: dict[str, list[Any]] = {}
        self._join: Callable[[Any, Any], Any] = {"min": min, "max": max}.get(
            measure.function, lambda a, b: a + b
        )

    def add(self, row: Row, place: int, width: int, made: Aggregation) -> int:
        """Take the cells of one row; return how many they were."""
        size = 2 if self.measure.function == "avg" else 1
        currency = ""
        if self.measure.money:
            name = self.measure.name
            currency = made.fixed.get(name) or row[width + made.currencies.index(name)] or ""
        if row[place] is not None:
            known = self._parts.get(currency)
            cells = list(row[place : place + size])
            self._parts[currency] = cells if known is None else list(map(self._join, known, cells))
        return size

    def value(self, means: bool) -> object:
        """Return the figure; nothing to add up is zero for counts, otherwise empty."""
        if means and self.measure.function == "avg":
            money = self.measure.money
            return {
                c: Mean(total=Decimal(p[0]), count=p[1]) for c, p in self._parts.items() if c or not money
            }
        if self.measure.money:
            return tuple(Money(_trim(_finish(self._parts[c])), c) for c in sorted(self._parts) if c)
        if not self._parts:
            return 0 if self.measure.function == "count" else None
        figure = _finish(self._parts[""])
        if self.measure.whole:
            return int(figure)
        return _trim(figure) if isinstance(figure, Decimal) else figure


def _finish(cells: Sequence[Any]) -> Any:
    return cells[0] if len(cells) == 1 else Decimal(cells[0]) / cells[1]


def _trim(number: Any) -> Decimal:
    """Return a decimal without idle zeros, at most ten places behind the point."""
    rounded = round(Decimal(number), 10)
    text = f"{rounded:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _json(value: object) -> object:
    if isinstance(value, Money):
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    if isinstance(value, Ref):
        return {"id": value.id, "title": value.title}
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"no JSON for {type(value).__name__}")
