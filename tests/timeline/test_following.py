"""Who follows a record, owns it or is mentioned is told; who does it is not."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.modules


def told(desk, kind=""):
    where = {"filter": f"kind == '{kind}'"} if kind else {}
    rows = desk.find("base.notification", "user", "title", "kind", "body", sort=("id",), **where)
    return [(row["kind"], row["user"].title, row["title"]) for row in rows]


def write(desk, card, body="Hello", mentions=()):
    record = {"entity": "board.card", "id": card}
    return desk.one("base.note", record=record, body=body, mentions=[one.id for one in mentions])


@pytest.mark.covers("CO-05")
def test_a_note_is_told_to_the_owner_and_its_writer_follows_from_then_on(desk, people, card):
    write(desk.as_(people["reader"]), card)
    assert told(desk) == [("followed", "Sara", "Nima wrote a note")]
    write(desk.as_(people["writer"]), card)
    assert told(desk)[1:] == [("followed", "Nima", "Sara wrote a note")]


@pytest.mark.covers("CO-05")
def test_who_is_mentioned_is_told_so_and_only_so(desk, people, card):
    write(desk.as_(people["reader"]), card, "@Sara look", [people["writer"]])
    assert told(desk) == [("mention", "Sara", "Nima mentioned you")]


def test_a_mention_of_somebody_who_may_not_read_the_record_tells_them_nothing(desk, people, card):
    write(desk.as_(people["reader"]), card, "@Omid look", [people["other"]])
    assert told(desk) == [("followed", "Sara", "Nima wrote a note")]


def test_who_is_mentioned_later_is_told_then_and_the_others_not_again(desk, people, card):
    reader = desk.as_(people["reader"])
    made = write(reader, card, "@Sara look", [people["writer"]])
    reader.update("base.note", made, mentions=[people["writer"].id, people["admin"].id])
    assert told(desk, "mention") == [
        ("mention", "Sara", "Nima mentioned you"),
        ("mention", "Ada", "Nima mentioned you"),
    ]


def test_who_gets_a_record_is_told_and_followers_are_told_that_it_went_on(desk, people, card):
    write(desk.as_(people["reader"]), card)
    desk.as_(people["admin"]).update("board.card", card, owner=people["other"].id)
    assert told(desk)[1:] == [
        ("followed", "Nima", "Ada gave it to somebody else"),
        ("assignment", "Omid", "Ada made you the owner"),
    ]


def test_what_one_makes_for_oneself_is_no_news(desk, people, card):
    assert told(desk) == []


def test_many_records_at_once_are_told_in_one_sentence(desk, people):
    rows = [{"name": f"Card {n}", "owner": people["writer"].id} for n in range(12)]
    desk.as_(people["admin"]).create("board.card", *rows)
    assert told(desk) == [("assignment", "Sara", "Ada made you the owner of 12 records")]


def test_nobody_is_told_of_each_record_that_the_system_makes(desk, people):
    desk.create("board.card", *({"name": f"Card {n}", "owner": people["writer"].id} for n in range(3)))
    assert told(desk) == []


def test_other_changes_are_not_told(desk, people, card):
    write(desk.as_(people["reader"]), card)
    desk.as_(people["writer"]).update("board.card", card, colour="red")
    assert len(told(desk)) == 1
