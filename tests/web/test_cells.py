"""Cells of a list: edited where they stand, saved if nobody was faster, refused with the reason."""

from __future__ import annotations

import pytest

COMPANIES = "/records/contacts.account"


@pytest.fixture
def company(kept):
    return kept.add("contacts.account", {"name": "Arya", "lifecycle": "customer"})[0]


def cell(person, number, field):
    return person.opens(f"{COMPANIES}/{number}/cell/{field}")


def saves(person, number, field, value, version=None):
    form = cell(person, number, field).page.form(cls="cell-f")
    data = form.filled({field: value})
    if version is not None:
        data.setlist("version", [str(version)])
    return person.sends(f"{COMPANIES}/{number}/cell/{field}?cols=name,payment_terms_days,lifecycle", data)


def test_a_cell_is_saved_and_its_row_comes_back_as_it_is_now(admin, kept, company):
    answer = saves(admin, company, "payment_terms_days", "۴۵")
    assert kept.get("contacts.account", company)["payment_terms_days"] == 45
    row = answer.page.one("tr")
    assert row["data-version"] == "2"
    assert [td.text for td in row.all("td")][1:] == ["Arya", "45", "Customer"]


def test_only_what_one_may_edit_is_marked_in_the_list(person, admin, company):
    marked = {
        td["data-cell"]
        for td in admin.opens(f"{COMPANIES}?cols=name,contact_count,created_at,lifecycle").page.all("td")
        if td.has("data-cell")
    }
    assert marked == {"name", "lifecycle"}
    reader = person("base.member", "contacts.reader", login="m@example.com")
    assert not any(td.has("data-cell") for td in reader.opens(COMPANIES).page.all("td"))
    assert cell(admin, company, "contact_count").status == 403
    assert cell(admin, company, "created_at").status == 403


def test_who_was_slower_is_told_and_nothing_is_overwritten(admin, kept, company):
    kept.change("contacts.account", company, {"payment_terms_days": 10})
    refused = saves(admin, company, "payment_terms_days", "20", version=1)
    assert refused.status == 412
    assert refused.response.json["conflict"] is True
    assert kept.get("contacts.account", company)["payment_terms_days"] == 10


@pytest.mark.parametrize(
    ("field", "value", "words"), [("payment_terms_days", "soon", "number"), ("name", "", "")]
)
def test_a_refused_value_says_why(admin, kept, company, field, value, words):
    refused = saves(admin, company, field, value)
    assert refused.status == 422
    assert words in refused.response.json["message"].lower()
    assert kept.get("contacts.account", company)["name"] == "Arya"


def test_cells_of_another_team_are_not_found(person, kept, company):
    anna = person("base.member", "contacts.editor", login="a@example.com", team="Sales")
    assert cell(anna, company, "name").status == 404
    csrf = anna.opens(COMPANIES).page.all("input", name="csrf")[0]["value"]
    refused = anna.sends(
        f"{COMPANIES}/{company}/cell/name", {"csrf": csrf, "version": "1", "name": "x", "name__shown": "1"}
    )
    assert refused.status in (403, 404)
    assert kept.get("contacts.account", company)["name"] == "Arya"
