"""What people can do with leads at one press: convert them and take that back, and have them assigned."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from core.sdk import BadRequest, Operation, OperationCall, Outcome, Panel, Ref, Undo, look_up
from modules.sales.assigning import assign
from modules.sales.converting import FIELDS, LEAD, UNDO_DAYS, Converted, Wish, convert, wire_money
from modules.sales.match_words import shown
from modules.sales.matching import ACCOUNT, CONTACT, SURE, accounts_like, contacts_like
from modules.sales.unconverting import undo_conversion

CONVERTIBLE = "state in ['assigned', 'working', 'qualified', 'converted']"

CHOICES: Mapping[str, Mapping[str, str | bool | int]] = {
    "contact": {
        "type": "reference",
        "label": "Known contact",
        "to": "contacts.contact",
        "help": "Empty: the surest match, else a new one.",
    },
    "new_contact": {"type": "boolean", "label": "Make a new contact", "default": False},
    "account": {
        "type": "reference",
        "label": "Known company",
        "to": "contacts.account",
        "help": "Empty: the surest match, else a new one.",
    },
    "new_account": {"type": "boolean", "label": "Make a new company", "default": False},
    "with_opportunity": {"type": "boolean", "label": "Make an opportunity", "default": True},
    "name": {"type": "text", "label": "Name of the opportunity"},
    "estimate": {"type": "money", "label": "Estimated amount", "minimum": 0},
    "pipeline": {"type": "reference", "label": "Pipeline", "to": "sales.pipeline"},
    "expected_close": {"type": "date", "label": "Expected close"},
}


def begin(call: OperationCall) -> Mapping[str, object]:
    """Return what the dialog begins with: the surest matches, and what the lead says of the opportunity."""
    lead = next(iter(look_up(call.uow, LEAD, FIELDS, where=f"id == {call.record}")), None)
    if lead is None:
        return {}
    contact = next(iter(contacts_like(lead, call.actor, call.uow)), None)
    person = contact.id if contact and contact.points >= SURE else None
    account = next(iter(accounts_like(lead, call.actor, call.uow, person)), None)
    return {
        "contact": Ref(contact.id, contact.title) if contact and person else None,
        "account": Ref(account.id, account.title) if account and account.points >= SURE else None,
        **_picked(call),
        "with_opportunity": True,
        "name": lead["title"],
        "estimate": lead["est_amount"],
    }


def _picked(call: OperationCall) -> Mapping[str, object]:
    """Return what was chosen among the matches, as it stands in the address."""
    found: dict[str, object] = {}
    for name, entity, title in (("contact", CONTACT, "full_name"), ("account", ACCOUNT, "name")):
        number = call.asking.number(name)
        if call.asking.args.get(name) == "new":
            found |= {name: None, f"new_{name}": True}
        elif number is not None:
            rows = look_up(call.uow, entity, (title,), where=f"id == {number}", actor=call.actor)
            row = next(iter(rows), None)
            found[name] = Ref(number, str(row[title])) if row else None
    return found


def matches(call: OperationCall) -> Panel | None:
    """Show in the dialog whom the lead may be, the surest first, each to be chosen, and the way to make a new one."""
    lead = next(iter(look_up(call.uow, LEAD, FIELDS, where=f"id == {call.record}")), None)
    if lead is None or lead["state"] == "converted":
        return None
    try:
        contacts = contacts_like(lead, call.actor, call.uow)
        accounts = accounts_like(lead, call.actor, call.uow, contacts[0].id if contacts else None)
    except BadRequest:  # who may not see how people are reached is shown nobody
        return None
    here = f"/records/{LEAD}/{call.record}/operation/convert"
    picked = {name: call.asking.args[name] for name in ("contact", "account") if name in call.asking.args}

    def choose(name: str, value: object) -> str:
        return f"{here}?{urlencode({**picked, name: value})}"

    kinds = (("contact", contacts), ("account", accounts))
    return Panel(
        name="sales.convert_matches",
        title="Perhaps known already",
        template="sales/convert_matches.html",
        values={
            "groups": [
                {
                    "kind": name,
                    "matches": [{**shown(m, call.asking), "choose": choose(name, m.id)} for m in found],
                    "new": choose(name, "new"),
                }
                for name, found in kinds
                if found
            ]
        },
    )


def run_convert(call: OperationCall) -> Outcome:
    """Convert a lead, or lead to what it became."""
    done = convert(call.record, _wish(call.values), call.actor, call.uow)
    entity, number = _where_to(call.record, done)
    return Outcome(
        message="The lead was converted." if done.first else "This lead was converted already.",
        entity=entity,
        id=number,
        undo=Undo(minutes=UNDO_DAYS * 24 * 60) if done.first else None,
        result={
            "conversion": done.conversion,
            "account": done.account,
            "contact": done.contact,
            "opportunity": done.opportunity,
            "made": list(done.made),
            "first": done.first,
        },
    )


def run_undo(call: OperationCall) -> Outcome:
    """Take a conversion back and tell what stays."""
    undone = undo_conversion(call.record, call.actor, call.uow)
    return Outcome(
        message="The conversion was undone.",
        entity=LEAD,
        id=call.record,
        warnings=("What somebody works with already was kept.",) if undone.kept else (),
        result={
            "deleted": [list(one) for one in undone.deleted],
            "kept": [list(one) for one in undone.kept],
        },
    )


def run_assign(call: OperationCall) -> Outcome:
    """Give leads that nobody owns to somebody by the rules."""
    given = assign(call.ids, call.uow)
    return Outcome(
        message="{number} of {all} leads were assigned.",
        params={"number": sum(user is not None for user in given.values()), "all": len(given)},
        result={str(lead): user for lead, user in given.items()},
    )


def _where_to(lead: int, done: Converted) -> tuple[str, int]:
    if done.opportunity is not None:
        return "sales.opportunity", done.opportunity
    return ("contacts.contact", done.contact) if done.contact is not None else (LEAD, lead)


def _wish(values: Mapping[str, object]) -> Wish:
    chosen = {
        "estimate": wire_money(values.get("estimate")),
        "pipeline": _id(values.get("pipeline")),
        "expected_close": str(values["expected_close"]) if values.get("expected_close") else None,
    }
    return Wish(
        account=_id(values.get("account")),
        new_account=bool(values.get("new_account")),
        contact=_id(values.get("contact")),
        new_contact=bool(values.get("new_contact")),
        with_opportunity=values.get("with_opportunity") is not False,
        name=str(values.get("name") or ""),
        values={name: value for name, value in chosen.items() if value is not None},
    )


def _id(value: object) -> int | None:
    return value.id if isinstance(value, Ref) else None


OPERATIONS = (
    Operation(
        name="sales.convert",
        entity=LEAD,
        label="Convert",
        icon="arrows-exchange",
        key="V",
        run=run_convert,
        start=begin,
        beside=matches,
        undo=run_undo,
        fields=CHOICES,
        when=CONVERTIBLE,
        weight=10,
    ),
    Operation(
        name="sales.undo_conversion",
        entity=LEAD,
        label="Undo conversion",
        icon="arrow-back-up",
        run=run_undo,
        when="state == 'converted'",
        confirm="What was made and nobody has touched goes to the trash.",
        place="menu",
        danger=True,
        weight=20,
    ),
    Operation(
        name="sales.assign",
        entity=LEAD,
        label="Assign by the rules",
        icon="users",
        run=run_assign,
        when="state == 'new'",
        many=True,
        place="menu",
        weight=30,
    ),
)
"""What is offered on leads."""
