"""A kanban that names what is not there, or what does not fit, is refused with the nearest that does."""

from __future__ import annotations

import pytest

from tests.metadata.written import compiled, entity, extend, refused, view

PERSON = entity(
    "people.person",
    {
        "name": {"type": "text"},
        "stage": {"type": "choice", "choices": {"new": {"label": "New"}, "gone": {"label": "Gone"}}},
        "size": {"type": "integer"},
        "fragile": {"type": "boolean"},
        "twice": {"type": "choice", "choices": {"a": {"label": "A"}}, "computed": "'a'"},
        "place": {"type": "reference", "to": "people.place"},
        "pets": {"type": "list", "of": "people.pet", "by": "keeper"},
    },
)
PLACE = entity(
    "people.place",
    {"name": {"type": "text"}, "kind": {"type": "choice", "choices": {"open": {"label": "Open"}}}},
)
PET = entity("people.pet", {"keeper": {"type": "reference", "to": "people.person"}})
NAME = "people.person.kanban"


def told(**body):
    return refused(PERSON, PLACE, PET, view(NAME, **{"group_by": "stage", **body}))


@pytest.mark.parametrize(
    "body",
    [
        {"card": ["size", {"name": "place"}], "sums": ["size"], "quick_create": ["name"], "fold": ["gone"]},
        {"group_by": "place", "hue_by": "kind", "fold": ["open"], "among": "name == $record.name"},
        {"group_by": "fragile", "fold": ["no"], "sort": ["-size"]},
    ],
)
def test_a_kanban_that_fits_is_accepted(body):
    assert told(**body) == {}


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        ({"group_by": "stag"}, "unknown_field", "stage"),
        ({"group_by": "size"}, "wrong_type", "choice"),
        ({"group_by": "twice"}, "derived", "twice"),
        ({"card": ["siz"]}, "unknown_field", "size"),
        ({"sort": ["-siz"]}, "unknown_field", "size"),
        ({"sums": ["siz"]}, "unknown_field", "size"),
        ({"sums": ["name"]}, "wrong_type", "integer"),
        ({"quick_create": ["nam"]}, "unknown_field", "name"),
        ({"quick_create": ["pets"]}, "derived", "pets"),
        ({"fold": ["gon"]}, "unknown_value", "gone"),
        ({"fold": ["maybe"], "group_by": "fragile"}, "unknown_value", "yes"),
        ({"hue_by": "kind"}, "no_target", "hue_by"),
        ({"group_by": "place", "hue_by": "kin"}, "unknown_field", "kind"),
        ({"group_by": "place", "hue_by": "name"}, "wrong_type", "name"),
        ({"group_by": "place", "among": "kind"}, "bad_among", "$record"),
        ({"group_by": "place", "among": "kin == $record.size"}, "unknown_field", "kind"),
        ({"group_by": "place", "among": "kind == $record.siz"}, "unknown_field", "size"),
        ({"group_by": "place", "hue_by": "kind", "fold": ["opn"]}, "unknown_value", "open"),
    ],
)
def test_a_kanban_that_does_not_fit_is_refused_with_what_would(body, code, word):
    found = told(**body)
    assert set(found) == {code}
    assert word in found[code]


def test_a_kanban_without_columns_is_refused():
    assert set(refused(PERSON, PLACE, PET, view(NAME, card=["size"]))) == {"missing"}


def test_what_an_extension_gets_wrong_is_told_of_the_extension():
    own = view(NAME, group_by="stage", fold=["new"])
    more = extend(NAME, "club", fold={"list_add": ["gon"]})
    assert set(refused(PERSON, PLACE, PET, own, more)) == {"unknown_value"}
    assert refused(PERSON, PLACE, PET, own, extend(NAME, "club", fold={"list_add": ["gone"]})) == {}


def test_a_generated_kanban_can_be_extended():
    built = compiled(PERSON, PLACE, PET, extend(NAME, "club", items=[{"hide": "size"}], group_by="fragile"))
    found = built.catalog.view("people.person", "kanban")
    assert (found.options["group_by"], found.kind) == ("fragile", "kanban")
