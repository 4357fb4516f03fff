"""Statements counted, as the gates want them: the opening statement of the request is left out."""

from __future__ import annotations

import pytest

from core.testing.statements import counted

ROOMS, PAPERS = "/records/office.room", "/records/office.paper"
OPENING = "core_catalog"


@pytest.fixture
def paper(clerk):
    room = clerk.make("office.room", name="Hall")
    return clerk.make("office.paper", title="Lease", code="1", room=room["id"], pages=2)


def statements(caller, *request, **more):
    """Return what a request costs once everything is compiled, beyond its opening."""
    with counted() as found:
        response = caller(*request, **more)
    assert response.status_code < 300, response.text
    opening = [text for text in found if OPENING in text]
    assert len(opening) == 1, found
    return [text for text in found if text not in opening]


def test_reading_a_record_is_one_statement(clerk, paper):
    clerk.get(f"{PAPERS}/{paper['id']}")
    assert len(statements(clerk, "GET", f"{PAPERS}/{paper['id']}")) == 1


def test_a_list_with_filter_sort_titles_and_count_is_one_statement(clerk, paper):
    query = {
        "filter": "room.name == 'Hall'",
        "sort": "room,-pages",
        "count": "exact",
        "fields": "title,room,price",
    }
    clerk.get(PAPERS, **query)
    assert len(statements(clerk, "GET", PAPERS, query_string=query)) == 1


def test_a_search_is_one_statement(clerk, paper):
    clerk.get("/search", q="lease")
    assert len(statements(clerk, "GET", "/search", query_string={"q": "lease"})) == 1


def test_an_aggregate_is_one_statement(clerk, paper):
    query = {"group_by": "room", "measures": "count(),sum(pages)"}
    clerk.get(f"{PAPERS}/aggregate", **query)
    assert len(statements(clerk, "GET", f"{PAPERS}/aggregate", query_string=query)) == 1


def test_a_change_is_four_statements_at_most(clerk, paper):
    found = statements(clerk, "PATCH", f"{PAPERS}/{paper['id']}", {"pages": 3}, headers={"If-Match": '"1"'})
    assert len(found) <= 4, found


def test_a_creation_is_four_statements_at_most(clerk, paper):
    found = statements(clerk, "POST", PAPERS, {"title": "B", "code": "2", "pages": 1})
    assert len(found) <= 4, found


def test_a_creation_with_a_reference_is_four_statements_at_most(clerk, paper):
    found = statements(clerk, "POST", PAPERS, {"title": "B", "room": paper["room"]["id"]})
    assert len(found) <= 4, found


def test_a_thousand_creations_are_eight_statements_at_most(clerk, paper):
    rows = [{"title": f"Paper {n}", "code": f"c{n}", "room": paper["room"]["id"]} for n in range(1000)]
    found = statements(clerk, "POST", PAPERS, rows)
    assert len(found) <= 8, found


def test_a_session_costs_one_opening_statement_too(clerk, paper):
    with counted() as found:
        clerk.client.get("/api/v1/openapi.json")
    assert len(found) == 1
