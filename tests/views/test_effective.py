"""What a reader gets of lists and forms: the written view or a generated one, new fields included, hidden ones not."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from core.views import form_sections, list_view
from tests.metadata.written import compiled, entity, extend, view

FIELDS = {
    "name": {"type": "text", "required": True},
    "stage": {"type": "choice", "choices": {"new": {"label": "New"}}},
    "story": {"type": "long_text"},
    "boss": {"type": "reference", "to": "people.person"},
    "pets": {"type": "list", "of": "people.pet", "by": "keeper"},
}
PERSON = entity("people.person", FIELDS, label="Person", title="name")
PET = entity("people.pet", {"keeper": {"type": "reference", "to": "people.person"}})
TIER = extend("people.person", "club", fields={"tier": {"type": "text"}})
FORM = view(
    "people.person.form",
    sections={
        "who": {"label": "Who", "items": ["name", {"name": "stage", "span": True}]},
        "why": {"label": "Why", "items": ["boss"]},
    },
)
LIST = view(
    "people.person.list",
    columns=["stage", "name"],
    sort=["-stage", "name"],
    filters={"fresh": {"label": "Fresh", "where": "stage == 'new'"}, "bare": {"where": "is_empty(boss)"}},
)
EVERYTHING = frozenset({*FIELDS, "tier"})


def seen_list(*documents, readable=EVERYTHING):
    catalog = compiled(PERSON, PET, TIER, *documents).catalog
    return list_view(catalog, catalog.entities["people.person"], readable)


def seen_form(*documents, readable=EVERYTHING):
    catalog = compiled(PERSON, PET, TIER, *documents).catalog
    return form_sections(catalog, catalog.entities["people.person"], readable)


def names(sections):
    return {section.name: [item.name for item in section.items] for section in sections}


def test_a_written_list_has_its_columns_order_and_filters():
    found = seen_list(LIST)
    assert found.columns == ("stage", "name")
    assert found.sort == ("-stage", "name")
    assert [(f.name, f.label, f.where) for f in found.filters] == [
        ("fresh", "Fresh", "stage == 'new'"),
        ("bare", "bare", "is_empty(boss)"),
    ]


def test_without_a_written_list_the_title_comes_first_and_nothing_long():
    found = seen_list()
    assert found.columns == ("name", "stage", "boss", "tier")
    assert (found.sort, found.filters) == ((), ())


def test_columns_can_be_chosen_from_all_that_is_short():
    assert set(seen_list(LIST).choices) == {"name", "stage", "boss", "tier"}


def test_what_may_not_be_read_is_no_column_choice_order_or_known_name():
    found = seen_list(LIST, readable={"name", "tier"})
    assert (found.columns, found.sort) == (("name",), ("name",))
    assert found.choices == ("name", "tier")
    assert found.known == {"name", "tier"}


def test_a_list_of_which_no_column_may_be_read_shows_something_that_may():
    assert seen_list(LIST, readable={"tier", "boss"}).columns == ("boss",)


def test_a_list_of_which_nothing_may_be_read_shows_nothing():
    found = seen_list(LIST, readable=frozenset())
    assert (found.columns, found.choices, found.sort, found.known) == ((), (), (), frozenset())


def test_a_hidden_column_is_not_shown_and_can_be_chosen():
    found = seen_list(LIST, extend("people.person.list", "club", items=[{"hide": "stage"}]))
    assert found.columns == ("name",)
    assert "stage" in found.choices


def test_a_written_form_keeps_its_sections_and_shows_what_they_forgot_under_more():
    found = seen_form(FORM)
    assert names(found) == {
        "who": ["name", "stage"],
        "why": ["boss"],
        "more": ["story", "pets", "tier"],
    }
    assert [section.label for section in found] == ["Who", "Why", "More"]
    assert found[0].items[1].span


def test_a_written_section_more_keeps_its_label_and_comes_last():
    written = view(
        "people.person.form",
        sections={"more": {"label": "Others", "items": ["tier"]}, "who": {"items": ["name", "boss"]}},
    )
    found = seen_form(written)
    assert list(names(found)) == ["who", "more"]
    assert names(found)["more"] == ["tier", "stage", "story", "pets"]
    assert found[-1].label == "Others"


def test_a_section_of_which_nothing_may_be_read_is_not_there():
    assert names(seen_form(FORM, readable={"name"})) == {"who": ["name"]}


def test_a_form_of_which_no_section_may_be_read_has_one_section_of_details():
    found = seen_form(FORM, readable={"tier"})
    assert (names(found), found[0].label) == ({"main": ["tier"]}, "Details")


def test_a_hidden_item_is_nowhere_in_the_form():
    found = seen_form(FORM, extend("people.person.form", "club", items=[{"hide": "stage"}]))
    assert "stage" not in chain.from_iterable(names(found).values())


def test_a_generated_form_puts_fields_of_others_behind():
    assert names(seen_form()) == {"main": ["name", "stage", "story", "boss", "pets"], "more": ["tier"]}


@pytest.mark.parametrize("documents", [(), (FORM, LIST)], ids=["generated", "written"])
def test_whoever_reads_gets_each_readable_field_once_and_no_other(documents):
    catalog = compiled(PERSON, PET, TIER, *documents).catalog
    person = catalog.entities["people.person"]
    for size in range(len(EVERYTHING) + 1):
        for readable in map(frozenset, combinations(sorted(EVERYTHING), size)):
            placed = [item.name for s in form_sections(catalog, person, readable) for item in s.items]
            assert sorted(placed) == sorted(readable)
            found = list_view(catalog, person, readable)
            assert {*found.columns, *found.choices, *(n.removeprefix("-") for n in found.sort)} <= readable


def test_what_the_system_keeps_can_be_a_column_and_is_in_no_form():
    kept = EVERYTHING | {"id", "created_at", "deleted_at"}
    assert "created_at" in seen_list(readable=kept).choices
    assert "deleted_at" not in seen_list(readable=kept).choices
    placed = set(chain.from_iterable(names(seen_form(readable=kept)).values()))
    assert placed == EVERYTHING
