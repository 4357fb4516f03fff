"""What a share gives to others, beside what the one who shares holds: never more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from core.access import Access
from core.metadata.role_merge import implied
from core.records.statements import Rule
from core.records.verdicts import Verdicts
from core.records.work import Work
from core.storage import UnitOfWork
from core.storage.kernel_tables import account

RECEIVERS = "core.records.sharing"


def gives_more(
    access: Access,
    verdicts: Verdicts,
    work: Work,
    record_id: int,
    action: str,
    users: Sequence[int],
    role: str,
) -> bool:
    """Tell whether a share of a record would open fields to people, or to holders of a role, that the actor lacks on it."""
    return any(
        _lacks(access, verdicts, work, record_id, action, opened)
        for roles in _receivers(work.uow, users, role)
        if (opened := access.opens(roles, work.entity, action, work.uow.catalog))
    )


def _lacks(
    access: Access, verdicts: Verdicts, work: Work, record_id: int, action: str, opened: frozenset[str]
) -> bool:
    if action == "read":
        return not opened <= work.rights().readable.keys() - verdicts.hidden(work, record_id)
    rule: Rule = access.write_condition(work.actor, work.entity, action, opened, work.uow.catalog)
    return not verdicts.allows(work, record_id, rule)


def _receivers(uow: UnitOfWork, users: Sequence[int], role: str) -> frozenset[frozenset[str]]:
    """Return the different sets of roles of these people, and of those who have a role; asked for once in a unit."""
    known = uow.memo.setdefault(RECEIVERS, {})
    key = (tuple(users), role)
    if key not in known:
        known[key] = frozenset(_sets_of(uow, users, role))
    found: frozenset[frozenset[str]] = known[key]
    return found


def _sets_of(uow: UnitOfWork, users: Sequence[int], role: str) -> Iterable[frozenset[str]]:
    if users:
        yield from _held(uow, account.c.id.in_(users))
    if role:
        yield frozenset({role})
        known = uow.catalog.roles
        yield from (
            roles for roles in _held(uow, account.c.active) if role in implied(known, roles & known.keys())
        )


def _held(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> Iterator[frozenset[str]]:
    for (roles,) in uow.execute(sa.select(account.c.roles).where(which).distinct()):
        yield frozenset(roles)
