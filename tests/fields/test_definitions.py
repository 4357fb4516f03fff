"""What a definition may say of a field: options, flags, defaults, names in the database."""

from __future__ import annotations

import pytest

from core.errors import MetadataConflict, MetadataInvalid, Place
from core.fields import LIVE_DEFAULTS, FieldType, FieldTypes, on_delete, options_schema
from core.fields.options import Option
from core.metadata.names import RESERVED_FIELDS
from core.metadata.specs import Choice
from tests.fields.rows import CHOICES, TYPES, catalog, entity, make

OTHER = entity("m.other", make("text", name="name", entity="m.other"))
THIRD = entity("m.third", make("text", name="name", entity="m.third"))
LINE = entity(
    "m.line",
    make("reference", name="owner", entity="m.line", options={"to": "m.thing"}),
    make("reference", name="else", entity="m.line", options={"to": "m.other"}),
    make("reference_any", name="any", entity="m.line", options={"to": ["m.other", "m.thing"]}),
)
WORLD = catalog(OTHER, THIRD, LINE)

NEEDED = {
    "choice": {"choices": CHOICES},
    "multi_choice": {"choices": CHOICES},
    "reference": {"options": {"to": "m.other"}},
    "reference_any": {"options": {"to": ["m.other", "m.third"]}},
    "links": {"options": {"to": "m.other"}},
    "list": {"options": {"of": "m.line", "by": "owner"}},
    "sequence": {"options": {"pattern": "C-{number}"}},
}


def codes(kind, **more):
    spec = make(kind, **{**NEEDED.get(kind, {}), **more})
    found = list(TYPES.check(spec, WORLD))
    assert all(problem.text() and problem.field == "f" for problem in found)
    return [problem.code for problem in found]


@pytest.mark.parametrize("name", TYPES.names)
def test_plain_definitions_are_accepted(name):
    assert codes(name) == []


@pytest.mark.parametrize("name", TYPES.names)
def test_unknown_options_are_refused_with_those_that_exist(name):
    options = {**NEEDED.get(name, {}).get("options", {}), "no_such": 1}
    [problem] = TYPES.check(make(name, **{**NEEDED.get(name, {}), "options": options}), WORLD)
    assert problem.code == "unknown_option"
    assert all(option in problem.text() for option in TYPES.get(name).options) or problem.params["nearest"]


def test_the_nearest_option_is_named():
    [problem] = TYPES.check(
        make("text", options={"max_lenght": 5}, place=Place(file="a.yaml", line=3)), WORLD
    )
    assert (
        problem.text() == "a.yaml:3: m.thing.f: the type text has no option max_lenght. Perhaps: max_length."
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("text", {"max_length": 0}),
        ("text", {"max_length": 5000}),
        ("text", {"max_length": "5"}),
        ("text", {"max_length": True}),
        ("text", {"code": "yes"}),
        ("text", {"secret": 1}),
        ("long_text", {"max_length": 100_001}),
        ("decimal", {"digits": 39}),
        ("percent", {"decimals": 13}),
        ("decimal", {"decimals": -1}),
        ("integer", {"minimum": "0"}),
        ("integer", {"minimum": True}),
        ("reference", {"to": 5}),
        ("reference", {"to": "Other"}),
        ("reference", {"to": ["m.other"]}),
        ("reference_any", {"to": "m.other"}),
        ("reference_any", {"to": [5]}),
        ("reference", {"to": "m.other", "on_delete": "explode"}),
        ("list", {"of": "m.line", "by": "a.b"}),
        ("phone", {"allow_short": 1}),
        ("sequence", {"pattern": 5}),
        ("money", {"currency": 5}),
    ],
)
def test_options_of_the_wrong_kind_are_refused(name, options):
    [problem] = TYPES.check(make(name, **{**NEEDED.get(name, {}), "options": options}), WORLD)
    assert problem.code == "wrong_option"
    assert problem.params["wanted"]


@pytest.mark.parametrize("name", ["reference", "reference_any", "links", "list", "sequence"])
def test_missing_options_are_named(name):
    found = codes(name, options={})
    assert set(found) == {"missing_option"}


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        ("integer", {"options": {"minimum": 5, "maximum": 4}}, "empty_range"),
        ("decimal", {"options": {"digits": 2, "decimals": 3}}, "empty_range"),
        ("money", {"options": {"currency": "IRT"}}, "unknown_currency"),
        ("choice", {"choices": ()}, "no_choices"),
        ("choice", {"choices": (Choice(name="A b", label="x"),)}, "bad_name"),
        ("choice", {"choices": (Choice(name="a", label="x", hue="puce"),)}, "unknown_hue"),
        ("choice", {"choices": (Choice(name="a", label="x"), Choice(name="a", label="y"))}, "twice"),
        ("text", {"choices": CHOICES}, "no_choices"),
        ("reference", {"options": {"to": "m.othr"}}, "unknown_entity"),
        (
            "reference",
            {"required": True, "options": {"to": "m.other", "on_delete": "clear"}},
            "required_cleared",
        ),
        ("reference_any", {"options": {"to": ["m.other", "m.othr"]}}, "unknown_entity"),
        ("reference_any", {"options": {"to": ["m.other", "m.other"]}}, "twice"),
        ("links", {"options": {"to": "m.othr"}}, "unknown_entity"),
        ("list", {"options": {"of": "m.lin", "by": "owner"}}, "unknown_entity"),
        ("list", {"options": {"of": "m.line", "by": "ownr"}}, "unknown_field"),
        ("list", {"options": {"of": "m.line", "by": "else"}}, "points_elsewhere"),
        ("sequence", {"options": {"pattern": "C-{year}"}}, "bad_pattern"),
    ],
)
def test_options_that_make_no_sense_are_refused(name, more, code):
    assert codes(name, **more) == [code]


def test_a_list_may_hang_on_a_reference_to_any():
    assert codes("list", options={"of": "m.line", "by": "any"}) == []


@pytest.mark.parametrize("name", TYPES.names)
def test_only_text_is_searched(name):
    assert codes(name, search=True) == ([] if TYPES.get(name).textual else ["not_searchable"])


@pytest.mark.parametrize("flag", ["unique", "duplicate_key"])
@pytest.mark.parametrize("name", TYPES.names)
def test_only_identifying_types_are_unique_or_duplicate_keys(name, flag):
    identifying = {
        "text",
        "choice",
        "integer",
        "decimal",
        "date",
        "reference",
        "email",
        "phone",
        "url",
        "sequence",
    }
    assert codes(name, **{flag: True}) == ([] if name in identifying else ["not_identifying"])


@pytest.mark.parametrize(
    ("name", "default", "code"),
    [
        ("text", "x", None),
        ("text", 5, "bad_default"),
        ("integer", 5, None),
        ("integer", "5", "bad_default"),
        ("boolean", False, None),
        ("choice", "new", None),
        ("choice", "gone", "bad_default"),
        ("multi_choice", ["new"], None),
        ("money", {"amount": "5"}, None),
        ("money", {"amount": "x"}, "bad_default"),
        ("date", "2026-03-21", None),
        ("date", "$today", None),
        ("date", "$now", "bad_default"),
        ("datetime", "$now", None),
        ("reference", "$user", None),
        ("reference", "$today", "bad_default"),
        ("integer", "$team", None),
        ("text", "$user", "bad_default"),
        ("list", [], "no_default"),
        ("links", [1], "no_default"),
        ("file", 1, "no_default"),
        ("sequence", "C-1", "no_default"),
        ("reference_any", {"entity": "m.other", "id": 1}, "no_default"),
        ("date", "2026-02-30", "bad_default"),
    ],
)
def test_defaults_are_read_like_any_value(name, default, code):
    assert codes(name, default=default) == ([code] if code else [])


def test_live_defaults_fit_known_types():
    assert {kind for kinds in LIVE_DEFAULTS.values() for kind in kinds} <= set(TYPES.names)


def test_unknown_types_are_refused_with_the_nearest():
    [problem] = TYPES.check(make("txt"), WORLD)
    assert problem.code == "unknown_type"
    assert "text" in problem.params["nearest"]
    with pytest.raises(MetadataInvalid, match="text"):
        TYPES.get("txt")
    assert TYPES.find("txt") is None


def test_what_happens_on_delete_follows_from_required():
    assert on_delete(make("reference", options={"to": "m.other"})) == "clear"
    assert on_delete(make("reference", options={"to": "m.other"}, required=True)) == "restrict"
    assert (
        on_delete(make("reference", options={"to": "m.other", "on_delete": "cascade"}, required=True))
        == "cascade"
    )


def test_all_problems_of_a_catalog_are_told_at_once():
    thing = entity(
        "m.thing", make("txt", name="a"), make("integer", name="b", search=True), make("choice", name="c")
    )
    world = catalog(thing, OTHER)
    assert [(p.field, p.code) for p in TYPES.check_catalog(world)] == [
        ("a", "unknown_type"),
        ("b", "not_searchable"),
        ("c", "no_choices"),
    ]


def test_system_fields_are_not_checked():
    system = make("integer", name="id", system=True, options={"odd": 1})
    assert list(TYPES.check_catalog(catalog(entity("m.thing", system)))) == []


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ([("money", "price", {}), ("text", "price_currency", {})], "price_currency"),
        ([("text", "name", {"search": True}), ("text", "name_key", {})], "name_key"),
        ([("text", "name_key", {}), ("text", "name", {"search": True})], "name_key"),
        (
            [("reference_any", "owner", {"options": {"to": ["m.other"]}}), ("text", "owner__m_other", {})],
            "owner__m_other",
        ),
    ],
)
def test_two_fields_never_share_a_column(fields, taken):
    thing = entity("m.thing", *(make(kind, name=name, **more) for kind, name, more in fields))
    [problem] = TYPES.check_catalog(catalog(thing, OTHER))
    assert problem.code == "column_taken"
    assert problem.params["column"] == taken


def test_fields_never_take_the_columns_of_every_record():
    for name in RESERVED_FIELDS:
        [problem] = TYPES.check_catalog(catalog(entity("m.thing", make("text", name=name))))
        assert problem.code == "column_taken"


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("reference_any", "f" * 40, {"to": ["m.a_rather_long_entity_name"]}),
        ("links", "f" * 48, {"to": "m.a_rather_long_entity_name"}),
    ],
)
def test_database_names_are_never_cut(kind, name, options):
    owner = "longmodulename.longishentity"
    other = entity(
        "m.a_rather_long_entity_name", make("text", name="name", entity="m.a_rather_long_entity_name")
    )
    thing = entity(owner, make(kind, name=name, entity=owner, options=options))
    [problem] = TYPES.check_catalog(catalog(thing, other))
    assert problem.code == "name_too_long"


class Stars(FieldType):
    """A kind of field that a module brings."""

    name = "stars"
    about = "One to five stars."


def test_modules_add_types_and_take_them_away_again():
    types = FieldTypes([Stars()])
    assert types.get("stars").name == "stars"
    types.fill()
    assert types.find("stars") is None
    assert "text" in types.names


def test_a_taken_name_stops_the_compile():
    class Other(FieldType):
        name = "text"
        about = "Another text."

    with pytest.raises(MetadataConflict, match="two field types named text"):
        FieldTypes([Other()])


@pytest.mark.parametrize("kind", tuple(TYPES), ids=lambda kind: kind.name)
def test_options_have_a_schema_for_editors(kind):
    schema = options_schema(kind.options)
    assert set(schema) == set(kind.options)
    for name, option in kind.options.items():
        assert option.name == name
        assert schema[name]["description"] == option.about
        assert option.about[0].isupper()
        assert option.about.endswith(".")


def test_option_schemas_bound_what_is_written():
    option = Option(name="n", kind="integer", about="N.", least=1, most=9, default=3)
    assert option.schema() == {
        "description": "N.",
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "default": 3,
    }
    choice = Option(name="c", kind="text", about="C.", choices=("a", "b"))
    assert choice.schema() == {"description": "C.", "type": "string", "enum": ["a", "b"]}
    assert choice.accepts("a")
    assert not choice.accepts("c")
