"""What timelines tell of quotes: which offer was made to a customer, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from core.sdk import Asking, BadRequest, EntitySpec, Ref, TimelineEvent, TimelineKind, look_up, reading

QUOTE, OPPORTUNITY = "sales.quote", "sales.opportunity"
ACCOUNT, CONTACT = "contacts.account", "contacts.contact"
KIND = "sales.quotes"
WITH_STEPS = frozenset({"activities", "company_activities"})
"""Records that people work on tell what was offered to their company; what is done with them does not."""

FIELDS = ("title", "subject", "number", "state", "sent_at", "owner")


def kinds_of(entity: EntitySpec) -> Iterator[TimelineKind]:
    """Yield what is told of an entity: quotes, where it is or refers to somebody who gets some."""
    if _condition(entity, 0):
        yield TimelineKind(name=KIND, label="Offers")


def events_of(
    entity: EntitySpec, record_id: int, asking: Asking, kind: str, before: datetime | None, limit: int
) -> Iterator[TimelineEvent]:
    """Yield the quotes that were issued, newest first, as far as the reader may read them."""
    uow = asking.uow
    if kind not in ("", KIND) or not reading(uow).may_read(asking.actor, QUOTE, uow.catalog):
        return
    condition = _condition(entity, record_id)
    if "$account" in condition:
        account = _account_of(entity, record_id, asking)
        condition = condition.replace("$account", str(account)) if account else ""
    if not condition:
        return
    where = f"not is_empty(sent_at) and {condition}"
    if before is not None:
        where += f" and sent_at < datetime('{before.isoformat()}')"
    states = {choice.name: choice for choice in asking.entity(QUOTE).fields["state"].choices}
    for quote in look_up(uow, QUOTE, FIELDS, where=where, actor=asking.actor, sort=("-sent_at",), most=limit):
        at, owner, state = quote["sent_at"], quote["owner"], states[str(quote["state"])]
        assert isinstance(at, datetime)  # the condition has asked for it
        yield TimelineEvent(
            at=at,
            kind=KIND,
            title=asking.style._(
                "Offer {number}: {subject}", number=str(quote["number"] or ""), subject=str(quote["subject"])
            ),
            icon="file-text",
            hue=state.hue,
            actor=str(owner.title or "") if isinstance(owner, Ref) else "",
            body=asking.style.label(state.label),
            url=asking.record_url(QUOTE, int(str(quote["id"]))),
        )


def _condition(entity: EntitySpec, number: int) -> str:
    """Return which quotes a record tells; ``$account`` stands for the company that it refers to."""
    if entity.name in (ACCOUNT, CONTACT, OPPORTUNITY):
        return f"{entity.name.partition('.')[2]} == {number}"
    told = WITH_STEPS & set(entity.behaviours) and _field(entity)
    return "account == $account" if told else ""


def _field(entity: EntitySpec) -> str:
    fields = entity.fields.values()
    return next((f.name for f in fields if f.type == "reference" and f.option("to") == ACCOUNT), "")


def _account_of(entity: EntitySpec, number: int, asking: Asking) -> int:
    """Return the company that a record refers to, as far as its reader may see that; else 0."""
    field, where = _field(entity), f"id == {number}"
    try:
        found = next(look_up(asking.uow, entity.name, (field,), where=where, actor=asking.actor), {})
    except BadRequest:  # the company is not theirs to see
        return 0
    account = found.get(field)
    return account.id if isinstance(account, Ref) else 0
