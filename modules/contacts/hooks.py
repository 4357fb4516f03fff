"""What the contacts module answers the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.sdk import (
    AnyRef,
    Change,
    EntitySpec,
    FileFormat,
    ImportSource,
    Problem,
    UnitOfWork,
    closes_circle,
    hookimpl,
)
from modules.contacts.address_books import GOOGLE, OUTLOOK
from modules.contacts.other_programs import ESPOCRM, PAYAMGOSTAR, VTIGER
from modules.contacts.points import normal_point
from modules.contacts.primaries import keep_one_primary
from modules.contacts.relationships import follow_kinds
from modules.contacts.vcards import VCARD, VCARD_4


@hookimpl
def register_import_sources() -> tuple[ImportSource, ...]:
    """Know the exports of address books and of other programs of this kind."""
    return (GOOGLE, OUTLOOK, ESPOCRM, VTIGER, PAYAMGOSTAR)


@hookimpl
def register_file_formats() -> tuple[FileFormat, ...]:
    """Read and write people as vCards."""
    return (VCARD, VCARD_4)


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Give ways to reach people their one spelling."""
    return normal_point(values, uow) if entity.name == "contacts.contact_point" else None


@hookimpl
def record_validate(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Refuse companies that would stand above themselves, and relationships of somebody with themselves."""
    if change.entity.name == "contacts.account" and change.id and "parent" in change.changed:
        above = getattr(change.after.get("parent"), "id", None)
        if above is not None and closes_circle(uow, "contacts.account", "parent", change.id, above):
            yield Problem(code="circle", field="parent", message="A company cannot be part of itself.")
    if change.entity.name == "contacts.relationship" and _same(change.after):
        yield Problem(code="same", field="to_record", message="A relationship is between two different ones.")


def _same(values: Mapping[str, object]) -> bool:
    start, end = values.get("from_record"), values.get("to_record")
    return (
        isinstance(start, AnyRef)
        and isinstance(end, AnyRef)
        and (start.entity, start.id) == (end.entity, end.id)
    )


@hookimpl
def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Keep exactly one main way of each kind and one main company, and titles of relationships true."""
    keep_one_primary(changes, uow)
    follow_kinds(changes, uow)
