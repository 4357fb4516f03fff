"""Who gets a lead: the owner of its known company, else whose turn it is by the first rule that fits.

What a rule remembers between turns stands in one row, which is locked while somebody is chosen. For every candidate
of every lead a row tells why they were chosen or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.sdk import Ref, UnitOfWork, lock, look_up, records
from modules.sales.presence import Wanted, after_work, candidates, holds
from modules.sales.rotation import Verdict, least_loaded, next_turn, read_turns, written

GIVEN = {"leads": "sales.lead", "companies": "contacts.account", "contacts": "contacts.contact"}
"""What a rule gives to people."""

LEAD, RULE = "sales.lead", "sales.assignment_rule"
TURNS, LOG = "sales.assignment_turns", "sales.assignment_log"
WHY = "a lead is assigned"
FIELDS = ("name", "order", "condition", "mode", "known_owner_first", "team", "present_only", "accept_minutes")
AGAIN = timedelta(minutes=15)
"""When a lead that nobody could take is offered again, where no calendar says when somebody is at work."""

Record = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Who gets a lead (None: nobody), by which rule, what was found of everybody, and when it is offered again."""

    user: int | None
    rule: Record | None
    rows: Sequence[Mapping[str, object]]
    again: datetime | None


def assign(leads: Iterable[int], uow: UnitOfWork, *, tried: bool = False) -> Mapping[int, int | None]:
    """Give each of these leads to somebody, one after the other; return to whom (None: to nobody).

    Of leads that were ``tried`` before it is told only once that nobody could take them.
    """
    given: dict[int, int | None] = {}
    for lead in leads:
        choice = choose(lead, uow)
        if choice.user is None:
            _wait(lead, choice, uow, told=tried)
        else:
            tell(lead, choice, uow)
            _give(lead, choice.user, choice, uow)
        given[lead] = choice.user
    return given


def choose(lead: int, uow: UnitOfWork, had: Collection[int] = ()) -> Choice:
    """Find who gets a lead now, other than those who had it."""
    rule = _rule_for(lead, uow)
    owner = _known_owner(lead, uow) if rule is None or rule["known_owner_first"] else None
    if owner is not None and owner not in had:
        row = {"user": Ref(owner), "chosen": True, "reason": "owner"}
        return Choice(user=owner, rule=rule, rows=[row], again=_accepted_by(owner, rule, uow))
    if rule is None:
        return Choice(user=None, rule=None, rows=[{"reason": "no_rule"}], again=uow.now + AGAIN)
    return _by_turn(Wanted(lead=lead, rule=rule, had=had), uow)


def tell(lead: int, choice: Choice, uow: UnitOfWork) -> None:
    """Write down what was found of everybody."""
    rule = choice.rule
    shared = {"lead": lead, "rule": rule["id"] if rule else None, "at": uow.now.isoformat()}
    rows = [{**row, "user": getattr(row.get("user"), "id", None), **shared} for row in choice.rows]
    records(uow).create(uow.actor.elevate(WHY), LOG, rows, uow=uow)


def home(user: int, choice: Choice) -> Mapping[str, object]:
    """Return to whom a lead belongs from now on, and when it is offered again if they do not take it up."""
    team = choice.rule["team"] if choice.rule else None
    return {
        "owner": user,
        "team": team.id if isinstance(team, Ref) else None,
        "offer_again_at": choice.again.isoformat() if choice.again else None,
    }


def _rule_for(lead: int, uow: UnitOfWork) -> Record | None:
    """Return the first rule in use whose condition holds for a lead."""
    rules = list(
        look_up(uow, RULE, FIELDS, where="active == true and not (gives in ['companies', 'contacts'])")
    )
    for rule in sorted(rules, key=lambda r: (int(str(r["order"])), int(str(r["id"])))):
        if not rule["condition"] or holds(str(rule["condition"]), lead, uow):
            return rule
    return None


def _known_owner(lead: int, uow: UnitOfWork) -> int | None:
    """Return the owner of the company that a lead is known to come from; None where there is none at work."""
    where = f"id == {lead} and account.owner.active == true"
    account = next((one["account"] for one in look_up(uow, LEAD, ("account",), where=where)), None)
    if not isinstance(account, Ref):
        return None
    found = look_up(uow, "contacts.account", ("owner",), where=f"id == {account.id}")
    owner = next((one["owner"] for one in found), None)
    return owner.id if isinstance(owner, Ref) else None


def _by_turn(wanted: Wanted, uow: UnitOfWork) -> Choice:
    rule = wanted.rule
    row = turns_row(int(str(rule["id"])), uow)
    turns = read_turns(str(row["remembered"] or ""))
    turn = least_loaded if rule["mode"] == "least_open" else next_turn
    user, after, verdicts = turn(list(candidates(wanted, uow)), turns)
    rows = [_told(verdict) for verdict in verdicts]
    if user is None:
        return Choice(
            user=None, rule=rule, rows=[*rows, {"reason": "nobody"}], again=_next_chance(verdicts, uow)
        )
    remembered = {"remembered": written(after)}
    records(uow).update(
        uow.actor.elevate(WHY), TURNS, int(str(row["id"])), remembered, version=None, uow=uow, parsed=True
    )
    return Choice(user=user, rule=rule, rows=rows, again=_accepted_by(user, rule, uow))


def _accepted_by(user: int, rule: Record | None, uow: UnitOfWork) -> datetime | None:
    """Return until when somebody has to take a lead up; None where the rule gives no time."""
    minutes = rule["accept_minutes"] if rule else None
    return after_work(user, minutes, uow) if isinstance(minutes, int) else None


def _next_chance(verdicts: Iterable[Verdict], uow: UnitOfWork) -> datetime:
    """Return when a lead that nobody could take is offered again: once somebody is at work, else in a while."""
    resting = [verdict.candidate.user for verdict in verdicts if verdict.reason == "off_hours"]
    begins = [at for user in resting if (at := after_work(user, 1, uow)) is not None]
    return min(begins, default=uow.now + AGAIN)


def turns_row(rule: int, uow: UnitOfWork) -> Record:
    """Return the row in which a rule remembers, locked: whoever else chooses by this rule waits."""
    lock(uow, RULE, [rule])
    found = next(iter(look_up(uow, TURNS, ("remembered",), where=f"rule == {rule}")), None)
    if found is None:
        system = uow.actor.elevate(WHY)
        (saved,) = records(uow).create(system, TURNS, [{"rule": Ref(rule)}], uow=uow, parsed=True)
        found = {"id": saved.id, "remembered": ""}
    return found


def _told(verdict: Verdict) -> Mapping[str, object]:
    return {
        "user": Ref(verdict.candidate.user),
        "chosen": verdict.reason == "chosen",
        "reason": verdict.reason,
        "credit": round(float(verdict.credit), 6),
    }


def _give(lead: int, user: int, choice: Choice, uow: UnitOfWork) -> None:
    """Let a lead be theirs and take the step."""
    system = uow.actor.elevate(WHY)
    records(uow).transition(system, LEAD, lead, "assign", values=home(user, choice), version=None, uow=uow)


def _wait(lead: int, choice: Choice, uow: UnitOfWork, *, told: bool) -> None:
    """Let a lead wait until it is offered again."""
    if not told:
        tell(lead, choice, uow)
    again = {"offer_again_at": choice.again}
    records(uow).update(uow.actor.elevate(WHY), LEAD, lead, again, version=None, uow=uow, parsed=True)
