"""Lines that somebody else has added, or that no answer has shown, are not lost when a record is written back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.records.query import MAX_LIMIT

MORE = MAX_LIMIT + 5


@pytest.fixture
def case(kept):
    return kept.add("vault.case", {"name": "Case", "lines": [{"text": t} for t in ("a", "b", "c", "d")]})[0]


def texts(kept, case):
    return [line["text"] for line in kept.get("vault.case", case)["lines"]]


def count(caller, case):
    answer = caller.get("/records/vault.line/aggregate", filter=f"case == {case}")
    return answer["items"][0]["count()"]


@pytest.fixture
def long_case(kept):
    return kept.add("vault.case", {"name": "Long", "lines": [{"text": f"line {n}"} for n in range(MORE)]})[0]


def test_lines_beyond_an_answer_stay_when_a_form_is_saved(reader, chief, long_case):
    assert reader.saves(f"/records/vault.case/{long_case}", {"name": "Longer"}).status == 200
    assert count(chief, long_case) == MORE


def test_lines_beyond_an_answer_stay_when_its_list_is_sent_back(clerk, chief, long_case):
    path = f"/records/vault.case/{long_case}"
    lines = [{"id": line["id"], "text": line["text"]} for line in clerk.get(path)["lines"]]
    assert len(lines) == MAX_LIMIT
    answer = clerk("PATCH", path, {"lines": lines[1:]}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200
    assert count(chief, long_case) == MORE - 1


def test_a_line_that_somebody_added_meanwhile_stays(reader, kept, case):
    opened = reader.opens(f"/records/vault.case/{case}")
    kept.add("vault.line", {"text": "by a colleague", "case": case})
    form = opened.page.form(id="record")
    assert reader.submits(opened, form, {"name": "Renamed"}).status == 200
    assert texts(kept, case) == ["a", "b", "c", "d", "by a colleague"]


def test_a_removed_line_goes_and_only_that(reader, kept, case):
    assert reader.saves(f"/records/vault.case/{case}", {"lines-1-delete": "1"}).status == 200
    assert texts(kept, case) == ["a", "c", "d"]


def test_a_removed_line_that_is_gone_already_is_no_mistake(reader, chief, kept, case):
    opened = reader.opens(f"/records/vault.case/{case}")
    line = kept.get("vault.case", case)["lines"][1]["id"]
    assert chief("DELETE", f"/records/vault.line/{line}").status_code == 204
    form = opened.page.form(id="record")
    assert reader.submits(opened, form, {"lines-1-delete": "1", "lines-0-text": "A"}).status == 200
    assert texts(kept, case) == ["A", "c", "d"]


def test_what_was_typed_stays_in_its_row_when_one_above_was_removed_and_the_form_is_refused(
    reader, kept, case
):
    opened = reader.opens(f"/records/vault.case/{case}")
    typed = {
        "lines-0-delete": "1",
        "lines-2-text": "typed in the third",
        "lines-2-weight": "no number",
        "lines-3-text": "typed in the fourth",
        "lines-4-text": "typed in a new one",
    }
    refused = reader.submits(opened, opened.page.form(id="record"), typed)
    assert refused.status == 422
    form = refused.page.form(id="record")
    rows = [form[f"lines-{n}-text"] for n in range(5)]
    assert rows == ["a", "b", "typed in the third", "typed in the fourth", "typed in a new one"]
    assert form["lines-2-weight"] == "no number"
    assert refused.page.all("a", href="#f-lines-2-weight")
    assert refused.page.one("input", name="lines-0-delete").has("checked")
    again = reader.submits(refused, form, {"lines-2-weight": "3"})
    assert again.status == 200
    assert texts(kept, case) == ["b", "typed in the third", "typed in the fourth", "typed in a new one"]


def test_an_empty_row_between_others_moves_nothing(reader, kept, case):
    opened = reader.opens(f"/records/vault.case/{case}")
    form = opened.page.form(id="record")
    sent = {**form.filled({"lines-4-text": "", "name": ""}).to_dict(flat=False)}
    sent["lines__row"] = [*sent["lines__row"], "7", "9"]
    for number, text in (("7", "seventh"), ("9", "ninth")):
        sent |= {f"lines-{number}-text__shown": ["1"], f"lines-{number}-text": [text]}
    refused = reader.sends(opened.path, sent)
    assert refused.status == 422
    back = refused.page.form(id="record")
    assert [back[f"lines-{n}-text"] for n in (4, 5)] == ["seventh", "ninth"]


def test_more_rows_than_can_be_sent_are_refused_and_not_dropped(reader, kept, case):
    opened = reader.opens(f"/records/vault.case/{case}")
    sent = opened.page.form(id="record").filled({}).to_dict(flat=False)
    sent["lines__row"] = [str(n) for n in range(600)]
    assert reader.sends(opened.path, sent).status == 422
    assert all(a < b for a, b in pairwise(texts(kept, case)))
