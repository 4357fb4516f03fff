"""Lists, forms and cards are arranged as a whole; what somebody cannot read stays where it was for those who can."""

from __future__ import annotations

import pytest

from core.errors import PayvandError
from core.studio import RoleStudio, Studio
from core.testing.site import actor_of, make_account
from core.views import form_sections, list_view
from tests.studio.test_arrangement import GRANTS, SYSTEM, THING

BENCH = {
    "views/list.yaml": """\
        view: kit.thing.list
        columns: [name, secret, size, code]
        filters:
          big: {label: Big, where: size > 3}
          hush: {label: Hush, where: "secret == 'x'"}
        """,
    "views/form.yaml": """\
        view: kit.thing.form
        sections:
          top: {label: Top, items: [name, secret, code]}
          rest: {label: Rest, items: [size]}
        """,
}


@pytest.fixture
def studio(house):
    return house.site.get(Studio)


@pytest.fixture
def ann(house):
    house.site.get(RoleStudio).add(SYSTEM, "x.arranger", {"label": {"en": "Arranger"}, "grants": GRANTS})
    make_account(house.site, "ann@example.com", ["x.arranger"])
    return actor_of(house.site, "ann@example.com")


def columns(house):
    entity = house.catalog.entity(THING)
    return list(list_view(house.catalog, entity, entity.fields).columns)


def form(house):
    entity = house.catalog.entity(THING)
    sections = form_sections(house.catalog, entity, entity.fields)
    return {section.name: [item.name for item in section.items] for section in sections}


def code(act):
    with pytest.raises(PayvandError) as found:
        act()
    error = found.value
    return error.problems[0].code if error.problems else error.reason


def test_a_list_that_nobody_wrote_gets_columns_an_order_and_a_title(house, studio, ann):
    before = columns(house)
    studio.change_view(ann, THING, "list", {"columns": ["size", "name"], "sort": ["-size"]}, why="Short")
    # Who arranges does not see the price: it stays, behind what it stood behind.
    assert columns(house) == ["size", "price", "name"]
    entity = house.catalog.entity(THING)
    assert list_view(house.catalog, entity, entity.fields).sort == ("-size",)
    studio.change_view(ann, THING, "list", {"columns": ["name", "email", "shelf.name", "size"]})
    assert columns(house) == ["name", "email", "size", "price"]
    placed = [
        item.name for item in house.catalog.views["kit.thing.list"].sections[0].items if not item.hidden
    ]
    assert placed == ["name", "email", "shelf.name", "size", "price"]
    studio.change_view(ann, THING, "list", {"columns": None, "sort": None})
    assert columns(house) == before
    assert not [d for d in studio.documents(SYSTEM) if d.name == "kit.thing.list"]


def test_what_an_administrator_hid_or_showed_out_of_sight_stays_so(house, studio, ann):
    studio.change_view(SYSTEM, THING, "list", {"columns": ["secret", "name", "code"]})
    studio.change_view(ann, THING, "list", {"columns": ["code", "name"]})
    assert columns(house) == ["secret", "code", "name"]
    studio.change_view(SYSTEM, THING, "list", {"columns": ["name", "code"]})
    studio.change_view(ann, THING, "list", {"columns": ["code", "name", "size"]})
    assert columns(house) == ["code", "name", "size"]
    studio.change_view(ann, THING, "list", {"columns": None})
    assert "price" not in columns(house), "the administrator hid it, and who put all back could not see it"
    studio.change_view(SYSTEM, THING, "list", {"columns": None})
    assert "price" in columns(house)


def test_a_form_gets_sections_of_its_own_and_keeps_what_must_be_filled_in(house, studio, ann):
    wanted = [
        {"name": "main", "label": {"en": "First"}, "items": ["code", "name"]},
        {"name": "x_more", "label": {"en": "Besides"}, "items": ["size"]},
    ]
    studio.change_view(ann, THING, "form", {"sections": wanted})
    # Price and secret are out of their sight: they stay behind what they stood behind, as far as that is left.
    assert form(house) == {"main": ["code", "name"], "x_more": ["size", "price", "secret"]}
    assert code(
        lambda: studio.change_view(ann, THING, "form", {"sections": [{"name": "main", "items": ["code"]}]})
    ) == ("required_field")
    studio.add_field(ann, THING, {"name": "x_new", "type": "text", "label": {"en": "New"}})
    assert "x_new" in form(house)["more"], "what is added later is shown at the end"
    studio.change_view(ann, THING, "form", {"sections": None})
    assert "x_more" not in form(house)


def test_only_what_is_arrangement_can_be_said_of_a_view(house, studio, ann):
    for body, reason in (
        ({"group_by": "state"}, "not_an_object"),
        ({"items": [{"add": "secret"}]}, "not_an_object"),
        ({"related": ["kit.thing.shelf"]}, "not_an_object"),
        ({"sections": [{"name": "main", "items": []}]}, "wrong_part"),
        ({"columns": ["name", "name"]}, "twice"),
        ({"columns": ["name", {"name": "secret"}]}, "wrong_type"),
        ({"columns": ["shelf.nothing"]}, "unknown_field"),
        ({"filters": {"mine": {"where": "true"}}}, "unknown_filter"),
        ([], "not_an_object"),
    ):
        assert code(lambda b=body: studio.change_view(ann, THING, "list", b)) == reason
    assert code(lambda: studio.change_view(ann, THING, "calendar", {"label": "C"})) == "unknown_view"
    bad = [{"name": "other", "label": {"en": "O"}, "items": []}]
    assert code(lambda: studio.change_view(ann, THING, "form", {"sections": bad})) == "bad_name"


def test_ready_filters_are_called_otherwise_and_left_out_where_all_they_ask_is_seen(house, studio, ann):
    house.write("bench", BENCH, requires='{core: ">=0.1,<1", kit: ">=1"}')
    house.install("bench")

    def offered():
        entity = house.catalog.entity(THING)
        return {f.name: f.label for f in list_view(house.catalog, entity, entity.fields).filters}

    assert offered() == {"big": "Big", "hush": "Hush"}
    studio.change_view(ann, THING, "list", {"filters": {"big": {"label": {"en": "Large"}}}})
    assert offered()["big"] == {"en": "Large"}
    studio.change_view(ann, THING, "list", {"filters": {"big": {"hidden": True}}})
    assert list(offered()) == ["hush"]
    hush = {"filters": {"hush": {"hidden": True}}}
    assert code(lambda: studio.change_view(ann, THING, "list", hush)) == "not_arrangement"
    studio.change_view(SYSTEM, THING, "list", hush)
    assert offered() == {}


def test_what_the_site_added_to_a_view_is_only_moved_once_a_module_adds_it_too(house, studio, ann):
    studio.change_view(ann, THING, "list", {"columns": ["name", "phone"]})
    files = {"views/list.yaml": "extends: kit.thing.list\nitems: [{add: phone, before: name}]\n"}
    house.write("bench", files, requires='{core: ">=0.1,<1", kit: ">=1"}')
    house.install("bench")
    assert columns(house) == ["name", "price", "phone"]
