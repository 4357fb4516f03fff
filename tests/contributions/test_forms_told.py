"""What a form is handed to tell by itself: conditions and computed fields, of which the reader may read everything."""

from __future__ import annotations

import json

import pytest

BOX = "handy.box"


@pytest.fixture
def told():
    """Return what a page hands out; nothing where it hands out nothing."""

    def read(answer):
        found = answer.page.all("ui-look")
        return json.loads(found[0]["data-told"]) if found else {}

    return read


@pytest.fixture
def box(kept, keeper):
    return lambda name="Box", **values: kept.add(BOX, {"name": name, **values}, actor=keeper.actor)[0]


COLD = {
    "version": 1,
    "kind": "boolean",
    "term": ["==", ["field", "choice", "kind"], ["value", "choice", "cold"]],
}
AREA = {
    "version": 1,
    "kind": "number",
    "term": ["*", ["field", "number", "wide"], ["field", "number", "high"]],
}


def test_conditions_and_computed_fields_come_with_the_values_that_they_read(keeper, told, box):
    found = told(keeper.opens(f"/records/{BOX}/{box(wide=4)}"))
    assert (found["visible"], found["required"]) == ({"degrees": COLD}, {"degrees": COLD})
    assert found["computed"] == [{"name": "area", "tree": AREA, "show": "number"}]
    assert found["fields"] == {
        "high": {"type": "integer", "value": None},
        "kind": {"type": "choice", "value": "plain"},
        "wide": {"type": "integer", "value": "4"},
    }
    written = {"zero": "0", "decimal": ".", "group": ",", "minus": "-"}
    assert found["marks"] == {**written, "percent": "%", "before": ""}
    assert "old" not in found, "no condition here looks at the record before the change"


def test_a_new_record_begins_with_its_defaults(keeper, told):
    assert told(keeper.opens(f"/records/{BOX}/new"))["fields"]["kind"]["value"] == "plain"


def test_what_was_refused_comes_without_a_value_and_what_was_read_with_it(keeper, told, box):
    answer = keeper.saves(f"/records/{BOX}/{box(wide=4)}", {"wide": "many", "high": "5"})
    assert answer.status == 422
    fields = told(answer)["fields"]
    assert (fields["high"]["value"], fields["wide"]) == ("5", {"type": "integer"})


def test_what_the_reader_may_not_read_never_leaves_the_server(person, kept, told):
    packer = person("handy.packer", login="packer@example.com")
    number = kept.add(
        BOX, {"name": "Box", "kind": "cold", "degrees": 3, "wide": 4, "keeper": packer.actor.id}
    )[0]
    answer = packer.opens(f"/records/{BOX}/{number}")
    found = told(answer)
    assert [one["name"] for one in found["computed"]] == ["area"]
    assert (found["visible"], found["required"]) == ({}, {})
    assert set(found["fields"]) == {"wide", "high"}
    assert "cold" not in answer.page.html


def test_whoever_cannot_save_is_handed_nothing(person, kept, told):
    who = person("handy.reader", login="reader@example.com")
    number = kept.add(BOX, {"name": "Box"})[0]
    assert told(who.opens(f"/records/{BOX}/{number}")) == {}
