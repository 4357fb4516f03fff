"""Who can take a lead now: at work by their working calendar, not away, below what they are allowed, and meant for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.sdk import Conflict, Ref, UnitOfWork, WorkingTime, look_up, working_time
from modules.sales.rotation import Candidate

LEAD, MEMBER = "sales.lead", "sales.assignment_member"
FIELDS = (
    "user",
    "weight",
    "capacity_open",
    "capacity_30d",
    "absent_from",
    "absent_to",
    "paused",
    "condition",
)

Record = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """For what somebody is looked for: a lead, by a rule, but nobody of those who ``had`` it already."""

    lead: int
    rule: Record
    had: Collection[int] = ()


def candidates(wanted: Wanted, uow: UnitOfWork) -> Iterator[Candidate]:
    """Yield the people of a rule with what keeps each from taking the lead now."""
    members = list(look_up(uow, MEMBER, FIELDS, where=f"rule == {wanted.rule['id']}"))
    ids = [user.id for member in members if isinstance(user := member["user"], Ref)]
    found = look_up(uow, "base.user", ("active", "open_leads"), where=f"id in {ids}") if ids else ()
    people = {int(str(one["id"])): one for one in found}
    for member in members:
        user = member["user"]
        if isinstance(user, Ref) and user.id in people:
            load = int(str(people[user.id]["open_leads"] or 0))
            why_not = "" if people[user.id]["active"] else "inactive"
            yield Candidate(
                user=user.id,
                weight=int(str(member["weight"])),
                why_not=why_not or _why_not(wanted, member, user.id, load, uow),
                load=load,
            )


def hours_of(user: int, uow: UnitOfWork) -> WorkingTime:
    """Return the working time of somebody, looked up once for each transaction."""
    key = f"sales.hours.{user}"
    found = uow.memo.get(key)
    if not isinstance(found, WorkingTime):
        found = uow.memo[key] = working_time(uow, user=user)
    return found


def after_work(user: int, minutes: int, uow: UnitOfWork) -> datetime | None:
    """Return when somebody has worked so many minutes from now on; None where that is out of sight."""
    try:
        return hours_of(user, uow).add(uow.now, minutes)
    except Conflict:
        return None


def holds(condition: str, record: int, uow: UnitOfWork, entity: str = LEAD) -> bool:
    """Tell whether a condition that somebody wrote holds for a record."""
    return any(True for _ in look_up(uow, entity, (), where=f"id == {record} and ({condition})"))


def is_away(first: object, last: object, today: date) -> bool:
    """Tell whether somebody is away on a day; an open end lasts."""
    began = isinstance(first, date) and first <= today
    over = isinstance(last, date) and last < today
    return (began and not over) or (first is None and isinstance(last, date) and not over)


def _why_not(wanted: Wanted, member: Record, user: int, load: int, uow: UnitOfWork) -> str:
    """Return what keeps a member from taking a lead now; empty where nothing does."""
    most, lately = member["capacity_open"], member["capacity_30d"]
    if user in wanted.had:
        return "not_taken_up"
    if member["paused"]:
        return "paused"
    if is_away(member["absent_from"], member["absent_to"], uow.today):
        return "absent"
    if member["condition"] and not holds(str(member["condition"]), wanted.lead, uow):
        return "not_meant"
    if isinstance(most, int) and load >= most:
        return "full"
    if isinstance(lately, int) and _had_lately(user, uow) >= lately:
        return "full_30d"
    if wanted.rule["present_only"] and not hours_of(user, uow).is_open(uow.now):
        return "off_hours"
    return ""


def _had_lately(user: int, uow: UnitOfWork) -> int:
    where = f"owner == {user} and assigned_at >= add_days($now, -30)"
    return sum(1 for _ in look_up(uow, LEAD, (), where=where))
