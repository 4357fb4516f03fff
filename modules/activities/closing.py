"""Closing an activity together with its next step, and moving it to another time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from core.sdk import OperationCall, Outcome, Problem, ValidationFailed, look_up, records
from modules.activities.acting import finish, moved, plan_next, usual_next
from modules.activities.behaviours import ACTIVITY
from modules.activities.calls import record_of
from modules.activities.results import RESULT_CHOICES

DONE_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "result_note": {"type": "long_text", "label": "What was said"},
    "result_code": {"type": "choice", "label": "Result", "choices": RESULT_CHOICES},
    "next_day": {"type": "date", "label": "Next step on", "help": "Leave it empty if nothing follows."},
    "next_type": {"type": "reference", "label": "Next step", "to": "activities.activity_type"},
}

MOVE_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "start_at": {"type": "datetime", "label": "Begins"},
    "day": {"type": "date", "label": "Day", "help": "For an activity without a time of day."},
}

Values = Mapping[str, object]


def begin_done(call: OperationCall) -> Values:
    """Begin with what was written so far, and with the step that usually follows."""
    found = _activity(call, "type", "result_code", "result_note")
    return {
        "result_code": found.get("result_code"),
        "result_note": found.get("result_note"),
        "next_type": usual_next(found.get("type"), call.uow),
    }


def done(call: OperationCall) -> Outcome:
    """Close an activity and plan what follows."""
    said = call.values
    finish(call, call.record, said["result_code"], said["result_note"])
    following = plan_next(
        call, call.record, said["next_type"], said["next_day"], record_of(call.record, call)
    )
    record = record_of(call.record, call)
    return Outcome(
        message="Done, and the next step is planned." if following else "Done.",
        entity=record.entity if record else ACTIVITY,
        id=record.id if record else call.record,
        result={"activity": call.record, "next": following},
    )


def begin_reschedule(call: OperationCall) -> Values:
    """Begin with the present time."""
    found = _activity(call, "start_at", "day", "all_day")
    return {"day": found.get("day")} if found.get("all_day") else {"start_at": found.get("start_at")}


def reschedule(call: OperationCall) -> Outcome:
    """Move an activity; it takes as long as before, and its history keeps when it had been, and why."""
    start, day = call.values["start_at"], call.values["day"]
    if isinstance(start, datetime):
        found = _activity(call, "start_at", "end_at", "all_day")
        values = moved(found.get("start_at"), None if found.get("all_day") else found.get("end_at"), start)
    elif isinstance(day, date):
        values = {"all_day": True, "day": day}
    else:
        problem = Problem(code="no_time", field="start_at", message="Say when: a day, or a day with a time.")
        raise ValidationFailed(problems=[problem])
    records(call.uow).update(
        call.actor, ACTIVITY, call.record, values, version=None, uow=call.uow, parsed=True
    )
    return Outcome(message="The activity is moved.", entity=ACTIVITY, id=call.record)


def _activity(call: OperationCall, *fields: str) -> Values:
    where = f"id == {call.record}"
    return next(iter(look_up(call.uow, ACTIVITY, fields, where=where, actor=call.actor)), {})
