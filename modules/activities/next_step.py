"""The next step with a record: what it is, and whether it is late, for today, planned, or nobody's plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.sdk import Actor, Ref, UnitOfWork, look_up, reading
from modules.activities.behaviours import ACTIVITY, OPEN
from modules.activities.belonging import ACCOUNT
from modules.activities.normalizing import zone_named

FIELDS = ("type", "subject", "owner", "scheduled_at", "due_at", "day", "all_day", "zone")

HUES = {"overdue": "red", "today": "amber", "planned": "green", "none": "gray"}
"""The colour of each standing."""

WORDS = {"overdue": "Overdue", "today": "Today", "planned": "Planned"}
"""What each standing is called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """An open activity and how it stands."""

    id: int
    standing: str
    subject: str
    kind: str
    owner: str
    when: object
    is_day: bool

    @property
    def hue(self) -> str:
        """The colour of its standing."""
        return HUES[self.standing]

    @property
    def word(self) -> str:
        """What its standing is called."""
        return WORDS[self.standing]


def open_steps(entity: str, record_id: int, actor: Actor, uow: UnitOfWork, most: int = 3) -> list[Step]:
    """Return the next open activities of a record that the actor may read, earliest first."""
    if not reading(uow).may_read(actor, ACTIVITY, uow.catalog):
        return []
    whose = f"account == {record_id}" if entity == ACCOUNT else f"refers(record, '{entity}', {record_id})"
    where = f"{OPEN} and {whose}"
    found = look_up(uow, ACTIVITY, FIELDS, where=where, actor=actor, sort=("scheduled_at",), most=most)
    return [_step(item, uow) for item in found]


def standing(item: Mapping[str, object], uow: UnitOfWork) -> str:
    """Tell how an open activity stands: overdue, today or planned, by the clock of the zone it is meant in."""
    due, day = item["due_at"], item["day"]
    if isinstance(due, datetime) and due < uow.now:
        return "overdue"
    today = uow.now.astimezone(zone_named(item["zone"], uow)).date()
    return "today" if isinstance(day, date) and day <= today else "planned"


def _step(item: Mapping[str, object], uow: UnitOfWork) -> Step:
    kind, owner = item["type"], item["owner"]
    return Step(
        id=int(str(item["id"])),
        standing=standing(item, uow),
        subject=str(item["subject"]),
        kind=str(kind.title or "") if isinstance(kind, Ref) else "",
        owner=str(owner.title or "") if isinstance(owner, Ref) else "",
        when=item["day"] if item["all_day"] else item["scheduled_at"],
        is_day=bool(item["all_day"]),
    )
