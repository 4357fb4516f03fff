"""The leader's view on a page: forecast, funnel, results and ages of a period, each figure with the way to its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

from core.sdk import Answer, Asking, Download, Money, Page, Route, look_up, period, reading
from modules.sales.accuracy import accuracy
from modules.sales.buyers import (
    Ranking,
    as_csv,
    customers,
    lines_in,
    products,
    sold_in,
    unquoted,
    won_without_quote,
)
from modules.sales.forecast import SAID, STEPS, expected_in, forecast
from modules.sales.funnel import HISTORY, OPPORTUNITY, funnel, moment
from modules.sales.matching import ACCOUNT
from modules.sales.quotes import LINE, QUOTE
from modules.sales.results import ages, closed_in, results
from modules.sales.snapshots import SNAPSHOT
from modules.sales.stages import default_pipeline

Unit: TypeAlias = Literal["month", "quarter", "year"]
UNITS: Mapping[str, Unit] = {"month": "month", "quarter": "quarter", "year": "year"}
FURTHEST = 40
"""Periods are looked at this far back and ahead."""


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


UNIT_NAMES = {"month": N_("Month"), "quarter": N_("Quarter"), "year": N_("Year")}
QUOTE_COLUMNS = "cols=title,account,accepted_at,worth,owner"
FILE_HEADS = (N_("Rank"), N_("Company"), N_("Quotes"), N_("Quantity"), N_("Net"))
PRODUCT_HEADS = (N_("Rank"), N_("Product"), N_("Lines"), N_("Quantity"), N_("Net"))
STEP_NAMES = {
    "closed": N_("Won"),
    "commit": N_("Committed"),
    "best_case": N_("Best case"),
    "pipeline": N_("Pipeline"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The period that is looked at, in the reader's calendar; ``end`` is the day after its last."""

    unit: str
    offset: int
    start: dt.date
    end: dt.date

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.end - dt.timedelta(days=1)


def span_of(asking: Asking) -> Span:
    """Return what the address asks for: this quarter, unless it says otherwise."""
    unit = UNITS.get(asking.args.get("unit", ""), "quarter")
    try:
        offset = max(-FURTHEST, min(FURTHEST, int(asking.args.get("offset", "0"))))
    except ValueError:
        offset = 0
    start, end = period(asking.style, unit, asking.style.today(asking.uow.now), offset)
    return Span(unit=unit, offset=offset, start=start, end=end)


def _forecast(asking: Asking, span: Span) -> Mapping[str, Any]:
    found = forecast(asking.uow, asking.actor, asking.style, span.start, span.end)
    inside = expected_in(span.start, span.end)

    def rows_of(whose: int | None, by: str = "owner") -> str:
        return _rows(inside + ("" if whose is None else f" and {by} == {whose}"))

    def overdue_of(whose: int | None, by: str = "owner") -> str:
        late = "state == 'open' and expected_close < $today"
        return _rows(late + ("" if whose is None else f" and {by} == {whose}"))

    def said_of(person: int) -> str:
        asked = {
            "where": f"person == {person} and starts == date('{span.start}') and ends == date('{span.last}')"
        }
        return f"/records/{SAID}?{urlencode(asked)}"

    return {
        "found": found,
        "steps": [(name, STEP_NAMES[name]) for name in STEPS],
        "open_url": rows_of,
        "overdue_url": overdue_of,
        "said_url": said_of,
        "any_said": found.total.said is not None,
        "most": max([row.expected for row in found.rows], default=0) or 1,
    }


def _accuracy(asking: Asking, span: Span) -> Mapping[str, Any]:
    found = accuracy(asking.uow, asking.actor, asking.style, span.start, span.end)

    def then(day: dt.date) -> str:
        asked = {"where": f"taken_on == date('{day}') and {_days(span)}"}
        return f"/records/sales.forecast_snapshot?{urlencode(asked)}"

    return {
        "found": found,
        "then_url": then,
        "most": max([week.expected for week in found.weeks], default=0) or 1,
    }


def _days(span: Span) -> str:
    return f"expected_close >= date('{span.start}') and expected_close < date('{span.end}')"


def _funnel(asking: Asking, span: Span) -> Mapping[str, Any]:
    offered = _pipelines(asking)
    chosen = _pipeline(asking, [number for number, _ in offered])
    steps = funnel(asking.uow, asking.actor, asking.style, chosen, span.start, span.end) if chosen else []
    return {
        "funnel": steps,
        "pipelines": offered,
        "pipeline": chosen,
        "most": max([step.entered for step in steps], default=0) or 1,
        "stage_url": lambda stage: _rows(f"stage == {stage}"),
    }


def _results(asking: Asking, span: Span) -> Mapping[str, Any]:
    closed = closed_in(asking.style, span.start, span.end)
    return {
        "found": results(asking.uow, asking.actor, asking.style, span.start, span.end),
        "closed_url": lambda state: _rows(f"state == '{state}' and {closed}"),
        "reason_url": lambda field, ref: _rows(
            f"state == 'lost' and {f'{field} == {ref.id}' if ref else f'is_empty({field})'} and {closed}"
        ),
    }


def _ages(asking: Asking, _: Span) -> Mapping[str, Any]:
    found = ages(asking.uow, asking.actor, asking.uow.now)

    def rows_of(least: int, most: int | None) -> str:
        now, where = asking.uow.now, "state == 'open'"
        if least:
            where += f" and stage_entered_at <= datetime('{moment(now - dt.timedelta(days=least))}')"
        if most is not None:
            where += f" and stage_entered_at > datetime('{moment(now - dt.timedelta(days=most + 1))}')"
        return _rows(where)

    return {"ages": found, "age_url": rows_of, "most": max([part.count for part in found], default=0) or 1}


def _buyers(asking: Asking, span: Span) -> Mapping[str, Any]:
    uow, style, company = asking.uow, asking.style, _company(asking)
    own = (style, span.start, span.end)
    mine = lines_in(*own, account=company[0] if company else None)

    def lines_of(product: int | None) -> str:
        of = f"product == {product}" if product is not None else "is_empty(product)"
        return _rows(f"{mine} and {of}", LINE, "cols=description,quantity,net_base,quote")

    return {
        "buyers": customers(uow, asking.actor, *own) if company is None else None,
        "sold": products(uow, asking.actor, *own, account=company[0] if company else None),
        "company": company,
        "quotes_url": lambda account: _rows(sold_in(*own, account=account), QUOTE, QUOTE_COLUMNS),
        "lines_url": lines_of,
        "unquoted": won_without_quote(uow, asking.actor, *own),
        "unquoted_url": _rows(unquoted(*own)),
        "file": lambda table: asking.url(
            "sales.buyers", table=table, unit=span.unit, offset=span.offset, **_kept(asking)
        ),
    }


def _company(asking: Asking) -> tuple[int, str] | None:
    """Return the one company that is asked about, as the reader may see it."""
    asked = asking.number("account")
    if asked is None or not reading(asking.uow).may_read(asking.actor, ACCOUNT, asking.catalog, ("name",)):
        return None
    found = look_up(asking.uow, ACCOUNT, ("name",), where=f"id == {asked}", actor=asking.actor)
    return next(((int(str(one["id"])), str(one["name"])) for one in found), None)


def file_of_buyers(asking: Asking) -> Answer:
    """Hand out the ranking that the page shows, companies or products, as a file for spreadsheets."""
    span, style, company = span_of(asking), asking.style, _company(asking)
    own = (asking.uow, asking.actor, style, span.start, span.end)
    table = "products" if asking.args.get("table") == "products" else "companies"
    ranking: Ranking = (
        customers(*own) if table == "companies" else products(*own, account=company[0] if company else None)
    )
    heads = [style._(text) for text in (FILE_HEADS if table == "companies" else PRODUCT_HEADS)]
    data = as_csv(ranking, heads, asking.site.settings.currency)
    return Download(data, f"{table}-{span.start}-{span.last}.csv", "text/csv; charset=utf-8")


REPORTS: Mapping[str, tuple[str, Callable[[Asking, Span], Mapping[str, Any]]]] = {
    "forecast": (N_("Forecast"), _forecast),
    "accuracy": (N_("Forecast and what came of it"), _accuracy),
    "funnel": (N_("Funnel"), _funnel),
    "results": (N_("Won and lost"), _results),
    "buyers": (N_("Who buys what"), _buyers),
    "ages": (N_("Days in stage"), _ages),
}


ALWAYS = ("amount_base", "state", "stage_entered_at")
COUNTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "forecast": {
        OPPORTUNITY: (
            *ALWAYS,
            "weighted_base",
            "forecast_category",
            "expected_close",
            "closed_at",
            "owner",
            "team",
        ),
        "sales.quota": ("person", "for_team", "starts", "ends", "amount_base"),
        SAID: ("person", "starts", "ends", "amount_base"),
    },
    "accuracy": {
        OPPORTUNITY: (*ALWAYS, "expected_close", "closed_at"),
        SNAPSHOT: (
            "taken_on",
            "opportunity",
            "state",
            "category",
            "amount",
            "weighted",
            "expected_close",
            "closed_at",
        ),
    },
    "funnel": {
        OPPORTUNITY: (*ALWAYS, "pipeline", "stage", "furthest"),
        HISTORY: ("to_stage", "at", "again", "rank", "opportunity"),
        "sales.pipeline": ("name", "order"),
    },
    "results": {OPPORTUNITY: (*ALWAYS, "closed_at", "lost_reason", "lost_competitor", "cycle_days")},
    "buyers": {
        OPPORTUNITY: (*ALWAYS, "closed_at", "accepted_quotes"),
        QUOTE: ("account", "state", "accepted_at", "worth", "gross_total"),
        LINE: ("product", "quantity", "net_base", "optional"),
    },
    "ages": {OPPORTUNITY: ALWAYS},
}
"""What each report counts. Who may not read all of it is not offered the report."""


def show(asking: Asking) -> Answer:
    """Show the report that the address names; the first one where it names none."""
    offered = _offered(asking)
    asked = asking.args.get("report", "")
    name = asked if asked in offered else offered[0]
    span = span_of(asking)
    label, work_out = REPORTS[name]

    def address(**changed: object) -> str:
        asked: dict[str, Any] = {
            "report": name,
            "unit": span.unit,
            "offset": span.offset,
            **_kept(asking),
            **changed,
        }
        return asking.url("sales.reports", **asked)

    return Page(
        template="sales/reports.html",
        title=N_("Sales reports"),
        values={
            "report": name,
            "report_label": label,
            "reports": [(key, REPORTS[key][0]) for key in offered],
            "units": list(UNIT_NAMES.items()),
            "span": span,
            "address": address,
            "currency": asking.site.settings.currency,
            "amounts": lambda amount: Money(amount, asking.site.settings.currency),
            "counted_at": asking.uow.now,
            **work_out(asking, span),
        },
    )


def _offered(asking: Asking) -> Sequence[str]:
    """Return the reports of which the reader may read all that they count; the route lets in who sees one of them."""
    may_read = reading(asking.uow).may_read
    return [
        name
        for name in REPORTS
        if all(
            may_read(asking.actor, entity, asking.catalog, fields) for entity, fields in COUNTED[name].items()
        )
    ]


def _kept(asking: Asking) -> Mapping[str, Any]:
    kept = ((name, asking.number(name)) for name in ("pipeline", "account"))
    return {name: number for name, number in kept if number is not None}


def _pipeline(asking: Asking, offered: Sequence[int]) -> int | None:
    """Return the pipeline that the address names, as far as the reader sees it."""
    asked = asking.number("pipeline")
    return asked if asked in offered else default_pipeline(asking.uow) or next(iter(offered), None)


def _pipelines(asking: Asking) -> list[tuple[int, str]]:
    found = look_up(asking.uow, "sales.pipeline", ("name", "order"), actor=asking.actor)
    ordered = sorted(found, key=lambda line: (int(str(line["order"] or 0)), int(str(line["id"]))))
    return [(int(str(line["id"])), str(line["name"])) for line in ordered]


def _rows(where: str, entity: str = OPPORTUNITY, columns: str = "") -> str:
    """Return the address of the list of the records behind a figure."""
    return f"/records/{entity}?{urlencode({'where': where})}" + (f"&{columns}" if columns else "")


ROUTES = (
    Route(
        name="sales.reports",
        path="/reports",
        handle=show,
        grant=(OPPORTUNITY, "read"),
        reads=COUNTED["ages"][OPPORTUNITY],
    ),
    Route(
        name="sales.buyers",
        path="/reports/buyers.csv",
        handle=file_of_buyers,
        grant=(QUOTE, "export"),
        reads=COUNTED["buyers"][QUOTE],
    ),
)
