"""What stands beside leads and opportunities: whom a lead may be, why it has its score, and what went stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from core.sdk import Asking, BadRequest, EntitySpec, Panel, Ref, as_it_stands, look_up
from modules.sales.converting import FIELDS, LEAD
from modules.sales.finances import finances
from modules.sales.growing import goes_with
from modules.sales.match_words import shown
from modules.sales.matching import accounts_like, contacts_like
from modules.sales.quote_paper import lacks_paper
from modules.sales.scores import score_of

OPPORTUNITY = "sales.opportunity"
DAY = 86_400


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


IN_STAGE = N_("{days} days in {stage}")
FOR_DAYS = N_("In this stage without an activity for {days} days, longer than it allows.")


def panels_of(entity: EntitySpec, record: Mapping[str, object], asking: Asking) -> Iterable[Panel]:
    """Return the panels of a record's form."""
    match entity.name:
        case "sales.lead":
            return _of_lead(int(str(record["id"])), asking)
        case "sales.opportunity":
            return _of_opportunity(int(str(record["id"])), asking)
        case "sales.quote":
            return _of_quote(int(str(record["id"])), asking)
        case "contacts.account":
            return finances(record, asking)
        case _:
            return ()


def _of_lead(number: int, asking: Asking) -> Iterator[Panel]:
    # What is shown of the lead was read with the reader's rights before: no panel without a form.
    lead = next(iter(look_up(asking.uow, LEAD, FIELDS, where=f"id == {number}", actor=asking.actor)), None)
    if lead is None:
        return
    if lead["state"] not in ("converted", "disqualified"):
        try:
            matches = _matches(lead, asking)
        except BadRequest:  # who may not see how people are reached is shown nobody
            matches = []
        if matches:
            yield Panel(
                name="sales.matches",
                title="Perhaps known already",
                template="sales/lead_matches.html",
                values={"matches": matches},
                weight=30,
            )
    yield Panel(
        name="sales.score",
        title="Why this score",
        template="sales/lead_score.html",
        values={"rows": _points(number, asking)},
        weight=40,
    )


def _matches(lead: Mapping[str, object], asking: Asking) -> list[Mapping[str, object]]:
    contacts = contacts_like(lead, asking.actor, asking.uow)
    first = contacts[0].id if contacts else None
    accounts = accounts_like(lead, asking.actor, asking.uow, first)
    return [shown(match, asking) for match in (*contacts, *accounts)]


def _points(lead: int, asking: Asking) -> list[Mapping[str, object]]:
    scored, style = score_of(lead, asking.uow), asking.style
    rows = [
        *((rule.name, None, points) for rule, points in scored.fit),
        *((share.rule.name, share.events, round(share.now)) for share in scored.did),
    ]
    return [
        {"name": name, "times": style.number(times) if times else "", "points": style.number(points)}
        for name, times, points in sorted(rows, key=lambda row: -row[2])
    ]


def _of_opportunity(number: int, asking: Asking) -> Iterator[Panel]:
    # Whoever sees the form may know that it is stale, also where the activities behind that are not theirs to see.
    found = as_it_stands(asking.uow, OPPORTUNITY, number)
    if found is None or found["state"] != "open":
        return
    moments = (found["stage_entered_at"], found["last_activity_at"], found["stale_at"])
    entered, last, stale = (at if isinstance(at, datetime) else None for at in moments)
    if entered is not None:
        params: dict[str, int | str] = {
            "days": _days(entered, asking),
            "stage": _stage(found["stage"], asking),
        }
        yield Panel(
            name="sales.days_in_stage",
            title="Days in stage",
            template="sales/stage_days.html",
            values={"sentence": asking.style.sentence(IN_STAGE, params)},
            weight=20,
        )
    since = max((at for at in (entered, last) if at is not None), default=None)
    if since is not None and stale is not None and stale <= asking.uow.now:
        days = _days(since, asking)
        yield Panel(
            name="sales.stale",
            title="Stale",
            template="sales/stage_age.html",
            values={"sentence": asking.style.sentence(FOR_DAYS, {"days": days})},
            place="top",
            weight=20,
        )


def _of_quote(number: int, asking: Asking) -> Iterator[Panel]:
    found = as_it_stands(asking.uow, "sales.quote", number)
    if found is not None and lacks_paper(asking.uow, found):
        yield Panel(
            name="sales.no_paper", title="No PDF", template="sales/no_paper.html", place="top", weight=10
        )
    yield from goes_with(number, asking)


def _stage(stage: object, asking: Asking) -> str:
    found = as_it_stands(asking.uow, "sales.stage", stage.id) if isinstance(stage, Ref) else None
    return str(found["name"]) if found else ""


def _days(since: datetime, asking: Asking) -> int:
    return int((asking.uow.now - since).total_seconds() // DAY)
