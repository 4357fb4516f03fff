"""The caution on everything that concerns a customer: somebody of them waits for us to solve something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.sdk import Asking, EntitySpec, Panel, Ref, look_up, reading

TICKET, ACCOUNT, CONTACT = "service.ticket", "contacts.account", "contacts.contact"
OPEN = "state in ['new', 'in_progress', 'waiting']"
SHOWN, LOOKED_AT = 3, 20
"""So many tickets are told of so many that are looked at: the worst first, of equals the oldest."""

WORST_FIRST = ("-severity", "received_at")
"""The choices of a severity stand from slight to bad; one that is no longer among them counts as the slightest."""

FIELDS = ("number", "subject", "severity", "state", "received_at", "owner")


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


SENTENCE = N_("Ticket {number} is open since {since}. Severity: {severity}. State: {state}.")

Row = Mapping[str, Any]


def caution(entity: EntitySpec, record: Mapping[str, object], asking: Asking) -> Iterator[Panel]:
    """Yield what is open of the customer that a record is or refers to, as far as the reader may see it."""
    whose = concerned(entity, record)
    if not whose or not reading(asking.uow).may_read(asking.actor, TICKET, asking.catalog):
        return
    where = f"{OPEN} and ({whose})"
    if entity.name == TICKET:
        where += f" and id != {int(str(record['id']))}"
    found: list[Row] = list(
        look_up(asking.uow, TICKET, FIELDS, where=where, actor=asking.actor, sort=WORST_FIRST, most=LOOKED_AT)
    )
    if found:
        yield Panel(
            name="service.caution",
            title="Open tickets",
            template="service/caution.html",
            values={
                "tickets": [_told(ticket, asking) for ticket in found[:SHOWN]],
                "more": len(found) - SHOWN,
                "on_ticket": entity.name == TICKET,
            },
            place="top",
            weight=5,
        )


def concerned(entity: EntitySpec, record: Mapping[str, object]) -> str:
    """Return the condition for tickets of the company and the person that a record is, or refers to."""
    accounts, contacts = _referred(entity, record, ACCOUNT), _referred(entity, record, CONTACT)
    if entity.name == ACCOUNT:
        accounts, contacts = [int(str(record["id"]))], []
    elif entity.name == CONTACT:
        contacts = [int(str(record["id"]))]
    parts = [f"account in {accounts}" if accounts else "", f"contact in {contacts}" if contacts else ""]
    return " or ".join(part for part in parts if part)


def _referred(entity: EntitySpec, record: Mapping[str, object], to: str) -> list[int]:
    """Return what the reader sees of the references of a record to an entity."""
    values = (
        record.get(field.name)
        for field in entity.fields.values()
        if field.type == "reference" and field.option("to") == to
    )
    return sorted({value.id for value in values if isinstance(value, Ref)})


def _told(ticket: Row, asking: Asking) -> Mapping[str, object]:
    style = asking.style
    owner = ticket["owner"]
    return {
        "sentence": style._(
            SENTENCE,
            number=ticket["number"],
            since=style.datetime(ticket["received_at"]),
            severity=_label("severity", ticket, asking),
            state=_label("state", ticket, asking),
        ),
        "subject": ticket["subject"],
        "who": owner.title or "" if isinstance(owner, Ref) else "",
        "url": asking.record_url(TICKET, int(ticket["id"])),
    }


def _label(field: str, ticket: Row, asking: Asking) -> str:
    """Return a choice as it is called; one that is no longer declared by its name."""
    for choice in asking.entity(TICKET).fields[field].choices:
        if choice.name == ticket[field]:
            return asking.style.label(choice.label)
    return str(ticket[field])
