"""Why a write is refused is told without the names of fields that the writer does not see."""

from __future__ import annotations

import pytest

HIDDEN = ("verdict", "worth", "seal", "spy")
PATH = "/records/vault.case"


def told(answer):
    assert answer.status_code == 422, answer.text
    assert not any(name in answer.text.lower() for name in HIDDEN), answer.text
    return [(one["field"], one["code"]) for one in answer.json["errors"]]


@pytest.fixture
def taken(chief):
    """A case whose hidden seal is the one that every new case gets."""
    return chief.make("vault.case", name="first")


def test_a_hidden_field_that_is_required_or_taken_is_not_named(clerk, taken):
    assert told(clerk("POST", PATH, {"name": "urgent"})) == [(None, "hidden_field")]
    assert told(clerk("POST", PATH, {"name": "second"})) == [(None, "hidden_field")]
    assert told(clerk("POST", PATH, {"pages": 3})) == [("name", "required")]


def test_a_rule_is_told_at_the_fields_that_one_sees(clerk):
    assert told(clerk("POST", PATH, {"name": "a", "pages": -1})) == [("pages", "rule.not_negative")]
    assert told(clerk("POST", PATH, {"name": "dark"})) == [(None, "rule.not_dark")]


def test_each_row_of_a_batch_keeps_its_own_problems(clerk):
    rows = [{"name": "a", "pages": -1}, {"name": "urgent"}, {"name": "dark"}]
    assert told(clerk("POST", PATH, rows)) == [
        ("0.pages", "rule.not_negative"),
        ("1", "hidden_field"),
        ("2", "rule.not_dark"),
    ]


def test_a_change_and_a_line_are_told_alike(clerk, taken):
    path, headers = f"{PATH}/{taken['id']}", {"If-Match": '"1"'}
    assert told(clerk("PATCH", path, {"name": "urgent"}, headers=headers)) == [(None, "hidden_field")]
    assert told(clerk("PATCH", path, {"lines": [{"weight": 1}]}, headers=headers)) == [
        ("lines.0.text", "required")
    ]


def test_what_comes_back_from_the_trash_tells_no_more(clerk, chief, taken):
    assert clerk("DELETE", f"{PATH}/{taken['id']}").status_code == 204
    chief.make("vault.case", name="other")
    assert told(clerk("POST", f"{PATH}/{taken['id']}/restore")) == [(None, "hidden_field")]


def test_a_deletion_does_not_tell_what_other_records_refuse(clerk, chief, taken):
    chief.make("vault.spy", name="x", watches=taken["id"])
    answer = clerk("DELETE", f"{PATH}/{taken['id']}")
    assert told(answer) == [(None, "rule.watching")]


def test_who_sees_the_fields_is_told_their_names(chief, taken):
    def named(values):
        return [(e["field"], e["code"]) for e in chief.refused(422, "POST", PATH, values)["errors"]]

    assert named({"name": "urgent"}) == [("verdict", "required")]
    assert named({"name": "second"}) == [("seal", "taken")]
    assert named({"name": "a", "pages": -1}) == [
        ("pages", "rule.not_negative"),
        ("worth", "rule.not_negative"),
    ]


def test_a_form_tells_it_without_the_label(reader, taken):
    answer = reader.saves("/records/vault.case/new", {"name": "urgent"})
    assert answer.status == 422
    assert "A field that you cannot see" in answer.page.main.text
    assert "erdict" not in answer.page.html
