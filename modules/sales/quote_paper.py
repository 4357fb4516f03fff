"""The paper of a quote: made once it is issued, by a job, in the language of the quote, and kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.sdk import (
    Change,
    JobContext,
    Json,
    Money,
    NotFound,
    Preferences,
    Ref,
    Style,
    UnitOfWork,
    can_print,
    defer,
    look_up,
    printed,
    reading,
    records,
    store_file,
    style_of,
)

PRINT = "sales.print_quote"
ISSUED = frozenset({"sent", "accepted", "rejected", "expired"})
"""States in which a customer sees a quote."""

QUOTE = "sales.quote"
HEAD = (
    "id",
    "number",
    "revision",
    "subject",
    "account",
    "contact",
    "state",
    "currency",
    "language",
    "issue_date",
    "valid_until",
    "subtotal",
    "discount_total",
    "tax_total",
    "gross_total",
    "rounding",
    "total",
    "terms",
    "owner",
    "pdf",
    "link_no",
)
COMPANY = ("economic_code", "legal_id")
LINES = (
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_pct",
    "tax_rate",
    "tax_included",
    "optional",
    "base",
    "share",
    "tax",
    "gross",
)


def follow_issues(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Promise the paper of quotes that are issued, or hold until another day now; the paper with the old day goes."""
    for change in changes:
        if change.entity.name != QUOTE or change.after.get("state") != "sent":
            continue
        if change.transition == "send" or "valid_until" in change.changed:
            defer(uow, PRINT, {"quote": change.id})
        if change.after.get("pdf") is not None and "valid_until" in change.changed:
            system = uow.actor.elevate("the paper of a quote says another day")
            records(uow).update(system, QUOTE, change.id, {"pdf": None}, version=None, uow=uow)


def print_quote(context: JobContext) -> Mapping[str, Json]:
    """Make the PDF of a quote and keep it with it."""
    number = int(str(context.arguments["quote"]))
    with context.unit("the paper of a quote is made") as uow:
        try:
            _, file = print_paper(uow, number, anew=not context.arguments.get("missing"))
        except NotFound:
            return {"pdf": None}  # deleted in the meantime
    return {"pdf": file}


def print_paper(uow: UnitOfWork, number: int, *, anew: bool = False) -> tuple[str, int]:
    """Return the name and the file of a quote's PDF, made now where it has none; slow, for jobs."""
    quote: Mapping[str, Any] = quote_for_paper(uow, number)
    name, kept = f"{quote['number'] or quote['subject']}.pdf", quote["pdf"]
    if kept is not None and not anew:
        return name, int(kept.id)
    style = style_of(uow, Preferences(language=str(quote["language"] or "")))
    data = printed(uow, "sales/quote_print.html", style, paper_of(quote, style))
    file = store_file(uow, data, name, "application/pdf")
    system = uow.actor.elevate("the paper of a quote is made")
    records(uow).update(system, QUOTE, number, {"pdf": file}, version=None, uow=uow)
    return name, file


def lacks_paper(uow: UnitOfWork, quote: Mapping[str, object]) -> bool:
    """Tell whether an issued quote has no PDF and gets none, since this machine cannot print."""
    return quote["pdf"] is None and quote["state"] in ISSUED and not can_print(uow)


def quote_for_paper(uow: UnitOfWork, number: int) -> dict[str, object]:
    """Return a quote with its lines, as the system sees it; for paper and for the customer's page."""
    system = uow.actor.elevate("a quote is written out")
    found = dict(reading(uow).get(system, QUOTE, number, HEAD, catalog=uow.catalog, uow=uow))
    account = found["account"]
    assert isinstance(account, Ref)  # every quote has one
    found["company"] = reading(uow).get(
        system, "contacts.account", account.id, COMPANY, catalog=uow.catalog, uow=uow
    )
    lines = look_up(uow, "sales.quote_line", (*LINES, "order"), where=f"quote == {number}")
    found["lines"] = sorted(lines, key=lambda line: (int(str(line["order"] or 0)), int(str(line["id"]))))
    return found


def paper_of(quote: Mapping[str, object], style: Style) -> Mapping[str, object]:
    """Return what the template needs: the quote, taxes by rate, and the firm's own name."""
    lines = quote["lines"]
    assert isinstance(lines, list)  # made above
    rates: dict[Decimal, Decimal] = {}
    for line in lines:
        if not line["optional"] and isinstance(line["tax"], Money) and line["tax"].amount:
            rates[line["tax_rate"]] = rates.get(line["tax_rate"], Decimal(0)) + line["tax"].amount
    currency, total = str(quote["currency"]), quote["total"]
    return {
        "quote": quote,
        "lines": lines,
        "taxes": [(rate, Money(amount, currency)) for rate, amount in sorted(rates.items())],
        "unit": style.money_unit_name(currency),
        "in_words": style.money_in_words(total) if isinstance(total, Money) else "",
        "discounted": any(line["discount_pct"] for line in lines),
    }
