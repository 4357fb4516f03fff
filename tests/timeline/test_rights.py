"""Who reads a record reads its notes, writes some and follows it; a note is its author's."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, BadRequest, NotFound, ValidationFailed

pytestmark = pytest.mark.modules


def note(record, body="Done."):
    return {"record": {"entity": "board.card", "id": record}, "body": body}


def test_who_reads_a_record_may_write_a_note_though_not_change_the_record(desk, people, card):
    reader = desk.as_(people["reader"])
    with pytest.raises(AccessDenied):
        reader.update("board.card", card, colour="red")
    reader.create("base.note", note(card))
    assert desk.as_(people["writer"]).column("base.note", "body") == ["Done."]


def test_who_does_not_read_a_record_neither_sees_nor_writes_its_notes(desk, people, card):
    desk.as_(people["writer"]).create("base.note", note(card))
    other = desk.as_(people["other"])
    assert other.column("base.note", "body") == []
    with pytest.raises(ValidationFailed) as refused:
        other.create("base.note", note(card))
    assert [p.code for p in refused.value.problems] == ["no_such_record"]


def test_a_note_is_changed_and_deleted_by_its_author_only(desk, people, card):
    writer, reader = desk.as_(people["writer"]), desk.as_(people["reader"])
    (made,) = reader.create("base.note", note(card))
    with pytest.raises(AccessDenied):
        writer.update("base.note", made, body="Not done.")
    with pytest.raises(AccessDenied):
        writer.delete("base.note", made)
    reader.update("base.note", made, body="Half done.")
    reader.delete("base.note", made)
    assert writer.column("base.note", "body") == []


def test_a_note_stays_with_its_record(desk, people, card):
    writer = desk.as_(people["writer"])
    other = writer.one("board.card", name="Another")
    (made,) = writer.create("base.note", note(card))
    with pytest.raises(ValidationFailed) as refused:
        writer.update("base.note", made, record={"entity": "board.card", "id": other})
    assert [p.code for p in refused.value.problems] == ["stays"]


def test_notes_go_to_the_trash_with_their_record_and_come_back_with_it(desk, people, card):
    desk.as_(people["reader"]).create("base.note", note(card))
    writer = desk.as_(people["writer"])
    writer.delete("board.card", card)
    assert desk.column("base.note", "body") == []
    writer.restore("board.card", card)
    assert desk.column("base.note", "body") == ["Done."]


def test_people_make_only_themselves_follow_and_only_once(desk, people, card):
    reader = desk.as_(people["reader"])
    record = {"entity": "board.card", "id": card}
    reader.create("base.follower", {"record": record, "user": people["reader"].id})
    with pytest.raises(AccessDenied):
        reader.create("base.follower", {"record": record, "user": people["writer"].id})
    with pytest.raises(ValidationFailed) as refused:
        reader.create("base.follower", {"record": record, "user": people["reader"].id})
    assert {p.code for p in refused.value.problems} == {"taken"}


def test_nobody_follows_what_they_do_not_read(desk, people, card):
    with pytest.raises(ValidationFailed):
        desk.as_(people["other"]).create(
            "base.follower",
            {"record": {"entity": "board.card", "id": card}, "user": people["other"].id},
        )


def test_notifications_are_read_by_whom_they_are_for_and_not_changed_but_for_being_read(desk, people):
    row = {"user": people["reader"].id, "kind": "other", "title": "Hello", "key": "k1", "body": "inside"}
    made = desk.one("base.notification", **row)
    reader, writer = desk.as_(people["reader"]), desk.as_(people["writer"])
    assert reader.column("base.notification", "id") == [made]
    assert writer.column("base.notification", "id") == []
    with pytest.raises(NotFound):
        writer.update("base.notification", made, read_at="2026-01-01T00:00:00Z")
    with pytest.raises((AccessDenied, ValidationFailed)):
        reader.update("base.notification", made, title="Goodbye")
    reader.update("base.notification", made, read_at="2026-01-01T00:00:00Z")
    for words in ("title", "body"):  # they are read behind the bell, where they follow the rights of today
        with pytest.raises(BadRequest):
            reader.find("base.notification", words)
