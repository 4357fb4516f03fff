"""What people can do with records and activities at one press: the operations of this module."""

from __future__ import annotations

from core.sdk import Operation
from modules.activities import calls, closing, inviting, planning, series_operations
from modules.activities.behaviours import ACTIVITIES, ACTIVITY, COMPANY_ACTIVITIES, OPEN
from modules.activities.booking import PAGE
from modules.activities.booking_hosts import leave


def on_records(behaviour: str) -> tuple[Operation, ...]:
    """Return what can be done on every record with a behaviour."""
    return (
        Operation(
            name=f"activities.{behaviour}.log_call",
            behaviour=behaviour,
            label="Log a call",
            icon="phone",
            run=calls.log_call,
            start=calls.begin,
            fields=calls.FIELDS,
            key="L",
            weight=10,
        ),
        Operation(
            name=f"activities.{behaviour}.plan_activity",
            behaviour=behaviour,
            label="Plan an activity",
            icon="calendar",
            run=planning.plan_activity,
            start=planning.begin,
            fields=planning.FIELDS,
            key="A",
            weight=20,
        ),
        Operation(
            name=f"activities.{behaviour}.make_plan",
            behaviour=behaviour,
            label="Make a plan",
            icon="list",
            run=planning.make_plan,
            start=planning.begin_plan,
            fields=planning.PLAN_FIELDS,
            place="menu",
            weight=30,
        ),
    )


ON_ACTIVITIES = (
    Operation(
        name="activities.done",
        entity=ACTIVITY,
        label="Done, and next",
        icon="check",
        run=closing.done,
        start=closing.begin_done,
        fields=closing.DONE_FIELDS,
        when=OPEN,
        weight=10,
    ),
    Operation(
        name="activities.reschedule",
        entity=ACTIVITY,
        label="Reschedule",
        icon="clock",
        run=closing.reschedule,
        start=closing.begin_reschedule,
        fields=closing.MOVE_FIELDS,
        when=OPEN,
        reason="optional",
        weight=20,
    ),
    Operation(
        name="activities.invite",
        entity=ACTIVITY,
        label="Send invitations",
        icon="mail",
        run=inviting.invite,
        when=f"{OPEN} and count(attendees) > 0",
        confirm="Everybody who is asked and has not answered gets a mail with a link to answer.",
        place="menu",
        weight=25,
    ),
    Operation(
        name="activities.repeat",
        entity=ACTIVITY,
        label="Repeat",
        icon="refresh",
        run=series_operations.repeat,
        start=series_operations.begin_repeat,
        fields=series_operations.REPEAT_FIELDS,
        when=f"{OPEN} and is_empty(recurrence)",
        place="menu",
        weight=30,
    ),
    Operation(
        name="activities.change_series",
        entity=ACTIVITY,
        label="Change the series",
        icon="refresh",
        run=series_operations.change_series,
        start=series_operations.begin_change,
        fields=series_operations.CHANGE_FIELDS,
        when=f"{OPEN} and not is_empty(recurrence)",
        reason="optional",
        place="menu",
        weight=40,
    ),
    Operation(
        name="activities.end_series",
        entity=ACTIVITY,
        label="End the series here",
        icon="x",
        run=series_operations.stop_series,
        when=f"{OPEN} and not is_empty(recurrence)",
        confirm="This activity and the following ones of its series go to the trash.",
        place="menu",
        danger=True,
        weight=50,
    ),
)

ON_PAGES = (
    Operation(
        name="activities.leave",
        entity=PAGE,
        label="Take me off",
        icon="x",
        run=leave,
        when="$user in hosts",
        confirm="Your times are no longer offered on this page. Meetings that are booked stay.",
        place="menu",
        weight=10,
    ),
)

OPERATIONS = (*on_records(ACTIVITIES.name), *on_records(COMPANY_ACTIVITIES.name), *ON_ACTIVITIES, *ON_PAGES)
"""All of them."""
