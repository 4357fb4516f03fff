"""The finance panel of a company: what it may owe, when it has to pay, what is offered to it and what it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.sdk import Asking, BadRequest, Money, Panel, aggregate, reading

QUOTE = "sales.quote"
TERMS = ("credit_limit", "payment_terms_days")
"""Whoever may not see these of a company is not shown the panel."""

DAYS = 365
COUNTED = f"(state == 'sent' or (state == 'accepted' and accepted_at >= add_days($now, -{DAYS})))"
TOTAL = "sum(total)"


def finances(record: Mapping[str, object], asking: Asking) -> Iterator[Panel]:
    """Yield the panel, for those who may see the terms of a company and quotes; amounts stand by currency."""
    uow = asking.uow
    if any(name not in record for name in TERMS) or not reading(uow).may_read(
        asking.actor, QUOTE, asking.catalog
    ):
        return
    where = f"account == {int(str(record['id']))} and {COUNTED}"
    try:
        found = aggregate(uow, QUOTE, ("state",), (TOTAL,), where=where, actor=asking.actor)
    except BadRequest:  # the totals are not theirs to see
        return
    amounts = {str(group["state"]): _amounts(group[TOTAL], asking) for group in found}
    limit, days = (record[name] for name in TERMS)
    yield Panel(
        name="sales.finance",
        title="Finance",
        template="sales/finances.html",
        values={
            "limit": asking.style.money(limit) if isinstance(limit, Money) else "",
            "days": days,
            "offered": amounts.get("sent", ()),
            "accepted": amounts.get("accepted", ()),
        },
        place="side",
        weight=60,
    )


def _amounts(sums: object, asking: Asking) -> tuple[str, ...]:
    return tuple(asking.style.money(amount) for amount in sums) if isinstance(sums, tuple) else ()
