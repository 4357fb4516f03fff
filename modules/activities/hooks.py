"""What the activities module answers the core."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import Behaviour, EntitySpec, UnitOfWork, hookimpl
from modules.activities.behaviours import ACTIVITIES, ACTIVITY, COMPANY_ACTIVITIES
from modules.activities.normalizing import normal_activity


@hookimpl
def register_behaviours() -> tuple[Behaviour, ...]:
    """Offer activities on any record, and on companies those of all that is theirs."""
    return (ACTIVITIES, COMPANY_ACTIVITIES)


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Settle when an activity is, and whom it is about."""
    return normal_activity(values, uow) if entity.name == ACTIVITY else None
