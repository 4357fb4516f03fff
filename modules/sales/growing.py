"""More from customers: who is one, new business with one at a press, and what goes with what is offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.sdk import (
    Asking,
    Change,
    Operation,
    OperationCall,
    Outcome,
    Panel,
    Ref,
    UnitOfWork,
    look_up,
    reading,
    records,
    style_of,
)

ACCOUNT, OPPORTUNITY, SOURCE = "contacts.account", "sales.opportunity", "sales.lead_source"
RELATION, LINE = "sales.product_relation", "sales.quote_line"
WHY = "an opportunity with it was won"


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


MORE = N_("More for {company}")
KINDS = {"accessory": N_("Accessory"), "substitute": N_("Substitute")}


def make_customers(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let a prospect become a customer when an opportunity with it is won."""
    won = {
        account.id
        for change in changes
        if change.transition == "win" and isinstance(account := change.after.get("account"), Ref)
    }
    where = f"id in {sorted(won)} and lifecycle == 'prospect'"
    found = [int(str(one["id"])) for one in look_up(uow, ACCOUNT, (), where=where)] if won else []
    if found:
        system = uow.actor.elevate(WHY)
        values = {one: {"lifecycle": "customer"} for one in found}
        records(uow).update_many(system, ACCOUNT, values, uow=uow, parsed=True)


def run_more(call: OperationCall) -> Outcome:
    """Make an opportunity with somebody who buys already, with the source that says so."""
    company = next(iter(look_up(call.uow, ACCOUNT, ("name",), where=f"id == {call.record}")))
    source = next(
        iter(look_up(call.uow, SOURCE, (), where="for_customers == true", sort=("id",), most=1)), None
    )
    name = style_of(call.uow, call.actor.preferences)._(MORE, company=str(company["name"]))
    values = {"name": name, "account": call.record, "source": source["id"] if source else None}
    (saved,) = records(call.uow).create(call.actor, OPPORTUNITY, [values], uow=call.uow)
    return Outcome(
        message="The opportunity is there. Enter what it is about and what it is worth.",
        entity=OPPORTUNITY,
        id=saved.id,
        result={"opportunity": saved.id},
    )


MORE_BUSINESS = Operation(
    name="sales.more_business",
    entity=ACCOUNT,
    label="New business with this customer",
    icon="trending-up",
    run=run_more,
    when="lifecycle == 'customer'",
    place="menu",
    weight=50,
)


def goes_with(quote: int, asking: Asking) -> Iterator[Panel]:
    """Show accessories and substitutes of what a draft offers, as far as it does not offer them yet."""
    if not reading(asking.uow).may_read(asking.actor, RELATION, asking.catalog):
        return
    where = f"quote == {quote} and quote.state == 'draft' and not is_empty(product)"
    lines = look_up(asking.uow, LINE, ("product",), where=where, actor=asking.actor)
    offered = {line["product"].id for line in lines if isinstance(line["product"], Ref)}
    rows = list(_related(offered, asking)) if offered else []
    if rows:
        yield Panel(
            name="sales.goes_with",
            title="Goes with what is offered",
            template="sales/goes_with.html",
            values={"rows": rows},
            place="side",
            weight=50,
        )


def _related(offered: set[int], asking: Asking) -> Iterator[Mapping[str, object]]:
    where = f"product in {sorted(offered)} and other.active == true"
    fields = ("product", "kind", "other")
    for one in look_up(asking.uow, RELATION, fields, where=where, actor=asking.actor, sort=("id",)):
        product, other = one["product"], one["other"]
        if isinstance(product, Ref) and isinstance(other, Ref) and other.id not in offered:
            yield {
                "title": other.title,
                "url": asking.record_url("sales.product", other.id),
                "kind": asking.style._(KINDS.get(str(one["kind"]), str(one["kind"]))),
                "of": product.title,
            }
