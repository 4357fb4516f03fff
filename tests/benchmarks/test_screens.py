"""The page benchmark: what is asked for, and what counts as an answer; nothing here is timed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.office.database import Ready, Seller
from benchmarks.office.pages import EACH, PAGES, Looking, pages_named, wrong
from benchmarks.office.rows import (
    ACCOUNTS,
    CONTACTS,
    OPPORTUNITIES,
    Office,
    Person,
    Rows,
    Stage,
    contact_of,
    owner_of,
)
from benchmarks.requests import Answer
from benchmarks.screens import Figures, screens_table

READY = Ready(
    database="office",
    sellers=[Seller(token=f"t{n}", id=n, own=n) for n in range(1, 9)],
    pipeline=3,
    stages=list(range(1, 13)),
    day="2026-11-22",
    saved_view=7,
    seconds=1.0,
)
OFFICE = Office(
    people=[Person(id=n + 1, team=n // 8 + 1) for n in range(40)],
    pipeline=1,
    stages=[
        *(Stage(id=n, kind="open", probability=n * 9) for n in range(1, 11)),
        Stage(id=11, kind="won", probability=100),
    ],
    types=[1],
    now=datetime(2026, 11, 22, tzinfo=UTC),
)


def answer(status: int = 200, text: str = "") -> Answer:
    return Answer(status=status, body=text.encode(), headers={})


def figures(p95: float, *, failed: int = 0, budget: float | None = 80) -> Figures:
    return Figures(
        name="list",
        about="a list",
        budget=budget,
        p50=1,
        p95=p95,
        p99=99,
        rate=1,
        app_ms=1,
        database_ms=1,
        kilobytes=1,
        failed=failed,
    )


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_all_sellers_look_in_turn_and_alike_at_every_run(page):
    requests = Looking(READY).requests(page)
    assert [r.path for r in requests] == [r.path for r in Looking(READY).requests(page)]
    assert len(requests) == EACH * len(READY.sellers)
    assert [r.headers["Cookie"] for r in requests[:8]] == [f"payvand_session=t{n}" for n in range(1, 9)]


def test_only_the_page_that_was_asked_for_counts():
    (page,) = pages_named(["list"])
    rows = "<tr tabindex" * 80
    assert wrong(page, answer(text=f'<html lang="fa">{rows}')) == ""
    assert "Persian" in wrong(page, answer(text=f'<html lang="en">{rows}'))
    assert "79 times" in wrong(page, answer(text=f'<html lang="fa">{rows[:-1]}'))
    assert wrong(page, answer(status=303)).startswith("303")


def test_a_budget_is_kept_by_what_is_quick_enough_and_never_fails():
    assert figures(80).reached
    assert not figures(80.1).reached
    assert not figures(1, failed=1).reached
    assert figures(500, budget=None).reached
    assert "not reached (p95 ≤ 80 ms)" in screens_table([figures(81)])[-1]


def test_what_belongs_together_belongs_to_one_person():
    rows = Rows(OFFICE)
    for number in (1, 7, 40, 41, 49_999, OPPORTUNITIES):
        owner, contact = owner_of(OFFICE, number), contact_of(number)
        assert 1 <= contact <= CONTACTS
        assert owner_of(OFFICE, contact) is owner
    for position, _ in zip(rows.positions(), range(400), strict=False):
        contact, account = position[4:6]
        assert 1 <= account <= ACCOUNTS
        assert owner_of(OFFICE, contact) is owner_of(OFFICE, account)
