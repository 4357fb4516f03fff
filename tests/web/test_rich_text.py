"""Formatted text on pages and in the API: clean where it is written, and where the database holds what nobody wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from core.storage import Database

ROOT = Path(__file__).parents[2]
SHRUBS = "/records/garden.shrub"
EVIL = "<p>fine</p><script>alert(1)</script><img src=x onerror=alert(1)><p onclick=alert(1)>leaf</p><a href=javascript:x>j</a>"
CLEAN = '<p dir="auto">fine</p><p dir="auto">leaf</p><a rel="noopener noreferrer nofollow">j</a>'


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "l10n_fa", "garden")


@pytest.fixture(scope="session")
def site_folders():
    return [ROOT / "modules", ROOT / "tests" / "fixtures" / "modules"]


@pytest.fixture
def chief(person):
    return person("base.member", "garden.chief", login="chief@example.com")


@pytest.fixture
def shrub(kept):
    return kept.add("garden.shrub", {"name": "Box", "care": "Water it.\n\nگل‌ها <5"})[0]


@pytest.fixture
def plant(site):
    """Write into the database past everything that looks after it."""

    def write(number, text):
        with site.get(Database).engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE garden_shrub SET care = :text WHERE id = :id"), {"text": text, "id": number}
            )

    return write


def harmless(body):
    assert "alert(1)" not in body
    assert "onerror" not in body
    assert "javascript:x" not in body


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_was_planted_in_the_database_is_shown_clean(chief, shrub, plant, language):
    plant(shrub, EVIL)
    someone = chief.speaks(language)
    for path in (f"{SHRUBS}/{shrub}", f"{SHRUBS}?cols=name,care", f"{SHRUBS}/{shrub}/history"):
        body = someone.opens(path).response.text
        harmless(body)
    form = someone.opens(f"{SHRUBS}/{shrub}").response.text
    assert CLEAN in form


def test_the_api_hands_out_clean_html_and_its_words_and_takes_either(chief, shrub, plant, kept):
    plant(shrub, EVIL)
    for path in (f"/api/v1{SHRUBS}/{shrub}", f"/api/v1{SHRUBS}?fields=care"):
        found = chief.opens(path).response.json
        found = found["items"][0] if "items" in found else found
        assert found["care"] == {"html": CLEAN, "text": "fine\n\nleaf\n\nj"}
    kept.change("garden.shrub", shrub, {"care": {"html": "<b>bold</b>"}})
    assert kept.get("garden.shrub", shrub)["care"] == '<p dir="auto"><strong>bold</strong></p>'
    kept.change("garden.shrub", shrub, {"care": "plain\ntext"})
    assert kept.get("garden.shrub", shrub)["care"] == '<p dir="auto">plain<br>text</p>'


def test_a_form_writes_text_or_html_and_keeps_what_was_refused(chief, shrub, kept):
    chief.saves(f"{SHRUBS}/{shrub}", {"care": "<ul><li>one</li></ul><script>x</script>"})
    assert kept.get("garden.shrub", shrub)["care"] == '<ul dir="auto"><li>one</li></ul>'
    answer = chief.saves(
        f"{SHRUBS}/{shrub}", {"care": "<p>kept</p><script>alert(1)</script>", "height": "many"}
    )
    assert answer.status == 422
    assert '<template><p dir="auto">kept</p></template>' in answer.response.text
    assert "<script>alert(1)" not in answer.response.text


def test_its_words_are_found_told_in_the_history_and_exported(chief, shrub, kept):
    kept.change("garden.shrub", shrub, {"care": "<p>Prune in <b>autumn</b></p>"})
    assert len(chief.opens(f"{SHRUBS}?q=autumn").page.rows()) == 1
    assert "No record fits" in chief.opens(f"{SHRUBS}?q=strong").page.main.text
    history = " ".join(chief.opens(f"{SHRUBS}/{shrub}/history").page.main.text.split())
    assert "Prune in autumn" in history
    assert "strong" not in history
    assert len(chief.opens(f"{SHRUBS}?f=care~set~").page.rows()) == 1
    assert "No record fits" in chief.opens(f"{SHRUBS}?f=care~empty~").page.main.text


def test_expressions_know_only_whether_it_is_empty(chief, shrub):
    assert len(chief.opens(f"{SHRUBS}?where=not is_empty(care)").page.rows()) == 1
    assert "is_empty(" in chief.opens(f"{SHRUBS}?where=care == 'x'").page.main.text


def test_what_was_plain_before_is_no_change_and_formatting_alone_is_told_as_such(chief, shrub, plant, kept):
    plant(shrub, "old\n\ntext")
    chief.saves(f"{SHRUBS}/{shrub}", {"care": "old\n\ntext", "height": "3"})
    history = " ".join(chief.opens(f"{SHRUBS}/{shrub}/history").page.main.text.split())
    assert "Height" in history
    assert "old" not in history.replace("Box", "")
    chief.saves(f"{SHRUBS}/{shrub}", {"care": "<p>old</p><p><b>text</b></p>"})
    history = " ".join(chief.opens(f"{SHRUBS}/{shrub}/history").page.main.text.split())
    assert "Care: old text the same words, formatted differently" in history


def test_the_description_of_the_api_tells_that_text_or_markup_may_be_written(chief):
    schemas = chief.opens("/api/v1/openapi.json").response.json["components"]["schemas"]
    read, write = (
        schemas[name]["properties"]["care"]["anyOf"] for name in ("garden.shrub", "garden.shrub.values")
    )
    assert read[0]["properties"].keys() == {"html", "text"}
    assert {"type": "string"} in write[0]["anyOf"]


def test_many_get_the_same_formatted_text_and_get_theirs_back(chief, kept):
    first, second = kept.add("garden.shrub", {"name": "A", "care": "<h3>old</h3>"}, {"name": "B"})
    edit = f"{SHRUBS}/bulk/edit"
    opened = chief.opens(SHRUBS)
    asked = chief.sends(edit, opened.page.form(id="rows").filled({"id": [str(first), str(second)]}))
    for values in (
        {"act": "add", "new_field": "care"},
        {"act": "apply", "care": "<p>new <b>text</b></p><script>x</script>"},
    ):
        asked = chief.sends(edit, asked.page.form(aria_label="New values").filled(values))
    new = '<p dir="auto">new <strong>text</strong></p>'
    assert [kept.get("garden.shrub", one)["care"] for one in (first, second)] == [new, new]
    form = asked.page.form(id="undo")
    chief.sends(form.action, form.data)
    assert [kept.get("garden.shrub", one)["care"] for one in (first, second)] == [
        '<h3 dir="auto">old</h3>',
        None,
    ]


def test_who_was_slower_chooses_between_two_texts(chief, shrub, kept):
    opened = chief.opens(f"{SHRUBS}/{shrub}")
    form = opened.page.form(id="record")
    kept.change("garden.shrub", shrub, {"care": "<p>theirs</p>"})
    answer = chief.sends(form.action or f"{SHRUBS}/{shrub}", form.filled({"care": "<p>mine <i>too</i></p>"}))
    assert answer.status == 412
    clash = " ".join(answer.page.one("dialog", data_conflict="").text.split())
    assert "Care theirs mine too" in clash
    assert "<em>too</em></p></template>" in answer.response.text
    again = answer.page.form(id="record")
    chief.sends(again.action or f"{SHRUBS}/{shrub}", again.filled({"keep-care": "mine"}))
    assert kept.get("garden.shrub", shrub)["care"] == '<p dir="auto">mine <em>too</em></p>'


def test_a_save_of_something_else_takes_over_what_somebody_has_formatted_meanwhile(chief, shrub, kept):
    form = chief.opens(f"{SHRUBS}/{shrub}").page.form(id="record")
    kept.change("garden.shrub", shrub, {"care": "<p>theirs <b>too</b></p>"})
    answer = chief.sends(form.action or f"{SHRUBS}/{shrub}", form.filled({"height": "7"}))
    assert "<strong>too</strong></p></template>" in answer.response.text
    again = answer.page.form(id="record")
    chief.sends(again.action or f"{SHRUBS}/{shrub}", again.data)
    now = kept.get("garden.shrub", shrub)
    assert (now["care"], now["height"]) == ('<p dir="auto">theirs <strong>too</strong></p>', 7)
