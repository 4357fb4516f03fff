"""A lead becomes a company, a person and an opportunity: in one transaction, once, and exactly undoable.

What is known already is attached, never made twice. Whoever calls a second time is told the first result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from core.sdk import Actor, Conflict, Money, Ref, UnitOfWork, lock, look_up, records
from modules.base.notes import moving_along
from modules.sales.matching import ACCOUNT, CONTACT, SURE, accounts_like, contacts_like

LEAD, CONVERSION, OPPORTUNITY = "sales.lead", "sales.lead_conversion", "sales.opportunity"
UNDO_DAYS = 14
WHY = "a lead is converted"
MOVED = (("activities.activity", "record"), ("base.note", "record"), ("base.attachment", "record"))
"""What people wrote and planned on a lead goes along with it."""

FIELDS = (
    "number",
    "title",
    "first_name",
    "last_name",
    "company_name",
    "job_title",
    "email",
    "mobile",
    "phone",
    "city",
    "account",
    "source",
    "campaign",
    "est_amount",
    "owner",
    "team",
    "state",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody chose; what they left open is found, or made."""

    account: int | None = None
    new_account: bool = False
    contact: int | None = None
    new_contact: bool = False
    with_opportunity: bool = True
    name: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """What a lead has become."""

    conversion: int
    account: int | None
    contact: int | None
    opportunity: int | None
    made: Sequence[str]
    first: bool = True


def convert(lead: int, wish: Wish, actor: Actor, uow: UnitOfWork) -> Converted:
    """Convert a lead, or return what became of it where it was converted already."""
    lock(uow, LEAD, [lead])
    done = conversion_of(lead, uow)
    if done is not None:
        return done
    values = next(iter(look_up(uow, LEAD, FIELDS, where=f"id == {lead}")))
    _qualify(lead, str(values["state"]), actor, uow)
    return _Conversion(lead=lead, values=values, wish=wish, actor=actor, uow=uow).run()


def conversion_of(lead: int, uow: UnitOfWork) -> Converted | None:
    """Return what a lead has become; None where it was not converted, or that was undone."""
    fields = ("account", "contact", "opportunity", "made")
    row = next(iter(look_up(uow, CONVERSION, fields, where=f"conversion_key == '{key_of(lead)}'")), None)
    if row is None:
        return None
    return Converted(
        conversion=int(str(row["id"])),
        account=_id(row["account"]),
        contact=_id(row["contact"]),
        opportunity=_id(row["opportunity"]),
        made=[str(one["entity"]) for one in json.loads(str(row["made"] or "[]"))],
        first=False,
    )


def key_of(lead: int) -> str:
    """Return the key of a lead's conversion, of which there is one at a time."""
    return f"lead-{lead}"


def _qualify(lead: int, state: str, actor: Actor, uow: UnitOfWork) -> None:
    """Take the steps that lead to a qualified lead, with the rights of the one who converts it."""
    steps = {"assigned": ("work", "qualify"), "working": ("qualify",), "qualified": ()}
    if state not in steps:
        raise Conflict("Only a lead that somebody works on can be converted.", code="not_convertible")
    for step in steps[state]:
        records(uow).transition(actor, LEAD, lead, step, version=None, uow=uow)


@dataclass(kw_only=True, slots=True)
class _Conversion:
    """One conversion on its way."""

    lead: int
    values: Mapping[str, object]
    wish: Wish
    actor: Actor
    uow: UnitOfWork
    made: list[tuple[str, int]] = field(default_factory=list)

    def run(self) -> Converted:
        contact = self._contact()
        account = self._account(contact)
        contact = contact or self._new_contact(account)
        if account is None and contact is None:
            raise Conflict("This lead has neither a name nor a company.", code="nothing_to_make")
        opportunity = self._opportunity(account, contact) if self.wish.with_opportunity else None
        moved = self._move([(OPPORTUNITY, opportunity), (CONTACT, contact), (ACCOUNT, account)])
        self._step(account, contact, opportunity)
        system = self.actor.elevate(WHY)
        (saved,) = records(self.uow).create(
            system,
            CONVERSION,
            [
                {
                    "lead": Ref(self.lead),
                    "conversion_key": key_of(self.lead),
                    "account": _ref(account),
                    "contact": _ref(contact),
                    "opportunity": _ref(opportunity),
                    "made": json.dumps(list(self._versions())),
                    "moved": json.dumps(moved),
                    "converted_at": self.uow.now,
                    "undo_until": self.uow.now + timedelta(days=UNDO_DAYS),
                }
            ],
            uow=self.uow,
            parsed=True,
        )
        return Converted(
            conversion=saved.id,
            account=account,
            contact=contact,
            opportunity=opportunity,
            made=[entity for entity, _ in self.made],
        )

    def _contact(self) -> int | None:
        if self.wish.contact is not None or self.wish.new_contact:
            return self.wish.contact
        found = contacts_like(self.values, self.actor, self.uow)
        return found[0].id if found and found[0].points >= SURE else None

    def _account(self, contact: int | None) -> int | None:
        if self.wish.account is not None:
            return self.wish.account
        if not self.wish.new_account:
            found = accounts_like(self.values, self.actor, self.uow, contact)
            if found and found[0].points >= SURE:
                return found[0].id
        return self._new_account()

    def _new_account(self) -> int | None:
        name, kind = self.values["company_name"], "company"
        if not name:
            if not self.wish.with_opportunity:
                return None
            name, kind = self.values["title"], "person"
        return self._create(ACCOUNT, {"name": name, "kind": kind})

    def _new_contact(self, account: int | None) -> int | None:
        lead = self.values
        if not lead["last_name"]:
            return None
        kinds = (("email", "email"), ("mobile", "mobile"), ("phone", "phone"))
        points = [{"kind": kind, "value": lead[name]} for name, kind in kinds if lead[name]]
        values: dict[str, object] = {
            "first_name": lead["first_name"],
            "last_name": lead["last_name"],
            "job_title": lead["job_title"],
            "points": points,
        }
        if account is not None:
            values["companies"] = [{"account": account, "role": lead["job_title"], "is_primary": True}]
        if lead["city"]:
            values["addresses"] = [{"kind": "main", "city": lead["city"]}]
        return self._create(CONTACT, values)

    def _opportunity(self, account: int | None, contact: int | None) -> int:
        lead = self.values
        return self._create(
            OPPORTUNITY,
            {
                "name": self.wish.name or lead["title"],
                "account": account,
                "primary_contact": contact,
                "estimate": wire_money(lead["est_amount"]),
                "source": _id(lead["source"]),
                "campaign": lead["campaign"],
                **self.wish.values,
            },
            fixed={"lead": Ref(self.lead)},
        )

    def _create(
        self, entity: str, values: Mapping[str, object], *, fixed: Mapping[str, object] | None = None
    ) -> int:
        """Make a record with the rights of the one who converts; it belongs to whom the lead belongs."""
        owned = {"owner": _id(self.values["owner"]), "team": _id(self.values["team"])}
        (saved,) = records(self.uow).create(
            self.actor, entity, [{**values, **owned}], uow=self.uow, fixed=fixed
        )
        self.made.append((entity, saved.id))
        return saved.id

    def _move(self, homes: Sequence[tuple[str, int | None]]) -> list[Mapping[str, object]]:
        """Bring what hangs on the lead to the first of its new homes that can have it; tell what was moved."""
        system, moved = self.actor.elevate(WHY), list[Mapping[str, object]]()
        for child, by in MOVED:
            where = f"refers({by}, '{LEAD}', {self.lead})"
            ids = [int(str(one["id"])) for one in look_up(self.uow, child, (), where=where)]
            home = next((h for h in homes if h[1] is not None and refers_to(child, by, h[0], self.uow)), None)
            if ids and home is not None:
                target = {by: {"entity": home[0], "id": home[1]}}
                with moving_along(self.uow):
                    records(self.uow).update_many(system, child, dict.fromkeys(ids, target), uow=self.uow)
                moved.append({"entity": child, "field": by, "ids": ids, "to": list(home)})
        return moved

    def _step(self, account: int | None, contact: int | None, opportunity: int | None) -> None:
        became = {
            "converted_at": self.uow.now,
            "converted_account": _ref(account),
            "converted_contact": _ref(contact),
            "converted_opportunity": _ref(opportunity),
        }
        system = self.actor.elevate(WHY)
        records(self.uow).transition(
            system, LEAD, self.lead, "convert", values=became, version=None, uow=self.uow, parsed=True
        )

    def _versions(self) -> Iterator[Mapping[str, object]]:
        """Yield what was made, with the version in which it was left."""
        for entity, number in self.made:
            found = look_up(self.uow, entity, ("version",), where=f"id == {number}")
            version = next((one["version"] for one in found), 0)
            yield {"entity": entity, "id": number, "version": version}


def refers_to(child: str, by: str, entity: str, uow: UnitOfWork) -> bool:
    """Tell whether a reference to any of several may point to an entity."""
    targets = uow.catalog.entity(child).fields[by].option("to")
    return isinstance(targets, Sequence) and entity in targets


def wire_money(value: object) -> Mapping[str, str] | None:
    """Return an amount as it is written in JSON."""
    return {"amount": str(value.amount), "currency": value.currency} if isinstance(value, Money) else None


def _id(value: object) -> int | None:
    return value.id if isinstance(value, Ref) else None


def _ref(number: int | None) -> Ref | None:
    return None if number is None else Ref(number)
