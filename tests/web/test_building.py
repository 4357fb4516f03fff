"""Administrators change the system while it runs, and everybody uses the change at once."""

from __future__ import annotations

import pytest

FIELDS = "/fields/contacts.contact"


def adds(admin, **values):
    opened = admin.opens(FIELDS)
    return admin.submits(opened, opened.page.form(cls="stack"), values)


def test_a_new_field_is_at_once_in_forms_lists_filters_and_search(admin, kept):
    answer = adds(admin, name="allergy", type="text", label_fa="حساسیت", label_en="Allergy", search="1")
    assert answer.status == 200
    assert "x_allergy" in answer.page.one("tbody").text
    saved = admin.saves("/records/contacts.contact/new", {"last_name": "Karimi", "x_allergy": "پسته"})
    assert saved.status == 200
    listed = "/records/contacts.contact?cols=last_name,x_allergy&sort=x_allergy"
    assert admin.opens(f"{listed}&f=x_allergy~has~پسته").page.rows() == [["Karimi", "پسته"]]
    assert len(admin.opens(f"{listed}&q=پسته").page.rows()) == 1
    assert "حساسیت" in admin.speaks("fa").opens(listed).page.one("thead").text


@pytest.mark.parametrize(
    "values",
    [
        {"name": "level", "type": "choice", "choices": "low = Low\nhigh = High", "label_en": "Level"},
        {"name": "score", "type": "decimal", "label_en": "Score"},
        {"name": "met", "type": "datetime", "label_en": "Met"},
        {"name": "budget", "type": "money", "label_en": "Budget"},
        {"name": "chef", "type": "reference", "to": "base.user"},
        {"name": "teams", "type": "links", "to": "base.team"},
        {"name": "vat", "type": "boolean"},
        {"name": "kinds", "type": "multi_choice", "choices": "یک\nدو"},
        {"name": "cv", "type": "file"},
    ],
)
def test_fields_of_every_offered_kind_can_be_made_and_used(admin, values):
    assert adds(admin, **values).status == 200
    name = f"x_{values['name']}"
    assert admin.saves("/records/contacts.contact/new", {"last_name": "Karimi"}).status == 200
    page = admin.opens(f"/records/contacts.contact?cols=last_name,{name}").page
    assert len(page.one("thead").all("th")) == 3


def test_a_field_of_formatted_text_is_written_and_found_at_once(admin, kept):
    assert adds(admin, name="recipe", type="rich_text", label_en="Recipe", search="1").status == 200
    saved = admin.saves(
        "/records/contacts.contact/new", {"last_name": "Karimi", "x_recipe": "<p>with <b>saffron</b></p>"}
    )
    assert "<strong>saffron</strong>" in saved.response.text
    assert len(admin.opens("/records/contacts.contact?q=saffron").page.rows()) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"name": "id; drop", "type": "text"},
        {"name": "نام", "type": "text"},
        {"name": "kind", "type": "choice", "choices": ""},
        {"name": "x" * 80, "type": "text"},
        {"name": "what", "type": "unknown"},
    ],
)
def test_a_field_that_cannot_be_is_refused_with_words_and_what_was_typed(admin, values):
    answer = adds(admin, label_en="Kept", **values)
    assert answer.status == 422
    assert answer.page.problems
    assert answer.page.form(cls="stack")["label_en"] == "Kept"


def test_a_field_is_refused_twice(admin):
    adds(admin, name="allergy", type="text")
    assert adds(admin, name="allergy", type="text").status == 422


def test_a_field_is_taken_away_and_pages_go_on(admin):
    adds(admin, name="allergy", type="text")
    opened = admin.opens(FIELDS)
    admin.submits(opened, opened.page.form_to(f"{FIELDS}/x_allergy/remove"))
    assert "x_allergy" not in admin.opens(FIELDS).page.one("tbody").text
    assert admin.opens(
        "/records/contacts.contact?cols=last_name,x_allergy&sort=x_allergy&f=x_allergy~is~1"
    ).status in (200, 422)


def test_a_new_entity_has_list_form_and_place_in_the_menu(admin, kept):
    opened = admin.opens("/entities/new")
    made = admin.submits(
        opened,
        opened.page.form(cls="fbody"),
        {
            "name": "device",
            "label_en": "Device",
            "label_fa": "دستگاه",
            "title_en": "Serial",
            "title_fa": "سریال",
        },
    )
    assert made.status == 200
    assert admin.saves("/records/x.device/new", {"name": "A-1"}).status == 200
    assert (
        admin.opens("/records/x.device").page.rows() == [["A-1"]]
        or "A-1" in admin.opens("/records/x.device").page.text
    )
    assert "دستگاه" in admin.speaks("fa").opens("/records/x.device").page.title


def test_modules_are_put_to_sleep_and_woken(admin):
    opened = admin.opens("/modules/contacts/plan?act=disable")
    asleep = admin.submits(opened, opened.page.form_to("/modules/contacts"), {"act": "disable"})
    assert "Sleeping" in asleep.page.text
    assert admin.opens("/records/contacts.contact").status == 404
    again = admin.opens("/modules/contacts/plan?act=enable")
    admin.submits(again, again.page.form_to("/modules/contacts"), {"act": "enable"})
    assert admin.opens("/records/contacts.contact").status == 200


def test_types_of_fields_read_as_words(admin):
    text = admin.opens(FIELDS).page.one("tbody").text
    assert "Text, computed" in text
    assert "gathered from other records" in text
    assert "Table of records" in text
