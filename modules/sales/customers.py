"""Customers without an owner, and who gets them: the owner of their company, else whose turn it is by the first rule.

It is done for heaps of them: what a rule asks, who can take one and what they have is read once for many. Which
customers have no owner is said by the ready filter of their list. A customer for whom there is no rule, or whom nobody
can take, stays in that list, and a leader is told of it every morning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from core.sdk import (
    BadRequest,
    JobContext,
    Operation,
    OperationCall,
    Outcome,
    Ref,
    UnitOfWork,
    aggregate,
    lock,
    look_up,
    notify,
    records,
)
from modules.activities.forgotten import condition_of
from modules.sales.assigning import GIVEN, RULE, TURNS, turns_row
from modules.sales.presence import MEMBER, is_away
from modules.sales.rotation import Candidate, Verdict, least_loaded, next_turn, read_turns, written

ASSIGNMENT = "sales.customer_assignment"
WHY = "a customer without an owner is given to somebody"
AT_ONCE = 2000
"""So many customers are given in one transaction."""
PAGE = 200
"""So many are named in one question."""

Record = Mapping[str, object]


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


YOURS = {
    "contacts.account": N_("Companies without an owner that are yours now: {number}"),
    "contacts.contact": N_("Contacts without an owner that are yours now: {number}"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """A customer that somebody gets, and why."""

    customer: int
    user: int
    reason: str
    rule: Record
    credit: float = 0.0
    able: int = 1
    unable: int = 0


def assign_customers(context: JobContext) -> Mapping[str, int]:
    """Give the customers that nobody owns to somebody; companies first, because their people follow them."""
    done = {"given": 0, "left": 0}
    for gives in ("companies", "contacts"):
        entity, last, more = GIVEN[gives], 0, True
        while more:
            with context.unit(WHY) as uow:
                unowned = f"({condition_of(entity, 'unowned', uow) or 'false'}) and id > {last}"
                found = look_up(uow, entity, (), where=unowned, sort=("id",), most=AT_ONCE)
                ids = [int(str(one["id"])) for one in found]
                given = give(entity, ids, uow)
            done["given"] += len(given)
            done["left"] += len(ids) - len(given)
            more, last = len(ids) == AT_ONCE, max(ids, default=0)
    return done


def run_assign(call: OperationCall) -> Outcome:
    """Give customers that nobody owns to somebody now, and not at night."""
    given = give(call.entity, call.ids, call.uow)
    return Outcome(
        message="{number} of {all} customers were assigned.",
        params={"number": len(given), "all": len(call.ids)},
        result={str(customer): user for customer, user in given.items()},
    )


OPERATIONS = tuple(
    Operation(
        name=f"sales.{name}",
        entity=entity,
        label="Assign by the rules",
        icon="users",
        run=run_assign,
        when="lifecycle == 'customer' and (is_empty(owner) or owner.active == false)",
        many=True,
        place="menu",
        weight=60,
    )
    for name, entity in (("assign_company", GIVEN["companies"]), ("assign_contact", GIVEN["contacts"]))
)
"""What is offered on customers."""


def give(entity: str, ids: Sequence[int], uow: UnitOfWork) -> Mapping[int, int]:
    """Give those of these customers that nobody owns to somebody, tell who gets them, and keep why."""
    lock(uow, entity, ids)
    former = _unowned(entity, ids, uow)
    gifts: list[Gift] = []
    waiting = list(former)
    for rule in _rules(entity, uow):
        if not waiting:
            break
        fitting = _fitting(rule, entity, waiting, uow)
        gifts += _given_by(rule, entity, fitting, uow)
        waiting = [one for one in waiting if one not in fitting]
    _write(entity, gifts, former, uow)
    return {gift.customer: gift.user for gift in gifts}


def _unowned(entity: str, ids: Sequence[int], uow: UnitOfWork) -> Mapping[int, object]:
    """Return those that still have no owner at work, in order, with the one they had."""
    unowned = condition_of(entity, "unowned", uow)
    return {
        int(str(one["id"])): one["owner"]
        for some in _pages(ids if unowned else ())
        for one in look_up(uow, entity, ("owner",), where=f"id in {some} and ({unowned})", sort=("id",))
    }


def _rules(entity: str, uow: UnitOfWork) -> Sequence[Record]:
    gives = next(name for name, given in GIVEN.items() if given == entity)
    fields = ("name", "order", "condition", "mode", "known_owner_first", "team")
    rules = look_up(uow, RULE, fields, where=f"active == true and gives == '{gives}'")
    return sorted(rules, key=lambda rule: (int(str(rule["order"])), int(str(rule["id"]))))


def _fitting(rule: Record, entity: str, ids: Sequence[int], uow: UnitOfWork) -> set[int]:
    """Return those for which the condition of a rule holds; for none, where it can be read no longer."""
    condition = str(rule["condition"] or "")
    if not condition:
        return set(ids)
    try:
        return {
            int(str(one["id"]))
            for some in _pages(ids)
            for one in look_up(uow, entity, (), where=f"id in {some} and ({condition})")
        }
    except BadRequest:  # a field that it names has gone
        return set()


def _given_by(rule: Record, entity: str, ids: set[int], uow: UnitOfWork) -> Iterator[Gift]:
    known = _company_owners(entity, sorted(ids), uow) if rule["known_owner_first"] else {}
    for customer, user in known.items():
        yield Gift(customer=customer, user=user, reason="owner", rule=rule)
    yield from _in_turn(rule, entity, sorted(ids.difference(known)), uow)


def _company_owners(entity: str, ids: Sequence[int], uow: UnitOfWork) -> Mapping[int, int]:
    """Return who owns the companies of people, where those are at work."""
    if entity != GIVEN["contacts"]:
        return {}
    found: dict[int, int] = {}
    for some in _pages(ids):
        where = f"id in {some} and account.owner.active == true"
        of = {
            int(str(one["id"])): account.id
            for one in look_up(uow, entity, ("account",), where=where)
            if isinstance(account := one["account"], Ref)
        }
        companies = look_up(uow, GIVEN["companies"], ("owner",), where=f"id in {sorted(set(of.values()))}")
        owners = {int(str(one["id"])): one["owner"] for one in companies} if of else {}
        found |= {one: owner.id for one, account in of.items() if isinstance(owner := owners[account], Ref)}
    return found


def _in_turn(rule: Record, entity: str, ids: Sequence[int], uow: UnitOfWork) -> Iterator[Gift]:
    """Give customers by turns, and remember where it stopped."""
    if not ids:
        return
    row = turns_row(int(str(rule["id"])), uow)
    turns = read_turns(str(row["remembered"] or ""))
    members = list(_members(rule, entity, uow))
    choose = least_loaded if rule["mode"] == "least_open" else next_turn
    for customer in ids:
        user, turns, verdicts = choose([member.candidate for member in members], turns)
        if user is None:
            break
        members = [member.with_one() if member.candidate.user == user else member for member in members]
        yield _gift(customer, user, rule, verdicts)
    system = uow.actor.elevate(WHY)
    number = int(str(row["id"]))
    records(uow).update(
        system, TURNS, number, {"remembered": written(turns)}, version=None, uow=uow, parsed=True
    )


def _gift(customer: int, user: int, rule: Record, verdicts: Sequence[Verdict]) -> Gift:
    able = sum(not verdict.candidate.why_not and verdict.candidate.weight > 0 for verdict in verdicts)
    credit = next(float(verdict.credit) for verdict in verdicts if verdict.candidate.user == user)
    return Gift(
        customer=customer,
        user=user,
        reason="chosen",
        rule=rule,
        credit=credit,
        able=able,
        unable=len(verdicts) - able,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody in a rule, how much they may have, and had lately."""

    candidate: Candidate
    most: int | None
    most_lately: int | None
    lately: int

    def with_one(self) -> Member:
        """Return what they are with one customer more."""
        had = replace(self.candidate, load=self.candidate.load + 1)
        return replace(self, candidate=had, lately=self.lately + 1).judged()

    def judged(self) -> Member:
        """Return what they are where they may have no more."""
        why_not = self.candidate.why_not
        if self.most is not None and self.candidate.load >= self.most:
            why_not = why_not or "full"
        if self.most_lately is not None and self.lately >= self.most_lately:
            why_not = why_not or "full_30d"
        return replace(self, candidate=replace(self.candidate, why_not=why_not))


def _members(rule: Record, entity: str, uow: UnitOfWork) -> Iterator[Member]:
    fields = ("user", "weight", "capacity_open", "capacity_30d", "absent_from", "absent_to", "paused")
    members = [
        (user.id, one)
        for one in look_up(uow, MEMBER, fields, where=f"rule == {rule['id']}")
        if isinstance(user := one["user"], Ref)
    ]
    ids = [user for user, _ in members]
    at_work = {
        int(str(one["id"])) for one in look_up(uow, "base.user", (), where=f"id in {ids} and active == true")
    }
    have = _counts(entity, "owner", f"lifecycle == 'customer' and owner in {ids}", uow)
    had = _counts(ASSIGNMENT, "user", f"user in {ids} and at >= add_days($now, -30)", uow)
    for user, member in members:
        away = is_away(member["absent_from"], member["absent_to"], uow.today)
        why_not = "" if user in at_work else "inactive"
        why_not = why_not or ("paused" if member["paused"] else "absent" if away else "")
        weight = int(str(member["weight"]))
        candidate = Candidate(user=user, weight=weight, why_not=why_not, load=have[user])
        yield Member(
            candidate=candidate,
            most=_number(member["capacity_open"]),
            most_lately=_number(member["capacity_30d"]),
            lately=had[user],
        ).judged()


def _counts(entity: str, by: str, where: str, uow: UnitOfWork) -> Counter[int]:
    groups = aggregate(uow, entity, (by,), where=where)
    return Counter({user.id: int(str(g["count()"])) for g in groups if isinstance(user := g[by], Ref)})


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PAGE):
        yield list(ids[start : start + PAGE])


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _write(entity: str, gifts: Sequence[Gift], former: Mapping[int, object], uow: UnitOfWork) -> None:
    if not gifts:
        return
    system = uow.actor.elevate(WHY)
    values = {gift.customer: {"owner": Ref(gift.user), "team": _team(gift.rule)} for gift in gifts}
    records(uow).update_many(system, entity, values, uow=uow, parsed=True)
    records(uow).create(system, ASSIGNMENT, [_row(entity, gift, former, uow) for gift in gifts], uow=uow)
    for user, number in sorted(Counter(gift.user for gift in gifts).items()):
        notify(uow, [user], title=YOURS[entity], params={"number": number}, kind="assignment", mail=True)


def _team(rule: Record) -> Ref | None:
    team = rule["team"]
    return Ref(team.id) if isinstance(team, Ref) else None


def _row(entity: str, gift: Gift, former: Mapping[int, object], uow: UnitOfWork) -> Mapping[str, object]:
    before = former[gift.customer]
    return {
        "customer": {"entity": entity, "id": gift.customer},
        "at": uow.now.isoformat(),
        "user": gift.user,
        "former": before.id if isinstance(before, Ref) else None,
        "rule": gift.rule["id"],
        "reason": gift.reason,
        "credit": round(gift.credit, 6),
        "able": gift.able,
        "unable": gift.unable,
    }
