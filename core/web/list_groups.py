"""Groups of a list: by choice, reference, flag or month, with counts and sub-totals; rows come where a group is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from core.errors import BadRequest
from core.expressions import unparse
from core.expressions.nodes import Binary, Call, Flag, Node, Number, Path, Text
from core.fields import LoadContext
from core.i18n import Style, Unreadable, period
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.aggregation import NO_CUTS, Aggregating
from core.records.query import Query
from core.records.reading import Reading
from core.views import ListView
from core.web.chips import Chip, between
from core.web.fields import FieldViews
from core.web.list_query import ListState
from core.web.list_rows import rows_of
from core.web.list_totals import Totals, figures_of, measures
from core.web.visit import Visit

MONTH = "~month"
EMPTY = "-"
MAX_MONTHS = 600
MAX_OPEN = 10
GROUP_ROWS = 20
BY_VALUE = ("choice", "reference", "boolean")
BY_MONTH = ("date", "datetime")


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One group: what it stands for, how many and how much, and its first rows where it is open."""

    key: str
    label: str
    hue: str
    totals: Totals
    url: str
    all_url: str
    is_open: bool
    rows: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouping:
    """Everything that grouping a list needs to know."""

    present: Visit
    entity: EntitySpec
    view: ListView
    state: ListState
    columns: tuple[str, ...]
    query: Query
    views: FieldViews
    context: LoadContext
    wanted: Mapping[str, str]
    spec: FieldSpec


def group_choices(entity: EntitySpec, view: ListView) -> Iterator[tuple[str, FieldSpec]]:
    """Yield what a list can be grouped by, as it stands in the address, with its field."""
    for name in view.choices:
        spec = entity.fields[name]
        if spec.type in BY_VALUE:
            yield name, spec
        elif spec.type in BY_MONTH:
            yield f"{name}{MONTH}", spec


def grouped_by(state: ListState, entity: EntitySpec, view: ListView) -> FieldSpec | None:
    """Return the field that a list is grouped by; a name that does not fit means nothing."""
    return dict(group_choices(entity, view)).get(state.group)


def groups_of(asked: Grouping) -> list[Group]:
    """Return the groups of a list in order; the open ones with their first rows."""
    months = _months(asked) if asked.spec.type in BY_MONTH else []
    cuts = {asked.spec.name: [_point(asked, day) for day in months]} if months else NO_CUTS
    found = _aggregate(asked, (asked.spec.name,), measures(asked.wanted), cuts)
    return [_group(asked, one, months) for one in found]


def _aggregate(
    asked: Grouping, by: Sequence[str], figures: Sequence[str], cuts: Mapping[str, Sequence[date]] = NO_CUTS
) -> list[dict[str, object]]:
    return asked.present.site.get(Aggregating).aggregate(
        asked.present.actor,
        asked.entity.name,
        by,
        figures,
        asked.query.filter,
        search=asked.query.search,
        trash=asked.query.trash,
        cuts=cuts,
        catalog=asked.present.catalog,
    )


def _months(asked: Grouping) -> list[date]:
    """Return the first days of the months from the first day that there is to the last, in the reader's calendar."""
    name, style = asked.spec.name, asked.present.style
    edges = _aggregate(asked, (), (f"min({name})", f"max({name})"))[0]
    first, last = (_day(style, edges[f"{function}({name})"]) for function in ("min", "max"))
    try:
        return _between(style, first, last)
    except (Unreadable, OverflowError) as wrong:
        raise BadRequest(
            "Some days are outside of the years that your calendar knows; narrow the filter.",
            code="year_out_of_range",
        ) from wrong


def _between(style: Style, first: date, last: date) -> list[date]:
    start, after = period(style, "month", first)
    months = [start]
    while after <= last:
        start, after = period(style, "month", after)
        months.append(start)
        if len(months) > MAX_MONTHS:
            raise BadRequest(
                "There are more than {maximum} groups; narrow the filter.",
                code="too_many_groups",
                maximum=MAX_MONTHS,
            )
    return months


def _day(style: Style, value: object) -> date:
    """Return a day of the reader's; where there is no value at all, today."""
    if isinstance(value, datetime):
        return style.today(value)
    return value if isinstance(value, date) else style.today(datetime.now().astimezone())


def _point(asked: Grouping, day: date) -> date:
    """Return where a month begins, as the field stores it: a day, or the instant of its midnight."""
    if asked.spec.type == "date":
        return day
    return asked.present.style.instants(day, day + timedelta(days=1))[0]


def _group(asked: Grouping, found: Mapping[str, Any], months: Sequence[date]) -> Group:
    key, label, hue = _named(asked, found[asked.spec.name], months)
    state = asked.state
    is_open = key in state.open[:MAX_OPEN]
    others = tuple(one for one in state.open if one != key)
    return Group(
        key=key,
        label=label,
        hue=hue,
        totals=Totals(
            count=found["count()"], figures=figures_of(asked.views, asked.entity, asked.wanted, found)
        ),
        url=state.address(open=others if is_open else (*others, key)[-MAX_OPEN:]),
        all_url=state.address(group="", open=(), chips=(*state.chips, *_chips(asked, key))),
        is_open=is_open,
        rows=_rows(asked, key) if is_open else (),
    )


def _named(asked: Grouping, value: object, months: Sequence[date]) -> tuple[str, str, str]:
    """Return key, words and colour of what a group stands for."""
    spec, style = asked.spec, asked.present.style
    if value is None:
        return EMPTY, style._("Without {name}", name=style.label(spec.label)), ""
    if isinstance(value, Ref):
        return str(value.id), value.title or f"#{value.id}", ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), style._("yes") if value else style._("no"), ""
    if spec.type == "choice":
        choice = next((c for c in spec.choices if c.name == value), None)
        return str(value), style.label(choice.label) if choice else str(value), choice.hue if choice else ""
    start = months[max(int(str(value)), 1) - 1]
    return start.isoformat(), month_words(style, start), ""


def month_words(style: Style, day: date) -> str:
    """Return a month with its year as the reader calls it."""
    parts = style.calendar.from_date(day)
    name = style.calendar.month_names(style.lang)[parts.month - 1]
    return style.digits.draw(f"{name} {parts.year}")


def _rows(asked: Grouping, key: str) -> Sequence[Mapping[str, Any]]:
    node = _condition(asked, key)
    text = f"({asked.query.filter}) and ({unparse(node)})" if asked.query.filter else unparse(node)
    query = replace(asked.query, filter=text, limit=GROUP_ROWS, cursor="")
    reading, present = asked.present.site.get(Reading), asked.present
    page = reading.find(present.actor, asked.entity.name, query, catalog=present.catalog)
    return rows_of(asked.views, asked.entity, asked.columns, page.items)


def _condition(asked: Grouping, key: str) -> Node:
    """Return the condition that a record belongs to a group; a key is only ever one that the groups have."""
    spec = asked.spec
    path = Path((spec.name,))
    if key == EMPTY:
        return Call("is_empty", (path,))
    match spec.type:
        case "boolean":
            return Binary("==", path, Flag(key == "yes"))
        case "reference":
            return Binary("==", path, Number(int(key)))
        case "choice":
            return Binary("==", path, Text(key))
    return between(path, spec, *period(asked.present.style, "month", date.fromisoformat(key)), asked.context)


def _chips(asked: Grouping, key: str) -> Iterator[Chip]:
    """Yield the filters that show a group alone."""
    name, style = asked.spec.name, asked.present.style
    if key == EMPTY:
        yield Chip(field=name, operator="empty")
    elif asked.spec.type == "boolean":
        yield Chip(field=name, operator=key)
    elif asked.spec.type in BY_MONTH:
        start, after = period(style, "month", date.fromisoformat(key))
        yield Chip(field=name, operator="from", value=style.date_digits(start))
        yield Chip(field=name, operator="to", value=style.date_digits(after - timedelta(days=1)))
    else:
        yield Chip(field=name, operator="is", value=key)
