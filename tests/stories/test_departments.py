"""One record, two departments: who may see it finds it everywhere, who may not finds it nowhere."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.modules

CONTACT = "contacts.contact"
RECORDS = f"/records/{CONTACT}"
NAME = "Zzyzx"


def ways(person, api, number: int) -> dict[str, bool]:
    """Return by which ways somebody comes to the record."""
    caller = api(person.actor)
    read = caller("GET", f"{RECORDS}/{number}")
    export = caller("GET", "/exports", query_string={"entity": CONTACT, "format": "csv"})
    assert export.status_code == 200, export.text
    page = person.opens(f"{RECORDS}/{number}")
    assert (read.status_code, page.status) in ((200, 200), (404, 404))
    return {
        "record over the API": NAME in read.text,
        "list over the API": NAME in caller("GET", RECORDS).text,
        "search over the API": NAME in caller("GET", "/search", query_string={"q": NAME}).text,
        "figures over the API": caller.get(f"{RECORDS}/aggregate", measures="count()")["items"][0]["count()"]
        == 1,
        "export": NAME in export.text,
        "page": NAME in page.page.text,
        "page of the list": NAME in person.opens(RECORDS).page.main.text,
        "page of the search": bool(person.opens(f"/search?q={NAME}").page.main.all("a")),
        "history": person.opens(f"{RECORDS}/{number}/history").status == 200,
    }


@pytest.mark.covers("CD-47")
def test_who_may_see_a_record_of_another_department_finds_it_and_who_may_not_does_not(person, api, kept):
    seller = person("base.member", "contacts.editor", login="anna@example.com", team="Sales")
    manager = person("base.member", "contacts.manager", login="ben@example.com", team="Support")
    helper = person("base.member", "contacts.editor", login="carl@example.com", team="Support")
    number = kept.add(CONTACT, {"last_name": NAME}, actor=seller.actor)[0]
    for permitted in (seller, manager):
        found = ways(permitted, api, number)
        assert found == dict.fromkeys(found, True)
    assert ways(helper, api, number) == dict.fromkeys(found, False)
