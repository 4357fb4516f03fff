"""Deleting has a way back, and history tells what happened by the names of today."""

from __future__ import annotations

LIST = "/records/contacts.contact"


def delete(person, *numbers):
    opened = person.opens(LIST)
    form = opened.page.form(id="rows").filled({"id": [str(number) for number in numbers]})
    return person.sends(f"{LIST}/delete", form)


def test_what_is_deleted_can_be_taken_back_at_once(admin, kept):
    numbers = kept.add(
        "contacts.contact", {"last_name": "Karimi"}, {"last_name": "Nouri"}, {"last_name": "Stays"}
    )
    answer = delete(admin, *numbers[:2])
    assert [row[0] for row in answer.page.rows()] == ["Stays"]
    assert answer.page.one("template", id="flash")["data-message"] == "2 records are in the trash."
    back = admin.submits(answer, answer.page.form(id="undo"))
    assert len(back.page.rows()) == 3


def test_the_message_and_its_undo_are_shown_once(admin, kept):
    kept.add("contacts.contact", {"last_name": "Stays"})
    delete(admin, *kept.add("contacts.contact", {"last_name": "Karimi"}))
    assert not admin.opens(LIST).page.all("form", id="undo")


def test_the_trash_shows_what_was_deleted_and_gives_it_back(admin, kept):
    kept.add("contacts.contact", {"last_name": "Stays"})
    number = kept.add("contacts.contact", {"last_name": "Karimi"})[0]
    delete(admin, number)
    trash = admin.opens(f"{LIST}?trash=1")
    assert [row[0] for row in trash.page.rows()] == ["Karimi"]
    record = admin.opens(f"{LIST}/{number}")
    assert "This record is in the trash." in record.page.text
    admin.submits(record, record.page.form_to(f"{LIST}/restore"))
    assert kept.get("contacts.contact", number)["last_name"] == "Karimi"


def test_nothing_chosen_deletes_nothing(admin, kept):
    kept.add("contacts.contact", {"last_name": "Karimi"})
    assert len(delete(admin).page.rows()) == 1


def test_history_tells_who_changed_what_with_titles_of_records(admin, kept):
    first, second = kept.add("contacts.account", {"name": "First parent"}, {"name": "Second parent"})
    child = kept.add("contacts.account", {"name": "Child", "parent": first, "payment_terms_days": 15})[0]
    admin.saves(
        f"/records/contacts.account/{child}", {"parent__text": "Second parent", "payment_terms_days": "30"}
    )
    kept.change("contacts.account", second, {"name": "Renamed parent"})
    page = admin.opens(f"/records/contacts.account/{child}/history").page
    newest = page.all("li", cls="te")[0].text
    assert "Mina Karimi" in newest
    assert "First parent" in newest
    assert "Renamed parent" in newest
    assert "15" in newest


def test_history_reads_in_the_readers_calendar_and_digits(admin, kept):
    number = kept.add("contacts.contact", {"last_name": "رضایی", "birth_date": "1990-05-01"})[0]
    admin.speaks("fa").saves(f"{LIST}/{number}", {"birth_date": "۱۳۶۹/۲/۱۲"})
    assert "۱۱ اردیبهشت ۱۳۶۹" in admin.opens(f"{LIST}/{number}/history").page.text


def entries(person, path):
    return [" ".join(line.text.split()) for line in person.opens(path).page.all("li", cls="te")]


def test_the_history_of_a_record_tells_of_the_lines_of_its_lists(admin, kept):
    number = kept.add("contacts.contact", {"last_name": "Karimi", "points": [{"value": "09120000000"}]})[0]
    admin.saves(f"{LIST}/{number}", {"points-0-value": "09350000000"})
    kept.change("contacts.contact", number, {"points": []})
    deleted, changed, main, added, created = entries(admin, f"{LIST}/{number}/history")
    assert "put in the trash, out of Ways to reach them: 09350000000" in deleted
    assert "changed in Ways to reach them: 09350000000" in changed
    assert "Value: 09120000000 09350000000" in changed
    assert "created this record" in created
    assert "Main: No Yes" in main
    assert "added to Ways to reach them: 09120000000" in added
    assert any("changed in Ways to reach them" in line for line in entries(admin, f"{LIST}/{number}"))


def test_a_line_without_a_title_is_called_by_the_record_it_leads_to(admin, kept):
    account = kept.add("contacts.account", {"name": "Acme"})[0]
    number = kept.add("contacts.contact", {"last_name": "Karimi", "companies": [{"account": account}]})[0]
    assert any("added to Companies: Acme" in line for line in entries(admin, f"{LIST}/{number}/history"))


def test_lines_in_the_history_read_in_persian(admin, kept):
    street, point = {"street": "آزادی"}, {"kind": "mobile", "value": "09120000000"}
    number = kept.add("contacts.contact", {"last_name": "رضایی", "addresses": [street], "points": [point]})[0]
    kept.change("contacts.contact", number, {"addresses": []})
    history = entries(admin.speaks("fa"), f"{LIST}/{number}/history")
    assert "از نشانی‌ها به سطل زباله برد: آزادی" in history[0]
    assert any("به نشانی‌ها افزود: آزادی" in line for line in history)
    assert any("اصلی: خیر بله" in line for line in history)


def test_a_line_that_came_from_another_record_is_told_as_added(admin, kept):
    first, second = kept.add(
        "contacts.contact",
        {"last_name": "Karimi", "points": [{"kind": "telegram", "value": "@sara"}]},
        {"last_name": "Nouri"},
    )
    point = kept.get("contacts.contact", first)["points"][0]["id"]
    kept.change("contacts.contact_point", point, {"owner": {"entity": "contacts.contact", "id": second}})
    history = entries(admin, f"{LIST}/{second}/history")
    assert any("added to Ways to reach them: @sara" in line for line in history)
    assert not any("@sara" in line for line in entries(admin, f"{LIST}/{first}/history"))


def test_long_histories_have_pages(admin, kept):
    number = kept.add("contacts.contact", {"last_name": "Karimi"})[0]
    for turn in range(55):
        kept.change("contacts.contact", number, {"job_title": f"Title {turn}"})
    first = admin.opens(f"{LIST}/{number}/history")
    older = next(a["href"] for a in first.page.main.all("a") if "before=" in a["href"])
    second = admin.opens(older)
    assert (len(first.page.all("li", cls="te")), len(second.page.all("li", cls="te"))) == (50, 6)


def test_a_long_text_shows_its_first_lines_until_it_is_opened(admin, kept):
    number = kept.add("contacts.account", {"name": "Child", "notes": "short"})[0]
    kept.change("contacts.account", number, {"notes": "A long word. " * 100})
    for path in (f"/records/contacts.account/{number}/history", f"/records/contacts.account/{number}"):
        page = admin.opens(path).page
        (told,) = page.all("details", cls="whole")
        assert told.text.count("A long word.") == 100
        assert "short" not in told.text
