"""Numbers given on issue: none missing, none twice, whatever fails on the way."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from core.errors import Conflict, ValidationFailed
from core.i18n import Localization
from core.records.service import Records
from core.storage import Database
from core.storage.attempts import tries


class Broken(Exception):
    """What fails on purpose after the number was taken."""


def issue(desk, paper, on=date(2026, 5, 1), *, fail=False):
    """Issue a paper in a transaction of its own, which may fail at its end."""

    def work():
        with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
            values = {"state": "issued", "issued_on": on.isoformat()}
            desk.site.get(Records).update(desk.actor, "papers.paper", paper, values, version=None, uow=uow)
            if fail:
                raise Broken

    tries(work)


def papers(desk, count, **values):
    return desk.create(
        "papers.paper", *({"subject": f"p{n}", "series": "north"} | values for n in range(count))
    )


def problems(failure):
    return {(p.field, p.code) for p in failure.value.problems}


def test_two_hundred_parallel_issues_with_failures_leave_no_gap_and_no_double(desk):
    chance = random.Random(7)
    failing = {n: chance.random() < 0.2 for n in papers(desk, 200)}

    def work(paper):
        try:
            issue(desk, paper, fail=failing[paper])
        except Broken:
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, failing))
    numbers = [n for n in desk.column("papers.paper", "number", limit=200) if n]
    issued = sum(not fails for fails in failing.values())
    assert 120 < issued < 190
    assert sorted(numbers) == [f"2026-{n:04}" for n in range(1, issued + 1)]
    receipts = [n for n in desk.column("papers.paper", "receipt", limit=200) if n]
    assert sorted(receipts, key=lambda r: int(r[1:])) == [f"R{n}" for n in range(1, issued + 1)]


def test_a_draft_has_no_number_and_a_number_once_given_stays(desk):
    (paper,) = papers(desk, 1)
    assert desk.get("papers.paper", paper)["number"] is None
    issue(desk, paper)
    desk.update("papers.paper", paper, state="cancelled")
    desk.update("papers.paper", paper, state="issued")
    got = desk.get("papers.paper", paper)
    assert (got["number"], got["receipt"], got["shown"]) == ("2026-0001", "R1", "R1 p0")
    given = [e for e in desk.history("papers.paper", paper) if "number" in e.changes]
    assert len(given) == 1


def test_a_new_period_of_the_calendar_begins_at_one_exactly_once(desk):
    before, after = papers(desk, 10), papers(desk, 30)
    for paper in before:
        issue(desk, paper, date(2027, 3, 20))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda paper: issue(desk, paper, date(2027, 3, 21)), after))
    numbers = desk.column("papers.paper", "number")
    assert numbers[:10] == [f"2026-{n:04}" for n in range(1, 11)]
    assert sorted(numbers[10:]) == [f"2027-{n:04}" for n in range(1, 31)]


def test_every_series_counts_on_its_own_and_a_batch_is_numbered_by_date(desk):
    rows = [
        {"subject": "b", "series": "north", "state": "issued", "issued_on": "2026-05-02"},
        {"subject": "a", "series": "north", "state": "issued", "issued_on": "2026-05-01"},
        {"subject": "c", "series": "south", "state": "issued", "issued_on": "2026-04-01"},
        {"subject": "old", "series": "south", "state": "issued", "issued_on": "2026-03-20"},
    ]
    desk.create("papers.paper", *rows)
    assert desk.column("papers.paper", "number") == ["2026-0002", "2026-0001", "2026-0001", "2025-0001"]


def test_what_chooses_the_series_must_be_there_and_cannot_change_afterwards(desk):
    (paper,) = papers(desk, 1, series=None)
    with pytest.raises(ValidationFailed) as failure:
        desk.update("papers.paper", paper, state="issued")
    assert problems(failure) == {("series", "required"), ("issued_on", "required")}
    desk.update("papers.paper", paper, state="issued", series="south", issued_on="2026-05-01")
    with pytest.raises(ValidationFailed) as failure:
        desk.update("papers.paper", paper, series="north", issued_on="2026-05-02")
    assert problems(failure) == {("series", "numbered"), ("issued_on", "numbered")}


def test_a_date_before_the_last_number_of_the_series_is_refused_and_takes_no_number(desk):
    first, early, other, third = papers(desk, 4)
    issue(desk, first, date(2026, 5, 10))
    with pytest.raises(ValidationFailed) as failure:
        issue(desk, early, date(2026, 5, 9))
    assert problems(failure) == {("issued_on", "too_early")}
    desk.update("papers.paper", other, series="south")
    issue(desk, other, date(2026, 5, 1))
    issue(desk, third, date(2026, 5, 10))
    assert desk.column("papers.paper", "number") == ["2026-0001", None, "2026-0001", "2026-0002"]


def test_a_record_with_a_kept_number_is_not_deleted(desk):
    paper, draft = papers(desk, 2)
    issue(desk, paper)
    with pytest.raises(Conflict) as refused:
        desk.delete("papers.paper", paper)
    assert refused.value.reason == "numbered"
    desk.delete("papers.paper", draft)


def test_nobody_enters_a_number(desk):
    (paper,) = papers(desk, 1)
    with pytest.raises(ValidationFailed) as failure:
        desk.update("papers.paper", paper, number="2026-0009")
    assert problems(failure) == {("number", "protected")}


def test_the_database_itself_refuses_the_same_number_twice(desk):
    issue(desk, papers(desk, 1)[0])
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        uow.connection.exec_driver_sql("UPDATE core_sequence SET next = 1")
    with pytest.raises(ValidationFailed) as failure:
        issue(desk, papers(desk, 1)[0])
    assert {code for _, code in problems(failure)} == {"taken"}


def test_numbers_wait_where_their_calendar_is_gone(desk, site):
    (paper,) = papers(desk, 1)
    spec = desk.catalog.entity("papers.paper").fields["number"]
    assert spec.option("calendar") == "shifted"
    site.get(Localization).fill()
    with pytest.raises(Conflict) as refused:
        issue(desk, paper)
    assert refused.value.reason == "no_calendar"
