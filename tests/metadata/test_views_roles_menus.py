"""Views, roles and menus from the documents of many owners."""

from __future__ import annotations

import pytest

from core.metadata.role_merge import implied
from core.metadata.specs import SITE
from tests.metadata.written import PERSON, compiled, doc, entity, extend, refused, role, view

WAY = doc(
    "workflow",
    "people.person",
    "people",
    entity="people.person",
    field="stage",
    initial=["new"],
    transitions={"verify": {"from": ["new"], "to": "new"}},
)
FORM = view(
    "people.person.form",
    sections={
        "main": {"label": "Main", "items": ["name", {"name": "stage", "span": True}]},
        "rest": {"items": ["boss"]},
    },
)
LIST = view(
    "people.person.list",
    columns=["name", "boss.name"],
    sort=["-created_at"],
    filters={"fresh": {"label": "New", "where": "stage == 'new'"}},
)
TIERS = extend("people.person", "club", fields={"tier": {"type": "text"}, "card": {"type": "text"}})
BOXES = extend("people.person", "post", fields={"box": {"type": "text"}})


def names(built, name="people.person.form"):
    return {s.name: [i.name for i in s.items] for s in built.catalog.views[name].sections}


def form(*documents):
    return compiled(PERSON, TIERS, BOXES, FORM, *documents)


def patch(*items, owner="club", **more):
    return extend("people.person.form", owner, items=list(items), **more)


def test_written_views_keep_sections_items_and_options():
    catalog = compiled(PERSON, FORM, LIST).catalog
    form = catalog.view("people.person", "form")
    assert names(compiled(PERSON, FORM)) == {"main": ["name", "stage"], "rest": ["boss"]}
    assert form.sections[0].items[1].span
    assert form.sections[1].label == "Rest"
    listed = catalog.view("people.person", "list")
    assert [i.name for i in listed.sections[0].items] == ["name", "boss.name"]
    assert listed.options["sort"] == ("-created_at",)
    assert listed.options["filters"]["fresh"]["where"] == "stage == 'new'"
    assert (listed.kind, listed.entity, listed.owner) == ("list", "people.person", "people")


def test_items_are_added_before_and_after_anchors_and_into_sections():
    built = form(
        patch({"add": "tier", "after": "name"}, {"add": "card", "section": "rest"}),
        patch({"add": "box", "before": "name"}, owner="post"),
    )
    assert names(built) == {"main": ["box", "name", "tier", "stage"], "rest": ["boss", "card"]}


def test_several_modules_at_one_anchor_come_in_the_order_of_modules():
    first, second = (
        patch({"add": "tier", "after": "name"}),
        patch({"add": "box", "after": "name"}, owner="post"),
    )
    assert names(form(first, second)) == names(form(second, first))
    assert names(form(second, first))["main"] == ["name", "tier", "box", "stage"]


def test_an_addition_may_hang_on_the_addition_of_another_document():
    built = form(
        patch({"add": "box", "after": "tier"}, owner="post"), patch({"add": "tier", "after": "stage"})
    )
    assert names(built)["main"] == ["name", "stage", "tier", "box"]


def test_section_names_are_anchors_too():
    built = form(patch({"add": "tier", "before": "main"}, {"add": "card", "after": "main"}))
    assert names(built)["main"] == ["tier", "name", "stage", "card"]


def test_addition_without_a_place_goes_to_the_section_more():
    assert names(form(patch({"add": "tier"})))["more"] == ["tier"]


def test_hidden_items_stay_as_anchors_and_may_be_shown_again_by_the_site():
    hidden = patch({"hide": "name"}, {"add": "tier", "after": "name"})
    assert [i.hidden for i in form(hidden).catalog.views["people.person.form"].sections[0].items] == [
        True,
        False,
        False,
    ]
    shown = form(hidden, patch({"show": "name"}, owner=SITE)).catalog.views["people.person.form"]
    assert not shown.sections[0].items[0].hidden


def test_moved_items_take_along_what_hangs_on_them():
    built = form(
        patch({"add": "tier", "after": "name"}), patch({"move": "name", "after": "boss"}, owner=SITE)
    )
    assert names(built) == {"main": ["stage"], "rest": ["boss", "name", "tier"]}


def test_sections_are_added_and_their_labels_set():
    built = form(patch(sections={"club": {"label": "Club", "items": ["tier"]}, "main": {"label": "Person"}}))
    assert names(built)["club"] == ["tier"]
    assert built.catalog.views["people.person.form"].sections[0].label == "Person"


def test_a_lost_anchor_is_refused_with_the_names_that_exist():
    found = refused(PERSON, TIERS, FORM, patch({"add": "tier", "after": "naem"}))
    assert "has nothing named naem. Perhaps: name" in found["lost_anchor"]
    assert "boss, main, name, rest, stage" in found["lost_anchor"]
    assert "club/people.person.form.yaml#/items/0/after" in found["lost_anchor"]


def test_a_lost_anchor_of_the_site_is_parked_and_the_item_kept():
    built = compiled(
        PERSON,
        extend("people.person", fields={"x_note": {"type": "text"}}),
        FORM,
        patch({"add": "x_note", "after": "gone"}, {"hide": "lost"}, owner=SITE),
    )
    assert names(built)["more"] == ["x_note"]
    assert sorted(o.state for o in built.overrides) == ["parked", "parked"]


def test_items_that_hang_on_each_other_are_refused():
    assert "lost_anchor" in refused(
        PERSON, TIERS, FORM, patch({"add": "tier", "after": "card"}, {"add": "card", "after": "tier"})
    )


def test_two_modules_that_add_one_item_conflict():
    other = extend("people.person.form", "post", items=[{"add": "tier", "after": "boss"}])
    found = refused(PERSON, TIERS, FORM, patch({"add": "tier", "after": "name"}), other)
    assert "post puts tier into people.person.form, but club has put it there already" in found["conflict"]


@pytest.mark.parametrize("item", [{"after": "name"}, {"add": "tier", "hide": "name"}])
def test_an_item_says_exactly_one_thing(item):
    assert "bad_operation" in refused(PERSON, TIERS, FORM, patch(item))


def test_patches_hold_against_the_generated_view_and_never_copy_it():
    built = compiled(PERSON, TIERS, patch({"hide": "boss"}, {"move": "tier", "after": "name"}))
    assert names(built) == {"main": ["name", "tier", "stage", "boss"], "more": ["card"]}
    assert compiled(PERSON).catalog.view("people.person", "form") is None


def test_filters_add_up_and_options_follow_the_rules_of_layers():
    old = extend("people.person.list", "club", filters={"old": {"label": "Old", "where": "stage == 'old'"}})
    listed = compiled(PERSON, LIST, old, extend("people.person.list", sort=["name"])).catalog.views[
        "people.person.list"
    ]
    assert sorted(listed.options["filters"]) == ["fresh", "old"]
    assert listed.options["sort"] == ("name",)
    assert "conflict" in refused(
        PERSON,
        LIST,
        extend("people.person.list", "club", sort=["name"]),
        extend("people.person.list", "post", sort=["id"]),
    )


@pytest.mark.parametrize(
    "body",
    [
        {"columns": ["nme"]},
        {"sort": ["-nme"]},
        {"sections": {"main": {"items": ["nme"]}}},
        {"columns": ["boss.nme"]},
        {"sections": {"main": {"items": [{"name": "boss", "columns": ["nme"]}]}}},
    ],
)
def test_unknown_fields_in_views_are_refused_with_the_nearest(body):
    found = refused(PERSON, view("people.person.list", **body))
    assert "people.person has no field" in found["unknown_field"]


@pytest.mark.parametrize(
    "document",
    [
        view("people.person.list", entity="people.pet", columns=[]),
        view("people.list", columns=[]),
    ],
)
def test_view_names_fit_their_entity(document):
    assert "bad_name" in refused(PERSON, document)


def test_view_of_an_unknown_entity_is_refused():
    assert (
        "Perhaps: people.person" in refused(PERSON, view("people.persn.list", columns=[]))["unknown_entity"]
    )


def test_unknown_item_of_a_generated_kind_is_refused():
    assert "unknown_target" in refused(PERSON, extend("people.person.galaxy", "club", items=[]))


READER = role(
    "people.reader",
    [
        {
            "entity": "people.person",
            "actions": ["read"],
            "scope": "team",
            "fields": {"read": ["*", "!boss"], "edit": []},
        }
    ],
    label="Reader",
)


def test_grants_of_all_modules_add_up():
    built = compiled(
        PERSON,
        entity("club.member"),
        READER,
        extend("role:people.reader", "club", grants=[{"entity": "club.member", "actions": ["*"]}]),
    )
    grants = built.catalog.roles["people.reader"].grants
    assert [(g.entity, g.actions, g.scope, g.read, g.edit, g.owner) for g in grants] == [
        ("people.person", ("read",), "team", ("*", "!boss"), (), "people"),
        ("club.member", ("*",), "all", ("*",), ("*",), "club"),
    ]


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        ({"entity": "people.persn", "actions": ["read"]}, "unknown_entity"),
        ({"entity": "people.person", "actions": ["raed"]}, "unknown_action"),
        ({"entity": "people.person", "actions": ["read"], "scope": "mine"}, "unknown_scope"),
        ({"entity": "people.person", "actions": ["read"], "fields": {"read": ["nme"]}}, "unknown_field"),
        ({"entity": "people.person", "actions": ["read"], "fields": {"edit": ["!nme"]}}, "unknown_field"),
        (
            {"entity": "people.person", "actions": ["read"], "fields": {"masked": {"nme": "id == 1"}}},
            "unknown_field",
        ),
        (
            {"entity": "people.person", "actions": ["read"], "fields": {"masked": {"id": "id == 1"}}},
            "not_maskable",
        ),
    ],
)
def test_grants_that_name_what_does_not_exist_are_refused(grant, code):
    assert code in refused(PERSON, role("people.reader", [grant]))


def test_transitions_are_actions_where_a_workflow_has_them():
    def grant(action):
        return refused(PERSON, WAY, role("people.reader", [{"entity": "people.person", "actions": [action]}]))

    assert not grant("transition:verify")
    assert not grant("transition:*")
    assert "Perhaps: transition:verify" in grant("transition:verfy")["unknown_transition"]


def test_no_module_makes_another_modules_role_administrator():
    assert "protected" in refused(PERSON, READER, extend("role:people.reader", "club", administrator=True))


HEAD = role("people.head", [], implies=["people.reader"])
BOSS = role("club.boss", [], administrator=True)


def test_implied_roles_add_up_over_those_who_extend_a_role():
    built = compiled(
        PERSON,
        READER,
        HEAD,
        role("club.keeper", []),
        extend("role:people.head", "club", implies=["club.keeper"]),
    )
    assert built.catalog.roles["people.head"].implies == ("people.reader", "club.keeper")
    assert implied(built.catalog.roles, ["people.head", "people.ghost"]) == {
        "people.head": ("people.head",),
        "people.reader": ("people.head", "people.reader"),
        "club.keeper": ("people.head", "club.keeper"),
    }


@pytest.mark.parametrize(
    ("document", "code", "told"),
    [
        (role("people.head", [], implies=["people.readr"]), "unknown_role", "Perhaps: people.reader"),
        (role("people.head", [], implies=["people.head"]), "role_cycle", "implies people.head again"),
        (role("people.head", [], implies=["club.boss"]), "undeclared_dependency", "without requiring club"),
        (extend("role:people.reader", "club", implies=["club.boss"]), "protected", "makes administrators"),
    ],
)
def test_roles_that_cannot_be_implied_are_refused(document, code, told):
    assert told in refused(PERSON, READER, BOSS, document)[code]


def test_a_circle_of_roles_sleeps_and_the_rest_of_them_stands():
    circle = extend("role:people.reader", implies=["people.head"])
    assert "role_cycle" in refused(PERSON, READER, HEAD, circle)
    built = compiled(PERSON, READER, HEAD, circle, strict=False)
    assert {p.code for p in built.problems} == {"role_cycle"}
    assert [built.catalog.roles[n].implies for n in ("people.reader", "people.head")] == [(), ()]
    assert built.catalog.roles["people.reader"].grants


def test_unknown_role_to_extend_is_refused_with_the_nearest():
    found = refused(PERSON, READER, extend("role:people.readr", "club", grants=[]))
    assert "Perhaps: role:people.reader" in found["unknown_target"]


MENU = doc(
    "menu", "people.people", "people", menu="people.people", label="People", entity="people.person", weight=5
)


def test_menus_may_be_relabelled_and_hidden_by_others():
    menus = compiled(
        PERSON, MENU, extend("menu:people.people", label={"fa": "افراد"}, weight=1)
    ).catalog.menus
    assert (menus["people.people"].label, menus["people.people"].weight) == ({"fa": "افراد"}, 1)
    assert not compiled(PERSON, MENU, extend("menu:people.people", hidden=True)).catalog.menus
    assert "protected" in refused(PERSON, MENU, extend("menu:people.people", "club", entity="x"))


def test_menu_of_an_unknown_entity_is_refused():
    assert "unknown_entity" in refused(PERSON, doc("menu", "people.pets", "people", entity="people.pet"))
