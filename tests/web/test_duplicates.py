"""The form tells of what is there already, keeps what was typed, and lets those who may save it for a reason."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.modules

NEW = "/records/contacts.account/new"


def test_the_form_shows_what_was_found_and_keeps_what_was_typed(editor, kept):
    first = int(
        editor.saves(NEW, {"name": "Sepehr", "website": "https://sepehr.example"}).path.rpartition("/")[2]
    )
    answer = editor.saves(NEW, {"name": "SEPEHR", "industry": "Steel"})
    assert answer.status == 409
    alert = answer.page.one(role="alert")
    assert alert.one("a")["href"] == f"/records/contacts.account/{first}"
    assert "Same name" in alert.text
    assert not alert.all("button")
    assert answer.page.one("input", name="industry")["value"] == "Steel"
    assert len(kept.find("contacts.account")) == 1


def test_a_manager_saves_it_all_the_same_and_says_why(person, kept):
    boss = person("base.member", "contacts.manager")
    boss.saves(NEW, {"name": "Sepehr"})
    answer = boss.saves(NEW, {"name": "Sepehr"})
    assert answer.status == 409
    form = answer.page.form(id="record")
    still = boss.submits(answer, form, {"override": "duplicates", "override_reason": " "})
    assert still.status == 409
    done = boss.submits(
        still, still.page.form(id="record"), {"override": "duplicates", "override_reason": "A branch."}
    )
    assert done.status == 200
    assert len(kept.find("contacts.account")) == 2
    assert "A branch." in boss.opens(f"{done.path}/history").page.text
