"""Documents from YAML and JSON: the same forms, the same sentences, every problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.declaration.reading import document_from_json, read_yaml
from core.errors import MetadataInvalid, Place
from core.metadata.specs import SITE

ENTITY = """entity: people.person
label: Person
behaviours: [owned]
fields:
  name: {type: text, label: {en: Name, fa: نام}, required: true}
  stage:
    type: choice
    choices:
      new: New
      old: {label: Old, hue: red}
  total: {type: integer, rollup: {from: people.visit, by: who, count: "x > 1"}}
rules:
  fed: {refuse_when: "is_empty(name)", message: No., on: [name]}
"""


def told(text, owner="people"):
    with pytest.raises(MetadataInvalid) as caught:
        read_yaml(text, "people/a.yaml", owner=owner)
    return [(p.code, p.place.line, p.field) for p in caught.value.problems]


def test_entity_is_read_with_owner_name_and_places():
    (document,) = read_yaml(ENTITY, "people/entities/person.yaml", owner="people")
    assert document.key == ("people", "entity", "people.person")
    assert str(document.place) == "people/entities/person.yaml:1"
    assert str(document.place_of("fields", "stage", "choices", "old")) == "people/entities/person.yaml:10"
    assert (
        str(document.place_of("fields", "stage", "choices", "old", "hue")) == "people/entities/person.yaml:10"
    )
    assert str(document.place_of("fields", "stage", "nothing")) == "people/entities/person.yaml:6"
    assert document.body["rules"]["fed"]["on"] == ["name"]


def test_place_may_be_given_as_a_place():
    assert read_yaml(ENTITY, Place(file="b.yaml"), owner="people")[0].place.file == "b.yaml"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("extends: people.person\nfields: {name: {label: X}}\n", ("extend", "people.person")),
        ("extends: people.person.form\nitems: [{add: x, after: y}]\n", ("extend", "people.person.form")),
        (
            "view: people.person.list\nentity: people.person\ncolumns: [name]\n",
            ("view", "people.person.list"),
        ),
        ("module: people\nversion: 1.0.0\nlabel: People\n", ("module", "people")),
    ],
)
def test_the_first_key_says_what_a_document_is(text, key):
    (document,) = read_yaml(text, "a.yaml", owner="people")
    assert (document.kind, document.name) == key


def test_menus_and_roles_become_documents_of_their_own_with_their_own_lines():
    menus = read_yaml(
        "menus:\n  people: {label: People, entity: people.person}\n\n  club.x: {label: X}\n"
        "extends:\n  base.users: {hidden: true}\n",
        "people/menus.yaml",
        owner="club",
    )
    assert [(d.kind, d.name, d.place.line) for d in menus] == [
        ("menu", "club.people", 2),
        ("menu", "club.x", 4),
        ("extend", "menu:base.users", 6),
    ]
    assert menus[0].body == {"menu": "club.people", "label": "People", "entity": "people.person"}
    roles = read_yaml(
        "roles:\n  club.editor:\n    grants:\n      - entity: club.member\n        actions: [read]\n"
        "extends:\n  people.reader: {grants: []}\n",
        "a.yaml",
        owner="club",
    )
    assert [(d.kind, d.name) for d in roles] == [("role", "club.editor"), ("extend", "role:people.reader")]
    assert roles[0].place_of("grants", "0", "actions").line == 5


def test_restrictions_stand_in_the_file_of_roles_and_are_extended_there():
    documents = read_yaml(
        "roles:\n  editor: {label: Editor}\n"
        "restrictions:\n  near:\n    entity: club.member\n    when: team in $teams\n    except: [club.editor]\n"
        "extends:\n  club.editor: {label: Other}\n  restriction:people.far: {except: {list_add: [club.editor]}}\n",
        owner="club",
    )
    assert [(d.kind, d.name) for d in documents] == [
        ("role", "club.editor"),
        ("restriction", "club.near"),
        ("extend", "role:club.editor"),
        ("extend", "restriction:people.far"),
    ]
    assert documents[1].body["except"] == ["club.editor"]
    assert documents[1].place_of("when").line == 6
    (alone,) = read_yaml("restrictions: {near: {entity: club.member, when: id == 1}}", owner="club")
    assert (alone.kind, alone.name) == ("restriction", "club.near")


def test_file_may_hold_extensions_of_roles_only():
    (document,) = read_yaml("extends:\n  role:people.reader: {grants: []}\n", "a.yaml", owner="club")
    assert (document.kind, document.name) == ("extend", "role:people.reader")


def test_names_at_the_site_get_its_prefix():
    (document,) = read_yaml("menus: {pets: {label: Pets}}\n", "a.yaml")
    assert (document.owner, document.name) == (SITE, "x.pets")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("entity: people.person\nlable: X\n", ("unknown_key", 2, "lable")),
        (
            "entity: people.person\nfields:\n  a: {type: text, lable: X}\n",
            ("unknown_key", 3, "fields.a.lable"),
        ),
        (
            "entity: people.person\nfields:\n  a: {type: text, reqired: true}\n",
            ("unknown_key", 3, "fields.a.reqired"),
        ),
        (
            "entity: people.person\nfields:\n  a:\n    type: text\n    required: yes\n",
            ("wrong_type", 5, "fields.a.required"),
        ),
        ("entity: people.person\nfields:\n  a: text\n", ("wrong_type", 3, "fields.a")),
        ("entity: people.person\nfields: [a]\n", ("wrong_type", 2, "fields")),
        ("entity: people.person\nlabel:\n", ("empty", 2, "label")),
        ("entity: people.person\nlabel: ' '\n", ("wrong_type", 2, "label")),
        ("entity: people.person\nlabel: {fa: 1}\n", ("wrong_type", 2, "label")),
        ("entity: people.person\nbehaviours: owned\n", ("wrong_type", 2, "behaviours")),
        ("entity: people.person\nbehaviours: [owned, 1]\n", ("wrong_type", 2, "behaviours.1")),
        ("entity: People\n", ("bad_name", 1, "entity")),
        (
            "entity: people.person\nrules:\n  r:\n    refuse_when: 1\n",
            ("wrong_type", 4, "rules.r.refuse_when"),
        ),
        (
            "entity: people.person\nfields:\n  a:\n    type: choice\n    choices:\n      b: {hue: pnk}\n",
            ("unknown_value", 6, "fields.a.choices.b.hue"),
        ),
        (
            "entity: people.person\nfields:\n  a: {type: integer, rollup: {from: p.v, by: w, count: '', sum: x}}\n",
            ("bad_rollup", 3, "fields.a.rollup"),
        ),
        (
            "entity: people.person\nfields:\n  a: {type: integer, rollup: {by: w, count: ''}}\n",
            ("missing", 3, "fields.a.rollup.from"),
        ),
        ("view: people.person.list\nsort: name\n", ("wrong_type", 2, "sort")),
        ("view: people.person.list\nlimit: '9'\n", ("wrong_type", 2, "limit")),
        ("view: people.person.list\ncolumns:\n  - {nme: a}\n", ("missing", 3, "columns.0.name")),
        ("view: people.person\n", ("bad_name", 1, "view")),
        ("extends: people.person.form\nitems:\n  - {add: a, hide: b}\n", ("bad_operation", 3, "items.0")),
        (
            "extends: people.person.form\nitems:\n  - {add: a, after: b, before: c}\n",
            ("bad_operation", 3, "items.0"),
        ),
        ("menus:\n  a: {weight: heavy}\n", ("wrong_type", 2, "weight")),
        ("menus:\n  a: {key: H}\n", ("bad_name", 2, "key")),
        ("menus:\n  a: {key: dd}\n", ("bad_name", 2, "key")),
        ("menus:\n  a: text\n", ("wrong_type", 2, None)),
        ("menus: [a]\n", ("wrong_type", 1, None)),
        ("menus: {}\nmeus: {}\n", ("unknown_key", 2, None)),
        ("menus:\n  base.users: {label: X}\n", ("not_own", 2, None)),
        ("roles:\n  a:\n    grants:\n      - {actions: [read]}\n", ("missing", 4, "grants.0.entity")),
        (
            "roles:\n  a:\n    grants:\n      - entity: p.q\n        actions: [read]\n        scope: mine\n",
            ("unknown_value", 6, "grants.0.scope"),
        ),
        ("module: people\nversion: 1.0\nlabel: P\n", ("wrong_type", 2, "version")),
        ("module: people\nversion: one\nlabel: P\n", ("bad_name", 2, "version")),
        (
            "module: people\nversion: 1.0.0\nlabel: P\nrequires: {base: 1}\n",
            ("wrong_type", 4, "requires.base"),
        ),
        (
            "module: people\nversion: 1.0.0\nlabel: P\nrequires: {python: x}\n",
            ("wrong_type", 4, "requires.python"),
        ),
        ("enttiy: people.person\n", ("unknown_kind", 1, None)),
        ("entity: people.person\nextends: people.person\n", ("unknown_kind", 1, None)),
        ("- a\n", ("wrong_type", 1, None)),
        ("", ("wrong_type", 1, None)),
    ],
)
def test_what_does_not_fit_the_form_is_refused_with_line_and_key(text, problem):
    assert problem in told(text)


def test_unknown_keys_are_told_with_the_nearest():
    with pytest.raises(MetadataInvalid, match=r"There is no key lable here\. Perhaps: label"):
        read_yaml("entity: people.person\nlable: X\n", "a.yaml")


def test_options_of_field_types_pass_because_only_the_type_knows_them():
    (document,) = read_yaml(
        "entity: p.q\nfields: {a: {type: text, max_length: 9, strange: [1]}}\n", "a.yaml", owner="p"
    )
    assert document.body["fields"]["a"]["strange"] == [1]


def test_all_problems_are_told_sorted_by_line():
    found = told("entity: people.person\nlable: X\nfields:\n  a: {required: 1}\n  b: {search: 2}\n")
    assert [line for _, line, _ in found] == [2, 4, 5]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"entity: \xe6\n"])
def test_files_that_are_no_utf8_are_refused(tmp_path, content):
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(MetadataInvalid, match=r"people/a\.yaml: The file is not text in UTF-8"):
        read_yaml(path, "people/a.yaml")


def test_missing_file_is_told_without_the_machines_path(tmp_path):
    with pytest.raises(MetadataInvalid) as caught:
        read_yaml(tmp_path / "gone.yaml", "people/gone.yaml")
    assert str(tmp_path) not in caught.value.text()


def test_byte_order_mark_is_ignored(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfentity: p.q\n")
    assert read_yaml(path, "a.yaml", owner="p")[0].name == "p.q"


def test_json_bodies_go_through_the_same_forms_with_pointers():
    with pytest.raises(MetadataInvalid) as caught:
        document_from_json(
            "entity", {"entity": "x.pet", "fields": {"a/b": {"type": "text", "required": "yes"}}}
        )
    (problem,) = caught.value.problems
    assert str(problem.place) == "site#/fields/a~1b/required"


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("entity", {"entity": "x.pet"}, (SITE, "entity", "x.pet")),
        (
            "extend",
            {"extends": "people.person", "label": {"fa": "شخص"}, "base": {"label": "Person"}},
            (SITE, "extend", "people.person"),
        ),
        ("extend", {"extends": "role:people.reader", "grants": []}, (SITE, "extend", "role:people.reader")),
        ("extend", {"extends": "menu:people.people", "hidden": True}, (SITE, "extend", "menu:people.people")),
        ("view", {"view": "x.pet.list", "columns": []}, (SITE, "view", "x.pet.list")),
        ("menu", {"menu": "pets", "label": "Pets"}, (SITE, "menu", "x.pets")),
        ("role", {"role": "keeper"}, (SITE, "role", "x.keeper")),
    ],
)
def test_documents_come_from_json(kind, body, key):
    assert document_from_json(kind, body).key == key


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("galaxy", {}, "unknown_kind"),
        ("entity", [], "wrong_type"),
        ("entity", {}, "missing"),
        ("menu", {}, "missing"),
        ("entity", {"entity": "x.pet", "fields": {1: {}}}, "bad_key"),
        ("menu", {"menu": "base.users"}, "not_own"),
        ("entity", {"entity": "x.pet", "label": "x" * 300_000}, "too_large"),
        ("entity", {"entity": "x.pet", "label": "a\x00"}, "unstorable"),
        ("entity", {"entity": "x.pet", "label": "a\ud800"}, "unstorable"),
        ("entity", {"entity": "x.pet", "fields": {"\ud800": {}}}, "bad_key"),
    ],
)
def test_json_that_is_no_document_is_refused(kind, body, code):
    with pytest.raises(MetadataInvalid) as caught:
        document_from_json(kind, body)
    assert code in {p.code for p in caught.value.problems}


def test_json_that_is_too_deep_is_refused():
    body = {"entity": "x.pet"}
    deep = body
    for _ in range(40):
        deep["base"] = {}
        deep = deep["base"]
    with pytest.raises(MetadataInvalid, match="deeply nested"):
        document_from_json("entity", body)


def test_yaml_and_json_of_one_document_have_one_digest():
    (written,) = read_yaml("entity: x.pet\nfields: {a: {type: text}}\n", "a.yaml")
    assert (
        document_from_json("entity", {"entity": "x.pet", "fields": {"a": {"type": "text"}}}).digest
        == written.digest
    )


def test_digest_of_a_document_follows_the_order_of_its_keys():
    one, other = (
        {"entity": "x.pet", "fields": {n: {"type": "text"} for n in names}} for names in ("ab", "ba")
    )
    assert document_from_json("entity", one).digest != document_from_json("entity", other).digest


def test_reading_a_folder_or_nothing_never_shows_a_traceback(tmp_path):
    with pytest.raises(MetadataInvalid):
        read_yaml(Path(tmp_path), "people")
