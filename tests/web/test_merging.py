"""Two records side by side: chosen from the list or from a form, merged without a script, and taken apart again."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.modules

ENTITY = "contacts.account"
LIST = f"/records/{ENTITY}"


@pytest.fixture
def boss(person):
    return person("base.member", "contacts.manager")


def two(kept):
    return kept.add(
        ENTITY, {"name": "Sepehr", "industry": "Steel"}, {"name": "سپهر", "website": "https://sepehr.example"}
    )


def test_what_is_chosen_in_the_list_stands_side_by_side_and_becomes_one(boss, kept):
    one, other = two(kept)
    listed = boss.opens(LIST)
    csrf = listed.page.form(id="rows")["csrf"]
    page = boss.sends(f"{LIST}/merge/chosen", {"csrf": csrf, "id": [one, other]})
    assert page.status == 200
    assert "Sepehr" in page.page.text
    form = page.page.form(aria_label="Merge")
    done = boss.submits(page, form, {"take-name": str(other), "reason": "The same."})
    assert done.path == f"{LIST}/{one}"
    got = kept.get(ENTITY, one)
    assert (got["name"], got["industry"], got["website"]) == ("سپهر", "Steel", "https://sepehr.example")
    assert boss.opens(f"{LIST}/{other}").path == f"{LIST}/{one}"
    history = boss.opens(f"{LIST}/{one}/merges")
    assert "The same." in history.page.text
    back = boss.submits(history, history.page.form(cls="one-button"), {})
    assert back.path == f"{LIST}/{other}"
    assert kept.get(ENTITY, other)["name"] == "سپهر"
    assert kept.get(ENTITY, one)["name"] == "Sepehr"


def test_from_a_form_the_other_record_is_found_by_its_title(boss, kept):
    one, other = two(kept)
    asked = boss.opens(f"{LIST}/merge?id={one}")
    assert asked.page.form(aria_label="Merge with")["other__text"] == ""
    assert boss.opens(f"{LIST}/merge?id={one}&other__text=سپهر").page.form(aria_label="Merge")[
        "winner"
    ] == str(one)
    missing = boss.opens(f"{LIST}/merge?id={one}&other__text=nobody")
    assert missing.page.one(role="alert").text
    assert other


def test_who_may_not_merge_is_told(editor, kept):
    one, other = two(kept)
    assert editor.opens(f"{LIST}/merge?id={one}&id={other}").status in (403, 404)
    assert "merge" not in str([b.get("formaction") for b in editor.opens(LIST).page.all("button")])


def test_different_ones_are_refused_with_a_sentence(boss, kept):
    one, other = kept.add(
        ENTITY, {"name": "A", "legal_id": "10100000001"}, {"name": "B", "legal_id": "10100000002"}
    )
    page = boss.opens(f"{LIST}/merge?id={one}&id={other}")
    assert page.status == 409
    assert "different" in page.page.one(role="alert").text
