"""Natural dates: "this month" and its like, as ranges of days in the reader's calendar and zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from core.errors import BadRequest
from core.i18n import Style, period
from core.i18n.periods import Unit
from core.web.texts import N_

PERIODS: Mapping[str, tuple[Unit, int, str]] = {
    "today": ("day", 0, N_("today")),
    "yesterday": ("day", -1, N_("yesterday")),
    "tomorrow": ("day", 1, N_("tomorrow")),
    "this_week": ("week", 0, N_("this week")),
    "last_week": ("week", -1, N_("last week")),
    "next_week": ("week", 1, N_("next week")),
    "this_month": ("month", 0, N_("this month")),
    "last_month": ("month", -1, N_("last month")),
    "next_month": ("month", 1, N_("next month")),
    "this_quarter": ("quarter", 0, N_("this quarter")),
    "last_quarter": ("quarter", -1, N_("last quarter")),
    "next_quarter": ("quarter", 1, N_("next quarter")),
    "this_year": ("year", 0, N_("this year")),
    "last_year": ("year", -1, N_("last year")),
    "next_year": ("year", 1, N_("next year")),
}
"""What people say: unit, how many units away, and the words."""


def bounds(name: str, style: Style) -> tuple[date, date]:
    """Return the first day of a period and the first day after it, as the reader counts days."""
    known = PERIODS.get(name)
    if known is None:
        raise BadRequest(
            "{text} is no period. There are: {known}.", code="bad_value", text=name[:40], known=tuple(PERIODS)
        )
    unit, offset, _ = known
    return period(style, unit, style.today(datetime.now(UTC)), offset)


def choices(style: Style) -> list[tuple[str, str]]:
    """Return the periods with their words in the reader's language."""
    return [(name, style._(words)) for name, (_, _, words) in PERIODS.items()]
