"""What the support module answers the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.sdk import Asking, Change, EntitySpec, Panel, UnitOfWork, hookimpl
from modules.service.answering import ACTIVITY, TICKET, answered, with_company
from modules.service.caution import caution


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Let the ticket of a person be one of their company."""
    return with_company(values, uow) if entity.name == TICKET else None


@hookimpl
def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Keep when a customer was first answered."""
    if changes[0].entity.name == ACTIVITY:
        answered(changes, uow)


@hookimpl
def record_panels(entity: EntitySpec, record: Mapping[str, object], asking: Asking) -> Iterable[Panel]:
    """Warn whoever turns to a customer for whom something is open."""
    return caution(entity, record, asking)
