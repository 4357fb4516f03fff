"""Whose turn it is: deficit round robin by weight, exact, and without a flood for those who come back.

Everybody who can take one gets ``weight / sum of weights`` of credit with each turn; the highest credit wins and pays
one. Who cannot take one gets nothing and pays nothing, so that nobody has leads heaped up for the time away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

LONGEST = 10**9
"""Denominators are kept below; what is lost is far below one turn."""

MOST = Fraction(1)
"""Nobody is owed, or owes, more than one turn when they come back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """Somebody who may be chosen; ``why_not`` names what keeps them from it, empty where nothing does."""

    user: int
    weight: int
    why_not: str = ""
    load: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Turns:
    """What is remembered between turns: the credit of each, and when each was last chosen."""

    number: int = 0
    credit: Mapping[int, Fraction] = field(default_factory=dict)
    last: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What was found of one candidate: the credit they came with, and why they were or were not chosen."""

    candidate: Candidate
    credit: Fraction
    reason: str


def next_turn(candidates: Sequence[Candidate], turns: Turns) -> tuple[int | None, Turns, list[Verdict]]:
    """Return who is chosen (None where nobody can), what to remember, and what was found of everybody."""
    able = [c for c in candidates if not c.why_not and c.weight > 0]
    if not able:
        return None, turns, [_left(c, turns) for c in candidates]
    whole = sum(c.weight for c in able)
    credit = {c.user: _owed(turns, c.user) + Fraction(c.weight, whole) for c in able}
    chosen = max(able, key=lambda c: (credit[c.user], -turns.last.get(c.user, 0), -c.user)).user
    verdicts = [
        Verdict(
            candidate=c,
            credit=credit[c.user],
            reason="chosen" if c.user == chosen else "less_credit",
        )
        if c.user in credit
        else _left(c, turns)
        for c in candidates
    ]
    number = turns.number + 1
    paid = {**credit, chosen: credit[chosen] - 1}
    kept = {**turns.credit, **{u: owed.limit_denominator(LONGEST) for u, owed in paid.items()}}
    return chosen, Turns(number=number, credit=kept, last={**turns.last, chosen: number}), verdicts


def least_loaded(candidates: Sequence[Candidate], turns: Turns) -> tuple[int | None, Turns, list[Verdict]]:
    """Return who has the least to do for their weight; of equals the one who was not chosen for longest."""
    able = [c for c in candidates if not c.why_not and c.weight > 0]
    if not able:
        return None, turns, [_left(c, turns) for c in candidates]
    chosen = min(able, key=lambda c: (Fraction(c.load + 1, c.weight), turns.last.get(c.user, 0), c.user)).user
    verdicts = [
        Verdict(
            candidate=c,
            credit=Fraction(c.load),
            reason=c.why_not or ("chosen" if c.user == chosen else "more_to_do"),
        )
        for c in candidates
    ]
    number = turns.number + 1
    return chosen, Turns(number=number, credit=turns.credit, last={**turns.last, chosen: number}), verdicts


def _owed(turns: Turns, user: int) -> Fraction:
    return max(-MOST, min(MOST, turns.credit.get(user, Fraction())))


def _left(candidate: Candidate, turns: Turns) -> Verdict:
    return Verdict(
        candidate=candidate, credit=_owed(turns, candidate.user), reason=candidate.why_not or "no_weight"
    )


def written(turns: Turns) -> str:
    """Return what is remembered as text."""
    return json.dumps(
        {
            "number": turns.number,
            "credit": {str(u): str(c) for u, c in turns.credit.items()},
            "last": {str(u): n for u, n in turns.last.items()},
        },
        sort_keys=True,
    )


def read_turns(text: str) -> Turns:
    """Return what was remembered."""
    found = json.loads(text) if text else {}
    return Turns(
        number=int(found.get("number", 0)),
        credit={int(u): Fraction(c) for u, c in found.get("credit", {}).items()},
        last={int(u): int(n) for u, n in found.get("last", {}).items()},
    )
