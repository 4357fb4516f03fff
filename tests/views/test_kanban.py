"""What a reader gets of a kanban: the written one or a generated one, without what they may not read."""

from __future__ import annotations

from core.views import Among, kanban_view
from tests.metadata.written import compiled, entity, extend, view

FIELDS = {
    "name": {"type": "text", "required": True},
    "code": {"type": "text"},
    "stage": {"type": "choice", "choices": {"new": {"label": "New"}, "old": {"label": "Old"}}},
    "mood": {"type": "choice", "choices": {"fine": {"label": "Fine"}}},
    "worth": {"type": "money"},
    "debt": {"type": "money"},
    "club": {"type": "reference", "to": "people.club"},
    "place": {"type": "reference", "to": "people.place"},
}
PERSON = entity("people.person", FIELDS, label="Person", title="name")
CLUB = entity("people.club", {"name": {"type": "text"}})
PLACE = entity(
    "people.place",
    {
        "name": {"type": "text"},
        "club": {"type": "reference", "to": "people.club"},
        "kind": {"type": "choice", "choices": {"open": {"label": "Open"}, "shut": {"label": "Shut"}}},
    },
)
KANBAN = view(
    "people.person.kanban",
    group_by="place",
    among="club == $record.club",
    hue_by="kind",
    fold=["shut"],
    card=["code", "name", "worth", "place", {"name": "debt", "hidden": True}],
    sums=["worth", "debt"],
    quick_create=["name", "worth", "place"],
    sort=["-worth", "name"],
)
EVERYTHING = frozenset(FIELDS)


def seen(*documents, readable=EVERYTHING, of=PERSON):
    catalog = compiled(of, CLUB, PLACE, *documents).catalog
    return kanban_view(catalog, catalog.entities["people.person"], readable)


def test_a_written_kanban_has_its_columns_cards_sums_and_questions():
    found = seen(KANBAN)
    assert found.group.name == "place"
    assert found.card == ("code", "worth")
    assert (found.sums, found.quick_create) == (("worth", "debt"), ("name", "worth"))
    assert (found.fold, found.hue_by, found.sort) == (("shut",), "kind", ("-worth", "name"))
    assert found.among == Among(there="club", here="club")


def test_without_a_written_kanban_the_first_choice_makes_the_columns():
    found = seen()
    assert found.group.name == "stage"
    assert found.card == ("code", "mood", "worth", "debt")
    assert found.sums == ("worth",)


def test_an_entity_without_a_choice_has_no_kanban():
    plain = entity("people.person", {"name": {"type": "text"}}, title="name")
    assert seen(of=plain, readable={"name"}) is None


def test_a_reader_who_may_not_read_what_makes_the_columns_has_no_kanban():
    assert seen(KANBAN, readable=EVERYTHING - {"place"}) is None


def test_what_may_not_be_read_is_on_no_card_in_no_sum_and_no_question():
    found = seen(KANBAN, readable=EVERYTHING - {"worth"})
    assert (found.card, found.sums, found.quick_create) == (("code",), ("debt",), ("name",))
    assert found.sort == ("name",)


def test_columns_are_not_narrowed_by_what_may_not_be_read():
    assert seen(KANBAN, readable=EVERYTHING - {"club"}).among is None


def test_modules_add_to_a_kanban_and_the_site_changes_it():
    found = seen(
        KANBAN,
        extend(
            "people.person.kanban", "club", items=[{"add": "mood", "before": "code"}], sums={"list_add": []}
        ),
        extend("people.person.kanban", items=[{"hide": "code"}], group_by="stage", fold=["old"], sums=[]),
    )
    assert (found.hue_by, found.among) == ("", None)
    assert (found.group.name, found.card, found.fold, found.sums) == (
        "stage",
        ("mood", "worth", "place"),
        ("old",),
        (),
    )
