"""Logging a call: the result and a sentence, in one dialog, with the next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.sdk import AnyRef, OperationCall, Outcome, Ref, look_up, records
from modules.activities.acting import (
    create,
    finish,
    just_now,
    kind_of,
    lacks,
    own_open_call,
    plan_next,
    usual_next,
)
from modules.activities.behaviours import ACTIVITY
from modules.activities.colleagues import need_reason, touches
from modules.activities.normalizing import type_of
from modules.activities.results import RESULT_CHOICES

FIELDS: Mapping[str, Mapping[str, Any]] = {
    "result_note": {
        "type": "long_text",
        "label": "What was said",
        "help": "A call without it stays open in your list.",
    },
    "result_code": {"type": "choice", "label": "Result", "choices": RESULT_CHOICES},
    "next_day": {
        "type": "date",
        "label": "Next step on",
        "help": "Leave it empty if nothing follows.",
    },
    "next_type": {"type": "reference", "label": "Next step", "to": "activities.activity_type"},
    "again_reason": {
        "type": "text",
        "label": "Why again",
        "help": "Needed where a colleague has been in touch in the last seven days.",
    },
    "closes": {
        "type": "reference",
        "label": "Planned call",
        "to": ACTIVITY,
        "help": "The planned call that this was.",
    },
}


def begin(call: OperationCall) -> Mapping[str, object]:
    """Begin with what is most likely: reached, the planned call of today, the usual next step."""
    kind = kind_of("call", call.uow)
    return {
        "result_code": "reached",
        "closes": own_open_call(call),
        "next_type": usual_next(kind, call.uow),
    }


def log_call(call: OperationCall) -> Outcome:
    """Write down a call; without what closing needs it stays an open one of today."""
    said, uow = call.values, call.uow
    found = touches(call.entity, call.record, call.actor, uow)
    need_reason(found, said["again_reason"], field="again_reason", uow=uow)
    kind = kind_of("call", uow)
    result, note = said["result_code"], said["result_note"]
    number = _number(call, kind, found=bool(found))
    if lacks(kind, result, note, uow):
        if result or note:
            values = {"result_code": result, "result_note": note}
            records(uow).update(call.actor, ACTIVITY, number, values, version=None, uow=uow, parsed=True)
        return Outcome(
            message="The call is not closed yet: write what was said. It stays in your list.",
            entity=ACTIVITY,
            id=number,
            result={"activity": number, "state": "planned"},
        )
    finish(call, number, result, note)
    following = plan_next(call, number, said["next_type"], said["next_day"], AnyRef(call.entity, call.record))
    return Outcome(
        message="The call is logged and the next step is planned." if following else "The call is logged.",
        entity=call.entity,
        id=call.record,
        result={"activity": number, "next": following, "state": "done"},
    )


def _number(call: OperationCall, kind: Ref, *, found: bool) -> int:
    """Return the activity that the call is: the planned one that was named, or a new one that has just ended."""
    planned, reason = call.values["closes"], call.values["again_reason"] if found else None
    if isinstance(planned, Ref):
        if reason:
            records(call.uow).update(
                call.actor, ACTIVITY, planned.id, {"again_reason": reason}, version=None, uow=call.uow
            )
        return planned.id
    minutes = type_of(kind, call.uow).get("default_minutes")
    times = just_now(call.uow.now, minutes if isinstance(minutes, int) else 0)
    return create(call, {"type": kind, "again_reason": reason, **times})


def record_of(activity: int, call: OperationCall) -> AnyRef | None:
    """Return what an activity concerns, as whoever acts may know it."""
    where = f"id == {activity}"
    found = next(iter(look_up(call.uow, ACTIVITY, ("record",), where=where, actor=call.actor)), {})
    record = found.get("record")
    return AnyRef(record.entity, record.id) if isinstance(record, AnyRef) else None
