"""What people do with quotes besides moving them: make one of an opportunity, revise one, hand out its link, send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from core.sdk import (
    Money,
    Operation,
    OperationCall,
    Outcome,
    Problem,
    Ref,
    Undo,
    UnitOfWork,
    ValidationFailed,
    can_print,
    defer,
    look_up,
    reading,
    records,
    sign_link,
)

QUOTE, LINE = "sales.quote", "sales.quote_line"
PURPOSE = "sales.quote"
VALID_DAYS = 15
"""A new quote holds this long, until somebody says otherwise."""

AFTER_EXPIRY = timedelta(days=30)
"""The customer's link still shows a quote this long after its last day."""

COPIED = (
    "subject",
    "account",
    "contact",
    "opportunity",
    "currency",
    "price_list",
    "language",
    "discount",
    "round_to",
    "terms",
    "owner",
    "team",
)
COPIED_LINES = (
    "order",
    "product",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_pct",
    "tax_class",
    "optional",
)
REVISABLE = "state in ['sent', 'expired', 'rejected']"


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


NO_PRINTER = N_(
    "PDF files cannot be made here until an administrator mends it. The link for the customer works."
)


def quote_of_opportunity(call: OperationCall) -> Outcome:
    """Make a draft of an opportunity's lines, for its company and its main contact."""
    found = _seen(call, ("name", "account", "primary_contact", "amount"))
    lines = look_up(
        call.uow,
        "sales.opportunity_line",
        ("product", "description", "quantity", "unit_price", "discount_pct"),
        where=f"opportunity == {call.record}",
        actor=call.actor,
    )
    values = {
        "subject": found["name"],
        "account": found["account"],
        "contact": found["primary_contact"],
        "opportunity": Ref(call.record),
        "valid_until": call.uow.today + timedelta(days=VALID_DAYS),
        **({"currency": found["amount"].currency} if isinstance(found["amount"], Money) else {}),
    }
    made = _create(call, values, [_without_id(line) for line in lines])
    return Outcome(
        message=N_("A draft was made of the opportunity."),
        entity=QUOTE,
        id=made,
        result={"id": made},
        undo=Undo(payload={"quote": made}),
    )


def revise(call: OperationCall) -> Outcome:
    """Make the next revision as a draft; where there is one already, lead to it."""
    waiting = next(
        look_up(call.uow, QUOTE, ("id",), where=f"follows == {call.record} and state == 'draft'"), None
    )
    if waiting is not None:
        number = int(str(waiting["id"]))
        return Outcome(
            message=N_("This revision is being written already."),
            entity=QUOTE,
            id=number,
            result={"id": number},
        )
    uow = call.uow
    found = _seen(call, (*COPIED, "revision", "root"))
    lines = look_up(uow, LINE, COPIED_LINES, where=f"quote == {call.record}", actor=call.actor)
    values = {name: found[name] for name in COPIED if found.get(name) is not None}
    values["valid_until"] = uow.today + timedelta(days=VALID_DAYS)
    made = _create(call, values, [_without_id(line) for line in lines])
    first = found["root"] or Ref(call.record)
    records(uow).update(
        call.system("a revision says what it follows"),
        QUOTE,
        made,
        {"revision": int(str(found["revision"] or 1)) + 1, "root": first, "follows": Ref(call.record)},
        version=None,
        uow=uow,
        parsed=True,
    )
    return Outcome(
        message=N_("A new revision was made as a draft. It replaces this quote when it is issued."),
        entity=QUOTE,
        id=made,
        result={"id": made},
        undo=Undo(payload={"quote": made}),
    )


def take_back(call: OperationCall) -> Outcome:
    """Delete the draft that was just made; one that was issued meanwhile stays."""
    records(call.uow).delete(call.actor, QUOTE, [int(call.values["quote"])], uow=call.uow)
    return Outcome(message=N_("The draft is in the trash."))


def hand_out(call: OperationCall) -> Outcome:
    """Tell the customer's link."""
    address = address_of(call)
    return Outcome(
        message=N_("The link for the customer: {link}"),
        params={"link": address},
        entity=QUOTE,
        id=call.record,
        result={"link": address},
    )


def renew_link(call: OperationCall) -> Outcome:
    """Make all links useless that were handed out before."""
    found = _seen(call, ("link_no",))
    records(call.uow).update(
        call.system("older links are made useless"),
        QUOTE,
        call.record,
        {"link_no": int(str(found["link_no"] or 1)) + 1},
        version=None,
        uow=call.uow,
    )
    return Outcome(message=N_("Older links show nothing any more."), entity=QUOTE, id=call.record)


def address_of(call: OperationCall) -> str:
    """Return the address at which the customer sees this quote."""
    return call.asking.url("sales.offer", token=_token(call), absolute=True)


def mailed_address_of(call: OperationCall) -> str:
    """Return the same address for a mail; refuse where the site does not know its own."""
    return call.asking.mailed_url("sales.offer", token=_token(call))


def print_again(call: OperationCall) -> Outcome:
    """Promise the paper of a quote that has none; refused where it cannot be printed here."""
    if not can_print(call.uow):
        raise ValidationFailed(problems=[Problem(code="no_paper", field="", message=NO_PRINTER)])
    defer(call.uow, "sales.print_quote", {"quote": call.record, "missing": True})
    return Outcome(message=N_("The PDF is being made. It is with the quote in a minute."))


def _token(call: OperationCall) -> str:
    found = _seen(call, ("link_no", "valid_until"))
    return sign_link(
        call.uow, PURPOSE, {"quote": call.record, "no": int(str(found["link_no"]))}, _until(found, call.uow)
    )


def _seen(call: OperationCall, fields: Sequence[str]) -> Mapping[str, Any]:
    """Return fields of the record, as the one who does it sees them."""
    return reading(call.uow).get(
        call.actor, call.entity, call.record, fields, catalog=call.uow.catalog, uow=call.uow
    )


def _until(quote: Mapping[str, object], uow: UnitOfWork) -> datetime:
    day = quote["valid_until"] if isinstance(quote["valid_until"], date) else uow.today
    return datetime.combine(max(day, uow.today), time.max, uow.now.tzinfo) + AFTER_EXPIRY


def _create(call: OperationCall, values: Mapping[str, object], lines: list[Mapping[str, object]]) -> int:
    (saved,) = records(call.uow).create(
        call.actor, QUOTE, [{**values, "lines": lines}], uow=call.uow, parsed=True
    )
    return saved.id


def _without_id(line: Mapping[str, object]) -> Mapping[str, object]:
    return {
        name: value for name, value in line.items() if name not in ("id", "version") and value is not None
    }


OPERATIONS = (
    Operation(
        name="sales.new_quote",
        entity="sales.opportunity",
        label=N_("New quote"),
        icon="file-text",
        key="Q",
        run=quote_of_opportunity,
        undo=take_back,
        weight=40,
    ),
    Operation(
        name="sales.revise",
        entity=QUOTE,
        label=N_("New revision"),
        icon="git-branch",
        run=revise,
        undo=take_back,
        when=REVISABLE,
        weight=50,
    ),
    Operation(
        name="sales.hand_out",
        entity=QUOTE,
        label=N_("Link for the customer"),
        icon="link",
        key="K",
        run=hand_out,
        when="state in ['sent', 'accepted', 'rejected', 'expired']",
        weight=20,
    ),
    Operation(
        name="sales.print_again",
        entity=QUOTE,
        label=N_("Make the PDF"),
        icon="file-text",
        run=print_again,
        when="state in ['sent', 'accepted', 'rejected', 'expired'] and is_empty(pdf)",
        place="menu",
        weight=80,
        grant="operation:hand_out",
    ),
    Operation(
        name="sales.renew_link",
        entity=QUOTE,
        label=N_("Make older links useless"),
        icon="refresh",
        run=renew_link,
        when="state in ['sent', 'accepted', 'rejected', 'expired']",
        place="menu",
        weight=90,
        confirm=N_("Links that were handed out before will show nothing any more."),
    ),
)
