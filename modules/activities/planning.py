"""Planning: one activity on a record, or a whole set of them by a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from core.sdk import (
    AnyRef,
    OperationCall,
    Outcome,
    Problem,
    Ref,
    ValidationFailed,
    look_up,
    records,
)
from modules.activities.acting import create, kind_of
from modules.activities.behaviours import ACTIVITY
from modules.activities.colleagues import touches

PLAN, STEP = "activities.activity_plan", "activities.activity_plan_step"

FIELDS: Mapping[str, Mapping[str, Any]] = {
    "type": {"type": "reference", "label": "Kind", "to": "activities.activity_type", "required": True},
    "subject": {"type": "text", "label": "Subject", "help": "Empty means the name of its kind."},
    "day": {"type": "date", "label": "Day", "help": "For an activity without a time of day."},
    "start_at": {"type": "datetime", "label": "Begins"},
    "owner": {"type": "reference", "label": "Assigned to", "to": "base.user", "default": "$user"},
    "description": {"type": "long_text", "label": "Description"},
}

PLAN_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "plan": {"type": "reference", "label": "Plan", "to": PLAN, "required": True},
    "start": {"type": "date", "label": "Beginning of the plan", "required": True},
    "end": {"type": "date", "label": "End of the plan", "help": "Needed where steps are counted from it."},
}

ALREADY = "A colleague has been in touch in the last seven days; look before you call."


def begin(call: OperationCall) -> Mapping[str, object]:
    """Begin with a call, for whoever plans it."""
    asked = call.asking.number("type")
    kind = Ref(asked) if asked is not None else kind_of("call", call.uow)
    name = next(iter(look_up(call.uow, "activities.activity_type", ("name",), where=f"id == {kind.id}")), {})
    return {
        "type": Ref(kind.id, str(name.get("name") or "")),
        "owner": Ref(call.actor.id, call.actor.name) if call.actor.id else None,
    }


def plan_activity(call: OperationCall) -> Outcome:
    """Plan one activity on a record."""
    said = {name: value for name, value in call.values.items() if value is not None}
    if "start_at" not in said and "day" in said:
        said["all_day"] = True
    number = create(call, said)
    found = touches(call.entity, call.record, call.actor, call.uow) if call.record else []
    return Outcome(
        message="The activity is planned.",
        entity=call.entity,
        id=call.record,
        result={"activity": number},
        warnings=(ALREADY,) if found else (),
    )


def begin_plan(call: OperationCall) -> Mapping[str, object]:
    """Begin today, with the plan if there is but one."""
    plans = list(_plans(call))
    return {
        "start": call.asking.style.today(call.uow.now),
        "plan": Ref(int(str(plans[0]["id"])), str(plans[0]["name"])) if len(plans) == 1 else None,
    }


def make_plan(call: OperationCall) -> Outcome:
    """Plan all activities of a plan on a record at once."""
    said = call.values
    chosen = {int(str(plan["id"])) for plan in _plans(call)}
    if said["plan"].id not in chosen:
        problem = Problem(code="other_plan", field="plan", message="This plan is not for such records.")
        raise ValidationFailed(problems=[problem])
    rows = [_activity(call, step) for step in _steps(said["plan"].id, call)]
    made = records(call.uow).create(call.actor, ACTIVITY, rows, uow=call.uow, parsed=True)
    return Outcome(
        message="{number} activities are planned.",
        params={"number": len(made)},
        entity=call.entity,
        id=call.record,
        result={"activities": [one.id for one in made]},
    )


def _plans(call: OperationCall) -> Iterator[Mapping[str, object]]:
    """Return the plans in use that are for such records."""
    where = f"active == true and (is_empty(for_entity) or for_entity == '{call.entity}')"
    return look_up(call.uow, PLAN, ("name",), where=where, actor=call.actor)


def _steps(plan: int, call: OperationCall) -> list[Mapping[str, object]]:
    fields = ("type", "subject", "offset_days", "offset_from", "assignee_rule")
    steps = list(look_up(call.uow, STEP, fields, where=f"plan == {plan}"))
    if not steps:
        problem = Problem(code="no_steps", field="plan", message="This plan has no steps yet.")
        raise ValidationFailed(problems=[problem])
    return sorted(steps, key=lambda step: int(str(step["id"])))


def _activity(call: OperationCall, step: Mapping[str, object]) -> dict[str, Any]:
    base = call.values["end"] if step["offset_from"] == "end" else call.values["start"]
    if not isinstance(base, date):
        problem = Problem(
            code="no_end",
            field="end",
            message="Steps of this plan are counted from its end; say when that is.",
        )
        raise ValidationFailed(problems=[problem])
    return {
        "type": step["type"],
        "subject": step["subject"],
        "record": AnyRef(call.entity, call.record),
        "owner": _assignee(call, str(step["assignee_rule"])),
        "all_day": True,
        "day": base + timedelta(days=int(str(step["offset_days"]))),
    }


def _assignee(call: OperationCall, rule: str) -> Ref | None:
    own = Ref(call.actor.id) if call.actor.id else None
    if rule != "record_owner" or not call.asking.entity(call.entity).has("owner"):
        return own
    found = next(iter(look_up(call.uow, call.entity, ("owner",), where=f"id == {call.record}")), {})
    owner = found.get("owner")
    return Ref(owner.id) if isinstance(owner, Ref) else own
