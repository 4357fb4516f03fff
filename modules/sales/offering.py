"""Leads that nobody has taken up are offered to the next: each minute those whose time is over, and those that wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.sdk import JobContext, Ref, UnitOfWork, lock, look_up, records
from modules.sales.assigning import LEAD, LOG, assign, choose, home, tell

WHY = "a lead was not taken up in time"
WAITING = "state in ['new', 'assigned'] and offer_again_at <= $now"
AT_ONCE = 50


def leads_wait(uow: UnitOfWork) -> bool:
    """Tell whether a lead is to be offered to somebody now."""
    return any(True for _ in look_up(uow, LEAD, (), where=WAITING, most=1))


def offer_leads(context: JobContext) -> Mapping[str, int]:
    """Offer the leads whose time has come; each is written with its next time, so that none is offered twice."""
    last = int(str((context.checkpoint or {}).get("last", 0)))
    offered = int(str((context.checkpoint or {}).get("offered", 0)))
    while True:
        with context.unit("leads are offered") as uow:
            where = f"id > {last} and {WAITING}"
            some = [
                int(str(one["id"])) for one in look_up(uow, LEAD, (), where=where, sort=("id",), most=AT_ONCE)
            ]
            if not some:
                return {"offered": offered}
            offered, last = offered + offer(some, uow), max(some)
            context.keep(uow, {"last": last, "offered": offered}, done=offered)


def offer(leads: list[int], uow: UnitOfWork) -> int:
    """Offer these leads, as far as their time has come; return how many of them have somebody new."""
    lock(uow, LEAD, leads)
    found = list(look_up(uow, LEAD, ("state", "owner"), where=f"id in {leads} and {WAITING}", sort=("id",)))
    new = [int(str(lead["id"])) for lead in found if lead["state"] == "new"]
    given = sum(user is not None for user in assign(new, uow, tried=True).values())
    return given + sum(_offer_on(lead, uow) for lead in found if lead["state"] == "assigned")


def _offer_on(lead: Mapping[str, object], uow: UnitOfWork) -> bool:
    """Give a lead that was not taken up to the next; where nobody can take it, it stays with whom it is."""
    number, owner = int(str(lead["id"])), lead["owner"]
    had = list(_had(number, uow))
    system = uow.actor.elevate(WHY)
    values: Mapping[str, object] = {"offer_again_at": None}
    offered = isinstance(owner, Ref) and owner.id in had[-1:]
    if offered:  # else somebody has given it to somebody by hand
        choice = choose(number, uow, had)
        if choice.user is not None:
            tell(number, choice, uow)
            values = {**home(choice.user, choice), "assigned_at": uow.now.isoformat()}
        elif any(row["reason"] == "off_hours" for row in choice.rows):
            values = {"offer_again_at": choice.again.isoformat() if choice.again else None}
        else:
            tell(number, choice, uow)
    records(uow).update(system, LEAD, number, values, version=None, uow=uow)
    return "owner" in values


def _had(lead: int, uow: UnitOfWork) -> Iterator[int]:
    """Yield those to whom a lead was given, the latest last."""
    where = f"lead == {lead} and chosen == true"
    for row in look_up(uow, LOG, ("user",), where=where, sort=("id",)):
        if isinstance(row["user"], Ref):
            yield row["user"].id
