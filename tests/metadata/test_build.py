"""Building: all errors at once, or let the offenders sleep; order never matters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MetadataConflict, MetadataInvalid
from core.metadata.build import build
from core.metadata.specs import SITE
from tests.metadata.written import (
    DOCUMENTS,
    MODULES,
    OWNED,
    PERSON,
    PET,
    compiled,
    entity,
    extend,
    module,
    refused,
    view,
)


@settings(max_examples=40, deadline=None)
@given(st.permutations(DOCUMENTS))
def test_the_order_of_documents_does_not_matter(documents):
    assert _told(build(documents, MODULES, (OWNED,))) == _told(build(DOCUMENTS, MODULES, (OWNED,)))


WRONG = (
    *DOCUMENTS,
    extend(
        "people.pet",
        "club",
        fields={"name": {"label": "A"}, "keeper": {"required": True}, "x": {"type": "links"}},
    ),
    extend("people.pet", "post", fields={"name": {"label": "B"}, "gone": {"label": "C"}}),
    entity("post.letter", {"to": {"type": "reference", "to": "people.nobody"}}),
    view("post.letter.list", columns=["to", "from"]),
)


@settings(max_examples=40, deadline=None)
@given(st.permutations(WRONG))
def test_neither_errors_nor_what_sleeps_depend_on_the_order_of_documents(documents):
    def errors(found):
        with pytest.raises(MetadataConflict) as caught:
            build(found, MODULES, (OWNED,))
        return [p.text() for p in caught.value.problems]

    assert errors(documents) == errors(WRONG)
    assert _told(build(documents, MODULES, (OWNED,), strict=False)) == _told(
        build(WRONG, MODULES, (OWNED,), strict=False)
    )


def _told(built):
    catalog = built.catalog
    shown = [
        [(name, repr(spec)) for name, spec in specs.items()]
        for specs in (catalog.entities, catalog.views, catalog.menus, catalog.roles)
    ]
    return shown, catalog.digest, [p.text() for p in built.problems], [repr(o) for o in built.overrides]


def test_all_errors_are_told_at_once_sorted_by_place():
    with pytest.raises(MetadataConflict) as caught:
        build(WRONG, MODULES, (OWNED,))
    problems = caught.value.problems
    assert {p.code for p in problems} == {
        "no_target",
        "unknown_entity",
        "unknown_field",
        "conflict",
        "unknown_part",
    }
    places = [str(p.place) for p in problems]
    assert places == sorted(places)


def test_errors_without_disagreement_are_metadata_invalid():
    with pytest.raises(MetadataInvalid):
        compiled(entity("people.person", title="gone"))


@pytest.mark.parametrize(
    ("documents", "code", "told"),
    [
        ([entity("people.person", title="nme")], "unknown_field", "Perhaps: name"),
        (
            [entity("people.person", {"p": {"type": "links", "to": "people.person"}}, title="p")],
            "bad_title",
            "p is a links",
        ),
        (
            [entity("people.person", {"b": {"type": "reference", "to": "people.persn"}})],
            "unknown_entity",
            "people.person",
        ),
        ([entity("people.person", {"b": {"type": "reference"}})], "no_target", "to which entity"),
        (
            [entity("people.person", {"b": {"type": "reference_any", "to": ["people.person"] * 2}})],
            "duplicate",
            "twice",
        ),
        (
            [PERSON, entity("people.pet", {"l": {"type": "list", "of": "people.person", "by": "name"}})],
            "not_a_reference_back",
            "References back are: none",
        ),
        (
            [
                PERSON,
                entity(
                    "people.pet",
                    {
                        "l": {"type": "list", "of": "people.pet", "by": "x"},
                        "k": {"type": "reference", "to": "people.pet"},
                    },
                ),
            ],
            "not_a_reference_back",
            "References back are: k",
        ),
        (
            [
                entity(
                    "people.person",
                    {"n": {"type": "integer", "rollup": {"from": "people.x", "by": "k", "count": ""}}},
                )
            ],
            "unknown_entity",
            "people.x",
        ),
        (
            [
                PET,
                PERSON,
                extend(
                    "people.person",
                    "club",
                    fields={
                        "n": {
                            "type": "integer",
                            "rollup": {"from": "people.pet", "by": "keeper", "sum": "wight"},
                        }
                    },
                ),
            ],
            "unknown_field",
            "wight",
        ),
        (
            [
                PET,
                PERSON,
                extend(
                    "people.person",
                    "club",
                    fields={
                        "n": {"type": "integer", "rollup": {"from": "people.pet", "by": "name", "count": ""}}
                    },
                ),
            ],
            "not_a_reference_back",
            "keeper",
        ),
        ([entity("people.person", part_of="whole")], "bad_part_of", "whole"),
        (
            [entity("people.person", {"b": {"type": "reference", "to": "people.person"}}, part_of="b")],
            "circular_part_of",
            "people.person → people.person",
        ),
        (
            [
                entity(
                    "people.person", {"b": {"type": "reference", "to": "people.pet"}}, part_of="people.pet"
                ),
                entity("people.pet", {"c": {"type": "reference", "to": "people.person"}}, part_of="c"),
            ],
            "circular_part_of",
            "people.person → people.pet → people.person",
        ),
        ([entity("people.person", unique_together=[["name", "nme"]])], "unknown_field", "nme"),
        (
            [
                entity(
                    "people.person", {"l": {"type": "links", "to": "people.person"}}, unique_together=[["l"]]
                )
            ],
            "not_stored",
            "l has no value",
        ),
        ([entity("people.person", indexes=[["name", "-nme"]])], "unknown_field", "nme"),
        ([entity("people.person", indexes=[["-name", "id"]])], "unknown_field", "-name"),
        ([entity("people.person", indexes=[["id", "+nme"]])], "unknown_field", "nme"),
        ([entity("people.person", indexes=[["id", "+name"]])], "not_added_up", "name is a text"),
        (
            [entity("people.person", {"t": {"type": "long_text"}}, indexes=[["id", "t"]])],
            "not_indexed",
            "t is a long_text",
        ),
        ([entity("people.person", rules={"r": {"refuse_when": "x", "on": ["nme"]}})], "unknown_field", "nme"),
        (
            [entity("people.person", {"c": {"type": "text", "computed": "1", "required": True}})],
            "derived",
            "Nobody types c",
        ),
        (
            [
                entity(
                    "people.person",
                    {
                        "c": {
                            "type": "integer",
                            "computed": "1",
                            "rollup": {"from": "people.person", "by": "b", "count": ""},
                        },
                        "b": {"type": "reference", "to": "people.person"},
                    },
                )
            ],
            "computed_twice",
            "c is either",
        ),
        ([PERSON, PERSON], "duplicate", "people declares it already"),
        ([entity("club.person", owner="people")], "bad_name", "people.<singular>"),
        ([entity("people.person", owner=SITE)], "bad_name", "x.<singular>"),
        ([entity("people.b_c", owner="people"), entity("people.b", owner="people")], "", ""),
        (
            [
                entity(
                    "people.person", {"c": {"type": "choice", "choices": {"a": {"label": "A", "hue": "pnk"}}}}
                )
            ],
            "unknown_hue",
            "pink",
        ),
    ],
)
def test_what_cannot_be_is_refused(documents, code, told):
    found = refused(*documents)
    assert set(found) == ({code} if code else set())
    assert told in found.get(code, "")


def test_where_no_name_is_near_some_that_exist_are_told():
    assert (
        "Perhaps: people.person."
        in refused(PERSON, view("zoo.q.list", "people", columns=[]))["unknown_entity"]
    )
    assert "Perhaps: owned." in refused(entity("people.person", behaviours=["zzz"]))["unknown_behaviour"]


def test_entities_of_two_names_never_share_a_table():
    modules = (module("a"), module("a_b"))
    with pytest.raises(MetadataInvalid, match="share the table a_b_c"):
        build([entity("a.b_c"), entity("a_b.c")], modules)


@pytest.mark.parametrize("name", ["core", "x", "site", "Sales", "procrastinate"])
def test_reserved_module_names_are_refused(name):
    with pytest.raises(MetadataInvalid, match="cannot be the name of a module"):
        build([], [module(name)])


@pytest.mark.parametrize(
    "document",
    [
        extend("club.member", "post", fields={"box": {"type": "text"}}),
        entity("post.letter", {"of": {"type": "reference", "to": "club.member"}}),
        extend("club.member.list", "post", columns=["name"]),
    ],
)
def test_a_module_names_in_its_manifest_what_it_leads_to(document):
    found = refused(entity("club.member"), view("club.member.list", columns=[]), document)
    assert "without requiring club" in found["undeclared_dependency"]
    required = (*MODULES[:3], module("post", "club"))
    build([entity("club.member"), view("club.member.list", columns=[]), document], required)


def test_what_is_required_by_a_requirement_is_seen_too_and_always_installed_modules_by_all():
    modules = (module("base", always=True), module("a"), module("b", "a"), module("c", "b"))
    build(
        [
            entity("base.user"),
            entity("a.thing"),
            entity(
                "c.case",
                {"t": {"type": "reference", "to": "a.thing"}, "u": {"type": "reference", "to": "base.user"}},
            ),
        ],
        modules,
    )
