"""Repeating an activity, and changing or ending its series, as people say it in a dialog.

Whoever is granted the operation on an activity may do it: what follows in its series is written by the system.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from core.sdk import Conflict, OperationCall, Outcome, Ref, look_up, records
from modules.activities.acting import moved
from modules.activities.behaviours import ACTIVITY
from modules.activities.repeating import change_all, change_following, end_series, start_series
from modules.activities.rules import CALENDARS
from modules.activities.series import Series, load_series

WEEKDAYS: Mapping[str, str] = {
    "mo": "MO",
    "tu": "TU",
    "we": "WE",
    "th": "TH",
    "fr": "FR",
    "sa": "SA",
    "su": "SU",
}

SCALES = {name: scale for scale, name in CALENDARS.items()}
"""What calendars are called in rules."""

REPEAT_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "frequency": {
        "type": "choice",
        "label": "Every",
        "required": True,
        "default": "weekly",
        "choices": {
            "daily": {"label": "Day"},
            "weekly": {"label": "Week"},
            "monthly": {"label": "Month"},
            "yearly": {"label": "Year"},
        },
    },
    "interval": {
        "type": "integer",
        "label": "So many of them apart",
        "minimum": 1,
        "maximum": 100,
        "default": 1,
    },
    "weekdays": {
        "type": "multi_choice",
        "label": "On",
        "help": "For weeks; empty means the weekday of the activity.",
        "choices": {
            "sa": {"label": "Saturday"},
            "su": {"label": "Sunday"},
            "mo": {"label": "Monday"},
            "tu": {"label": "Tuesday"},
            "we": {"label": "Wednesday"},
            "th": {"label": "Thursday"},
            "fr": {"label": "Friday"},
        },
    },
    "calendar": {
        "type": "choice",
        "label": "Months and years of",
        "default": "gregorian",
        "choices": {
            "gregorian": {"label": "the Gregorian calendar"},
            "jalali": {"label": "the Jalali calendar"},
        },
    },
    "on_day": {
        "type": "choice",
        "label": "Day of the month",
        "default": "same",
        "choices": {
            "same": {"label": "That of the activity"},
            "first": {"label": "The first"},
            "last": {"label": "The last"},
        },
    },
    "short_months": {
        "type": "choice",
        "label": "In months that are too short",
        "default": "backward",
        "choices": {"backward": {"label": "Take the last day"}, "omit": {"label": "Leave it out"}},
    },
    "times": {"type": "integer", "label": "So many times", "minimum": 1, "maximum": 1000},
    "until": {"type": "date", "label": "Until"},
}

SCOPE: Mapping[str, Any] = {
    "type": "choice",
    "label": "Which",
    "required": True,
    "default": "this",
    "choices": {
        "this": {"label": "This one"},
        "following": {"label": "This and the following"},
        "all": {"label": "All of the series"},
    },
}

CHANGE_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "scope": SCOPE,
    "start_at": {"type": "datetime", "label": "Begins"},
    "subject": {"type": "text", "label": "Subject"},
    "owner": {"type": "reference", "label": "Assigned to", "to": "base.user"},
}

Values = Mapping[str, Any]


def begin_repeat(call: OperationCall) -> Values:
    """Begin with every week, in the calendar of the reader."""
    own = call.asking.style.calendar.name
    return {"calendar": own if own in SCALES else "gregorian", "frequency": "weekly"}


def repeat(call: OperationCall) -> Outcome:
    """Repeat an activity by what was said."""
    series, made = start_series(call.record, ";".join(rule_parts(call.values)), call.uow)
    return Outcome(
        message="{number} further activities are planned.",
        params={"number": len(made)},
        entity=ACTIVITY,
        id=call.record,
        result={"series": series, "made": made},
    )


def rule_parts(said: Values) -> Iterator[str]:
    """Yield the parts of the rule that was said in a dialog."""
    frequency, by_month = str(said["frequency"]), said["frequency"] in ("monthly", "yearly")
    if by_month:
        yield f"RSCALE={SCALES[said['calendar'] or 'gregorian']}"
    yield f"FREQ={frequency.upper()}"
    if (said["interval"] or 1) > 1:
        yield f"INTERVAL={said['interval']}"
    if frequency == "weekly" and said["weekdays"]:
        yield f"BYDAY={','.join(WEEKDAYS[day] for day in said['weekdays'])}"
    if by_month and said["on_day"] in ("first", "last"):
        yield f"BYMONTHDAY={1 if said['on_day'] == 'first' else -1}"
    if by_month:
        yield f"SKIP={(said['short_months'] or 'backward').upper()}"
    if said["times"]:
        yield f"COUNT={said['times']}"
    elif isinstance(said["until"], date):
        yield f"UNTIL={said['until']:%Y%m%d}"


def begin_change(call: OperationCall) -> Values:
    """Begin with how the activity is now."""
    found = _activity(call, "start_at", "subject", "owner", "all_day")
    return {
        "scope": "this",
        "start_at": None if found["all_day"] else found["start_at"],
        "subject": found["subject"],
        "owner": found["owner"],
    }


def change_series(call: OperationCall) -> Outcome:
    """Move or change this activity, this and the following, or all of its series."""
    found = _activity(call, "start_at", "end_at", "original_start", "recurrence", "all_day")
    changes = {name: call.values[name] for name in ("subject", "owner") if call.values[name]}
    start = call.values["start_at"]
    if call.values["scope"] == "this":
        times = moved(found["start_at"], found["end_at"], start) if isinstance(start, datetime) else {}
        values = {**changes, **times}
        records(call.uow).update(
            call.actor, ACTIVITY, call.record, values, version=None, uow=call.uow, parsed=True
        )
        return Outcome(message="The activity is changed.", entity=ACTIVITY, id=call.record)
    series = _series(found, call)
    delta = _delta(series, found, start)
    if call.values["scope"] == "all":
        change_all(series, changes, delta, call.uow)
    else:
        change_following(series, found["original_start"], changes, delta, call.uow)
    return Outcome(message="The series is changed.", entity=ACTIVITY, id=call.record)


def stop_series(call: OperationCall) -> Outcome:
    """End a series before this activity."""
    found = _activity(call, "original_start", "recurrence")
    gone = end_series(_series(found, call), found["original_start"], call.uow)
    return Outcome(
        message="The series has ended; {number} activities are in the trash.",
        params={"number": gone},
        entity=ACTIVITY,
        result={"deleted": gone},
    )


def _delta(series: Series, found: Values, start: object) -> timedelta:
    """Return by how much the local time moves, measured where the series had put the activity."""
    if not isinstance(start, datetime) or found["all_day"]:
        return timedelta()
    planned = series.local(found["original_start"]) + series.shift
    return series.local(start) - planned


def _series(found: Values, call: OperationCall) -> Series:
    recurrence = found["recurrence"]
    series = load_series(recurrence.id, call.uow) if isinstance(recurrence, Ref) else None
    if series is None:
        raise Conflict("The series of this activity is gone.", code="no_series")
    return series


def _activity(call: OperationCall, *fields: str) -> Values:
    where = f"id == {call.record}"
    return next(iter(look_up(call.uow, ACTIVITY, fields, where=where, actor=call.actor)))
