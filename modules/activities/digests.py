"""What people find in the morning: what is overdue and what is for today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.sdk import Actor, AnyRef, JobContext, Style, UnitOfWork, look_up, notify, people, style_of
from modules.activities.behaviours import ACTIVITY, OPEN

MORNING = 7
"""The hour of a person's day from which they are told."""

LINES = 10
"""So many activities are named; the others are counted."""

Row = Mapping[str, Any]


def tell_due(context: JobContext) -> Mapping[str, int]:
    """Tell each person, once in the morning of their day, what is overdue and what is for today."""
    told = 0
    with context.unit("what is due is told in the morning") as uow:
        mine: dict[int, list[Row]] = defaultdict(list)
        where = f"{OPEN} and not is_empty(owner) and (due_at < $now or day <= add_days($today, 1))"
        for row in _rows(uow, ACTIVITY, ("owner", "due_at", "day"), where=where):
            mine[row["owner"].id].append(row)
        for person, actor in people(uow, sorted(mine)).items():
            style = style_of(uow, actor.preferences)
            told += _tell_due(person, style, _readable(mine[person], actor, uow), uow)
    return {"told": told}


def _readable(rows: Sequence[Row], actor: Actor, uow: UnitOfWork) -> list[Row]:
    """Return those that the person may still read."""
    ids = [row["id"] for row in rows]
    found: set[int] = set()
    for start in range(0, len(ids), 200):
        some = ids[start : start + 200]
        found |= {row["id"] for row in _rows(uow, ACTIVITY, (), where=f"id in {some}", actor=actor)}
    return [row for row in rows if row["id"] in found]


def _tell_due(person: int, style: Style, rows: Sequence[Row], uow: UnitOfWork) -> int:
    now = uow.now.astimezone(style.zone)
    overdue = [row for row in rows if row["due_at"] is not None and row["due_at"] < uow.now]
    today = [
        row for row in rows if row not in overdue and row["day"] is not None and row["day"] <= now.date()
    ]
    if now.hour < MORNING or not (overdue or today):
        return 0
    named = sorted((*overdue, *today), key=lambda row: (str(row["due_at"]), row["id"]))[:LINES]
    return len(
        notify(
            uow,
            [person],
            title="Overdue: {overdue}, for today: {today}",
            params={"overdue": len(overdue), "today": len(today)},
            kind="due",
            key=f"activities.due:{now.date()}",
            body=[AnyRef(ACTIVITY, row["id"]) for row in named],
            mail=True,
            skip_actor=False,
        )
    )


def _rows(
    uow: UnitOfWork, entity: str, fields: Sequence[str], *, where: str, actor: Actor | None = None
) -> Iterator[Row]:
    yield from look_up(uow, entity, fields, where=where, actor=actor)
