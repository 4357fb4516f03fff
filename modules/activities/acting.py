"""Making and closing activities on behalf of whoever acts: what operations share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from core.sdk import AnyRef, OperationCall, Problem, Ref, UnitOfWork, ValidationFailed, look_up, records
from modules.activities.behaviours import ACTIVITY, OPEN
from modules.activities.normalizing import TYPE, type_of

Values = Mapping[str, object]


def kind_of(category: str, uow: UnitOfWork) -> Ref:
    """Return the first kind of activity of a category that is in use; refuse where there is none."""
    found = look_up(uow, TYPE, ("category",), where=f"category == '{category}' and active == true")
    ids = sorted(int(str(item["id"])) for item in found)
    if not ids:
        problem = Problem(
            code="no_kind",
            message="No kind of activity of the category {category} is in use; make one in the settings.",
            params={"category": category},
        )
        raise ValidationFailed(problems=[problem])
    return Ref(ids[0])


def create(call: OperationCall, values: Values, fixed: Values | None = None) -> int:
    """Make an activity on the record of the call; a subject that is missing is the name of its kind.

    ``fixed`` values follow from what is done: nobody types them.
    """
    kind = values.get("type")
    whole = {
        "record": AnyRef(call.entity, call.record) if call.record else None,
        "owner": Ref(call.actor.id) if call.actor.id else None,
        **values,
    }
    whole["subject"] = whole.get("subject") or str(type_of(kind, call.uow).get("name") or "")
    if not isinstance(whole["owner"], Ref):
        whole.pop("owner")
    made = records(call.uow).create(call.actor, ACTIVITY, [whole], uow=call.uow, parsed=True, fixed=fixed)
    return made[0].id


def finish(call: OperationCall, activity: int, result: object, note: object) -> None:
    """Close an activity through its workflow."""
    records(call.uow).transition(
        call.actor,
        ACTIVITY,
        activity,
        "finish",
        values={"result_code": result, "result_note": note},
        uow=call.uow,
        version=None,
    )


def lacks(kind: object, result: object, note: object, uow: UnitOfWork) -> bool:
    """Tell whether an activity of a kind cannot be closed with so little."""
    told = type_of(kind, uow)
    return bool((told.get("requires_result") and not result) or (told.get("requires_note") and not note))


def plan_next(call: OperationCall, after: int, kind: object, day: object, record: object) -> int | None:
    """Plan the step after an activity, if a day was said; return its id."""
    if not isinstance(day, date):
        return None
    following = kind if isinstance(kind, Ref) else kind_of("task", call.uow)
    values: dict[str, object] = {"type": following, "all_day": True, "day": day}
    if isinstance(record, AnyRef):
        values["record"] = AnyRef(record.entity, record.id)
    elif call.entity == ACTIVITY:
        values["record"] = None
    return create(call, values, {"follows": Ref(after)})


def usual_next(kind: object, uow: UnitOfWork) -> Ref | None:
    """Return the kind of activity that usually follows."""
    following = type_of(kind, uow).get("chain_next_type")
    return Ref(following.id, following.title) if isinstance(following, Ref) else None


def own_open_call(call: OperationCall) -> Ref | None:
    """Return the call of the actor that stands open on a record for today or before; the earliest."""
    where = (
        f"{OPEN} and owner == $user and category == 'call' and day <= $today"
        f" and refers(record, '{call.entity}', {call.record})"
    )
    found = list(look_up(call.uow, ACTIVITY, ("subject", "scheduled_at"), where=where, actor=call.actor))
    first = min(found, key=lambda item: str(item["scheduled_at"]), default=None)
    return Ref(int(str(first["id"])), str(first["subject"])) if first else None


def moved(start: object, end: object, new: datetime) -> dict[str, object]:
    """Return the times of an activity that begins at another moment and takes as long as before."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        return {"all_day": False, "start_at": new, "end_at": new + (end - start)}
    return {"all_day": False, "start_at": new, "end_at": None}


def just_now(now: datetime, minutes: int) -> dict[str, object]:
    """Return the times of an activity that has just ended."""
    ended = now.replace(second=0, microsecond=0)
    return {"start_at": ended - timedelta(minutes=minutes), "end_at": ended}
