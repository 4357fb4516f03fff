"""Dashboards from the documents of many owners: merged card by card, checked, told where they are used."""

from __future__ import annotations

import pytest

from core.metadata.usage import where_used
from tests.metadata.written import PERSON, compiled, doc, extend, refused, role

READER = role("people.reader", [{"entity": "people.person", "actions": ["read"]}])
TARGET = "dashboard:people.home"


def board(**cards):
    return doc("dashboard", "people.home", "people", dashboard="people.home", label="People", cards=cards)


ALL = {"kind": "count", "label": "All", "entity": "people.person"}


def home(*documents):
    return compiled(PERSON, READER, board(all=ALL), *documents).catalog.dashboards["people.home"]


def test_a_dashboard_has_its_cards_in_order():
    stages = {"kind": "chart", "label": "Stages", "entity": "people.person", "group_by": "stage"}
    found = compiled(PERSON, board(all=ALL, stages=stages)).catalog.dashboards["people.home"]
    assert [(c.name, c.kind, c.entity, c.measure) for c in found.cards] == [
        ("all", "count", "people.person", "count()"),
        ("stages", "chart", "people.person", "count()"),
    ]
    assert (found.label, found.roles, found.weight, found.owner) == ("People", (), 100, "people")


def test_modules_add_cards_and_the_site_changes_and_hides_them():
    fresh = {"kind": "count", "label": "New", "entity": "people.person", "where": "stage == 'new'"}
    found = home(
        extend(TARGET, "club", cards={"fresh": fresh}),
        extend(TARGET, cards={"all": {"hidden": True}, "fresh": {"label": "Newest"}}, weight=5),
    )
    assert [(c.name, c.label, c.where) for c in found.cards] == [("fresh", "Newest", "stage == 'new'")]
    assert found.weight == 5


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ({"kind": "count", "entity": "people.persn"}, "unknown_entity"),
        ({**ALL, "kind": "sum", "measure": "sum(ghost)"}, "unknown_field"),
        ({**ALL, "kind": "sum", "measure": "sum(name)"}, "wrong_type"),
        ({**ALL, "kind": "sum", "measure": "all"}, "bad_measure"),
        ({**ALL, "kind": "list", "columns": ["ghost"]}, "unknown_field"),
        ({**ALL, "kind": "list", "sort": ["-ghost"]}, "unknown_field"),
        ({**ALL, "kind": "chart"}, "unknown_field"),
        ({**ALL, "kind": "chart", "group_by": "name"}, "wrong_type"),
    ],
)
def test_a_card_that_names_what_is_not_there_or_does_not_fit_is_refused(card, code):
    assert set(refused(PERSON, READER, board(one=card))) == {code}


def test_a_role_that_does_not_exist_is_refused():
    assert set(refused(PERSON, READER, board(all=ALL), extend(TARGET, "club", roles=["people.ghost"]))) == {
        "unknown_role"
    }
    assert home(extend(TARGET, "club", roles=["people.reader"])).roles == ("people.reader",)


def test_one_is_told_which_cards_use_an_entity_or_a_field():
    card = {**ALL, "where": "stage == 'new'"}
    catalog = compiled(PERSON, board(all=card)).catalog
    for field in ("", "stage"):
        used = [u for u in where_used(catalog, "people.person", field) if u.kind == "dashboard"]
        assert [(u.name, u.part) for u in used] == [("people.home", "cards.all")]
    assert not [u for u in where_used(catalog, "people.person", "boss") if u.kind == "dashboard"]
