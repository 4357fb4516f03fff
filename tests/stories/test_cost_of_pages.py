"""What pages of sellers ask of the database: as much for few records as for many, and no more than is told here."""

from __future__ import annotations

import pytest

from core.testing.statements import counted
from tests.web.conftest import app, kept, person

__all__ = ["app", "kept", "person"]

LIST, BOARD, FORM, PERSON = 4, 7, 13, 12
"""Statements of a page, the one that opens the request among them."""


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


@pytest.fixture
def pipelines(desk):
    """An opportunity in a pipeline of two open stages, and one in a pipeline of nine."""
    firm, found = desk.one("contacts.account", name="Sepehr"), []
    for name, number in (("short", 2), ("long", 9)):
        stages = [{"name": f"s{at}", "order": at, "probability": at * 10} for at in range(1, number + 1)]
        pipeline = desk.one("sales.pipeline", name=name, stages=stages, order=1)
        first, *_ = desk.column("sales.stage", "id", filter=f"pipeline == {pipeline}", sort=("order",))
        found += desk.create(
            "sales.opportunity",
            *(
                {
                    "name": f"Deal {n}",
                    "account": firm,
                    "stage": first,
                    "pipeline": pipeline,
                    "expected_close": "2099-01-01",
                }
                for n in range(number)
            ),
        )[:1]
    return found


def statements(seller, path):
    assert seller.opens(path).status == 200
    with counted() as found:
        assert seller.opens(path).status == 200
    return found


def test_a_page_asks_as_much_for_few_records_as_for_many(pipelines, person):
    seller = person("base.administrator", login="boss@example.com", language="fa")
    short, long = (statements(seller, f"/records/sales.opportunity/{number}") for number in pipelines)
    assert len(short) == len(long) <= FORM, long
    rows = statements(seller, "/records/sales.opportunity")
    assert len(rows) <= LIST, rows
    board = statements(seller, "/records/sales.opportunity/kanban")
    assert len(board) <= BOARD, board


def test_the_page_of_a_person_asks_no_more_than_this(desk, person):
    number = desk.one("contacts.contact", first_name="Sara", last_name="Rad")
    found = statements(
        person("base.administrator", login="boss@example.com"), f"/records/contacts.contact/{number}"
    )
    assert len(found) <= PERSON, found
