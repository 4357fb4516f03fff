"""Whom an activity is about: the company and the person that follow from the record it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from core.sdk import AnyRef, EntitySpec, Ref, UnitOfWork, as_it_stands

ACCOUNT, CONTACT = "contacts.account", "contacts.contact"
KNOWN = "activities.parties"

Parties: TypeAlias = "tuple[Ref | None, Ref | None]"


def whom(values: Mapping[str, object], uow: UnitOfWork) -> dict[str, object]:
    """Return the company and the person of an activity; a person who was named stays."""
    named, record = values.get("contact"), values.get("record")
    account, contact = (
        (None, None) if not isinstance(record, AnyRef) else parties(record.entity, record.id, uow)
    )
    if isinstance(named, Ref):
        contact = named
    if account is None and contact is not None:
        account = _company_of(contact, uow)
    return {"account": account, "contact": contact}


def parties(entity: str, record_id: int, uow: UnitOfWork) -> Parties:
    """Return the company and the person that a record is, or that it refers to; asked once where nothing is written."""
    if not uow.reading:
        return _parties(entity, record_id, uow)
    known: dict[tuple[str, int], Parties] = uow.memo.setdefault(KNOWN, {})
    if (entity, record_id) not in known:
        known[entity, record_id] = _parties(entity, record_id, uow)
    return known[entity, record_id]


def _parties(entity: str, record_id: int, uow: UnitOfWork) -> Parties:
    if entity == ACCOUNT:
        return Ref(record_id), None
    if entity == CONTACT:
        return _company_of(Ref(record_id), uow), Ref(record_id)
    fields = {to: _field_to(uow.catalog.entity(entity), to) for to in (ACCOUNT, CONTACT)}
    found = (as_it_stands(uow, entity, record_id) or {}) if any(fields.values()) else {}
    account, contact = (_ref(found.get(fields[to])) for to in (ACCOUNT, CONTACT))
    return account or (_company_of(contact, uow) if contact else None), contact


def _company_of(contact: Ref, uow: UnitOfWork) -> Ref | None:
    found = as_it_stands(uow, CONTACT, contact.id) or {}
    return _ref(found.get("account"))


def _field_to(entity: EntitySpec, to: str) -> str:
    """Return the first reference of an entity to another; empty where there is none."""
    return next(
        (f.name for f in entity.fields.values() if f.type == "reference" and f.option("to") == to), ""
    )


def _ref(value: object) -> Ref | None:
    return Ref(value.id) if isinstance(value, Ref) else None
