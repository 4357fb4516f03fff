"""Companies and people that a lead may be already, the surest first, as far as the one who asks may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.sdk import Actor, Ref, UnitOfWork, fold, look_up

ACCOUNT, CONTACT = "contacts.account", "contacts.contact"
SURE = 80
"""From here on a match is taken where nobody chose: an address, a number, or the very name of a company."""

MOST = 5
POINTS = {
    "email": 100,
    "number": 95,
    "company_of": 90,
    "company_name": 80,
    "name_and_company": 70,
    "name": 40,
}
"""How sure each way to know somebody again is."""

Lead = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A record that a lead may be, how sure that is, and why."""

    entity: str
    id: int
    title: str
    points: int
    reason: str


def contacts_like(lead: Lead, actor: Actor, uow: UnitOfWork) -> Sequence[Match]:
    """Return the people that a lead may be."""
    return _best(_contacts(lead, actor, uow))


def accounts_like(lead: Lead, actor: Actor, uow: UnitOfWork, contact: int | None = None) -> Sequence[Match]:
    """Return the companies that a lead may come from; that of the known contact first."""
    return _best(_accounts(lead, actor, uow, contact))


def quoted(text: object) -> str:
    """Return a text as an expression writes it."""
    return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def _contacts(lead: Lead, actor: Actor, uow: UnitOfWork) -> Iterator[Match]:
    if lead.get("email"):
        where = f"any(points, kind == 'email' and normal == {quoted(lead['email'])})"
        yield from _found(CONTACT, "full_name", where, "email", actor, uow)
    for number in {str(lead[name]) for name in ("mobile", "phone") if lead.get(name)}:
        yield from _found(
            CONTACT, "full_name", f"any(points, number == {quoted(number)})", "number", actor, uow
        )
    name = _name(lead)
    if not name or not lead.get("last_name"):
        return
    company = fold(str(lead.get("company_name") or ""))
    where = f"fold_contains(full_name, {quoted(name)})"
    for one in look_up(uow, CONTACT, ("full_name", "account"), where=where, actor=actor):
        if fold(str(one["full_name"])) == fold(name):
            same = isinstance(one["account"], Ref) and company and fold(str(one["account"].title)) == company
            yield _match(CONTACT, one, "full_name", "name_and_company" if same else "name")


def _accounts(lead: Lead, actor: Actor, uow: UnitOfWork, contact: int | None) -> Iterator[Match]:
    known = lead.get("account")
    if isinstance(known, Ref):
        yield from _found(ACCOUNT, "name", f"id == {known.id}", "email", actor, uow)
    if contact is not None:
        found = look_up(uow, CONTACT, ("account",), where=f"id == {contact}", actor=actor)
        account = next((one["account"] for one in found), None)
        if isinstance(account, Ref):
            yield from _found(ACCOUNT, "name", f"id == {account.id}", "company_of", actor, uow)
    company = lead.get("company_name")
    if company:
        where = f"fold_contains(name, {quoted(company)})"
        for one in look_up(uow, ACCOUNT, ("name",), where=where, actor=actor):
            if fold(str(one["name"])) == fold(str(company)):
                yield _match(ACCOUNT, one, "name", "company_name")


def _found(
    entity: str, title: str, where: str, reason: str, actor: Actor, uow: UnitOfWork
) -> Iterator[Match]:
    for one in look_up(uow, entity, (title,), where=where, actor=actor):
        yield _match(entity, one, title, reason)


def _match(entity: str, one: Mapping[str, object], title: str, reason: str) -> Match:
    return Match(
        entity=entity, id=int(str(one["id"])), title=str(one[title]), points=POINTS[reason], reason=reason
    )


def _best(found: Iterator[Match]) -> Sequence[Match]:
    """Return each record once, by its surest reason, the surest first."""
    best: dict[int, Match] = {}
    for match in found:
        if match.id not in best or best[match.id].points < match.points:
            best[match.id] = match
    return sorted(best.values(), key=lambda m: (-m.points, m.id))[:MOST]


def _name(lead: Lead) -> str:
    return " ".join(str(lead[name]) for name in ("first_name", "last_name") if lead.get(name))
