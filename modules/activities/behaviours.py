"""Behaviours that let records have activities: when the next one is, and when the last one was."""

from __future__ import annotations

from core.sdk import Behaviour

OPEN = "state in ['planned', 'in_progress']"
"""What is still to be done."""

WHY = "A moment tells nobody what was said, and who sees the record must know whether somebody cares for it."

ACTIVITY, RECURRENCE = "activities.activity", "activities.recurrence"


def _with_steps(name: str, by: str) -> Behaviour:
    """Return a behaviour whose next and last activity are those that point here by this reference."""
    return Behaviour(
        name=name,
        owner="activities",
        fields={
            "next_activity_at": {
                "type": "datetime",
                "label": "Next activity",
                "rollup": {"from": ACTIVITY, "by": by, "min": "scheduled_at", "where": OPEN},
                "readable_because": WHY,
            },
            "last_activity_at": {
                "type": "datetime",
                "label": "Last activity",
                "rollup": {"from": ACTIVITY, "by": by, "max": "done_at", "where": "state == 'done'"},
                "readable_because": WHY,
            },
        },
        joins={ACTIVITY: "record", RECURRENCE: "record"},
    )


ACTIVITIES = _with_steps("activities", by="record")
COMPANY_ACTIVITIES = _with_steps("company_activities", by="account")
"""For companies, whose activities are also those with their people and on their other records."""
