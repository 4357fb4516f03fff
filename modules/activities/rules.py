"""Rules of repetition: RFC 5545 with the calendars and the skipping of RFC 7529, expanded in local time.

    FREQ=WEEKLY;BYDAY=SA,MO;COUNT=10
    RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=1
    RSCALE=PERSIAN;FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;SKIP=BACKWARD

Days that a month lacks are left out (``SKIP=OMIT``, as RFC 5545 has it), or become the last day of the month
(``BACKWARD``) or the first of the next (``FORWARD``). What is left out by hand counts for ``COUNT`` all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from core.sdk import Calendar
from modules.activities.walking import Days, walk

CALENDARS: Mapping[str, str] = MappingProxyType({"GREGORIAN": "gregorian", "PERSIAN": "jalali"})
"""Calendars of rules (the names of the CLDR), and what they are called here."""

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
SKIPS = ("OMIT", "BACKWARD", "FORWARD")
PARTS = frozenset(
    {
        "RSCALE",
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYDAY",
        "BYMONTHDAY",
        "BYMONTH",
        "BYSETPOS",
        "WKST",
        "SKIP",
    }
)
BY_DATE = frozenset({"BYMONTHDAY", "BYMONTH"})
"""What a rule may say of days where months are not those of dateutil."""

MOST = 1000
"""Greatest interval and count."""

LAST_MONTH, LAST_DAY = 12, 31
SOME_DAY = datetime.combine(date(2026, 1, 1), time())

_WEEKDAY = re.compile(r"[+-]?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU)")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_VALUE = re.compile(r"[A-Z0-9,+-]+")
_UNTIL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")


class RuleRefused(ValueError):
    """A rule cannot be read; ``code`` says why, ``str()`` what to write instead."""

    def __init__(self, code: str, message: str, **params: str | int) -> None:
        super().__init__(message)
        self.code, self.message, self.params = code, message, params


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule that was read. ``until`` is the last local moment that may be."""

    parts: Mapping[str, str]
    until: datetime | None = None

    @property
    def frequency(self) -> str:
        """DAILY, WEEKLY, MONTHLY or YEARLY."""
        return self.parts["FREQ"]

    @property
    def interval(self) -> int:
        """Every so manieth of them."""
        return int(self.parts.get("INTERVAL", "1"))

    @property
    def count(self) -> int | None:
        """How many there are in all, those left out included; None without an end."""
        return int(self.parts["COUNT"]) if "COUNT" in self.parts else None

    @property
    def calendar(self) -> str:
        """The calendar whose months and years are meant."""
        return CALENDARS[self.parts.get("RSCALE", "GREGORIAN")]

    @property
    def skip(self) -> str:
        """What becomes of a day that a month lacks."""
        return self.parts.get("SKIP", "OMIT")

    @property
    def is_by_calendar(self) -> bool:
        """Whether months are walked by our own arithmetic, because dateutil knows neither calendars nor skipping."""
        return self.frequency in ("MONTHLY", "YEARLY") and (
            self.calendar != "gregorian" or self.skip != "OMIT"
        )

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return the numbers of a part such as BYMONTHDAY."""
        return tuple(int(n) for n in self.parts[name].split(",")) if self.parts.get(name) else ()

    def ended(self, *, until: datetime | None = None, count: int | None = None) -> Rule:
        """Return the rule with another end, or with none."""
        rest = {k: v for k, v in self.parts.items() if k not in ("UNTIL", "COUNT")}
        if count is not None:
            return Rule(parts={**rest, "COUNT": str(count)})
        if until is not None:
            return Rule(parts={**rest, "UNTIL": until.strftime("%Y%m%dT%H%M%S")}, until=until)
        return Rule(parts=rest)

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.parts.items())


def read_rule(text: str, zone: ZoneInfo) -> Rule:
    """Read a rule, or raise `RuleRefused`; an end in UTC is brought to the zone the rule is meant in."""
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, sign, value = piece.partition("=")
        if not sign or not _VALUE.fullmatch(value) or name in parts or name not in PARTS:
            raise _unreadable()
        parts[name] = value
    _check(parts)
    rule = Rule(parts=parts, until=_until(parts.get("UNTIL"), zone))
    if not rule.is_by_calendar:
        _by_dateutil(rule, SOME_DAY)
    elif set(parts) & {"BYDAY", "BYSETPOS"}:
        raise RuleRefused(
            "rule_by_day",
            "A rule with RSCALE or SKIP names days by BYMONTHDAY and BYMONTH only.",
        )
    return rule


def occurrences(rule: Rule, first: datetime, calendar: Calendar) -> Iterator[datetime]:
    """Yield the local moments of a rule that begins at ``first``, in order, without end where it has none."""
    found = _by_calendar(rule, first, calendar) if rule.is_by_calendar else _by_dateutil(rule, first)
    for number, moment in enumerate(found):
        if rule.until is not None and moment > rule.until:
            return
        if rule.count is not None and number >= rule.count:
            return
        yield moment


def _by_dateutil(rule: Rule, first: datetime) -> Iterator[datetime]:
    text = ";".join(f"{k}={v}" for k, v in rule.parts.items() if k not in ("RSCALE", "SKIP", "UNTIL"))
    try:
        return iter(rrulestr(text, dtstart=first))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as refused:
        raise _unreadable() from refused


def _by_calendar(rule: Rule, first: datetime, calendar: Calendar) -> Iterator[datetime]:
    days = Days(
        frequency=rule.frequency,
        interval=rule.interval,
        months=rule.numbers("BYMONTH"),
        days=rule.numbers("BYMONTHDAY"),
        skip=rule.skip,
    )
    for day in walk(days, first.date(), calendar):
        yield datetime.combine(day, first.time())


def _check(parts: dict[str, str]) -> None:
    """Refuse parts that are wrong in themselves or do not go together."""
    if "SKIP" in parts:
        parts.setdefault("RSCALE", "GREGORIAN")
    _one_of(parts, "FREQ", FREQUENCIES)
    _one_of({"RSCALE": "GREGORIAN", **parts}, "RSCALE", tuple(CALENDARS))
    _one_of({"SKIP": "OMIT", **parts}, "SKIP", SKIPS)
    for name, most in (("INTERVAL", MOST), ("COUNT", MOST)):
        _numbers(parts, name, range(1, most + 1), single=True)
    _numbers(parts, "BYMONTH", range(1, LAST_MONTH + 1))
    _numbers(parts, "BYMONTHDAY", range(-LAST_DAY, LAST_DAY + 1))
    _numbers(parts, "BYSETPOS", range(-5, 6))
    if not all(_WEEKDAY.fullmatch(day) for day in parts.get("BYDAY", "MO").split(",")):
        raise _unreadable()
    if _never(parts):
        raise RuleRefused("rule_never", "This rule names no day that there is.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleRefused(
            "rule_two_ends", "A rule ends after a number (COUNT) or at a day (UNTIL), not both."
        )
    other = parts.get("RSCALE", "GREGORIAN") != "GREGORIAN"
    if other and parts["FREQ"] in ("DAILY", "WEEKLY") and set(parts) & BY_DATE:
        raise RuleRefused("rule_by_month", "Days and weeks are counted without months; take them out.")


def _never(parts: Mapping[str, str]) -> bool:
    """Tell whether a rule can have no day at all: it would be looked for to the end of time."""
    frequency, by = parts["FREQ"], {name for name in parts if name.startswith("BY")}
    if frequency == "DAILY" and by and parts.get("INTERVAL", "1") != "1":
        return True
    if "BYSETPOS" in by and (frequency != "MONTHLY" or "BYDAY" not in by):
        return True
    if frequency == "WEEKLY" and "BYMONTHDAY" in by:
        return True
    if "SKIP" in parts or parts.get("RSCALE", "GREGORIAN") != "GREGORIAN" or not by >= BY_DATE:
        return False
    days = [abs(int(day)) for day in parts["BYMONTHDAY"].split(",")]
    return all(min(days) > _LENGTHS[int(month) - 1] for month in parts["BYMONTH"].split(","))


def _unreadable() -> RuleRefused:
    return RuleRefused("rule_unreadable", "Write a rule like {example}.", example="FREQ=WEEKLY;BYDAY=SA")


def _one_of(parts: Mapping[str, str], name: str, known: tuple[str, ...]) -> None:
    if parts.get(name) not in known:
        raise RuleRefused(
            "rule_unknown_value", "{part} is one of: {known}.", part=name, known=", ".join(known)
        )


def _numbers(parts: Mapping[str, str], name: str, allowed: range, *, single: bool = False) -> None:
    if name not in parts:
        return
    written = parts[name].split(",")
    try:
        numbers = [int(one) for one in written]
    except ValueError:
        numbers = [0]
    if 0 in numbers or any(n not in allowed for n in numbers) or (single and len(numbers) > 1):
        raise RuleRefused(
            "rule_number",
            "{part} takes whole numbers from {first} to {last}.",
            part=name,
            first=allowed[0],
            last=allowed[-1],
        )


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Return the last local moment of a rule; a day alone means all of it."""
    if text is None:
        return None
    match = _UNTIL.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = (int(part) for part in match.groups()[:3])
        if match[4] is None:
            return datetime.combine(date(year, month, day), time.max)
        moment = datetime(year, month, day, int(match[4]), int(match[5]), int(match[6]), tzinfo=UTC)
    except ValueError:
        raise RuleRefused(
            "rule_until", "UNTIL is a day or a moment like {example}.", example="20270320T203000Z"
        ) from None
    local = moment.astimezone(zone) if match[7] else moment
    return local.replace(tzinfo=None)


def first_ones(rule: Rule, first: datetime, calendar: Calendar, number: int) -> list[datetime]:
    """Return the first few local moments of a rule."""
    return list(islice(occurrences(rule, first, calendar), number))
