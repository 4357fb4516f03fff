"""What sleeps instead of stopping the boot, and who may look at a catalog."""

from __future__ import annotations

import pytest

from core.errors import Place, Problem
from core.metadata.build import build
from core.metadata.documents import canonical, plain
from core.metadata.specs import SITE
from tests.metadata.written import (
    DOCUMENTS,
    MODULES,
    PERSON,
    PET,
    compiled,
    doc,
    entity,
    extend,
    refused,
    view,
)


def test_what_offends_sleeps_with_a_diagnostic_and_the_rest_runs():
    built = compiled(
        PERSON,
        PET,
        extend(
            "people.pet",
            "club",
            fields={"tier": {"type": "text"}, "of": {"type": "reference", "to": "club.gone"}},
        ),
        strict=False,
    )
    fields = built.catalog.entity("people.pet").fields
    assert "tier" in fields
    assert "of" not in fields
    (problem,) = built.catalog.diagnostics
    assert problem.params["dormant"] == "club extend people.pet fields.of"


def test_what_leans_on_a_sleeper_sleeps_too():
    built = compiled(
        PERSON,
        entity("people.pet", title="gone"),
        view("people.pet.list", columns=["name"]),
        entity("people.toy", {"of": {"type": "reference", "to": "people.pet"}, "n": {"type": "text"}}),
        doc("menu", "people.pets", "people", entity="people.pet"),
        strict=False,
    )
    assert set(built.catalog.entities) == {"people.person", "people.toy"}
    assert "of" not in built.catalog.entity("people.toy").fields
    assert not built.catalog.views
    assert not built.catalog.menus
    assert len(built.problems) == 4


def test_of_two_modules_that_disagree_the_later_installed_sleeps():
    documents = [
        PERSON,
        extend("people.person", "club", fields={"name": {"label": "Member"}}),
        extend("people.person", "post", fields={"name": {"label": "Addressee"}, "box": {"type": "text"}}),
    ]
    spec = compiled(*documents, strict=False).catalog.entity("people.person")
    assert spec.fields["name"].label == "Member"
    assert "box" in spec.fields
    swapped = (*MODULES[:2], MODULES[3], MODULES[2])
    assert (
        build(documents, swapped, (), strict=False).catalog.entity("people.person").fields["name"].label
        == "Addressee"
    )


def test_owners_that_may_sleep_are_not_fatal_in_a_strict_build():
    note = extend("people.person", fields={"x_of": {"type": "reference", "to": "club.gone"}})
    assert "unknown_entity" in refused(PERSON, note)
    built = compiled(PERSON, note, may_sleep={SITE})
    assert "x_of" not in built.catalog.entity("people.person").fields
    assert [p.code for p in built.problems] == ["unknown_entity"]


def test_checkers_see_the_catalog_and_their_problems_refuse_it():
    def no_pets(catalog):
        for found in (f for e in catalog.entities.values() for f in e.fields.values() if f.type == "pet"):
            yield Problem(
                code="no_pets", message="{name} is a pet.", params={"name": found.name}, place=found.place
            )

    documents = [
        PERSON,
        extend("people.person", "club", fields={"dog": {"type": "pet"}, "tier": {"type": "text"}}),
    ]
    assert refused(*documents, checkers=[no_pets])["no_pets"].endswith("dog is a pet.")
    built = compiled(*documents, checkers=[no_pets], strict=False)
    assert "dog" not in built.catalog.entity("people.person").fields
    assert "tier" in built.catalog.entity("people.person").fields


def test_problem_of_a_checker_that_blames_nobody_is_a_diagnostic_and_does_not_stop_the_boot():
    def gloomy(catalog):
        yield Problem(code="gloomy", message="All is wrong.", place=Place(file="nowhere"))

    assert [p.code for p in compiled(PERSON, checkers=[gloomy], strict=False).problems] == ["gloomy"]


def test_nobody_can_change_a_catalog():
    catalog = compiled(*DOCUMENTS).catalog
    for specs in (catalog.entities, catalog.views, catalog.menus, catalog.roles, catalog.modules):
        with pytest.raises(TypeError):
            specs["new"] = None


def test_digest_of_a_catalog_follows_every_document():
    digest = compiled(*DOCUMENTS).catalog.digest
    assert compiled(*DOCUMENTS, version=7).catalog.digest == digest
    assert compiled(*DOCUMENTS, extend("people.pet", label="Animal")).catalog.digest != digest


def test_canonical_json_has_one_form():
    assert canonical({"b": (1, 2), "a": {"ی": None}}) == '{"a":{"ی":null},"b":[1,2]}'
    assert plain({"a": (1,)}) == {"a": [1]}
