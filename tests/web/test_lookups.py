"""What scripts ask while somebody types: choices and the palette, as JSON, by the same rights."""

from __future__ import annotations


def test_choices_begin_with_what_was_typed(admin, kept):
    kept.add("contacts.account", {"name": "Arya"}, {"name": "Setareh"}, {"name": "آریا"})
    items = admin.client.get("/choices/contacts.account?q=ary").json["items"]
    assert [item["title"] for item in items] == ["Arya"]
    assert len(admin.client.get("/choices/contacts.account?q=").json["items"]) == 3


def test_choices_of_several_entities_say_which(admin, kept):
    kept.add("contacts.account", {"name": "Arya"})
    kept.add("contacts.contact", {"last_name": "Arya"})
    items = admin.client.get("/choices/contacts.account,contacts.contact?q=arya").json["items"]
    assert {(item["entity"], item["hint"]) for item in items} == {
        ("contacts.account", "Company"),
        ("contacts.contact", "Contact"),
    }


def test_the_palette_finds_records_in_any_spelling(admin, kept):
    number = kept.add("contacts.contact", {"first_name": "علی", "last_name": "کریمی"})[0]
    response = admin.client.get(
        "/search", query_string={"q": "علي كريمي"}, headers={"Accept": "application/json"}
    )
    assert [item["url"] for item in response.json["items"]] == [f"/records/contacts.contact/{number}"]


def test_the_search_page_shows_the_same_as_links(admin, kept):
    number = kept.add("contacts.contact", {"first_name": "علی", "last_name": "کریمی"})[0]
    answer = admin.opens("/search?q=کریمی")
    assert [a["href"] for a in answer.page.one("ul", cls="hits").all("a")] == [
        f"/records/contacts.contact/{number}"
    ]


def test_a_visitor_gets_nothing(visitor):
    for path in ("/choices/contacts.account", "/files/1"):
        assert visitor.client.get(path).status_code in (303, 401)
