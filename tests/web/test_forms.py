"""Forms: written by a person without a script, read in their digits, calendar and unit, and nothing typed is lost."""

from __future__ import annotations

import base64
import io
from decimal import Decimal

import pytest

CONTACT = "/records/contacts.contact"
COMPANY = "/records/contacts.account"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP8zwAFTDAGAwATKQED8NgHhAAAAABJRU5ErkJggg=="
)
"""Six red points."""


def saved_number(answer):
    assert answer.status == 200, answer.page.problems
    return int(answer.path.rpartition("/")[2])


def test_a_record_is_written_and_shown(editor, kept):
    answer = editor.saves(
        f"{CONTACT}/new", {"first_name": "علي", "last_name": "كريمي", "notes": "سطر یک\nسطر دو"}
    )
    record = kept.get("contacts.contact", saved_number(answer))
    assert (record["first_name"], record["last_name"]) == ("علی", "کریمی")
    assert record["notes"] == "سطر یک\nسطر دو"
    assert answer.page.title.startswith("علی کریمی")
    assert answer.page.one("template", id="flash")["data-message"] == "Saved."


def test_saving_what_stands_there_changes_nothing(admin, kept):
    account = kept.add(
        "contacts.account",
        {"name": "Arya", "credit_limit": {"amount": "1250000", "currency": "IRR"}},
        actor=admin.actor,
    )[0]
    number = kept.add(
        "contacts.contact",
        {
            "first_name": "سارا",
            "last_name": "رضایی",
            "birth_date": "1990-05-01",
            "lifecycle": "customer",
            "notes": "\nyes",
            "points": [{"kind": "mobile", "value": "09121234567", "is_primary": True}],
            "companies": [{"account": account, "is_primary": True, "role": "x"}],
        },
        actor=admin.actor,
    )[0]
    for entity, one in (("contacts.contact", number), ("contacts.account", account)):
        for language in ("fa", "en"):
            before = kept.get(entity, one)
            assert admin.speaks(language).saves(f"/records/{entity}/{one}").status == 200
            after = kept.get(entity, one)
            assert {**after, "version": 0, "updated_at": 0, "updated_by": 0} == {
                **before,
                "version": 0,
                "updated_at": 0,
                "updated_by": 0,
            }


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("fa", "۱۴۰۵/۸/۲۲"),
        ("fa", "22-8-1405"),
        ("fa", "۲۲ آبان ۱۴۰۵"),
        ("en", "2026-11-13"),
        ("en", "Nov 13, 2026"),
    ],
)
def test_a_date_is_read_in_the_calendar_of_its_writer(editor, kept, language, typed):
    answer = editor.speaks(language).saves(f"{CONTACT}/new", {"last_name": "Karimi", "birth_date": typed})
    assert kept.get("contacts.contact", saved_number(answer))["birth_date"].isoformat() == "2026-11-13"


def test_a_date_that_is_none_is_refused_where_it_stands_and_kept(editor, kept):
    answer = editor.speaks("fa").saves(
        f"{CONTACT}/new",
        {"first_name": "سارا", "last_name": "رضایی", "birth_date": "۱۴۰۴/۱۲/۳۰", "notes": "یادداشت"},
    )
    assert answer.status == 422
    form = answer.page.form(id="record")
    assert (form["birth_date"], form["last_name"], form["notes"]) == ("۱۴۰۴/۱۲/۳۰", "رضایی", "یادداشت")
    field = answer.page.one("input", id="f-birth_date")
    assert field["aria-invalid"] == "true"
    assert answer.page.one(id=field["aria-describedby"].split()[-1]).text
    assert answer.page.one("a", href="#f-birth_date").inside("div")
    assert kept.find("contacts.contact") == []


def test_nothing_is_called_saved_beside_what_is_wrong_and_there_is_one_way_to_save(editor, kept):
    (number,) = kept.add("contacts.contact", {"last_name": "Karimi"}, actor=editor.actor)
    address = f"/records/contacts.contact/{number}"
    refused = editor.saves(address, {"birth_date": "nonsense"})
    assert refused.status == 422
    assert not refused.page.all("template", id="flash")
    assert refused.page.one("span", data_state="").text == ""
    opened = editor.opens(address)
    (save,) = (button for button in opened.page.all("button") if button.text == "Save")
    primary = [button.text for button in opened.page.all("button", cls="primary")]
    assert (save["form"], primary.count("Save"), primary.count("Post")) == ("record", 1, 0)


def test_all_that_is_wrong_is_told_at_once(admin):
    answer = admin.saves(
        f"{COMPANY}/new", {"name": "", "credit_limit": "a lot", "payment_terms_days": "soon"}
    )
    assert answer.status == 422
    assert {a["href"] for a in answer.page.one(cls="bad").all("a")} == {
        "#f-name",
        "#f-credit_limit",
        "#f-payment_terms_days",
    } or len(answer.page.one(cls="bad").all("a")) == 2
    assert answer.page.form(id="record")["credit_limit"] == "a lot"


@pytest.mark.parametrize(
    ("language", "typed", "rial"),
    [
        ("fa", "۱۲۵٬۰۰۰", "1250000"),
        ("fa", "125000", "1250000"),
        ("en", "1,250,000", "1250000"),
        ("fa", "۰", "0"),
    ],
)
def test_an_amount_is_read_in_the_unit_of_its_writer(admin, kept, language, typed, rial):
    answer = admin.speaks(language).saves(f"{COMPANY}/new", {"name": "Arya", "credit_limit": typed})
    assert kept.get("contacts.account", saved_number(answer))["credit_limit"].amount == Decimal(rial)
    assert answer.page.one(cls="unit").text in ("تومان", "Rial")


def test_a_reference_may_be_typed_by_title(editor, kept):
    kept.add("contacts.account", {"name": "هلدینگ آریا"}, actor=editor.actor)
    answer = editor.saves(f"{COMPANY}/new", {"name": "Child", "parent__text": "هلدينگ آريا"})
    assert kept.get("contacts.account", saved_number(answer))["parent"].title == "هلدینگ آریا"


@pytest.mark.parametrize("typed", ["Nobody Ltd.", "Twice"])
def test_a_title_that_nobody_or_two_have_is_refused_and_kept(editor, kept, typed):
    kept.add(
        "contacts.account",
        {"name": "Twice", "legal_id": "1"},
        {"name": "Twice", "legal_id": "2"},
        actor=editor.actor,
    )
    answer = editor.saves(f"{COMPANY}/new", {"name": "Child", "parent__text": typed})
    assert answer.status == 422
    assert answer.page.form(id="record")["parent__text"] == typed
    assert "parent" in answer.page.one(cls="bad").one("a")["href"]


def test_a_reference_is_taken_away_by_emptying_it(editor, kept):
    parent, child = kept.add("contacts.account", {"name": "Parent"}, {"name": "Child"}, actor=editor.actor)
    kept.change("contacts.account", child, {"parent": parent})
    editor.saves(f"{COMPANY}/{child}", {"parent__text": ""})
    assert kept.get("contacts.account", child)["parent"] is None


def test_links_are_added_by_title_and_removed(admin, kept):
    kept.add("base.tag", {"name": "VIP"}, {"name": "Fair"})
    number = saved_number(admin.saves(f"{COMPANY}/new", {"name": "Arya", "tags__text": "VIP"}))
    admin.saves(f"{COMPANY}/{number}", {"tags__text": "Fair"})
    assert [ref.title for ref in kept.get("contacts.account", number)["tags"]] == ["VIP", "Fair"]
    admin.saves(f"{COMPANY}/{number}", {"tags": None})
    assert kept.get("contacts.account", number)["tags"] == ()


def test_a_switch_is_turned_on_and_off(editor, kept):
    number = saved_number(editor.saves(f"{COMPANY}/new", {"name": "Arya", "do_not_contact": "1"}))
    assert kept.get("contacts.account", number)["do_not_contact"] is True
    editor.saves(f"{COMPANY}/{number}", {"do_not_contact": None})
    assert kept.get("contacts.account", number)["do_not_contact"] is False


def test_rows_are_added_changed_and_taken_away(editor, kept):
    number = saved_number(
        editor.saves(
            f"{CONTACT}/new",
            {"last_name": "Karimi", "points-0-kind": "mobile", "points-0-value": "۰۹۱۲ ۱۲۳ ۴۵۶۷"},
        )
    )
    assert [p["value"] for p in kept.get("contacts.contact", number)["points"]]
    editor.saves(
        f"{CONTACT}/{number}",
        {"points-0-value": "09351112233", "points-1-kind": "email", "points-1-value": "ali@example.com"},
    )
    points = kept.get("contacts.contact", number)["points"]
    assert {p["kind"] for p in points} == {"mobile", "email"}
    assert any("0935" in p["value"] or "+98935" in p["value"] for p in points)
    editor.saves(f"{CONTACT}/{number}", {"points-0-delete": "1"})
    assert len(kept.get("contacts.contact", number)["points"]) == 1


def test_a_mistake_in_a_row_is_told_in_the_row(editor):
    answer = editor.saves(
        f"{CONTACT}/new",
        {
            "last_name": "Karimi",
            "points-0-kind": "email",
            "points-0-value": "not an address",
            "points-0-label": "work",
        },
    )
    assert answer.status == 422
    form = answer.page.form(id="record")
    assert (form["points-0-value"], form["points-0-label"]) == ("not an address", "work")
    assert answer.page.one("input", name="points-0-value")["aria-invalid"] == "true"


@pytest.mark.covers("CD-54")
def test_two_people_at_one_record_are_told_of_each_other(editor, kept):
    number = kept.add("contacts.contact", {"last_name": "Karimi", "job_title": "Buyer"}, actor=editor.actor)[
        0
    ]
    opened = editor.opens(f"{CONTACT}/{number}")
    kept.change("contacts.contact", number, {"job_title": "Director"})
    answer = editor.submits(opened, opened.page.form(id="record"), {"job_title": "Manager"})
    assert answer.status == 412
    row = next(tr for tr in answer.page.one("table", cls="clash").all("tr") if "Job title" in tr.text)
    assert [td.text for td in row.all("td")] == ["Director", "Manager"]
    assert answer.page.form(id="record")["job_title"] == "Manager"
    assert kept.get("contacts.contact", number)["job_title"] == "Director"
    editor.submits(answer, answer.page.form(id="record"))
    assert kept.get("contacts.contact", number)["job_title"] == "Manager"


def test_computed_and_gathered_fields_are_read_only(editor, kept):
    number = kept.add("contacts.contact", {"last_name": "Karimi"}, actor=editor.actor)[0]
    opened = editor.opens(f"{CONTACT}/{number}")
    assert (
        not {"full_name", "email", "mobile", "account", "id", "created_at"}
        & opened.page.form(id="record").names()
    )
    editor.submits(
        opened,
        opened.page.form(id="record"),
        {
            "full_name": "Forged",
            "full_name__shown": "1",
            "created_by": "1",
            "created_by__shown": "1",
            "id": "999",
        },
    )
    assert kept.get("contacts.contact", number)["full_name"] == "Karimi"


def test_save_and_new_leads_to_an_empty_form(editor, kept):
    answer = editor.saves(f"{CONTACT}/new", {"last_name": "Karimi", "then": "new"})
    assert answer.path == f"{CONTACT}/new"
    assert answer.page.form(id="record")["last_name"] == ""
    assert len(kept.find("contacts.contact")) == 1


def test_a_file_is_put_into_a_record_kept_and_taken_out(editor, kept):
    photo = (io.BytesIO(PICTURE), "قرارداد.png")
    number = saved_number(editor.saves(f"{CONTACT}/new", {"last_name": "Karimi", "photo": photo}))
    page = editor.opens(f"{CONTACT}/{number}").page
    shown = page.one("img", cls="pic")
    assert shown["alt"] == "Karimi"
    assert editor.client.get(shown["src"]).mimetype == "image/webp"
    response = editor.client.get(shown["src"].rpartition("/")[0])
    assert response.data == PICTURE
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    editor.saves(f"{CONTACT}/{number}", {"job_title": "Buyer"})
    assert kept.get("contacts.contact", number)["photo"] is not None
    editor.saves(f"{CONTACT}/{number}", {"photo__remove": "1"})
    assert kept.get("contacts.contact", number)["photo"] is None


def test_a_file_of_somebody_else_cannot_be_put_into_ones_own_record(editor, person, kept):
    owner = person("base.member", "contacts.editor", login="owner@example.com", team="Support")
    photo = (io.BytesIO(PICTURE), "secret.png")
    theirs = saved_number(owner.saves(f"{CONTACT}/new", {"last_name": "Secret", "photo": photo}))
    file = kept.get("contacts.contact", theirs)["photo"].id
    assert editor.client.get(f"/files/{file}").status_code == 404
    answer = editor.saves(f"{CONTACT}/new", {"last_name": "Thief", "photo__kept": str(file)})
    assert answer.status == 422
    assert editor.client.get(f"/files/{file}").status_code == 404


def test_a_save_that_is_not_allowed_keeps_what_was_typed(person, kept):
    alone = person("base.member", "contacts.editor", login="alone@example.com")
    assert alone.saves(f"{CONTACT}/new", {"last_name": "Mine"}).status == 200
    other = person("base.member", login="other@example.com", name="Nima Rad")
    owner = {"owner": str(other.actor.id), "owner__text": "Nima Rad", "owner__was": "Nima Rad"}
    refused = alone.saves(f"{CONTACT}/new", {"last_name": "Typed with care", **owner})
    assert refused.status == 403
    assert "You may not create such a record" in refused.page.main.text
    assert refused.page.form(id="record")["last_name"] == "Typed with care"
    again = alone.submits(refused, refused.page.form(id="record"), {"owner": "", "owner__text": ""})
    assert again.status == 200
    assert [one["last_name"] for one in kept.find("contacts.contact", fields=["last_name"])] == [
        "Mine",
        "Typed with care",
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"version": "x"},
        {"version": "-1"},
        {"points__row": ["x", "-1", "99999999"]},
        {"tags": ["x", "1" * 30]},
        {"last_name": "x" * 10_000},
        {"last_name": "a\x00b"},
        {"birth_date": "٣٢"},
        {"lifecycle": "unknown"},
        {"points-0-id": "999", "points-0-value": "1"},
        {"national_code": "\u202e1"},
        {"then": "elsewhere"},
    ],
)
def test_a_form_with_nonsense_is_answered_and_never_a_crash(editor, kept, values):
    number = kept.add("contacts.contact", {"last_name": "Karimi"}, actor=editor.actor)[0]
    assert editor.saves(f"{CONTACT}/{number}", values).status in (200, 412, 422)


def test_an_upload_above_the_limit_is_told(editor, monkeypatch):
    monkeypatch.setitem(editor.client.application.config, "MAX_CONTENT_LENGTH", 20_000)
    answer = editor.saves(
        f"{CONTACT}/new", {"last_name": "Karimi", "photo": (io.BytesIO(b"x" * 50_000), "big.bin")}
    )
    assert answer.status == 413
