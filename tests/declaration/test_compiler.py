"""The compiler hands the checkers of fields and expressions to the catalog."""

from __future__ import annotations

import pytest

from core.declaration.compiler import Compiler
from core.declaration.reading import read_yaml
from core.errors import MetadataInvalid, Problem
from core.fields import FieldTypes
from core.metadata.documents import Behaviour
from core.metadata.specs import ModuleSpec

PERSON = """entity: p.person
fields:
  name: {type: text, search: true}
  age: {type: integer}
  boss: {type: reference, to: p.person}
"""
MODULES = (ModuleSpec(name="p", version="1", label="P"),)


def compiled(*texts, strict=True, **more):
    documents = [d for n, text in enumerate(texts) for d in read_yaml(text, f"p/{n}.yaml", owner="p")]
    return Compiler(FieldTypes(), **more).compile(documents, MODULES, 3, strict)


def refused(*texts):
    with pytest.raises(MetadataInvalid) as caught:
        compiled(*texts)
    return [(p.code, str(p.place), p.field) for p in caught.value.problems]


def test_catalog_has_the_version_it_was_compiled_for():
    assert compiled(PERSON).catalog.version == 3


@pytest.mark.parametrize(
    ("more", "code", "line", "key"),
    [
        ("  a: {type: galaxy}\n", "unknown_type", 6, "a"),
        ("  a: {type: text, max_lenght: 5}\n", "unknown_option", 6, "a"),
        ("  a: {type: text, computed: 'nme'}\n", "unknown_field", 6, "a"),
        ("  a: {type: integer, computed: 'name'}\n", "wrong_type", 6, "a"),
        ("  a: {type: boolean, computed: 'boss == $user'}\n", "moving", 6, "a"),
        ("  a: {type: integer, rollup: {from: p.person, by: boss, count: 'age > $today'}}\n", "", 6, "a"),
        ("  a: {type: text, visible_when: 'agee > 1'}\n", "unknown_field", 6, "a.visible_when"),
        ("  a: {type: text, required_when: 'age +'}\n", "", 6, "a.required_when"),
        ("  a: {type: text, read_only_when: 'age'}\n", "condition_expected", 6, "a.read_only_when"),
        ("  a: {type: text, visible_when: '$old.age > 1'}\n", "no_old", 6, "a.visible_when"),
        ("rules:\n  r: {refuse_when: 'age > name'}\n", "", 7, "rules.r"),
    ],
)
def test_expressions_that_do_not_fit_are_refused_at_their_place(more, code, line, key):
    found = refused(PERSON + more)
    assert all(place == f"p/0.yaml:{line}" for _, place, _ in found)
    assert key in {field for _, _, field in found}
    assert not code or code in {c for c, _, _ in found}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "roles:\n  r:\n    grants:\n      - {entity: p.person, actions: [read], when: 'agee > 1'}\n",
            "when",
        ),
        ("view: p.person.list\ncolumns: [name]\nfilters: {x: {label: X, where: 'agee > 1'}}\n", "filters.x"),
    ],
)
def test_conditions_of_grants_and_filters_are_checked(text, key):
    assert [(c, f) for c, _, f in refused(PERSON, text)] == [("unknown_field", key)]


def test_a_filter_that_does_not_fit_is_told_at_its_line_and_sleeps_alone():
    view = "view: p.person.list\ncolumns: [name]\nfilters:\n  x: {label: X, where: 'agee > 1'}\n  y: {where: 'age > 1'}\n"
    assert [place for _, place, _ in refused(PERSON, view)] == ["p/1.yaml:4"]
    assert list(compiled(PERSON, view, strict=False).catalog.views["p.person.list"].options["filters"]) == [
        "y"
    ]


def test_conditions_on_a_change_may_look_at_the_old_values():
    compiled(
        PERSON
        + "  a: {type: text, read_only_when: '$old.age > 1'}\nrules:\n  r: {refuse_when: '$old.age > age'}\n"
    )


def test_one_mistake_is_told_once():
    assert len(refused(PERSON + "  a: {type: reference, to: p.persn}\n")) == 1
    assert len(refused(PERSON + "  a: {type: list, of: p.person, by: name}\n")) == 1


def test_without_strict_only_the_field_that_offends_sleeps():
    built = compiled(PERSON + "  a: {type: galaxy}\n  b: {type: text, visible_when: 'c'}\n", strict=False)
    assert list(built.catalog.entity("p.person").fields)[7:] == ["name", "age", "boss"]
    assert len(built.catalog.diagnostics) == 2


def test_behaviours_are_asked_at_each_compile():
    known = []
    compiler = Compiler(FieldTypes(), behaviours=lambda: known)
    documents = read_yaml(PERSON + "behaviours: [aged]\n", "p/0.yaml", owner="p")
    with pytest.raises(MetadataInvalid, match="no behaviour aged"):
        compiler.compile(documents, MODULES)
    known.append(Behaviour(name="aged", owner="p", fields={"born": {"type": "date"}}))
    assert "born" in compiler.compile(documents, MODULES).catalog.entity("p.person").fields


def test_a_restriction_that_does_not_fit_is_refused_at_its_line_and_stays_in_force_at_boot():
    wrong = "restrictions:\n  near:\n    entity: p.person\n    when: colour == 'red'\n"
    assert refused(PERSON, wrong) == [("unknown_field", "p/1.yaml:2", "when")]
    built = compiled(PERSON, wrong, strict=False)
    assert [p.code for p in built.problems] == ["unknown_field"]
    assert built.catalog.restrictions["p.near"].when == "colour == 'red'"


def test_a_mask_that_does_not_fit_is_refused_at_the_line_of_its_grant():
    grant = "{entity: p.person, actions: [read], fields: {masked: {age: 'agee > 1'}}}"
    found = refused(PERSON, f"roles:\n  r:\n    grants:\n      - {grant}\n")
    assert found == [("unknown_field", "p/1.yaml:4", "fields.masked.age")]


def test_rooms_above_hand_in_checkers_of_their_own():
    def never(catalog):
        yield Problem(code="never", message="Never.")

    with pytest.raises(MetadataInvalid, match=r"Never\."):
        compiled(PERSON, checkers=[never])
