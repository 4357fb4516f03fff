"""What somebody may not see is to them like what is not there: entities and fields, in the API and on the pages."""

from __future__ import annotations

import re
from itertools import product

import pytest

TOKENS = re.compile(r'name="csrf" value="[\w-]+"')
"""The token of forms, which is masked anew in each page."""

HIDDEN, ABSENT = "vault.spy", "vault.not"
"""An entity on which the clerk has no right, and one that does not exist, of equal length."""

FIELDS = [("verdict", "verdixx"), ("worth", "worxx"), ("spy", "spx"), ("seal", "sexx")]
"""Fields that the clerk may not read, and names that no field has."""


CALLS = [
    ("GET", "/records/{}", None),
    ("POST", "/records/{}", {"name": "x"}),
    ("POST", "/records/{}", [{"id": 1}]),
    ("GET", "/records/{}/1", None),
    ("PATCH", "/records/{}/1", {"name": "x"}),
    ("DELETE", "/records/{}/1", None),
    ("POST", "/records/{}/1/restore", None),
    ("POST", "/records/{}/query", {}),
    ("GET", "/records/{}/aggregate", None),
    ("GET", "/records/{}/1/history", None),
    ("GET", "/search?q=x&entity={}", None),
    ("GET", "/exports?entity={}", None),
    ("GET", "/metadata/entities/{}", None),
    ("GET", "/metadata/entities/{}/fields", None),
    ("POST", "/metadata/entities/{}/fields", {"name": "x_a", "type": "text"}),
    ("DELETE", "/metadata/entities/{}", None),
]

PAGES = [
    "/records/{}",
    "/records/{}/1",
    "/records/{}/new",
    "/records/{}/1/history",
    "/records/{}/import",
    "/records/{}/import/1",
    "/records/{}/import/1/1",
    "/records/{}/export.csv",
    "/choices/{}",
    "/choices/{}?q=x",
    "/fields/{}",
]

SENT = [
    "/records/{}/new",
    "/records/{}/1",
    "/records/{}/delete",
    "/records/{}/restore",
    "/records/{}/import",
    "/fields/{}",
    "/fields/{}/x_a/remove",
]

QUESTIONS = [
    "fields={}",
    "sort={}",
    "sort=-{}",
    "filter=is_empty({})",
    "filter={} == 5",
    "filter={} == 'guilty'",
    "filter={}.name == 'x'",
    "filter=any({}, name == 'x')",
]

FIGURES = [
    "/records/vault.case/1?fields={}",
    "/records/vault.case/aggregate?group_by={}",
    "/records/vault.case/aggregate?measures=sum({})",
    "/records/vault.case/aggregate?filter={} == 5",
    "/exports?entity=vault.case&fields={}",
    "/exports?entity=vault.case&sort={}",
    "/exports?entity=vault.case&filter=is_empty({})",
]

CHIPS = ["sort={}", "f={}~is~5", "f={}~is~guilty", "f={}~from~x", "f={}~set~"]

NUMBERED = [
    "/records/vault.case/{}",
    "/records/vault.case/1/history?before={}",
    "/records/vault.case/import/{}",
    "/records/vault.case/import/1/{}",
    "/records/vault.case/import/1?job={}",
    "/files/{}",
    "/records/vault.case?f=spy~is~{}",
    "/records/vault.case?f=pages~is~{}",
]


@pytest.fixture
def case(kept):
    """A case that the clerk may read."""
    return kept.add("vault.case", {"name": "Open to all", "verdict": "guilty", "worth": 5})[0]


def alike(hidden, absent, names):
    """Compare two answers in which only the names that were asked for may differ."""
    assert hidden.status_code == absent.status_code
    assert hidden.status_code in (400, 403, 404, 422), hidden.status_code
    told, known = (TOKENS.sub("", answer.text) for answer in (hidden, absent))
    assert told.replace(names[0], names[1]) == known


class TestEntities:
    def test_the_api_answers_alike(self, clerk):
        headers = {"If-Match": '"1"'}
        for method, path, body in CALLS:
            hidden, absent = (
                clerk(method, path.format(name), body, headers=headers) for name in (HIDDEN, ABSENT)
            )
            alike(hidden, absent, (HIDDEN, ABSENT))

    def test_the_pages_answer_alike(self, reader):
        for path in PAGES:
            hidden, absent = (reader.client.get(path.format(name)) for name in (HIDDEN, ABSENT))
            alike(hidden, absent, (HIDDEN, ABSENT))

    def test_what_is_sent_to_the_pages_is_answered_alike(self, reader):
        csrf = reader.opens("/records/vault.case/new").page.form(id="record")["csrf"]
        for path in SENT:
            hidden, absent = (
                reader.client.post(path.format(name), data={"csrf": csrf, "id": "1"})
                for name in (HIDDEN, ABSENT)
            )
            alike(hidden, absent, (HIDDEN, ABSENT))

    def test_who_has_some_right_is_told_what_is_missing(self, person):
        answer = person("vault.reader", login="reads@example.com").opens("/records/vault.case/new")
        assert answer.status == 403
        assert "vault.case" in answer.page.main.text

    def test_choices_of_several_entities_leave_out_what_is_hidden(self, reader, case):
        found = reader.client.get(f"/choices/vault.case,{HIDDEN},{ABSENT}").json["items"]
        assert [(one["id"], one["entity"]) for one in found] == [(case, "vault.case")]


class TestFields:
    def test_lists_answer_alike(self, clerk, case):
        for query, names in product(QUESTIONS, FIELDS):
            hidden, absent = (clerk("GET", f"/records/vault.case?{query.format(name)}") for name in names)
            alike(hidden, absent, names)

    def test_figures_and_exports_answer_alike(self, clerk, case):
        for path, names in product(FIGURES, FIELDS):
            hidden, absent = (clerk("GET", path.format(name)) for name in names)
            alike(hidden, absent, names)

    def test_writing_answers_alike(self, clerk, case):
        bodies = ({"name": "x", "{}": 5}, {"{}": None}, {"{}": {"id": 1}})
        for body, names in product(bodies, FIELDS):
            hidden, absent = (
                clerk("POST", "/records/vault.case", {k.format(name): v for k, v in body.items()})
                for name in names
            )
            alike(hidden, absent, names)

    def test_list_pages_answer_alike(self, reader, case):
        for query, names in product(CHIPS, FIELDS):
            hidden, absent = (
                reader.client.get(f"/records/vault.case?{query.format(name)}") for name in names
            )
            alike(hidden, absent, names)

    def test_columns_that_are_hidden_are_left_out(self, reader, case):
        page = reader.opens("/records/vault.case?cols=name,verdict,worth,seal,spy").page
        assert [cell.text for cell in page.all("th", scope="col") if cell.text][-1] == "Name"

    def test_a_list_that_is_sorted_by_a_hidden_field_opens(self, reader, case):
        answer = reader.opens("/records/vault.case")
        assert answer.status == 200
        assert "Open to all" in answer.page.main.text
        assert "erdict" not in answer.page.html
        assert reader.client.get("/records/vault.case/export.csv").status_code == 200

    def test_filters_that_ask_for_a_hidden_field_are_not_offered(self, reader, case):
        page = reader.opens("/records/vault.case?view=guilty").page
        assert "Long" in page.main.text
        assert "uilty" not in page.main.text

    def test_who_may_read_the_fields_gets_sort_and_filters(self, person, case):
        page = person("vault.reader", login="reads@example.com").opens("/records/vault.case?view=guilty").page
        assert "Guilty" in page.main.text
        assert "Open to all" in page.main.text

    def test_a_hidden_title_does_not_close_the_list(self, person, case):
        blind = person("vault.counter", login="counts@example.com")
        answer = blind.opens("/records/vault.case")
        assert answer.status == 200
        assert "Open to all" not in answer.page.html
        assert blind.client.get("/choices/vault.case").json["items"][0]["title"] == f"#{case}"
        assert blind.opens(f"/records/vault.case/{case}").status == 200


def test_numbers_that_no_record_can_have_are_answered(reader, case):
    for path, digits in product(NUMBERED, (19, 30, 5000)):
        answer = reader.client.get(path.format("9" * digits))
        assert answer.status_code in (200, 400, 404, 422), path
