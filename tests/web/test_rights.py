"""Nobody sees in any page what is not theirs to see: records, fields, entities, tools."""

from __future__ import annotations

import pytest

SECRET = "Zzyzx the unseen"


@pytest.fixture
def theirs(person, kept):
    other = person("base.member", "contacts.editor", login="rep3@example.com", team="Support")
    account = kept.add("contacts.account", {"name": SECRET}, actor=other.actor)[0]
    contact = kept.add("contacts.contact", {"last_name": SECRET}, actor=other.actor)[0]
    return {"contacts.account": account, "contacts.contact": contact}


def test_records_of_another_team_are_nowhere(editor, theirs, kept):
    kept.add("contacts.contact", {"last_name": "Mine"}, actor=editor.actor)
    pages = [
        "/records/contacts.account",
        "/records/contacts.contact",
        "/records/contacts.contact?q=zzyzx",
        "/search?q=zzyzx",
        "/choices/contacts.account?q=zzyzx",
        "/records/contacts.account/new",
        "/records/contacts.contact?f=last_name~has~Zzyz",
    ]
    pages += [
        f"/records/{entity}/{number}{end}" for entity, number in theirs.items() for end in ("", "/history")
    ]
    for path in pages:
        response = editor.client.get(path)
        assert SECRET not in response.text, path
        assert response.status_code in (200, 404), path


def test_a_record_of_another_team_reads_like_one_that_does_not_exist(editor, theirs):
    number = theirs["contacts.contact"]
    hidden = editor.opens(f"/records/contacts.contact/{number}")
    missing = editor.opens("/records/contacts.contact/987654")
    assert (hidden.status, missing.status) == (404, 404)
    assert hidden.page.main.text == missing.page.main.text


def test_a_record_of_another_team_cannot_be_written_or_deleted(editor, theirs, kept):
    number = theirs["contacts.contact"]
    csrf = editor.opens("/preferences").page.form(cls="fbody")["csrf"]
    for path, data in (
        (
            f"/records/contacts.contact/{number}",
            {"last_name": "Mine", "last_name__shown": "1", "version": "1"},
        ),
        ("/records/contacts.contact/delete", {"id": str(number)}),
    ):
        assert editor.sends(path, {"csrf": csrf, **data}).status in (403, 404)
    assert kept.get("contacts.contact", number)["last_name"] == SECRET


def test_a_reference_of_another_team_cannot_be_guessed_by_title(editor, theirs):
    answer = editor.saves("/records/contacts.account/new", {"name": "Child", "parent__text": SECRET})
    assert answer.status == 422
    assert "was not found" in answer.page.one(cls="bad").text


def test_fields_that_one_may_not_read_are_in_no_page(editor, admin, kept):
    kept.change("base.user", admin.actor.id, {"time_zone": "Pacific/Chatham"})
    kept.change("base.user", editor.actor.id, {"time_zone": "Asia/Tehran"})
    listed = "/records/base.user?cols=name,time_zone"
    for path in (
        f"/records/base.user/{admin.actor.id}",
        f"/records/base.user/{admin.actor.id}/history",
        listed,
    ):
        page = editor.opens(path).page
        assert "Mina Karimi" in page.html or path.endswith("history"), path
        assert "Pacific/Chatham" not in page.html, path
    assert "Asia/Tehran" in editor.opens(listed).page.html
    assert "Pacific/Chatham" in admin.opens(listed).page.html


@pytest.mark.parametrize(
    "path",
    [
        "/records/core.account",
        "/records/contacts.secret",
        "/records/x",
        "/records/contacts.secret/new",
        "/choices/contacts.secret",
        "/records/contacts.secret/import",
    ],
)
def test_an_entity_that_is_not_there_is_not_found_in_the_shell(editor, path):
    answer = editor.opens(path)
    assert answer.status == 404
    assert answer.page.all("aside") or answer.response.mimetype != "text/html"


@pytest.mark.parametrize("path", ["/modules", "/fields", "/fields/contacts.contact", "/entities/new"])
def test_the_tools_of_administrators_are_for_them_alone(editor, path):
    answer = editor.opens(path)
    assert answer.status == 403
    assert "administrator" in answer.page.main.text
    assert not answer.page.all("a", href=path)


def test_a_reader_gets_no_buttons_to_write(person, kept):
    reader = person("base.member", "contacts.reader", login="reader@example.com", team="Sales")
    number = kept.add(
        "contacts.contact",
        {"last_name": "Karimi"},
        actor=person("base.member", "contacts.editor", login="writer@example.com", team="Sales").actor,
    )[0]
    page = reader.opens("/records/contacts.contact").page
    assert "Karimi" in page.text
    assert not page.all("a", href="/records/contacts.contact/new")
    assert not page.all("a", href="/records/contacts.contact/import")
    record = reader.opens(f"/records/contacts.contact/{number}").page
    assert not record.all("input", name="last_name")
    assert not record.all("button", form="record")
    assert reader.opens("/records/contacts.contact/new").status == 403


def test_somebody_without_any_role_is_told_whom_to_ask(person):
    answer = person(login="new@example.com").opens("/")
    assert answer.status == 200
    assert "administrator" in answer.page.text


def test_a_field_hidden_on_one_record_is_not_on_its_form(editor, admin):
    assert "time_zone" in editor.opens(f"/records/base.user/{editor.actor.id}").page.form(cls="fbody").names()
    assert "time_zone" not in editor.opens(f"/records/base.user/{admin.actor.id}").page.html
