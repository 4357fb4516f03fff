"""Charts as their templates get them: bars made on the server, each a link to the records behind it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from urllib.parse import urlencode

from flask import url_for

from core.i18n import Unreadable, period
from core.kernel.site import Site
from core.kernel.values import Money, Ref
from core.metadata.specs import EntitySpec
from core.records.aggregation import Aggregating, Group, Mean
from core.views import ChartView
from core.web.fields import FieldViews
from core.web.list_totals import rounded_average
from core.web.visit import Visit

Join: TypeAlias = "Callable[[Any, Any], Any]"
JOINS: Mapping[str, Join] = {"min": min, "max": max}
"""How the figures of days become one of their period, where they are not added up as sums and averages are."""

MOST = 30
"""Bars that are shown; of more, the largest."""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One group: its figure, how long its bar is of a hundred, and the records behind it."""

    label: str
    text: str
    width: str
    inset: str
    percent: str
    url: str
    hue: str = "teal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """The bars of one unit; money has one series for each currency. ``total`` is empty where figures do not add up."""

    unit: str
    total: str
    bars: tuple[Bar, ...]
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Charting:
    """Makes charts for one reader. ``pairs`` is the state of the list that the records behind a bar share."""

    site: Site
    present: Visit
    entity: EntitySpec
    chart: ChartView
    views: FieldViews

    def series(self, where: str, search: str = "", pairs: Pairs = ()) -> tuple[Series, ...]:
        """Return the series of a chart; what may not be read is in no figure."""
        name, by_day = self.chart.group.name, self.chart.group.type == "date"
        groups = self.site.get(Aggregating).aggregate(
            self.present.actor,
            self.entity.name,
            (name,),
            (self.chart.measure,),
            where,
            search=search,
            means=by_day,
            catalog=self.present.catalog,
        )
        if by_day:
            groups = self._gathered(groups)
        units: dict[str, list[tuple[Any, Decimal]]] = {}
        for group in groups:
            for unit, value in _figures(group[self.chart.measure]):
                units.setdefault(unit, []).append((group[name], value))
        return tuple(self._one(unit, found, pairs) for unit, found in sorted(units.items()))

    def _gathered(self, groups: Sequence[Group]) -> list[Group]:
        """Bring days together to weeks, months, quarters or years of the reader's calendar."""
        name, measure = self.chart.group.name, self.chart.measure
        join: Join = JOINS.get(self.chart.function, operator.add)
        found: dict[date | None, dict[str, Any]] = {}
        for group in groups:
            day = group[name]
            start = self._span(day)[0] if isinstance(day, date) else None
            known = found.setdefault(start, {})
            for unit, value in _figures(group[measure]):
                known[unit] = join(known[unit], value) if unit in known else value
        order = sorted(d for d in found if d is not None) + [d for d in found if d is None]
        return [{name: day, measure: {u: _told(v) for u, v in found[day].items()}} for day in order]

    def _span(self, day: date) -> tuple[date, date]:
        """Return the first and the last day of the period that holds a day; one that no calendar tells stands alone."""
        try:
            start, after = period(self.present.style, self.chart.by, day)  # type: ignore[arg-type]  # a checked grain
        except (Unreadable, OverflowError):
            return day, day
        return start, after - timedelta(days=1)

    def _one(self, unit: str, found: Sequence[tuple[Any, Decimal]], pairs: Pairs) -> Series:
        shown = found[-MOST:] if self.chart.group.type == "date" else found[:MOST]
        most = max((abs(value) for _, value in shown), default=Decimal(0))
        first = shown[0][1] if shown else Decimal(0)
        write, adds_up = self._writer(unit), self.chart.function in ("count", "sum")
        bars = []
        for group, value in shown:
            width = (abs(value) * 100 / most if most else Decimal(0)).quantize(Decimal("0.1"))
            of_first = value / first if first and self.chart.look == "steps" else None
            bars.append(
                Bar(
                    label=self._label(group),
                    text=write(value),
                    width=str(width),
                    inset=str((100 - width) / 2) if self.chart.look == "steps" else "0",
                    percent=self.present.style.percent(of_first * 100, 0) if of_first is not None else "",
                    url=self._url(group, pairs),
                    hue=next((c.hue for c in self.chart.group.choices if c.name == group), "teal"),
                )
            )
        total = write(sum((value for _, value in found), Decimal(0))) if adds_up else ""
        return Series(unit=unit, total=total, bars=tuple(bars), cut=len(found) > len(shown))

    def _writer(self, unit: str) -> Callable[[Decimal], str]:
        style = self.present.style
        if unit:
            return lambda value: style.money(Money(value, unit))
        measured = self.entity.fields.get(self.chart.measured)
        write = style.percent if measured is not None and measured.type == "percent" else style.number
        if self.chart.function == "avg":
            return lambda value: write(rounded_average(value))
        return write

    def _label(self, group: Any) -> str:
        style = self.present.style
        if group is None:
            return style._("Without {field}", field=style.label(self.chart.group.label))
        if isinstance(group, date):
            return self._period(group)
        if isinstance(group, bool):
            return style._("Yes") if group else style._("No")
        return self.views.cell(self.chart.group, group).text or str(group)

    def _period(self, day: date) -> str:
        """Return how a week, month, quarter or year is called that begins on a day."""
        style = self.present.style
        if self.chart.by == "week" or self._span(day) == (day, day):
            return style.date(day)
        begins = style.calendar.from_date(day)
        names = style.calendar.month_names(style.lang)
        if self.chart.by == "year":
            return style.digits.draw(str(begins.year))
        if self.chart.by == "quarter":
            return style.digits.draw(f"{names[begins.month - 1]} – {names[begins.month + 1]} {begins.year}")
        return style.digits.draw(f"{names[begins.month - 1]} {begins.year}")

    def _url(self, group: Any, pairs: Pairs) -> str:
        """Return the list of the records behind a bar."""
        name = self.chart.group.name
        if group is None:
            chips = [f"{name}~empty~"]
        elif isinstance(group, date):
            chips = [f"{name}~from~{group}", f"{name}~to~{self._span(group)[1]}"]
        elif isinstance(group, bool):
            chips = [f"{name}~{'yes' if group else 'no'}~"]
        else:
            chips = [f"{name}~is~{group.id if isinstance(group, Ref) else group}"]
        query = urlencode([*(("f", chip) for chip in chips), *pairs])
        return f"{url_for('web.record_list', entity=self.entity.name)}?{query}"


def _told(figure: Decimal | Mean) -> Decimal:
    """Return the figure of a period that its days were joined to."""
    return figure.value if isinstance(figure, Mean) else figure


def _figures(value: object) -> list[tuple[str, Any]]:
    """Return a figure by its unit: the currency, or none."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, tuple):
        return [(money.currency, money.amount) for money in value]
    return [] if value is None else [("", Decimal(str(value)))]
