"""Quotes issued by many at once, of which some fail: no number is missing and none is there twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from core.sdk import records
from core.storage import Database
from modules.sales.tests.quoting import FAR, rial

QUOTES, WRITERS, EVERY_FIFTH = 200, 8, 5


class OutOfPaper(Exception):
    """What breaks an issue after its number was given."""


def test_two_hundred_quotes_issued_at_once_leave_no_gap(desk, firm):
    line = {"description": "Lamp", "unit_price": rial(1)}
    drafts = [
        {"subject": f"Quote {n}", "account": firm, "valid_until": FAR, "lines": [line]} for n in range(QUOTES)
    ]
    numbers = desk.create("sales.quote", *drafts)
    database, catalog = desk.site.get(Database), desk.catalog

    def issue(at: int) -> bool:
        def act() -> None:
            with database.unit(catalog, desk.actor) as uow:
                records(uow).transition(desk.actor, "sales.quote", numbers[at], "send", version=None, uow=uow)
                if at % EVERY_FIFTH == 0:
                    raise OutOfPaper

        try:
            database.attempt(act)
        except OutOfPaper:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as writers:
        issued = sum(writers.map(issue, range(QUOTES)))
    given = []
    for start in range(0, QUOTES, 100):
        ids = numbers[start : start + 100]
        given += [n for n in desk.column("sales.quote", "number", filter=f"id in {ids}", limit=100) if n]
    assert issued == QUOTES - QUOTES // EVERY_FIFTH
    assert sorted(int(text[-5:]) for text in given) == list(range(1, issued + 1))
