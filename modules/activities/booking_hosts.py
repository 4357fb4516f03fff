"""Hosts of booking pages: whose free times somebody may offer to the world, and how a host takes themselves off."""

from __future__ import annotations

from collections.abc import Iterator

from core.sdk import Change, OperationCall, Outcome, Problem, Ref, UnitOfWork, look_up, may_all, records
from modules.activities.booking import PAGE, USER

TEAM = "base.team"


def host_problems(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Refuse to offer the times of colleagues, but for those whose teams one leads; who has all pages offers everybody's."""
    if change.action not in ("create", "update"):
        return
    field, new = _new_hosts(change, uow)
    actor = uow.actor
    if not new or new == {actor.id} or may_all(uow, actor, PAGE, "update"):
        return
    foreign = sorted(new - {actor.id} - _led_by(actor.id, uow))
    if foreign:
        named = look_up(uow, USER, ("name",), where=f"id in {foreign}", sort=("name",), most=5)
        yield Problem(
            code="foreign_host",
            field=field,
            message="You can offer your own times and those of people whose team you lead, but not those of {names}.",
            params={"names": ", ".join(str(one["name"]) for one in named)},
        )


def leave(call: OperationCall) -> Outcome:
    """Take oneself off; a page that loses its last host is taken out of use, as nobody else has agreed to be it."""
    page = next(look_up(call.uow, PAGE, ("hosts",), where=f"id == {call.record}"))
    rest = [Ref(host.id) for host in _refs(page["hosts"]) if host.id != call.actor.id]
    values: dict[str, object] = {"hosts": rest, **({} if rest else {"active": False})}
    system = call.system("a host takes themselves off")
    records(call.uow).update(system, PAGE, call.record, values, version=None, uow=call.uow, parsed=True)
    return Outcome(message="Your times are no longer offered on this page.", url="/")


def _new_hosts(change: Change, uow: UnitOfWork) -> tuple[str, set[int]]:
    """Return whose times a page offers that it did not offer before, and the field that says so."""
    before, after = change.links.get("hosts", ((), ()))
    if "hosts" not in change.links and change.action == "update":
        found = next(look_up(uow, PAGE, ("hosts",), where=f"id == {change.id}"), {"hosts": ()})
        after = before = tuple(host.id for host in _refs(found["hosts"]))
    owner = change.after.get("owner")
    if not after and "owner" in change.changed and isinstance(owner, Ref):
        return "owner", {owner.id}
    return "hosts", set(after) - set(before)


def _led_by(leader: int | None, uow: UnitOfWork) -> set[int]:
    """Return the people of the teams that somebody leads, and of all teams below."""
    teams = {int(str(one["id"])): one for one in look_up(uow, TEAM, ("leader", "parent", "members"))}
    led = {number for number, team in teams.items() if _id(team["leader"]) == leader is not None}
    below = led
    while below:
        below = {number for number, team in teams.items() if _id(team["parent"]) in below} - led
        led |= below
    people = {person.id for number in led for person in _refs(teams[number]["members"])}
    if led:
        people |= {int(str(one["id"])) for one in look_up(uow, USER, (), where=f"team in {sorted(led)}")}
    return people


def _id(value: object) -> int | None:
    return value.id if isinstance(value, Ref) else None


def _refs(value: object) -> list[Ref]:
    return [one for one in value if isinstance(one, Ref)] if isinstance(value, list | tuple) else []
