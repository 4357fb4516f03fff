"""People and companies that are there already are shown to whoever would enter them again."""

from __future__ import annotations

import pytest

from core.records.duplicates import DuplicatesFound

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def editor(desk, actor_as):
    team = desk.one("base.team", name="One")
    actor = actor_as("base.member", "contacts.editor", login="editor@example.com")
    desk.update("base.team", team, members=[actor.id])
    return desk.as_(actor)


def twins(desk, entity, **values):
    with pytest.raises(DuplicatesFound) as found:
        desk.one(entity, **values)
    return [(twin.id, twin.by) for twin in found.value.twins]


def mobile(value):
    return {"kind": "mobile", "value": value}


@pytest.mark.parametrize("typed", ["09121234567", "+989121234567", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "00989121234567"])
def test_a_number_is_the_same_in_every_spelling(editor, typed):
    first = editor.one("contacts.contact", last_name="Karimi", points=[mobile("0912 123 4567")])
    found = twins(editor, "contacts.contact", last_name="Other", points=[mobile(typed)])
    assert found == [(first, ("Same phone or e-mail",))]


def test_every_way_to_reach_counts_and_not_only_the_main_one(editor):
    mails = [{"kind": "email", "value": value} for value in ("a@example.com", "B@Example.com")]
    first = editor.one("contacts.contact", last_name="Karimi", points=mails)
    other = editor.one("contacts.contact", last_name="Other")
    with pytest.raises(DuplicatesFound) as found:
        editor.one(
            "contacts.contact_point",
            owner={"entity": "contacts.contact", "id": other},
            kind="email",
            value="b@example.com",
        )
    assert [twin.id for twin in found.value.twins] == [first]
    editor.one(
        "contacts.contact_point",
        owner={"entity": "contacts.contact", "id": other},
        kind="telegram",
        value="@a@example.com",
    )


def test_the_same_name_at_the_same_company_is_told_in_any_letters(editor):
    company = editor.one("contacts.account", name="Sepehr")
    first = editor.one(
        "contacts.contact", first_name="علي‌رضا", last_name="كريمي", companies=[{"account": company}]
    )
    editor.one("contacts.contact", first_name="علیرضا", last_name="کریمی")
    found = twins(
        editor, "contacts.contact", first_name="علیرضا", last_name="کریمی", companies=[{"account": company}]
    )
    assert found == [(first, ("Same name at the same company",))]


def test_different_national_ids_are_different_people(editor):
    editor.one("contacts.contact", last_name="A", national_code="0499370899", points=[mobile("09121234567")])
    editor.one("contacts.contact", last_name="A", national_code="0790419904", points=[mobile("09121234567")])


def test_a_company_is_told_by_name_or_legal_id(editor):
    first = editor.one("contacts.account", name="Sepehr", legal_id="10100000001")
    assert twins(editor, "contacts.account", name="SEPEHR") == [(first, ("Same name",))]
    assert twins(editor, "contacts.account", name="Else", legal_id="10100000001") == [
        (first, ("Same national legal ID",))
    ]
    editor.one("contacts.account", name="Sepehr", legal_id="10100000002")


def test_a_colleagues_record_is_told_with_its_owner(editor, desk, actor_as):
    other = actor_as("base.member", "contacts.editor", login="other@example.com", name="Sara")
    team = desk.one("base.team", name="Two")
    desk.update("base.team", team, members=[other.id])
    desk.as_(other).one("contacts.contact", last_name="Karimi", points=[mobile("09121234567")])
    with pytest.raises(DuplicatesFound) as found:
        editor.one("contacts.contact", last_name="K", points=[mobile("09121234567")])
    assert [(twin.id, twin.title, twin.ask) for twin in found.value.twins] == [(None, "", "Sara")]
