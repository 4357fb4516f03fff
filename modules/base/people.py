"""Public profiles: one for each account, with the same id."""

from __future__ import annotations

from core.sdk import Account, Preferences, Profile, Ref, UnitOfWork, look_up, records
from modules.base.sharing import shared_with

ADDING = "base.adding_profile"
TEAM_OF = "base.team_of"

READING = ("language", "calendar", "digits", "time_zone", "money_unit")


def add_profile(account: Account, name: str, uow: UnitOfWork) -> None:
    """Make the profile of a new account; logins that are e-mail addresses become its e-mail."""
    values = {
        "name": name or account.login,
        "email": account.login if "@" in account.login else None,
        "active": account.active,
    }
    system = uow.actor.elevate("the profile of a new account")
    uow.memo[ADDING] = True
    try:
        records(uow).create(
            system, "base.user", [values], uow=uow, fixed={"active": account.active}, ids=[account.id]
        )
    finally:
        uow.memo.pop(ADDING, None)


def follow_account(account: Account, uow: UnitOfWork) -> bool:
    """Bring a profile to what its account says; False where the account has no profile yet."""
    known = next(iter(look_up(uow, "base.user", ("active",), where=f"id == {account.id}")), None)
    if known is not None and known["active"] != account.active:
        system = uow.actor.elevate("the account was changed")
        records(uow).update(
            system, "base.user", account.id, {"active": account.active}, version=None, uow=uow
        )
    return known is not None


def is_adding_profile(uow: UnitOfWork) -> bool:
    """Tell whether a profile is being made for an account in this transaction."""
    return ADDING in uow.memo


def profile_of(account_id: int, uow: UnitOfWork) -> Profile | None:
    """Return what the core remembers of a person; None for an account without a profile."""
    person = next(
        iter(look_up(uow, "base.user", ("name", "team", *READING), where=f"id == {account_id}")), None
    )
    if person is None:
        return None
    own = person["team"]
    team = own.id if isinstance(own, Ref) else None
    belongs = f"{account_id} in members or leader == {account_id}"
    teams = {int(str(found["id"])) for found in look_up(uow, "base.team", (), where=belongs)}
    teams |= {team} if team is not None else set()
    return Profile(
        name=str(person["name"]),
        team=team,
        teams=tuple(sorted(teams)),
        teams_below=tuple(sorted(_below(teams, uow))),
        shared=shared_with(account_id, sorted(teams), uow),
        preferences=Preferences(**{name: str(person[name] or "") for name in READING}),
    )


def _below(teams: set[int], uow: UnitOfWork) -> set[int]:
    """Return the teams and all teams that are part of them."""
    children: dict[int, list[int]] = {}
    for found in look_up(uow, "base.team", ("parent",), where="not is_empty(parent)") if teams else ():
        parent = found["parent"]
        if isinstance(parent, Ref):
            children.setdefault(parent.id, []).append(int(str(found["id"])))
    reached: set[int] = set()
    waiting = list(teams)
    while waiting:
        team = waiting.pop()
        if team not in reached:
            reached.add(team)
            waiting += children.get(team, [])
    return reached


def give_first_team(team: int, uow: UnitOfWork) -> None:
    """Let new members who have no team of their own belong to this one: their new records go there."""
    members = next(iter(look_up(uow, "base.team", ("members",), where=f"id == {team}")), {}).get("members")
    ids = [one.id for one in members if isinstance(one, Ref)] if isinstance(members, tuple) else []
    waiting = list(look_up(uow, "base.user", (), where=f"id in {ids} and is_empty(team)")) if ids else []
    if waiting:
        system = uow.actor.elevate("the first team of a person")
        records(uow).update_many(
            system,
            "base.user",
            {int(str(one["id"])): {"team": Ref(team)} for one in waiting},
            uow=uow,
            parsed=True,
        )


def team_of_owner(owner: object, uow: UnitOfWork) -> Ref | None:
    """Return the team that new records of a person belong to; asked once for each person in a transaction."""
    if not isinstance(owner, Ref):
        return None
    known: dict[int, Ref | None] = uow.memo.setdefault(TEAM_OF, {})
    if owner.id not in known:
        person = next(iter(look_up(uow, "base.user", ("team",), where=f"id == {owner.id}")), None)
        team = person["team"] if person else None
        known[owner.id] = Ref(team.id) if isinstance(team, Ref) else None
    return known[owner.id]
