"""Whoever administers an entity arranges it, and nothing that they do is more: neither by a key, nor by a name, nor elsewhere."""

from __future__ import annotations

import pytest

from core.access import Access
from core.errors import AccessDenied, PayvandError
from core.kernel.actor import Actor
from core.storage.catalogs import Catalogs
from core.studio import RoleStudio, Studio
from core.studio.arrangers import Arrangers
from core.testing.site import actor_of, make_account

SYSTEM = Actor(elevated="a test")
THING = "kit.thing"
GRANTS = [
    {
        "entity": THING,
        "actions": ["read", "administer"],
        "fields": {"read": ["*", "!secret"], "edit": ["name"], "masked": {"price": "size > 3"}},
    },
    {"entity": "kit.shelf", "actions": ["read"]},
]


@pytest.fixture
def studio(house):
    return house.site.get(Studio)


@pytest.fixture
def ann(house):
    house.site.get(RoleStudio).add(SYSTEM, "x.arranger", {"label": {"en": "Arranger"}, "grants": GRANTS})
    make_account(house.site, "ann@example.com", ["x.arranger"])
    return actor_of(house.site, "ann@example.com")


def refused(house, act, *codes):
    """Do what must be refused, and return with which code; nothing has happened by it."""
    before = house.catalog.version
    with pytest.raises(PayvandError) as found:
        act()
    assert house.catalog.version == before
    assert found.value.reason in codes, found.value.reason
    return found.value


def test_fields_are_called_otherwise_their_options_arranged_and_plain_ones_added_and_taken_out(
    house, studio, ann
):
    labels = {"label": {"en": "Bulk", "fa": "حجم"}, "help": {"en": "In litres"}}
    assert studio.change_field(ann, THING, "size", labels, why="As we say it").label["fa"] == "حجم"
    told = house.execute(
        "SELECT reason, set_by FROM core_document WHERE owner = 'site' AND name = 'kit.thing'"
    )
    assert [tuple(row) for row in told] == [("As we say it", ann.id)]
    choices = {"used": {"label": "Worn", "hidden": True}, "lent": {"label": "Lent"}}
    state = studio.change_field(ann, THING, "state", {"choices": choices, "choice_order": ["lent", "used"]})
    assert [(c.name, c.hidden) for c in state.choices] == [("lent", False), ("used", True), ("new", False)]
    assert (state.choices[1].label, state.choices[1].hue) == ("Worn", "gray")
    assert studio.change_entity(ann, THING, {"label": {"en": "Good"}}).label["en"] == "Good"
    assert studio.change_entity(ann, THING, {"label": None}).label == "Thing"
    mood = {"name": "x_mood", "type": "choice", "label": {"en": "Mood"}, "choices": {"good": "Good"}}
    studio.add_field(ann, THING, mood)
    house.create(THING, {"name": "Cup", "x_mood": "good"})
    studio.remove_field(ann, THING, "x_mood")
    assert studio.removed_fields(ann, THING) == ("x_mood",)
    refused(house, lambda: studio.add_field(ann, THING, mood), "in_trash")
    studio.restore_field(ann, THING, "x_mood")
    assert house.column(THING, "x_mood") == ["good"]


MORE = {
    "computed": "name",
    "rollup": {"from": "kit.thing", "by": "shelf", "count": ""},
    "readable_because": "I say so",
    "default": "$user",
    "required": True,
    "unique": True,
    "search": True,
    "duplicate_key": True,
    "read_only": True,
    "visible_when": "true",
    "required_when": "true",
    "read_only_when": "false",
    "merge": "keep",
    "import_names": ["n"],
    "base": True,
    "to": "kit.shelf",
    "anything": 1,
}


def test_every_other_key_is_refused_in_new_fields_and_in_those_that_are_there(house, studio, ann):
    plain = {"name": "x_note", "type": "text", "label": {"en": "Note"}}
    for key, value in MORE.items():
        new = {**plain, key: value}
        # What is of the wrong shape for a document is refused before anybody asks whose right it is.
        refused(
            house, lambda body=new: studio.add_field(ann, THING, body), "not_arrangement", "metadata_invalid"
        )
        body = {"label": {"en": "N"}, key: value}
        refused(
            house,
            lambda b=body: studio.change_field(ann, THING, "name", b),
            "not_arrangement",
            "metadata_invalid",
        )
    for kind in ("reference", "links", "list", "reference_any", "sequence", "file", "nothing"):
        body = {**plain, "type": kind, **({"to": "kit.shelf"} if kind in ("reference", "links") else {})}
        error = refused(house, lambda b=body: studio.add_field(ann, THING, b), "not_arrangement")
        assert error.params["part"] == "x_note.type"
    refused(house, lambda: studio.change_entity(ann, THING, {"title": "code"}), "validation_failed")
    studio.add_field(SYSTEM, THING, {**plain, "name": "x_sum", "type": "text", "computed": "name"})
    refused(house, lambda: studio.remove_field(ann, THING, "x_sum"), "not_arrangement")
    refused(house, lambda: studio.remove_field(ann, THING, "size"), "not_own")


def test_an_option_goes_for_nobody_who_arranges_and_states_are_the_workflows(house, studio, ann):
    mood = {"name": "x_mood", "type": "choice", "label": {"en": "M"}, "choices": {"a": "A", "b": "B"}}
    studio.add_field(ann, THING, mood)
    refused(house, lambda: studio.change_field(ann, THING, "x_mood", {"choices": {"a": "A"}}), "option_stays")
    studio.change_field(ann, THING, "x_mood", {"choices": {"a": "A", "b": {"label": "B", "hidden": True}}})
    way = {
        "workflow": "x.way",
        "entity": THING,
        "field": "state",
        "initial": ["new"],
        "transitions": {"wear": {"from": ["new"], "to": "used"}},
    }
    studio.add_workflow(SYSTEM, way)
    assert studio.change_field(ann, THING, "state", {"choices": {"used": {"label": "Worn"}}})
    for choices in ({"lent": {"label": "Lent"}}, {"used": {"label": "Worn", "hidden": True}}):
        refused(
            house,
            lambda c=choices: studio.change_field(ann, THING, "state", {"choices": c}),
            "not_arrangement",
        )


def test_fields_out_of_sight_are_as_unknown_as_those_that_are_not_there(house, studio, ann):
    for name in ("secret", "price", "nothing"):
        for act in (
            lambda n=name: studio.change_field(ann, THING, n, {"label": {"en": "S"}}),
            lambda n=name: studio.change_field(ann, THING, n, {"choices": {"a": "A"}}),
            lambda n=name: studio.change_view(ann, THING, "list", {"columns": ["name", n]}),
            lambda n=name: studio.change_view(ann, THING, "list", {"sort": [f"-{n}"]}),
        ):
            error = refused(house, act, "unknown_field")
            assert error.text().replace(name, "…") == "There is no field …."
    refused(house, lambda: studio.change_field(ann, THING, "id", {"label": {"en": "No"}}), "unknown_field")
    refused(house, lambda: studio.remove_field(ann, THING, "secret"), "unknown_field")
    refused(house, lambda: studio.add_field(ann, THING, {"name": "x_secret"}), "validation_failed")


def test_other_entities_roles_workflows_and_new_entities_are_for_administrators(house, studio, ann):
    label = {"label": {"en": "S"}}
    for act in (
        lambda: studio.add_field(ann, "kit.shelf", {"name": "x_a", "type": "text", **label}),
        lambda: studio.change_field(ann, "kit.shelf", "name", label),
        lambda: studio.change_entity(ann, "kit.shelf", label),
        lambda: studio.change_view(ann, "kit.shelf", "list", {"columns": ["name"]}),
        lambda: studio.add_entity(ann, {"name": "x.device", **label, "fields": {}}),
        lambda: studio.remove_entity(ann, THING),
        lambda: studio.add_workflow(ann, {"workflow": "x.way"}),
        lambda: studio.documents(ann),
        lambda: house.site.get(RoleStudio).save(ann, "x.arranger", {"grants": []}),
    ):
        refused(house, act, "access_denied", "administrators_only")
    make_account(house.site, "cid@example.com", ["kit.visitor"])
    cid = actor_of(house.site, "cid@example.com")
    error = refused(house, lambda: studio.change_entity(cid, THING, label), "unknown_entity")
    nothing = refused(house, lambda: studio.change_entity(cid, "kit.nothing", label), "unknown_entity")
    assert error.text().replace(THING, "…") == nothing.text().replace("kit.nothing", "…")


def test_what_an_administrator_removed_comes_back_by_administrators_alone(house, studio, ann):
    note = {"name": "x_note", "type": "text", "label": {"en": "Note"}}
    studio.add_field(SYSTEM, THING, note)
    house.create(THING, {"name": "Cup", "x_note": "old"})
    studio.remove_field(SYSTEM, THING, "x_note")
    assert studio.removed_fields(ann, THING) == ()
    refused(house, lambda: studio.restore_field(ann, THING, "x_note"), "not_found")
    refused(house, lambda: studio.add_field(ann, THING, note), "in_trash")
    studio.restore_field(SYSTEM, THING, "x_note")
    studio.remove_field(ann, THING, "x_note")
    hidden = [{**GRANTS[0], "fields": {"read": ["name", "size"]}}, GRANTS[1]]
    house.site.get(RoleStudio).save(SYSTEM, "x.arranger", {"label": {"en": "A"}, "grants": hidden})
    refused(house, lambda: studio.restore_field(ann, THING, "x_note"), "unknown_field")
    assert studio.removed_fields(SYSTEM, THING) == ("x_note",)


def test_what_uses_a_field_out_of_sight_is_not_named(house, studio, ann):
    studio.add_field(ann, THING, {"name": "x_kg", "type": "integer", "label": {"en": "kg"}})
    twice = {"name": "x_twice", "type": "integer", "label": {"en": "2"}, "computed": "x_kg * 2"}
    studio.add_field(SYSTEM, THING, twice)
    error = refused(house, lambda: studio.remove_field(ann, THING, "x_kg"), "still_used")
    assert "x_twice" not in error.text()
    studio.change_view(ann, THING, "list", {"columns": ["name", "x_kg"]})
    error = refused(house, lambda: studio.remove_field(ann, THING, "x_kg"), "still_used")
    assert "kit.thing.list" in error.text()


def test_only_so_many_fields_are_added_without_an_administrator(house, studio, ann, monkeypatch):
    monkeypatch.setattr("core.studio.arrangement.MOST_PLAIN", 1)
    one, other = ({"name": name, "type": "text", "label": {"en": name}} for name in ("x_a", "x_b"))
    studio.add_field(ann, THING, one)
    refused(house, lambda: studio.add_field(ann, THING, other), "too_many_fields")
    studio.add_field(SYSTEM, THING, other)
    studio.change_field(ann, THING, "x_b", {"label": {"en": "B"}})


def test_a_field_for_which_rights_wait_is_for_administrators(house, studio, ann):
    """What sleeps for want of a field, or reaches nobody without an owner, must not be woken by one of the same name."""
    waiting = [{"entity": THING, "actions": ["read"], "fields": {"read": ["name", "x_wage"], "edit": []}}]
    label = {"label": {"en": "Waiting"}}
    for name in ("x_wage", "x_note"):
        studio.add_field(SYSTEM, THING, {"name": name, "type": "text", **label})
    house.site.get(RoleStudio).add(SYSTEM, "x.waiting", {**label, "grants": waiting})
    arrangers = Arrangers(house.site.get(Access), house.site.get(Catalogs))
    arrangers.require_nothing_waits(ann, THING, "x_note", house.catalog)
    arrangers.require_nothing_waits(SYSTEM, THING, "x_wage", house.catalog)
    with pytest.raises(AccessDenied):
        arrangers.require_nothing_waits(ann, THING, "x_wage", house.catalog)
    device = {"name": "x.device", **label, "title": "name", "fields": {"name": {"type": "text", **label}}}
    studio.add_entity(SYSTEM, device)
    arranging = [{"entity": "x.device", "actions": ["read", "administer"]}]
    house.site.get(RoleStudio).add(SYSTEM, "x.keeper", {**label, "grants": arranging})
    make_account(house.site, "dan@example.com", ["x.keeper"])
    dan = actor_of(house.site, "dan@example.com")
    for name in ("owner", "team"):
        body = {"name": name, "type": "integer", **label}
        refused(house, lambda b=body: studio.add_field(dan, "x.device", b), "not_arrangement")
    assert studio.add_field(dan, "x.device", {"name": "size", "type": "integer", **label})
