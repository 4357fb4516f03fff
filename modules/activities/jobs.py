"""What is done beside requests: series are made as far as the horizon, and people are told in the morning."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import JobContext, Task, look_up
from modules.activities.behaviours import RECURRENCE
from modules.activities.booking_mail import is_due, remind_guests
from modules.activities.digests import tell_due
from modules.activities.forgotten import tell_forgotten
from modules.activities.series import build, load_series

Json = Mapping[str, int]


def build_all(context: JobContext) -> Mapping[str, int]:
    """Make the activities of all series, each in a unit of its own; what is there already is not made again."""
    with context.unit("series are looked through") as uow:
        ids = sorted(int(str(item["id"])) for item in look_up(uow, RECURRENCE, (), where="ended != true"))
    made = 0
    for number in ids:
        with context.unit("the activities of a series are made") as uow:
            series = load_series(number, uow)
            made += len(build(series, uow)) if series is not None else 0
    return {"series": len(ids), "made": made}


JOBS = (
    Task(name="activities.remind_guests", run=remind_guests, due=is_due),
    Task(name="activities.build_occurrences", run=build_all, daily=True),
    Task(name="activities.tell_due", run=tell_due, hourly=True),
    Task(name="activities.tell_forgotten", run=tell_forgotten, hourly=True),
)
"""The jobs of this module."""
