"""Records that are there already: told when one is saved, with those that the writer may see, and overridden for a reason."""

from __future__ import annotations

import pytest

from core.records.duplicates import DuplicatesFound, allow_duplicates
from core.records.service import Records
from core.storage import Database
from core.testing.statements import counted

WRITER = "papers.writer"


@pytest.fixture
def clerk(desk, actor_as):
    return desk.as_(actor_as("papers.clerk"))


@pytest.fixture
def loner(desk, actor_as):
    return desk.as_(actor_as("papers.loner"))


@pytest.fixture
def editor(desk, actor_as):
    return desk.as_(actor_as("papers.editor"))


def way(address, kind="mail"):
    return {"kind": kind, "address": address}


def refused(who, /, **values):
    with pytest.raises(DuplicatesFound) as found:
        who.one(WRITER, **values)
    return found.value


def insist(desk, reason, /, entity=WRITER, **values):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        allow_duplicates(uow, reason)
        return desk.site.get(Records).create(desk.actor, entity, [values], uow=uow)[0].id


@pytest.mark.parametrize(
    ("stored", "typed"),
    [("علي‌رضا كريمي", "علیرضا کریمی"), ("Anna ١٢", "anna 12"), ("José", "jose")],
)
def test_spelling_makes_no_difference(clerk, desk, stored, typed):
    table = desk.one("papers.desk", name="North")
    first = clerk.one(WRITER, name=stored, desk=table)
    twins = refused(clerk, name=typed, desk=table).twins
    assert [(twin.id, twin.title, twin.by) for twin in twins] == [
        (first, clerk.get(WRITER, first)["name"], ("Same name at the same desk",))
    ]


def test_all_fields_of_a_key_must_be_the_same_and_not_empty(clerk, desk):
    one, two = desk.create("papers.desk", {"name": "A"}, {"name": "B"})
    clerk.one(WRITER, name="Anna", desk=one)
    clerk.one(WRITER, name="Anna", desk=two)
    clerk.one(WRITER, name="Anna")
    clerk.one(WRITER, name="Anna")


def test_lines_are_compared_whether_they_come_with_their_record_or_alone(clerk):
    first = clerk.one(WRITER, name="Anna", ways=[way("a@b.example"), way("7", "door")])
    assert [twin.id for twin in refused(clerk, name="Berta", ways=[way("A@B.example")]).twins] == [first]
    other = clerk.one(WRITER, name="Berta", ways=[way("7", "door"), way("c@d.example")])
    with pytest.raises(DuplicatesFound) as found:
        clerk.one("papers.way", writer=other, kind="mail", address="a@b.example")
    assert [(twin.entity, twin.id) for twin in found.value.twins] == [(WRITER, first)]
    clerk.one("papers.way", writer=other, kind="mail", address="e@f.example")


def test_a_change_is_looked_at_as_a_new_record_is_and_only_where_it_moves_something(clerk, editor):
    first, second = clerk.one(WRITER, name="Anna", mail="a@b.example"), clerk.one(WRITER, name="Berta")
    with pytest.raises(DuplicatesFound):
        clerk.update(WRITER, second, mail="a@b.example")
    third = insist(editor, "twins", name="Clara", mail="a@b.example")
    clerk.update(WRITER, third, name="Clara Maria")
    assert first != third


def test_who_differs_in_what_identifies_is_never_the_same(clerk):
    clerk.one(WRITER, name="Anna", mail="a@b.example", passport="P1")
    clerk.one(WRITER, name="Anna", mail="a@b.example", passport="P2")
    assert len(refused(clerk, name="Anna", mail="a@b.example").twins) == 2
    assert len(refused(clerk, name="Anna", mail="a@b.example", passport="P1").twins) == 1


def test_of_a_record_that_one_may_not_open_one_learns_only_that_it_is_there_and_whom_to_ask(
    clerk, loner, desk
):
    keeper = desk.one("papers.desk", name="Reception")
    clerk.one(WRITER, name="Anna", mail="a@b.example", keeper=keeper)
    own = loner.one(WRITER, name="Berta", mail="b@b.example")
    (twin,) = refused(loner, name="X", mail="a@b.example").twins
    assert (twin.id, twin.title, twin.ask) == (None, "", "Reception")
    (twin,) = refused(loner, name="X", mail="b@b.example").twins
    assert (twin.id, twin.title, twin.ask) == (own, "Berta", "")


def test_an_override_needs_the_grant_and_a_reason_that_stays_in_the_history(clerk, editor):
    first = clerk.one(WRITER, name="Anna", mail="a@b.example")
    assert refused(clerk, name="B", mail="a@b.example").may_override is False
    assert refused(editor, name="B", mail="a@b.example").may_override is True
    for desk, reason in ((clerk, "because"), (editor, "  ")):
        with pytest.raises(DuplicatesFound):
            insist(desk, reason, name="B", mail="a@b.example")
    second = insist(editor, "A brother with the same address.", name="B", mail="a@b.example")
    entry = editor.history(WRITER, second)[-1]
    assert entry.reason == "A brother with the same address."
    assert first != second


def test_a_batch_costs_one_statement_for_each_key_and_tells_which_row_is_whose(clerk):
    first = clerk.one(WRITER, name="Anna", mail="a@b.example")
    with counted() as few:
        clerk.create(WRITER, *({"name": f"w{n}", "mail": f"w{n}@b.example"} for n in range(3)))
    with counted() as many:
        clerk.create(WRITER, *({"name": f"x{n}", "mail": f"x{n}@b.example"} for n in range(60)))
    assert len(many) <= len(few) + 1
    with pytest.raises(DuplicatesFound) as found:
        clerk.create(
            WRITER,
            {"name": "1", "mail": "q@b.example"},
            {"name": "2", "mail": "a@b.example"},
            {"name": "3", "mail": "q@b.example"},
        )
    told = [(twin.row, twin.id) for twin in found.value.twins]
    assert told[0] == (1, first)
    assert [row for row, _ in told] == [1, 2]
    assert len(clerk.find(WRITER, limit=200)) == 64


def test_the_trash_the_system_and_imports_are_left_alone(clerk, desk, site):
    first = clerk.one(WRITER, name="Anna", mail="a@b.example")
    desk.one(WRITER, name="Anna", mail="a@b.example")
    with site.get(Database).unit(desk.catalog, clerk.actor, channel="import") as uow:
        site.get(Records).create(clerk.actor, WRITER, [{"name": "A", "mail": "a@b.example"}], uow=uow)
    others = [i for i in desk.column(WRITER, "id") if i != first]
    desk.delete(WRITER, first, *others)
    clerk.one(WRITER, name="Anna", mail="a@b.example")
