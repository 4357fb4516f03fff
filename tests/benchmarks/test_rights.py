"""The benchmark of rights: who holds what, and what decides; nothing here is timed."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.rights.measuring import Figure, Found, verdict
from benchmarks.rights.people import (
    ABOVE,
    DEALS,
    PEOPLE,
    SHARES,
    TEAMS,
    Holdings,
    Person,
    lineage,
    roles_of,
    team_of,
)
from benchmarks.rights.report import access_table

PERSONS = [Person(id=n + 1, team=team_of(n) + 1, place=team_of(n)) for n in range(PEOPLE)]
HOLDINGS = Holdings(PERSONS, list(range(1, TEAMS + 1)), datetime(2026, 11, 22, tzinfo=UTC))


def figure(ms: float, *, decides: bool = True) -> Figure:
    return Figure(
        side="api",
        question="page",
        kind="seller",
        about="a list",
        budget=1.5,
        decides=decides,
        ms=ms,
        without_ms=2.0,
        median_ms=ms,
        median_without_ms=2.0,
    )


def found(*figures: Figure, expression: float = 1.0) -> Found:
    return Found(figures=figures, expression=expression, seen={"seller": 5}, building=1.0)


def test_teams_are_a_tree_and_everybody_has_a_place_in_it():
    assert (TEAMS, len(PERSONS)) == (40, 500)
    assert all(lineage(place)[-1] == 0 for place in range(TEAMS))
    assert {person.place for person in PERSONS} == set(range(TEAMS))
    assert all(("held.manager" in roles_of(n)) is (n < ABOVE) for n in range(PEOPLE))


def test_only_teams_at_the_bottom_own_and_shares_name_one_each():
    assert all(HOLDINGS.owner(number).place >= ABOVE for number in range(1, DEALS, 997))
    shares = list(HOLDINGS.shares())
    assert len(shares) == SHARES
    assert all(sum(one is not None for one in row[5:8]) == 1 for row in shares)
    assert all(any(row[place] is not None for row in shares) for place in (5, 6, 7))


def test_what_decides_is_kept_or_the_run_fails():
    assert found(figure(3.0)).kept
    assert not found(figure(3.1)).kept
    assert found(figure(9.0, decides=False)).kept
    assert not found(figure(1.0), expression=3.1).kept
    assert verdict(figure(9.0, decides=False)).startswith("told: not kept")
    assert "not kept (≤ 1.5 ×)" in "\n".join(access_table(found(figure(3.1))))
