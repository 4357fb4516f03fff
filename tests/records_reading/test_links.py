"""What filters on links cost."""

from __future__ import annotations

from core.records.query import Query
from tests.access.kit import grant, person
from tests.records_reading.test_statements import counting


def test_what_is_linked_is_looked_up_once_and_not_for_each_record(desk):
    """As one of several alternatives it must not keep the indexes of the others from being used."""
    roles = {"kit.tester": [grant(), grant("kit.person", when="name != 'hidden'")]}
    known, hidden = desk.insert("kit.person", {"name": "Bea"}, {"name": "hidden"})
    first, second, third = desk.insert(
        "kit.item", {"name": "linked"}, {"name": "linked to both"}, {"name": "size", "size": 77}
    )
    desk.link("kit.item", "friends", (first, known), (second, known), (second, hidden))
    catalog, actor = desk.catalog(roles), person(1, "kit.tester")

    def found(text):
        with counting(desk) as reader:
            page = desk.reading.find(actor, "kit.item", Query(filter=text), catalog=catalog, reader=reader)
            assert "exists" not in reader.asked[0][0].lower()
        return {item["id"] for item in page.items}

    assert found(f"size == 77 or {known} in friends") == {first, second, third}
    assert found(f"size == 77 or {hidden} in friends") == {third}
    assert found(f"size == 77 and not ({known} in friends)") == {third}
    desk.run(f"UPDATE kit_person SET deleted_at = now() WHERE id = {known}")
    assert found(f"{known} in friends") == set()


def test_links_that_are_hidden_read_as_empty_in_filters_that_deny(desk):
    """A condition that is unknown must not tell what it hides."""
    roles = {
        "kit.tester": [
            grant(read=["name", "size", "shelf"]),
            grant(when="size > 10"),
            grant("kit.person"),
            grant("kit.shelf"),
        ]
    }
    actor = person(1, "kit.tester")
    (bea,) = desk.insert("kit.person", {"name": "Bea"})
    linked, plain = desk.insert("kit.item", {"name": "linked"}, {"name": "plain"})
    desk.link("kit.item", "friends", (linked, bea))
    assert {linked, plain} <= set(desk.ids(actor, roles, filter=f"not ({bea} in friends)"))
    assert desk.ids(actor, roles, filter=f"{bea} in friends") == []


def test_links_of_a_reference_that_is_empty_hold_nobody(desk):
    roles = {"kit.tester": [grant(), grant("kit.person"), grant("kit.shelf")]}
    actor = person(1, "kit.tester")
    (bea,) = desk.insert("kit.person", {"name": "Bea"})
    (shelf,) = desk.insert("kit.shelf", {"name": "S"})
    desk.link("kit.shelf", "helpers", (shelf, bea))
    on, off = desk.insert("kit.item", {"name": "on", "shelf": shelf}, {"name": "off"})
    denied = desk.ids(actor, roles, filter=f"not ({bea} in shelf.helpers)")
    assert off in denied
    assert on not in denied
    assert desk.ids(actor, roles, filter=f"{bea} in shelf.helpers") == [on]
