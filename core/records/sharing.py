"""What a share gives to the one who shares, beside what they hold: never more."""

from __future__ import annotations

from collections.abc import Sequence

from core.access import Access
from core.metadata.role_merge import implied
from core.records.statements import Rule
from core.records.verdicts import Verdicts
from core.records.work import Work


def gives_more(
    access: Access,
    verdicts: Verdicts,
    work: Work,
    record_id: int,
    action: str,
    users: Sequence[int],
    role: str,
) -> bool:
    """Tell whether a share of a record would open fields to the actor that they lack on it: nobody gains by their own share.

    What others see of it follows from their roles, which somebody else has given them.
    """
    if work.actor.id not in users and not _has(work, role):
        return False
    opened = access.opens(work.actor.roles, work.entity, action, work.uow.catalog)
    return bool(opened) and _lacks(access, verdicts, work, record_id, action, opened)


def _has(work: Work, role: str) -> bool:
    known = work.uow.catalog.roles
    return bool(role) and role in implied(known, work.actor.roles & known.keys())


def _lacks(
    access: Access, verdicts: Verdicts, work: Work, record_id: int, action: str, opened: frozenset[str]
) -> bool:
    if action == "read":
        return not opened <= work.rights().readable.keys() - verdicts.hidden(work, record_id)
    rule: Rule = access.write_condition(work.actor, work.entity, action, opened, work.uow.catalog)
    return not verdicts.allows(work, record_id, rule)
