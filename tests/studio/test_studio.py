"""An administrator changes definitions while everybody works: at once, reversibly, and with a reason for every refusal."""

from __future__ import annotations

import pytest

from core.errors import (
    AccessDenied,
    BadRequest,
    Conflict,
    MetadataInvalid,
    NotFound,
    PayvandError,
    ValidationFailed,
)
from core.kernel.actor import Actor
from core.records.history_reading import HistoryReading
from core.records.query import Query
from core.records.reading import Reading
from core.studio import Studio
from core.testing.site import actor_of, close_site, make_account

SYSTEM = Actor(elevated="a test")
ALLERGY = {"name": "x_allergy", "type": "text", "label": {"en": "Allergy", "fa": "حساسیت"}, "search": True}


@pytest.fixture
def studio(house):
    return house.site.get(Studio)


def test_a_field_is_there_for_writing_reading_filtering_sorting_and_searching_at_once(house, studio):
    house.create("kit.thing", {"name": "Old"})
    spec = studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    assert (spec.name, spec.owner, spec.label["fa"]) == ("x_allergy", "site", "حساسیت")
    house.create(
        "kit.thing", {"name": "Anna", "x_allergy": "پنی‌سیلین"}, {"name": "Ben", "x_allergy": "Aspirin"}
    )
    assert house.column("kit.thing", "x_allergy") == [None, "پنی‌سیلین", "Aspirin"]
    assert house.column("kit.thing", "name", filter="x_allergy == 'Aspirin'") == ["Ben"]
    assert [t["name"] for t in house.find("kit.thing", "name", sort=("-x_allergy",))] == [
        "Anna",
        "Ben",
        "Old",
    ]
    assert house.column("kit.thing", "name", search="پني سيلين") == ["Anna"]
    entries = house.site.get(HistoryReading).history(SYSTEM, "kit.thing", 2, catalog=house.catalog)
    assert entries[0].changes["x_allergy"] == (None, "پنی‌سیلین")


def test_the_other_process_has_it_with_its_next_request(house, studio):
    other = house.open()
    try:
        for number in range(20):
            name = f"x_f{number}"
            studio.add_field(SYSTEM, "kit.shelf", {"name": name, "type": "integer", "label": {"en": name}})
            house.create("kit.shelf", {"name": name, name: number}, site=other)
            assert house.find("kit.shelf", name, site=other, filter=f"{name} == {number}")[0][name] == number
    finally:
        close_site(other)


def test_it_shows_in_lists_and_forms_without_a_word(house, studio):
    studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    form = house.catalog.views.get("kit.thing.form")
    assert form is None or any(
        item.name == "x_allergy" for section in form.sections for item in section.items
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "not_an_object"),
        ({"type": "text"}, "bad_name"),
        ({"name": "allergy", "type": "text", "label": {"en": "A"}}, "bad_name"),
        ({"name": "x_Allergy", "type": "text", "label": {"en": "A"}}, "bad_name"),
        ({"name": "x_" + "a" * 60, "type": "text", "label": {"en": "A"}}, "bad_name"),
        ({"name": "x_a; DROP TABLE kit_thing", "type": "text"}, "bad_name"),
        ({"name": "x_a", "label": {"en": "A"}}, None),
        ({"name": "x_a", "type": "txet", "label": {"en": "A"}}, "unknown_type"),
        ({"name": "x_a", "type": "text", "label": {"en": "A"}, "colour": "red"}, "unknown_option"),
        ({"name": "x_a", "type": "text", "label": 5}, "wrong_type"),
        ({"name": "x_a", "type": "reference", "to": "kit.nothing", "label": {"en": "A"}}, None),
        ({"name": "x_a", "type": "integer", "computed": "name + 1", "label": {"en": "A"}}, None),
        ({"name": "x_a", "type": "choice", "choices": {}, "label": {"en": "A"}}, None),
        ({"name": "x_a", "type": "text", "label": {"en": "A"}, "default": 7}, None),
    ],
)
def test_a_body_that_cannot_be_a_field_is_refused_with_the_reason(house, studio, body, code):
    before = house.catalog.version
    with pytest.raises((ValidationFailed, MetadataInvalid)) as refused:
        studio.add_field(SYSTEM, "kit.thing", body)
    assert refused.value.problems
    assert code is None or code in {p.code for p in refused.value.problems}
    assert house.catalog.version == before


def test_a_name_that_is_taken_is_refused(studio):
    studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    with pytest.raises(Conflict) as refused:
        studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    assert refused.value.reason == "taken"


def test_only_administrators_customize(house, studio):
    make_account(house.site, "keeper@example.com", ["kit.keeper"])
    make_account(house.site, "chief@example.com", ["kit.chief"])
    keeper, chief = actor_of(house.site, "keeper@example.com"), actor_of(house.site, "chief@example.com")
    for act in (
        lambda: studio.add_field(keeper, "kit.thing", ALLERGY),
        lambda: studio.add_entity(keeper, {}),
        lambda: studio.change_field(keeper, "kit.thing", "size", {}),
        lambda: studio.remove_field(keeper, "kit.thing", "size"),
        lambda: studio.remove_entity(keeper, "kit.thing"),
        lambda: studio.documents(keeper),
    ):
        with pytest.raises(AccessDenied):
            act()
    studio.add_field(chief, "kit.thing", ALLERGY)
    assert house.scalar("SELECT set_by FROM core_document WHERE owner = 'site'") == chief.id


def test_labels_choices_and_limits_change_freely_the_type_stays(house, studio):
    studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    house.create("kit.thing", {"name": "Anna", "x_allergy": "Nuts"})
    spec = studio.change_field(
        SYSTEM, "kit.thing", "x_allergy", {"label": {"en": "Allergies"}, "max_length": 10}
    )
    assert (spec.label["en"], spec.options["max_length"], spec.search) == ("Allergies", 10, True)
    assert house.column("kit.thing", "x_allergy") == ["Nuts"]
    with pytest.raises(Conflict) as refused:
        studio.change_field(SYSTEM, "kit.thing", "x_allergy", {"type": "integer"})
    assert refused.value.reason == "type_stays"
    with pytest.raises(BadRequest):
        studio.change_field(SYSTEM, "kit.thing", "x_nothing", {"label": {"en": "N"}})


def test_values_that_stand_twice_keep_a_field_from_becoming_unique(house, studio):
    studio.add_field(SYSTEM, "kit.thing", {"name": "x_no", "type": "text", "label": {"en": "No"}})
    house.create("kit.thing", {"name": "A", "x_no": "1"}, {"name": "B", "x_no": "1"})
    with pytest.raises(PayvandError) as refused:
        studio.change_field(SYSTEM, "kit.thing", "x_no", {"unique": True})
    assert refused.value.status in (409, 422)
    assert not house.catalog.field("kit.thing", "x_no").unique


def test_a_removed_field_is_gone_everywhere_and_comes_back_with_its_values(house, studio):
    studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    house.create("kit.thing", {"name": "Anna", "x_allergy": "Nuts"})
    studio.remove_field(SYSTEM, "kit.thing", "x_allergy")
    with pytest.raises(PayvandError):
        house.find("kit.thing", "x_allergy")
    house.create("kit.thing", {"name": "Ben"})
    assert studio.removed_fields(SYSTEM, "kit.thing") == ("x_allergy",)
    spec = studio.restore_field(SYSTEM, "kit.thing", "x_allergy")
    assert (spec.label["fa"], spec.search) == ("حساسیت", True)
    assert house.column("kit.thing", "x_allergy") == ["Nuts", None]
    assert studio.removed_fields(SYSTEM, "kit.thing") == ()
    with pytest.raises(NotFound):
        studio.restore_field(SYSTEM, "kit.thing", "x_allergy")


def test_a_name_can_be_used_again_for_another_type(house, studio):
    studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    house.create("kit.thing", {"name": "Anna", "x_allergy": "Nuts"})
    studio.remove_field(SYSTEM, "kit.thing", "x_allergy")
    studio.add_field(
        SYSTEM, "kit.thing", {"name": "x_allergy", "type": "boolean", "label": {"en": "Allergic"}}
    )
    assert house.column("kit.thing", "x_allergy") == [None]


def test_a_field_that_others_use_stays_and_they_are_named(house, studio):
    studio.add_field(SYSTEM, "kit.thing", {"name": "x_kg", "type": "integer", "label": {"en": "kg"}})
    studio.add_field(
        SYSTEM,
        "kit.thing",
        {"name": "x_g", "type": "integer", "label": {"en": "g"}, "computed": "x_kg * 1000"},
    )
    with pytest.raises(Conflict) as refused:
        studio.remove_field(SYSTEM, "kit.thing", "x_kg")
    assert refused.value.reason == "still_used"
    assert "x_g" in refused.value.text()
    studio.remove_field(SYSTEM, "kit.thing", "x_g")
    studio.remove_field(SYSTEM, "kit.thing", "x_kg")


def test_a_modules_field_may_be_called_otherwise_but_neither_removed_nor_made_something_else(house, studio):
    spec = studio.change_field(SYSTEM, "kit.thing", "fragile", {"label": {"en": "Breaks"}, "type": "boolean"})
    assert (spec.label["en"], spec.owner, spec.type) == ("Breaks", "kit", "boolean")
    (document,) = studio.documents(SYSTEM)
    assert document.body["base"] == {"fields.fragile.label": "Fragile"}
    with pytest.raises(Conflict) as refused:
        studio.remove_field(SYSTEM, "kit.thing", "fragile")
    assert refused.value.reason == "not_own"
    with pytest.raises(Conflict):
        studio.change_field(SYSTEM, "kit.thing", "fragile", {"type": "text"})
    with pytest.raises(MetadataInvalid):
        studio.change_field(SYSTEM, "kit.thing", "fragile", {"computed": "size > 1"})


DEVICE = {
    "name": "x.device",
    "label": {"en": "Device", "fa": "دستگاه"},
    "plural": {"en": "Devices"},
    "title": "serial",
    "fields": {
        "serial": {"type": "text", "label": {"en": "Serial"}, "required": True, "search": True},
        "thing": {"type": "reference", "label": {"en": "Thing"}, "to": "kit.thing"},
    },
}


def test_a_whole_entity_has_a_table_rights_and_a_menu_entry(house, studio):
    spec = studio.add_entity(SYSTEM, DEVICE)
    assert (spec.name, spec.title) == ("x.device", "serial")
    (thing,) = house.create("kit.thing", {"name": "Cup"})
    house.create("x.device", {"serial": "۰۱۲", "thing": thing})
    assert house.find("x.device", "thing", search="012")[0]["thing"].title == "Cup"
    assert [m.entity for m in house.catalog.menus.values() if m.entity == "x.device"] == ["x.device"]
    make_account(house.site, "tech@example.com", ["x.device_user"])
    tech = actor_of(house.site, "tech@example.com")
    page = house.site.get(Reading).find(tech, "x.device", Query(fields=("serial",)), catalog=house.catalog)
    assert [d["serial"] for d in page.items] == ["۰۱۲"]


def test_fields_are_added_to_and_removed_from_an_entity_of_ones_own(house, studio):
    studio.add_entity(SYSTEM, DEVICE)
    studio.add_field(SYSTEM, "x.device", {"name": "x_bought", "type": "date", "label": {"en": "Bought"}})
    house.create("x.device", {"serial": "1", "x_bought": "2026-03-21"})
    assert str(house.column("x.device", "x_bought")[0]) == "2026-03-21"
    studio.change_field(SYSTEM, "x.device", "serial", {"label": {"en": "Serial number"}})
    studio.remove_field(SYSTEM, "x.device", "x_bought")
    assert not house.catalog.entity("x.device").has("x_bought")


@pytest.mark.parametrize(
    "body",
    [
        None,
        {"name": "device"},
        {"name": "kit.device", "label": {"en": "D"}, "fields": {}},
        {"name": "x.Device"},
        {"name": "x.device", "label": {"en": "D"}, "fields": {"a": {"type": "nothing"}}},
        {"name": "x.device", "label": {"en": "D"}, "title": "gone", "fields": {"a": {"type": "text"}}},
        {"name": "x.device", "label": {"en": "D"}, "fields": [], "colour": 5},
        {"name": "x.device", "label": "Device", "owner": "kit", "fields": {}},
    ],
)
def test_a_body_that_cannot_be_an_entity_is_refused_with_the_reason(house, studio, body):
    before = house.catalog.version
    with pytest.raises((ValidationFailed, MetadataInvalid)) as refused:
        studio.add_entity(SYSTEM, body)
    assert refused.value.problems
    assert house.catalog.version == before


def test_an_entity_exists_once_and_goes_to_the_trash_with_its_menu_entry_and_role(house, studio):
    studio.add_entity(SYSTEM, DEVICE)
    with pytest.raises(Conflict):
        studio.add_entity(SYSTEM, DEVICE)
    house.create("x.device", {"serial": "1"})
    studio.remove_entity(SYSTEM, "x.device")
    assert "x.device" not in house.catalog.entities
    assert not [m for m in house.catalog.menus.values() if m.entity == "x.device"]
    assert house.scalar("SELECT count(*) FROM x_device") == 1
    studio.add_entity(SYSTEM, DEVICE)
    assert house.column("x.device", "serial") == ["1"]
    with pytest.raises(Conflict):
        studio.remove_entity(SYSTEM, "kit.thing")


def test_an_entity_that_others_lead_to_stays(house, studio):
    studio.add_entity(SYSTEM, DEVICE)
    studio.add_field(
        SYSTEM, "kit.thing", {"name": "x_device", "type": "reference", "to": "x.device", "label": {"en": "D"}}
    )
    with pytest.raises(PayvandError) as refused:
        studio.remove_entity(SYSTEM, "x.device")
    assert refused.value.status in (409, 422)
    assert "x.device" in house.catalog.entities


def test_documents_tell_what_the_site_has_made(studio):
    studio.add_field(SYSTEM, "kit.thing", ALLERGY)
    studio.add_entity(SYSTEM, DEVICE)
    made = {(d.kind, d.name) for d in studio.documents(SYSTEM)}
    assert (
        made
        == {("extend", "kit.thing"), ("entity", "x.device"), ("menu", "x_device"), ("role", "x.device_user")}
        or {("extend", "kit.thing"), ("entity", "x.device"), ("role", "x.device_user")} < made
    )
