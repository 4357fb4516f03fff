"""What the base module answers the core: who people are, and the behaviours ``owned`` and ``tags``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.sdk import (
    Account,
    Behaviour,
    Change,
    EntitySpec,
    Operation,
    Problem,
    Profile,
    Route,
    Task,
    UnitOfWork,
    WorkingTime,
    closes_circle,
    forget_principals,
    hookimpl,
    style_of,
)
from modules.base.following import tell_of_changes, tell_of_notes
from modules.base.notes import key_of_follower, moved
from modules.base.people import (
    add_profile,
    follow_account,
    give_first_team,
    is_adding_profile,
    profile_of,
    team_of_owner,
)
from modules.base.rates import currency_problems, currency_values, follow_rates, rates_of, take_effect
from modules.base.saved_views import SAVED_VIEW, unset_other_defaults, view_problems
from modules.base.sharing import OPERATIONS, SHARE, SHAREABLE, kind_of, share_problems, tell_of_shares
from modules.base.team_pages import ROUTES
from modules.base.working import (
    TIMED,
    find_working_time,
    keep_one_usual,
    normal_times,
    refuse_overlaps,
    time_problems,
    zone_problems,
)

TREES = {"base.user": "manager", "base.team": "parent"}
"""References of this module that make trees."""

PRINCIPALS = frozenset(
    {
        "name",
        "team",
        "manager",
        "language",
        "calendar",
        "digits",
        "time_zone",
        "money_unit",
        "parent",
        "leader",
        "members",
        "deleted_at",
    }
)
"""What is remembered of people and teams between requests."""

OWNED = Behaviour(
    name="owned",
    owner="base",
    fields={
        "owner": {
            "type": "reference",
            "label": "Owner",
            "to": "base.user",
            "on_delete": "clear",
            "default": "$user",
            "merge": "keep",
        },
        "team": {
            "type": "reference",
            "label": "Team",
            "to": "base.team",
            "on_delete": "clear",
            "default": "$team",
            "merge": "keep",
        },
    },
)

TAGS = Behaviour(
    name="tags",
    owner="base",
    fields={
        "tags": {"type": "links", "label": "Tags", "to": "base.tag"},
    },
)

TIMELINE = Behaviour(
    name="timeline",
    owner="base",
    joins={"base.note": "record", "base.follower": "record"},
)


ATTACHMENTS = Behaviour(name="attachments", owner="base", joins={"base.attachment": "record"})


@hookimpl
def register_behaviours() -> tuple[Behaviour, ...]:
    """Offer an owner with a team, tags, a timeline with notes and followers, files, and that single records are shared."""
    return (OWNED, TAGS, TIMELINE, ATTACHMENTS, SHAREABLE)


@hookimpl
def actor_profile(account_id: int, uow: UnitOfWork) -> Profile | None:
    """Tell the core who is behind an account."""
    return profile_of(account_id, uow)


@hookimpl
def account_saved(account: Account, name: str, uow: UnitOfWork) -> None:
    """Keep one public profile for each account, with the same id."""
    if not follow_account(account, uow):
        add_profile(account, name, uow)


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Let a record whose owner is known belong to the owner's team, nobody follow a record twice; name currencies."""
    if entity.name == "base.follower":
        return {"key": key_of_follower(values)}
    if entity.name == SHARE:
        return kind_of(values)
    if entity.name in TIMED:
        return normal_times(values)
    if entity.name == "base.currency":
        return currency_values(values, style_of(uow).language.code)
    if "owned" not in entity.behaviours or values.get("team") is not None:
        return None
    team = team_of_owner(values.get("owner"), uow)
    return None if team is None else {"team": team}


@hookimpl
def record_validate(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Keep profiles with their accounts, notes with their records, and trees free of circles."""
    yield from moved(change, uow)
    yield from share_problems(change, uow)
    if change.entity.name == "base.user":
        yield from _profile_problems(change, uow)
    if change.entity.name == SAVED_VIEW:
        yield from view_problems(change, uow)
    if change.entity.name == "base.currency":
        yield from currency_problems(change)
    if change.entity.name in TIMED:
        yield from time_problems(change)
    if change.entity.name == "base.working_calendar":
        yield from zone_problems(change)
        yield from keep_one_usual(change, uow)
    field = TREES.get(change.entity.name, "")
    above = getattr(change.after.get(field), "id", None)
    if (
        field in change.changed
        and change.id
        and above is not None
        and closes_circle(uow, change.entity.name, field, change.id, above)
    ):
        yield Problem(code="circle", field=field, message="Nothing can stand above itself.")


def _profile_problems(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    if change.action == "create" and not is_adding_profile(uow):
        yield Problem(code="needs_account", message="People are added with their account.")
    if change.action == "delete":
        yield Problem(code="has_account", message="A person is not deleted; disable the account instead.")


@hookimpl
def record_saved(change: Change, uow: UnitOfWork) -> None:
    """Let everybody know when names, teams or preferences have moved; a first team becomes one's own."""
    if change.entity.name == "base.team" and "members" in change.changed:
        give_first_team(change.id, uow)
    if change.entity.name == SAVED_VIEW:
        unset_other_defaults(change, uow)
    if change.entity.name in TREES and (change.action != "update" or change.changed & PRINCIPALS):
        forget_principals(uow)


@hookimpl
def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let amounts follow the rates, keep hours apart, and tell people of notes, of steps, and of what is theirs now."""
    follow_rates(changes, uow)
    if changes and changes[0].entity.name == "base.note":
        tell_of_notes(changes, uow)
    elif changes and changes[0].entity.name == SHARE:
        tell_of_shares(changes, uow)
    elif changes:
        tell_of_changes(changes, uow)
    if changes and changes[0].entity.name == "base.working_hours":
        refuse_overlaps(changes, uow)


@hookimpl
def working_time_of(calendar: int | None, user: int | None, uow: UnitOfWork) -> WorkingTime | None:
    """Tell in which hours somebody works."""
    return find_working_time(calendar, user, uow)


@hookimpl
def exchange_rates(wanted: Sequence[tuple[str, date]], uow: UnitOfWork) -> Mapping[tuple[str, date], Decimal]:
    """Tell the last rates known on these days."""
    return rates_of(wanted, uow)


@hookimpl
def register_operations() -> tuple[Operation, ...]:
    """Offer to share a record."""
    return OPERATIONS


@hookimpl
def register_routes() -> tuple[Route, ...]:
    """Offer the tree of teams."""
    return ROUTES


@hookimpl
def register_jobs() -> tuple[Task, ...]:
    """Offer the daily look at rates that begin to hold."""
    return (Task(name="base.rates_take_effect", run=take_effect, daily=True),)
