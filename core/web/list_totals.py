"""Totals of a list: what its columns add up to, by currency, over all records that the filters find.

A list that fits its page is added up from its rows, so that its figures are those that are shown; a longer one asks
the database when the page is there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.kernel.values import Money
from core.metadata.specs import EntitySpec, FieldSpec
from core.views import ListView
from core.web.fields import FieldViews
from core.web.texts import N_

AVERAGE_PLACES = 1
WORDS = {"avg": N_("average {figure}"), "min": N_("least {figure}"), "max": N_("most {figure}")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """How many records, and the texts of the figures below each column: one for each currency."""

    count: int
    figures: Mapping[str, tuple[str, ...]]


def functions(entity: EntitySpec, view: ListView, columns: Sequence[str]) -> dict[str, str]:
    """Return what is told of each column: what the view says, else the sums of amounts."""
    return {
        name: view.totals.get(name) or "sum"
        for name in columns
        if name in view.totals or entity.fields[name].type == "money"
    }


def measures(wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Return the measures to ask for; how many records there are comes first."""
    return ("count()", *(f"{function}({name})" for name, function in wanted.items()))


def figures_of(
    views: FieldViews, entity: EntitySpec, wanted: Mapping[str, str], group: Mapping[str, Any]
) -> dict[str, tuple[str, ...]]:
    """Return the texts of the figures of one group of an aggregate."""
    return {
        name: _texts(views, entity.fields[name], function, group[f"{function}({name})"])
        for name, function in wanted.items()
    }


def added_up(
    views: FieldViews, entity: EntitySpec, wanted: Mapping[str, str], items: Sequence[Mapping[str, Any]]
) -> Totals:
    """Return the totals of records that are all here."""
    figures = {
        name: _texts(
            views, entity.fields[name], function, _figure(function, [item.get(name) for item in items])
        )
        for name, function in wanted.items()
    }
    return Totals(count=len(items), figures=figures)


def _figure(function: str, values: Iterable[Any]) -> Any:
    """Return what an aggregate would: money as one amount for each currency, otherwise a number or nothing."""
    found = [value for value in values if value is not None]
    if found and isinstance(found[0], Money):
        by_currency: dict[str, list[Decimal]] = {}
        for money in found:
            by_currency.setdefault(money.currency, []).append(money.amount)
        return tuple(Money(_joined(function, by_currency[c]), c) for c in sorted(by_currency))
    return _joined(function, found) if found else None


def _joined(function: str, values: Sequence[Any]) -> Any:
    match function:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "avg":
            return Decimal(sum(values)) / len(values)
    return sum(values)


def rounded_average(value: Any) -> Decimal:
    """Return an average as it is told: nobody wants more of its digits."""
    return round(Decimal(value), AVERAGE_PLACES)


def _texts(views: FieldViews, spec: FieldSpec, function: str, value: Any) -> tuple[str, ...]:
    """Return the figure in the reader's words, always with its unit, and with what it is where it is no sum."""
    style = views.style
    if value is None or value == ():
        return ()
    if isinstance(value, tuple):
        texts = [style.money(one) for one in value]
    elif function == "avg":
        write = style.percent if spec.type == "percent" else style.number
        texts = [write(rounded_average(value))]
    else:
        texts = [views.cell(spec, value).text]
    return tuple(style._(WORDS[function], figure=text) if function in WORDS else text for text in texts)
