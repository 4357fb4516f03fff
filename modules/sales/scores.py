"""Scores of leads, kept true: on every event, on every change of the lead, and every night for what fades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.sdk import BadRequest, Change, JobContext, Problem, Ref, UnitOfWork, look_up, records
from modules.sales.assigning import GIVEN
from modules.sales.presence import holds
from modules.sales.scoring import Event, ScoreRule, Share, engagement, is_hot

LEAD, EVENT, RULE = "sales.lead", "sales.lead_event", "sales.score_rule"
AT_ONCE = 200
FINISHED = "state in ['converted', 'disqualified']"
OWN = frozenset({"fit_score", "engagement_score", "score", "is_hot", "scored_at"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A lead's score with what each rule gives."""

    fit: Sequence[tuple[ScoreRule, int]]
    did: Sequence[Share]

    @property
    def fit_score(self) -> int:
        """Points for how well it fits."""
        return sum(points for _, points in self.fit)

    @property
    def engagement_score(self) -> int:
        """Points for what it did, as they are now."""
        return round(sum(share.now for share in self.did))


def score_of(lead: int, uow: UnitOfWork) -> Scored:
    """Work out the score of a lead from the rules and its events."""
    fit: list[tuple[ScoreRule, int]] = []
    doing: list[ScoreRule] = []
    for record, rule in _rules(uow):
        if record["kind"] == "engagement":
            doing.append(rule)
        elif holds(str(record["condition"]), lead, uow):
            fit.append((rule, rule.points))
    return Scored(fit=fit, did=engagement(doing, list(_events(lead, uow)), uow.now))


def rescore(leads: Iterable[int], uow: UnitOfWork) -> int:
    """Bring the scores of leads up to date; return how many of them moved."""
    ids = sorted(set(leads))
    known = {
        int(str(one["id"])): one
        for start in range(0, len(ids), AT_ONCE)
        for one in look_up(
            uow,
            LEAD,
            ("fit_score", "engagement_score", "is_hot"),
            where=f"id in {ids[start : start + AT_ONCE]}",
        )
    }
    moved: dict[int, Mapping[str, object]] = {}
    for lead, before in known.items():
        found = score_of(lead, uow)
        hot = is_hot(found.fit_score + found.engagement_score, bool(before["is_hot"]))
        now = {"fit_score": found.fit_score, "engagement_score": found.engagement_score, "is_hot": hot}
        if any(before[name] != value for name, value in now.items()):
            moved[lead] = {**now, "scored_at": uow.now}
    if moved:
        system = uow.actor.elevate("the score of a lead has moved")
        records(uow).update_many(system, LEAD, moved, uow=uow, parsed=True)
    return len(moved)


def scored_by(changes: Sequence[Change]) -> set[int]:
    """Return the leads whose score may move by these changes of leads or of their events."""
    found: set[int] = set()
    for change in changes:
        if change.entity.name == EVENT:
            found |= {ref.id for v in (change.before, change.after) if isinstance(ref := v.get("lead"), Ref)}
        elif change.action == "create" or change.changed - OWN:
            found.add(change.id)
    return found


def fade(context: JobContext) -> Mapping[str, int]:
    """Work out anew, lead by lead, the scores that fade with time."""
    kept = context.checkpoint or {}
    last, moved = int(str(kept.get("last", 0))), int(str(kept.get("moved", 0)))
    while True:
        with context.unit("scores fade") as uow:
            where = f"id > {last} and engagement_score != 0 and not ({FINISHED})"
            some = [int(str(one["id"])) for one in _first(look_up(uow, LEAD, (), where=where))]
            if not some:
                return {"moved": moved}
            moved, last = moved + rescore(some, uow), max(some)
            context.keep(uow, {"last": last, "moved": moved}, done=moved)


def condition_problems(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Yield a problem where the condition of a rule cannot be read."""
    text = change.after.get("condition")
    if not text or not change.changed & {"condition", "gives"}:
        return
    try:
        holds(str(text), 0, uow, GIVEN[str(change.after.get("gives") or "leads")])
    except BadRequest as refused:
        for problem in refused.problems:
            yield Problem(
                code="bad_condition", field="condition", message=problem.message, params=problem.params
            )


def _first(found: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    for number, one in enumerate(found):
        if number == AT_ONCE:
            return
        yield one


def _rules(uow: UnitOfWork) -> Iterator[tuple[Mapping[str, object], ScoreRule]]:
    fields = ("name", "kind", "points", "condition", "event", "most_a_day", "most", "half_life_days")
    for record in look_up(uow, RULE, fields, where="active == true"):
        yield (
            record,
            ScoreRule(
                id=int(str(record["id"])),
                name=str(record["name"]),
                points=int(str(record["points"])),
                event=str(record["event"] or ""),
                most_a_day=_number(record["most_a_day"]),
                most=_number(record["most"]),
                half_life_days=_number(record["half_life_days"]),
            ),
        )


def _events(lead: int, uow: UnitOfWork) -> Iterator[Event]:
    for record in look_up(uow, EVENT, ("kind", "at", "bot"), where=f"lead == {lead}"):
        at = record["at"]
        if isinstance(at, datetime):
            yield Event(kind=str(record["kind"]), at=at, bot=bool(record["bot"]))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
