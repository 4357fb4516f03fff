"""One entity from the documents of many owners."""

from __future__ import annotations

import pytest

from core.errors import MetadataConflict
from core.metadata.build import build
from core.metadata.documents import Behaviour
from core.metadata.specs import SITE
from tests.metadata.written import MODULES, OWNED, PERSON, compiled, entity, extend, refused

SYSTEM = ["id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"]


def person(*documents, **more):
    return compiled(PERSON, *documents, **more).catalog.entity("people.person")


def test_every_entity_starts_with_the_seven_system_fields():
    fields = person().fields
    assert list(fields)[:7] == SYSTEM
    assert all(fields[name].system and fields[name].read_only for name in SYSTEM)
    assert fields["deleted_at"].nullable
    assert not fields["version"].nullable


def test_fields_keep_their_order_own_then_behaviours_then_other_modules_then_site():
    own = entity(
        "people.person", {"name": {"type": "text"}, "age": {"type": "integer"}}, behaviours=["owned"]
    )
    spec = compiled(
        own,
        extend("people.person", fields={"x_note": {"type": "text"}}),
        extend("people.person", "post", fields={"box": {"type": "text"}}),
        extend("people.person", "club", fields={"tier": {"type": "text"}}),
    ).catalog.entity("people.person")
    assert list(spec.fields)[7:] == ["name", "age", "owner", "team", "tier", "box", "x_note"]


def test_owner_of_a_field_is_who_declared_it():
    spec = person(
        extend("people.person", "club", fields={"tier": {"type": "text"}}, behaviours=["owned"]),
        extend("people.person", fields={"x_note": {"type": "text"}}),
    )
    assert {n: spec.fields[n].owner for n in ("name", "owner", "tier", "x_note")} == {
        "name": "people",
        "owner": "base",
        "tier": "club",
        "x_note": SITE,
    }


def test_required_field_of_another_module_is_nullable_in_storage():
    spec = person(extend("people.person", "club", fields={"tier": {"type": "text", "required": True}}))
    assert spec.fields["tier"].required
    assert spec.fields["tier"].nullable
    assert not spec.fields["name"].nullable


@pytest.mark.parametrize("owner", ["club", SITE])
def test_field_made_required_from_outside_stays_nullable_in_storage(owner):
    field = person(extend("people.person", owner, fields={"stage": {"required": True}})).fields["stage"]
    assert field.required
    assert field.nullable


def test_site_may_take_required_away_and_storage_follows():
    field = person(extend("people.person", fields={"name": {"required": False}})).fields["name"]
    assert not field.required
    assert field.nullable


def test_choices_of_all_modules_add_up_in_the_order_of_modules():
    spec = person(
        extend("people.person", "post", fields={"stage": {"choices": {"mailed": "Mailed"}}}),
        extend(
            "people.person",
            "club",
            fields={"stage": {"choices": {"gold": {"label": "Gold", "hue": "amber"}}}},
        ),
    )
    assert [(c.name, c.label, c.hue) for c in spec.fields["stage"].choices] == [
        ("new", "New", "gray"),
        ("gold", "Gold", "amber"),
        ("mailed", "Mailed", "gray"),
    ]


def test_list_add_adds_targets_of_other_modules_to_a_reference_to_any():
    note = entity("people.note", {"about": {"type": "reference_any", "to": ["people.person"]}})
    spec = compiled(
        PERSON,
        note,
        entity("club.member"),
        extend("people.note", "club", fields={"about": {"to": {"list_add": ["club.member"]}}}),
    ).catalog.entity("people.note")
    assert spec.fields["about"].option("to") == ("people.person", "club.member")


def test_two_modules_that_set_one_property_differently_are_both_named_with_places():
    with pytest.raises(MetadataConflict) as caught:
        person(
            extend("people.person", "club", fields={"name": {"label": "Member"}}),
            extend("people.person", "post", fields={"name": {"label": "Addressee"}}),
        )
    (problem,) = caught.value.problems
    assert problem.params["first"] == "club"
    assert problem.params["second"] == "post"
    assert str(problem.place) == "post/people.person.yaml#/fields/name/label"
    assert "club/people.person.yaml#/fields/name/label" in problem.text()
    assert "fields.name.label" in problem.text()


def test_two_modules_that_set_one_property_alike_agree():
    spec = person(
        extend("people.person", "club", fields={"name": {"label": "Member"}}),
        extend("people.person", "post", fields={"name": {"label": "Member"}}),
    )
    assert spec.fields["name"].label == "Member"


def test_two_modules_that_declare_one_field_conflict_even_alike():
    found = refused(
        PERSON,
        extend("people.person", "club", fields={"tier": {"type": "text"}}),
        extend("people.person", "post", fields={"tier": {"type": "text"}}),
    )
    assert set(found) == {"conflict"}
    assert "post declares fields.tier of people.person, but club declares it already" in found["conflict"]


def test_site_has_the_last_word_over_modules():
    spec = person(
        extend("people.person", fields={"name": {"label": {"fa": "نام"}}}, label={"fa": "شخص"}),
        extend("people.person", "club", fields={"name": {"label": "Member"}}),
    )
    assert spec.fields["name"].label == {"fa": "نام"}
    assert spec.label == {"fa": "شخص"}


def test_override_is_clean_while_the_module_says_what_the_admin_saw():
    built = compiled(PERSON, extend("people.person", label="Human", base={"label": "Person"}))
    (override,) = built.overrides
    assert (override.state, override.lower, override.own) == ("clean", "Person", "Human")


def test_override_is_in_conflict_after_the_module_moved_and_stays_active():
    built = compiled(PERSON, extend("people.person", label="Human", base={"label": "Individual"}))
    (override,) = built.overrides
    assert (override.state, override.base, override.lower) == ("conflict", "Individual", "Person")
    assert built.catalog.entity("people.person").label == "Human"


def test_override_whose_target_is_gone_is_parked_and_never_fatal():
    built = compiled(
        PERSON, extend("people.person", fields={"gone": {"label": "X"}}), extend("old.thing", label="Y")
    )
    assert {o.state for o in built.overrides} == {"parked"}
    assert {p.code for p in built.problems} == {"parked"}
    assert {o.target for o in built.overrides} == {"people.person", "old.thing"}


@pytest.mark.parametrize(
    "change",
    [
        {"type": "text", "fields": {}},
        {"fields": {"boss": {"to": "club.member"}}},
        {"fields": {"name": {"computed": "1"}}},
        {"fields": {"name": {"rollup": {}}}},
        {"part_of": "boss"},
        {"rules": {"adult": {"when": "x"}}},
    ],
)
def test_what_decides_storage_cannot_be_changed_from_outside(change):
    base = entity(
        "people.person",
        {"name": {"type": "text"}, "boss": {"type": "reference", "to": "people.person"}},
        rules={"adult": {"refuse_when": "name == 'x'"}},
    )
    assert "protected" in refused(base, extend("people.person", "club", **change))


def test_field_of_another_module_cannot_be_declared_again():
    found = refused(PERSON, extend("people.person", "club", fields={"name": {"type": "text"}}))
    assert "club declares fields.name of people.person, but people declares it already" in found["conflict"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("id", "reserved"),
        ("deleted_at", "reserved"),
        ("null", "reserved"),
        ("Name", "bad_name"),
        ("a-b", "bad_name"),
        ("x" * 49, "bad_name"),
        ("1st", "bad_name"),
    ],
)
def test_field_names_that_cannot_be_are_refused(name, code):
    assert code in refused(entity("people.person", {"name": {"type": "text"}, name: {"type": "text"}}))


def test_site_fields_on_modules_entities_start_with_x():
    assert "bad_name" in refused(PERSON, extend("people.person", fields={"note": {"type": "text"}}))
    assert not refused(entity("x.pet", owner=SITE))


def test_unknown_field_to_change_is_refused_with_the_nearest():
    found = refused(PERSON, extend("people.person", "club", fields={"nam": {"label": "X"}}))
    assert "Perhaps: name" in found["unknown_part"]


def test_behaviour_brings_its_fields_and_the_entity_may_set_their_properties():
    base = entity(
        "people.person", {"name": {"type": "text"}, "owner": {"label": "Keeper"}}, behaviours=["owned"]
    )
    spec = compiled(base).catalog.entity("people.person")
    assert spec.fields["owner"].label == "Keeper"
    assert spec.fields["owner"].nullable
    assert spec.behaviours == ("owned",)


def test_unknown_behaviour_is_refused_with_the_nearest():
    assert "Perhaps: owned" in refused(entity("people.person", behaviours=["ownd"]))["unknown_behaviour"]


def test_two_behaviours_may_bring_the_very_same_field_but_not_two_different():
    same = Behaviour(name="teamed", owner="club", fields={"team": {"type": "integer"}})
    other = Behaviour(name="grouped", owner="post", fields={"team": {"type": "text"}})
    documents = [entity("people.person", behaviours=["owned", "teamed"])]
    assert "team" in build(documents, MODULES, (OWNED, same)).catalog.entity("people.person").fields
    with pytest.raises(MetadataConflict, match=r"post declares fields\.team"):
        build([entity("people.person", behaviours=["owned", "grouped"])], MODULES, (OWNED, other))


def test_behaviour_registered_by_two_modules_is_a_conflict():
    with pytest.raises(MetadataConflict, match="club registers the behaviour owned of base again"):
        build([PERSON], MODULES, (OWNED, Behaviour(name="owned", owner="club")))


def test_rules_are_added_and_their_message_may_be_set():
    base = entity(
        "people.person", rules={"adult": {"refuse_when": "name == 'x'", "message": "No.", "on": ["name"]}}
    )
    spec = compiled(
        base,
        extend("people.person", rules={"adult": {"message": "Never."}}),
        extend("people.person", "club", rules={"paid": {"refuse_when": "name == 'y'"}}),
    ).catalog.entity("people.person")
    assert [(r.name, r.message, r.on, r.owner) for r in spec.rules] == [
        ("adult", "Never.", ("name",), "people"),
        ("paid", "This is not allowed.", (), "club"),
    ]


def test_labels_may_be_text_or_by_language_and_default_to_the_name_in_words():
    spec = compiled(
        entity(
            "people.person",
            {"first_name": {"type": "text"}, "name": {"type": "text", "label": {"fa": "نام"}}},
        )
    ).catalog.entity("people.person")
    assert spec.fields["first_name"].label == "First name"
    assert spec.fields["name"].label == {"fa": "نام"}
    assert spec.label == "Person"
    assert spec.plural == "Person"


def test_title_defaults_to_name_then_first_text_then_id():
    def title(fields):
        return compiled(entity("people.person", fields)).catalog.entity("people.person").title

    assert title({"code": {"type": "text"}, "name": {"type": "text"}}) == "name"
    assert title({"amount": {"type": "integer"}, "code": {"type": "sequence"}}) == "code"
    assert title({"amount": {"type": "integer"}}) == "id"


def test_options_hold_what_only_the_type_understands_and_nobody_can_change_them():
    field = person().fields["boss"]
    assert dict(field.options) == {"to": "people.person"}
    with pytest.raises(TypeError):
        field.options["to"] = "x"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"from": "a.b", "by": "c", "count": "x == 1"}, ("count", "", "x == 1")),
        ({"from": "a.b", "by": "c", "sum": "v", "where": "y == 2"}, ("sum", "v", "y == 2")),
        ({"from": "a.b", "by": "c", "pick": "v"}, ("pick", "v", "")),
    ],
)
def test_rollups_are_read(body, expected):
    source = entity(
        "people.visit",
        {
            "who": {"type": "reference", "to": "people.person"},
            "v": {"type": "integer"},
            "x": {"type": "integer"},
            "y": {"type": "integer"},
        },
    )
    base = entity(
        "people.person",
        {"total": {"type": "integer", "rollup": {**body, "from": "people.visit", "by": "who"}}},
    )
    rollup = compiled(base, source).catalog.entity("people.person").fields["total"].rollup
    assert (rollup.function, rollup.value, rollup.where) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"from": "people.person", "by": "boss"},
        {"count": ""},
        {"from": "people.person", "by": "boss", "count": "", "sum": "id"},
    ],
)
def test_rollups_that_do_not_say_one_thing_are_refused(body):
    assert "bad_rollup" in refused(
        entity(
            "people.person",
            {
                "boss": {"type": "reference", "to": "people.person"},
                "total": {"type": "integer", "rollup": body},
            },
        )
    )


def test_digest_follows_storage_and_expressions_but_not_labels():
    plain = person().digest
    assert (
        person(extend("people.person", label="Human", fields={"name": {"label": "X", "help": "Y"}})).digest
        == plain
    )
    assert person(extend("people.person", fields={"name": {"search": True}})).digest != plain
    assert (
        person(extend("people.person", fields={"name": {"visible_when": "stage == 'new'"}})).digest != plain
    )
    assert person(extend("people.person", fields={"stage": {"choices": {"old": "Old"}}})).digest != plain
