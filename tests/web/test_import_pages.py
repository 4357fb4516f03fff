"""The import wizard without a script: a file of another program is known, checked, imported, and taken back as a whole."""

from __future__ import annotations

import io

import pytest

from core.app.work import work
from modules.contacts.tests import shapes
from tests.web.page import Form

PEOPLE = "/records/contacts.contact"

GOOGLE = shapes.text_file(
    shapes.GOOGLE_NEW,
    {
        "First Name": "Ada",
        "Last Name": "Stone",
        "Organization Name": "Acme",
        "Phone 1 - Label": "Mobile",
        "Phone 1 - Value": "09121234567 ::: 09351112233",
    },
    {"First Name": "Bo", "Last Name": "Reed", "E-mail 1 - Value": "bo@example.com"},
)


@pytest.fixture
def run_jobs(site):
    return lambda: work(site, wait=False)


def uploads(person, content, name="contacts.csv"):
    """Step 1: the file; return the page of the columns."""
    opened = person.opens(f"{PEOPLE}/import")
    token = opened.page.main.one("form").one("input", name="csrf")["value"]
    data = content.encode() if isinstance(content, str) else content
    return person.sends(f"{PEOPLE}/import", {"csrf": token, "file": (io.BytesIO(data), name)})


def counts(answer):
    cards = answer.page.main.one("dl", cls="counts").all("div")
    return {c.one("dt").text: int(c.one("dd").text) for c in cards if c.one("dd").text != "0"}


def goes_on(person, answer, run_jobs):
    """Press the button of the step, let the worker work, and look."""
    forms = answer.page.main.all("form", method="post")
    forms = [f for f in forms if "primary" in f.one("button").get("class")]
    sent = person.submits(answer, Form(forms[0]))
    run_jobs()
    return person.opens(sent.path)


def test_a_file_of_google_is_known_imported_and_taken_back(admin, kept, run_jobs):
    columns = uploads(admin, GOOGLE)
    assert "This file comes from Google Contacts" in columns.page.main.text
    form = Form(columns.page.main.one("form", method="post"))
    assert form["create_missing"] == "1"
    assert {form["c0"], form["c1"], form["c7"]} == {"salutation", "first_name", "mobile"}
    checked = goes_on(admin, columns, run_jobs)
    assert counts(checked) == {"created": 2}
    assert kept.find("contacts.contact") == []
    done = goes_on(admin, checked, run_jobs)
    assert counts(done) == {"created": 2}
    first = admin.opens(f"{PEOPLE}/import")
    (link,) = first.page.main.one("section").all("a")
    back = admin.opens(link["href"])
    undo = back.page.form_to(f"{PEOPLE}/import/undo/{back.path.rpartition('/')[2]}")
    kept.change("contacts.contact", kept.find("contacts.contact")[0]["id"], {"notes": "Called"})
    waiting = admin.submits(back, undo)
    assert "The import is being taken back" in waiting.page.main.text
    run_jobs()
    taken = admin.opens(waiting.path)
    assert counts(taken) == {"in the trash": 1, "kept": 2}
    assert "It was changed since." in taken.page.main.text
    assert [p["full_name"] for p in kept.find("contacts.contact", "", ("full_name",))] == ["Ada Stone"]
    again = admin.opens(back.path)
    assert "Take the import back" not in again.page.main.text


def test_what_cannot_be_taken_is_mended_where_it_is_told(admin, kept, run_jobs):
    sheet = "Last name,Birth date,Company\nStone,1990-13-40,Acme\nReed,1990-13-40,\nHill,,Nowhere\n"
    kept.add("contacts.account", {"name": "Acme"})
    checked = goes_on(admin, uploads(admin, sheet), run_jobs)
    assert counts(checked) == {"with errors": 3}
    form = checked.page.form(aria_label="Mend here")
    told = [row[0] for row in form.filled({}).items(multi=True) if row[0] == "old"]
    assert len(told) == 2
    values = form.filled({})
    values.setlist("new", ["1990-05-06", ""])
    again = admin.sends(form.action, values)
    run_jobs()
    mended = admin.opens(again.path)
    assert counts(mended) == {"created": 3}
    done = goes_on(admin, mended, run_jobs)
    assert counts(done) == {"created": 3}
    people = kept.find("contacts.contact", "", ("last_name", "birth_date"))
    assert [(p["last_name"], str(p["birth_date"])) for p in people] == [
        ("Stone", "1990-05-06"),
        ("Reed", "1990-05-06"),
        ("Hill", "None"),
    ]


def test_cards_are_uploaded_and_a_list_is_taken_along_as_cards(admin, kept, run_jobs):
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Stone;Ada;;;\r\nTEL;TYPE=CELL:09121234567\r\nEND:VCARD\r\n"
    columns = uploads(admin, card, "people.vcf")
    assert "This file comes from vCard" in columns.page.main.text
    goes_on(admin, goes_on(admin, columns, run_jobs), run_jobs)
    listed = admin.opens(PEOPLE)
    link, fourth = [a for a in listed.page.all("a") if ".vcf" in a.get("href")]
    assert (link.text, fourth.text) == ("Export as vCard", "Export as vCard 4.0")
    later = admin.opens(fourth["href"]).response
    assert ".vcf" in later.headers["Content-Disposition"]
    assert "VERSION:4.0" in later.text
    answer = admin.opens(link["href"])
    assert answer.response.mimetype == "text/vcard"
    assert "TEL;TYPE=CELL,PREF:09121234567\r\n" in answer.response.text
    assert ".vcf" not in admin.opens("/records/contacts.account").page.html


def test_the_first_step_names_the_kinds_of_files_that_it_takes(admin):
    people = admin.opens(f"{PEOPLE}/import").page.main
    assert ", vCard" in people.all("label")[0].text
    assert people.one("input", id="file")["accept"].startswith(".vcf,.xlsx,.csv")
    companies = admin.opens("/records/contacts.account/import").page.main
    assert companies.one("input", id="file")["accept"].startswith(".xlsx,.csv")


def test_what_cannot_be_read_is_told_where_it_was_chosen(admin):
    answer = uploads(admin, b"PK\x03\x04 nothing more", "people.xlsx")
    assert answer.status == 422
    assert "damaged" in answer.page.main.one("div", role="alert").text
