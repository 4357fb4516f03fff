"""Who gets a lead: the owner of its known company, else whose turn it is by the first rule that fits.

What a rule remembers between turns stands in one row, which is locked while somebody is chosen. For every candidate
of every lead a row tells why they were chosen or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.sdk import Ref, UnitOfWork, lock, look_up, records
from modules.sales.rotation import Candidate, Verdict, least_loaded, next_turn, read_turns, written

GIVEN = {"leads": "sales.lead", "companies": "contacts.account", "contacts": "contacts.contact"}
"""What a rule gives to people."""

LEAD, RULE, MEMBER = "sales.lead", "sales.assignment_rule", "sales.assignment_member"
TURNS, LOG = "sales.assignment_turns", "sales.assignment_log"
WHY = "a lead is assigned"

Record = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Who gets a lead (None: nobody), by which rule, and what was found of everybody."""

    user: int | None
    rule: Record | None
    rows: Sequence[Mapping[str, object]]


def assign(leads: Iterable[int], uow: UnitOfWork) -> Mapping[int, int | None]:
    """Give each of these leads to somebody, one after the other; return to whom (None: to nobody)."""
    given: dict[int, int | None] = {}
    for lead in leads:
        choice = _choose(lead, uow)
        _write(lead, choice, uow)
        given[lead] = choice.user
    return given


def _choose(lead: int, uow: UnitOfWork) -> Choice:
    rule = _rule_for(lead, uow)
    owner = _known_owner(lead, uow) if rule is None or rule["known_owner_first"] else None
    if owner is not None:
        return Choice(user=owner, rule=rule, rows=[{"user": Ref(owner), "chosen": True, "reason": "owner"}])
    if rule is None:
        return Choice(user=None, rule=None, rows=[{"reason": "no_rule"}])
    return _by_turn(rule, uow)


def _rule_for(lead: int, uow: UnitOfWork) -> Record | None:
    """Return the first rule in use whose condition holds for a lead."""
    fields = ("name", "order", "condition", "mode", "known_owner_first", "team")
    rules = list(
        look_up(uow, RULE, fields, where="active == true and not (gives in ['companies', 'contacts'])")
    )
    for rule in sorted(rules, key=lambda r: (int(str(r["order"])), int(str(r["id"])))):
        if not rule["condition"] or holds(str(rule["condition"]), lead, uow):
            return rule
    return None


def holds(condition: str, record: int, uow: UnitOfWork, entity: str = LEAD) -> bool:
    """Tell whether a condition that somebody wrote holds for a record."""
    return any(True for _ in look_up(uow, entity, (), where=f"id == {record} and ({condition})"))


def _known_owner(lead: int, uow: UnitOfWork) -> int | None:
    """Return the owner of the company that a lead is known to come from; None where there is none at work."""
    where = f"id == {lead} and account.owner.active == true"
    account = next((one["account"] for one in look_up(uow, LEAD, ("account",), where=where)), None)
    if not isinstance(account, Ref):
        return None
    found = look_up(uow, "contacts.account", ("owner",), where=f"id == {account.id}")
    owner = next((one["owner"] for one in found), None)
    return owner.id if isinstance(owner, Ref) else None


def _by_turn(rule: Record, uow: UnitOfWork) -> Choice:
    row = turns_row(int(str(rule["id"])), uow)
    turns = read_turns(str(row["remembered"] or ""))
    choose = least_loaded if rule["mode"] == "least_open" else next_turn
    user, after, verdicts = choose(list(_candidates(rule, uow)), turns)
    if user is not None:
        system = uow.actor.elevate(WHY)
        number = int(str(row["id"]))
        records(uow).update(
            system, TURNS, number, {"remembered": written(after)}, version=None, uow=uow, parsed=True
        )
    rows = [_told(verdict) for verdict in verdicts] or []
    return Choice(user=user, rule=rule, rows=rows if user is not None else [*rows, {"reason": "nobody"}])


def turns_row(rule: int, uow: UnitOfWork) -> Record:
    """Return the row in which a rule remembers, locked: whoever else chooses by this rule waits."""
    lock(uow, RULE, [rule])
    found = next(iter(look_up(uow, TURNS, ("remembered",), where=f"rule == {rule}")), None)
    if found is None:
        system = uow.actor.elevate(WHY)
        (saved,) = records(uow).create(system, TURNS, [{"rule": Ref(rule)}], uow=uow, parsed=True)
        found = {"id": saved.id, "remembered": ""}
    return found


def _candidates(rule: Record, uow: UnitOfWork) -> Iterator[Candidate]:
    fields = ("user", "weight", "capacity_open", "capacity_30d", "absent_from", "absent_to", "paused")
    members = list(look_up(uow, MEMBER, fields, where=f"rule == {rule['id']}"))
    ids = [user.id for member in members if isinstance(user := member["user"], Ref)]
    found = look_up(uow, "base.user", ("active", "open_leads"), where=f"id in {ids}") if ids else ()
    people = {int(str(one["id"])): one for one in found}
    for member in members:
        user = member["user"]
        if isinstance(user, Ref) and user.id in people:
            load = int(str(people[user.id]["open_leads"] or 0))
            why_not = "" if people[user.id]["active"] else "inactive"
            yield Candidate(
                user=user.id,
                weight=int(str(member["weight"])),
                why_not=why_not or _why_not(member, user.id, load, uow),
                load=load,
            )


def _why_not(member: Record, user: int, load: int, uow: UnitOfWork) -> str:
    """Return what keeps a member from taking a lead now; empty where nothing does."""
    if member["paused"]:
        return "paused"
    if is_away(member["absent_from"], member["absent_to"], uow.today):
        return "absent"
    most, lately = member["capacity_open"], member["capacity_30d"]
    if isinstance(most, int) and load >= most:
        return "full"
    if isinstance(lately, int) and _had_lately(user, uow) >= lately:
        return "full_30d"
    return ""


def is_away(first: object, last: object, today: date) -> bool:
    """Tell whether somebody is away on a day; an open end lasts."""
    began = isinstance(first, date) and first <= today
    over = isinstance(last, date) and last < today
    return (began and not over) or (first is None and isinstance(last, date) and not over)


def _had_lately(user: int, uow: UnitOfWork) -> int:
    where = f"owner == {user} and assigned_at >= add_days($now, -30)"
    return sum(1 for _ in look_up(uow, LEAD, (), where=where))


def _told(verdict: Verdict) -> Mapping[str, object]:
    return {
        "user": Ref(verdict.candidate.user),
        "chosen": verdict.reason == "chosen",
        "reason": verdict.reason,
        "credit": round(float(verdict.credit), 6),
    }


def _write(lead: int, choice: Choice, uow: UnitOfWork) -> None:
    """Write who was found and why; where somebody was, the lead is theirs and takes the step."""
    system = uow.actor.elevate(WHY)
    rule = choice.rule
    shared = {"lead": lead, "rule": rule["id"] if rule else None, "at": uow.now.isoformat()}
    rows = [{**row, "user": getattr(row.get("user"), "id", None), **shared} for row in choice.rows]
    records(uow).create(system, LOG, rows, uow=uow)
    if choice.user is None:
        return
    team = rule["team"] if rule else None
    values = {"owner": choice.user, "team": team.id if isinstance(team, Ref) else None}
    records(uow).transition(system, LEAD, lead, "assign", values=values, version=None, uow=uow)
