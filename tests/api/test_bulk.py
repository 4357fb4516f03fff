"""Bulk changes over HTTP: by ids or by filter, as one act with a way back; a job where there are many."""

from __future__ import annotations

import pytest

ROOMS, PAPERS = "/records/office.room", "/records/office.paper"


@pytest.fixture
def papers(clerk):
    return [clerk.make("office.paper", title=f"P{n}", pages=n)["id"] for n in range(4)]


def pages(clerk):
    return [item["pages"] for item in clerk.get(PAPERS, fields="pages", sort="title")["items"]]


def test_values_are_written_by_ids_and_by_filter(clerk, papers):
    done = clerk("POST", f"{PAPERS}/bulk", {"ids": papers[:2], "values": {"pages": 9}}).json
    assert (done["changed"], done["unchanged"]) == (2, 0)
    done = clerk(
        "POST", f"{PAPERS}/bulk", {"filter": "pages == 9 or title == 'P3'", "values": {"pages": 9}}
    ).json
    assert (done["changed"], done["unchanged"]) == (1, 2)
    assert pages(clerk) == [9, 9, 2, 9]


def test_an_act_is_taken_back_but_not_what_was_changed_since(clerk, papers):
    done = clerk("POST", f"{PAPERS}/bulk", {"ids": papers, "values": {"pages": 7}}).json
    clerk("PATCH", f"{PAPERS}/{papers[0]}", {"pages": 8}, headers={"If-Match": "*"})
    back = clerk("POST", f"{PAPERS}/bulk/undo", {"cause": done["cause"]}).json
    assert back["changed"] == 3
    assert pages(clerk) == [8, 1, 2, 3]


def test_nobody_takes_back_what_another_did(clerk, chief, papers):
    done = clerk("POST", f"{PAPERS}/bulk", {"ids": papers, "values": {"pages": 7}}).json
    refused = chief("POST", f"{PAPERS}/bulk/undo", {"cause": done["cause"]})
    assert (refused.status_code, refused.json["code"]) == (400, "nothing_to_undo")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"values": {"pages": 1}}, "which_records"),
        ({"ids": [1], "filter": "pages == 1", "values": {"pages": 1}}, "which_records"),
        ({"ids": ["1"], "values": {"pages": 1}}, "wrong_type"),
        ({"ids": [], "values": {"pages": 1}}, "wrong_type"),
        ({"ids": [1], "values": {}}, "empty"),
        ({"filter": "", "values": 7}, "empty"),
        ({"filter": 7, "values": {"pages": 1}}, "wrong_type"),
        ({"filter": "pages = 1", "values": {"pages": 1}}, "expression_invalid"),
    ],
)
def test_what_is_not_clear_is_refused(clerk, papers, body, code):
    refused = clerk("POST", f"{PAPERS}/bulk", body)
    assert (refused.status_code, refused.json["code"]) == (400, code)


def test_all_or_nothing_is_written(clerk, papers):
    refused = clerk("POST", f"{PAPERS}/bulk", {"ids": papers, "values": {"pages": "many"}})
    assert refused.status_code == 422
    assert pages(clerk) == [0, 1, 2, 3]


def test_more_than_five_hundred_become_a_job(clerk):
    clerk("POST", ROOMS, [{"name": f"R{n}"} for n in range(501)])
    promised = clerk("POST", f"{ROOMS}/bulk", {"filter": "", "values": {"name": "same"}})
    assert promised.status_code == 202
    assert promised.json["records"] == 501
    assert clerk.get(f"/jobs/{promised.json['job']}")["kind"] == "records.bulk"
