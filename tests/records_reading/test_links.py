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
