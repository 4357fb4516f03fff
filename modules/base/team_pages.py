"""The tree of teams on a page: who is where, and the acts that change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.sdk import (
    Answer,
    Asking,
    BadRequest,
    Conflict,
    NotFound,
    Page,
    Redirect,
    Ref,
    Route,
    ValidationFailed,
    lock,
    look_up,
    may_all,
    reading,
    records,
)

TEAM, USER = "base.team", "base.user"


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


DONE: Mapping[str, str] = {
    "make": N_("The team is there."),
    "place": N_("The team has its new place."),
    "add": N_("The person belongs to the team now."),
    "move": N_("The person belongs to the other team now."),
    "take": N_("The person is no longer in the team."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody in a team: ``home`` where their new records belong to it, ``leads`` where they lead it."""

    id: int
    name: str
    active: bool
    home: bool
    leads: bool
    listed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A team in the tree, with those that are part of it and the places to which it may be moved."""

    id: int
    name: str
    parent: int | None
    url: str
    members: Sequence[Member]
    below: Sequence[Node]
    places: Sequence[tuple[int, str]]
    others: Sequence[tuple[int, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Team:
    id: int
    name: str
    parent: int | None
    leader: int | None
    members: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _User:
    id: int
    name: str
    active: bool
    team: int | None


def teams_page(asking: Asking) -> Answer:
    """Show the tree; carry out what was asked for, and say why where it is refused."""
    if asking.method != "POST":
        return _show(asking)
    act = _number_free(asking.form.get("act", ""))
    try:
        with asking.uow.savepoint():
            ACTS[act](asking)
    except (ValidationFailed, Conflict) as refused:
        told = tuple(asking.style.problem(problem) for problem in refused.problems)
        return _show(asking, told or (asking.style._(refused.message, **refused.params),))
    return Redirect(asking.url("base.teams"), DONE[act])


def _number_free(act: str) -> str:
    if act not in ACTS:
        raise BadRequest("Choose what to do with the team.", code="no_act")
    return act


def _show(asking: Asking, problems: Sequence[str] = ()) -> Page:
    teams, users = _teams(asking), _users(asking)
    placed = {one for team in teams.values() for one in (*team.members, team.leader)}
    return Page(
        "base/teams.html",
        {
            "tree": tree_of(asking, teams, users),
            "writes": may_all(asking.uow, asking.actor, TEAM, "update"),
            "adds": may_all(asking.uow, asking.actor, TEAM, "create"),
            "problems": problems,
            "here": asking.url("base.teams"),
            "every_team": sorted(
                ((team.id, team.name) for team in teams.values()),
                key=lambda pair: asking.style.sort_key(pair[1]),
            ),
            "homeless": [
                u.name for u in users.values() if u.active and u.team is None and u.id not in placed
            ],
        },
        status=422 if problems else 200,
        title="Teams",
    )


def tree_of(asking: Asking, teams: Mapping[int, _Team], users: Mapping[int, _User]) -> list[Node]:
    """Return the teams that are part of none, each with what is below it; what stands in a circle stands alone."""
    key = asking.style.sort_key
    children: dict[int | None, list[_Team]] = {}
    for team in sorted(teams.values(), key=lambda one: key(one.name)):
        children.setdefault(team.parent if team.parent in teams else None, []).append(team)
    reached: set[int] = set()

    def node(team: _Team) -> Node:
        reached.add(team.id)
        below = [node(child) for child in children.get(team.id, ()) if child.id not in reached]
        inside = _inside(team.id, children)
        members = _members(team, users)
        there = {member.id for member in members}
        return Node(
            id=team.id,
            name=team.name,
            parent=team.parent,
            url=asking.record_url(TEAM, team.id),
            members=members,
            below=below,
            places=sorted(
                ((one.id, one.name) for one in teams.values() if one.id not in inside),
                key=lambda pair: key(pair[1]),
            ),
            others=sorted(
                ((user.id, user.name) for user in users.values() if user.active and user.id not in there),
                key=lambda pair: key(pair[1]),
            ),
        )

    found = [node(team) for team in children.get(None, ())]
    return found + [node(team) for team in teams.values() if team.id not in reached]


def _inside(team: int, children: Mapping[int | None, Sequence[_Team]]) -> set[int]:
    """Return a team with all that are part of it, near and far."""
    found, waiting = set[int](), [team]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [child.id for child in children.get(one, ())]
    return found


def _members(team: _Team, users: Mapping[int, _User]) -> list[Member]:
    """Return who is in a team: its leader, its members, and those whose own team it is."""
    homes = [user.id for user in users.values() if user.team == team.id]
    leader = [team.leader] if team.leader is not None else []
    return [
        Member(
            id=user.id,
            name=user.name,
            active=user.active,
            home=user.team == team.id,
            leads=user.id == team.leader,
            listed=user.id in team.members or user.team == team.id,
        )
        for user in (users.get(number) for number in dict.fromkeys([*leader, *team.members, *homes]))
        if user is not None
    ]


def _teams(asking: Asking) -> dict[int, _Team]:
    found = look_up(asking.uow, TEAM, ("name", "parent", "leader", "members"), actor=asking.actor)
    teams = (
        _Team(
            id=int(str(row["id"])),
            name=str(row["name"]),
            parent=_of(row["parent"]),
            leader=_of(row["leader"]),
            members=_all_of(row["members"]),
        )
        for row in found
    )
    return {team.id: team for team in teams}


def _users(asking: Asking) -> dict[int, _User]:
    """Return the people whom the reader may know with their teams; whoever may not know them sees teams alone."""
    fields = ("name", "active", "team")
    if not reading(asking.uow).may_read(asking.actor, USER, asking.catalog, fields):
        return {}
    found = look_up(asking.uow, USER, fields, actor=asking.actor)
    users = (
        _User(
            id=int(str(row["id"])),
            name=str(row["name"]),
            active=bool(row["active"]),
            team=_of(row["team"]),
        )
        for row in found
    )
    return {user.id: user for user in users}


def _of(value: object) -> int | None:
    return value.id if isinstance(value, Ref) else None


def _all_of(value: object) -> tuple[int, ...]:
    return tuple(one.id for one in value if isinstance(one, Ref)) if isinstance(value, tuple) else ()


def _make(asking: Asking) -> None:
    name, parent = asking.form.get("name", "").strip(), _asked(asking, "parent")
    values: dict[str, object] = {"name": name, "parent": parent}
    records(asking.uow).create(asking.actor, TEAM, [values], uow=asking.uow)


def _place(asking: Asking) -> None:
    """Make a team part of another, or of none; what would stand above itself is refused by the rules of the record."""
    values: dict[str, object] = {"parent": _asked(asking, "parent")}
    records(asking.uow).update(
        asking.actor, TEAM, _needed(asking, "team"), values, version=None, uow=asking.uow
    )


def _add(asking: Asking) -> None:
    _put_in(asking, _needed(asking, "team"), _needed(asking, "user"))


def _take(asking: Asking) -> None:
    _take_out(asking, _needed(asking, "team"), _needed(asking, "user"), into=None)


def _move(asking: Asking) -> None:
    team, into, user = _needed(asking, "team"), _needed(asking, "to"), _needed(asking, "user")
    if team == into:
        return
    lock(asking.uow, TEAM, sorted((team, into)))
    _put_in(asking, into, user)
    _take_out(asking, team, user, into=into)


def _put_in(asking: Asking, team: int, user: int) -> None:
    members = _locked_members(asking, team)
    if user not in members:
        _write_members(asking, team, (*members, user))


def _take_out(asking: Asking, team: int, user: int, *, into: int | None) -> None:
    """Take somebody out of a team. Where their new records belonged to it they belong to the team they go to, or to none."""
    members = _locked_members(asking, team)
    if user in members:
        _write_members(asking, team, tuple(one for one in members if one != user))
    home = next(iter(look_up(asking.uow, USER, (), where=f"id == {user} and team == {team}")), None)
    if home is not None:
        system = asking.system("taken out of a team")
        own: dict[str, object] = {"team": None if into is None else Ref(into)}
        records(asking.uow).update(system, USER, user, own, version=None, uow=asking.uow, parsed=True)


def _locked_members(asking: Asking, team: int) -> tuple[int, ...]:
    """Return the members of a team as they stand, for this unit of work alone; it must be one that one may change."""
    lock(asking.uow, TEAM, [team])
    found = next(
        iter(look_up(asking.uow, TEAM, ("members",), where=f"id == {team}", actor=asking.actor)), None
    )
    if found is None:
        raise NotFound
    return _all_of(found["members"])


def _write_members(asking: Asking, team: int, members: Sequence[int]) -> None:
    values: dict[str, object] = {"members": tuple(Ref(one) for one in members)}
    records(asking.uow).update(asking.actor, TEAM, team, values, version=None, uow=asking.uow, parsed=True)


def _asked(asking: Asking, name: str) -> int | None:
    said = asking.form.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


def _needed(asking: Asking, name: str) -> int:
    found = _asked(asking, name)
    if found is None:
        raise NotFound
    return found


ACTS: Mapping[str, Callable[[Asking], None]] = {
    "make": _make,
    "place": _place,
    "add": _add,
    "move": _move,
    "take": _take,
}

ROUTES = (
    Route(name="base.teams", path="/teams", handle=teams_page, methods=("GET", "POST"), grant=(TEAM, "read")),
)
