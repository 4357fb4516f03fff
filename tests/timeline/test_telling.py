"""People are told once, in their language, and only of what they may read; reminders wait for their moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import BadRequest
from core.identity import Identity
from core.sdk import cancel_reminders, notify, remind

pytestmark = pytest.mark.modules

MORNING = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


def told(desk):
    return [
        (row["user"].title, row["title"])
        for row in desk.find("base.notification", "user", "title", sort=("id",))
    ]


def test_who_may_not_read_a_record_is_told_nothing_of_it(desk, unit_of, people, card):
    with unit_of(people["admin"]) as uow:
        everybody = [people[name].id for name in ("writer", "reader", "other")]
        found = notify(uow, everybody, title="Look at this", record=("board.card", card))
    assert found == (people["writer"].id, people["reader"].id)
    assert told(desk) == [("Sara", "Look at this"), ("Nima", "Look at this")]


def test_nobody_tells_themselves_unless_they_want_to(desk, unit_of, people):
    with unit_of(people["reader"]) as uow:
        assert notify(uow, [people["reader"].id], title="Me") == ()
        assert notify(uow, [people["reader"].id], title="Me", skip_actor=False) == (people["reader"].id,)


def test_with_one_key_people_are_told_once_each(desk, unit_of, people):
    for users in (["reader"], ["reader", "writer"], ["writer"]):
        with unit_of(people["admin"]) as uow:
            notify(uow, [people[name].id for name in users], title="Once", key="a key: with, anything'")
    assert told(desk) == [("Nima", "Once"), ("Sara", "Once")]


def test_without_a_key_people_are_told_each_time(desk, unit_of, people):
    for _ in range(2):
        with unit_of(people["admin"]) as uow:
            notify(uow, [people["reader"].id], title="Again")
    assert told(desk) == [("Nima", "Again")] * 2


def test_what_is_told_is_told_in_the_words_and_numbers_of_the_reader(desk, unit_of, people):
    desk.update("base.user", people["reader"].id, time_zone="Asia/Tehran")
    with unit_of(people["admin"]) as uow:
        title = {"en": "{name} waits since {at}", "fa": "{name} از {at} منتظر است"}
        params = {"name": "Sara", "at": MORNING}
        notify(uow, [people["reader"].id], title=title, params=params)
    ((_, text),) = told(desk)
    assert text.startswith("Sara waits since ")
    assert "9:30" in text


def test_a_person_whose_account_is_disabled_is_told_nothing(desk, unit_of, people, site):
    with unit_of(people["admin"]) as uow:
        site.get(Identity).set_active(people["admin"], people["reader"].id, False, uow=uow)
        assert notify(uow, [people["reader"].id], title="Gone") == ()


def waiting(desk):
    return [
        (row["key"], row["state"], row["at"])
        for row in desk.find("base.reminder", "key", "state", "at", sort=("id",))
    ]


def promise(unit_of, person, at=MORNING, key="call:1", **more):
    with unit_of(person) as uow:
        remind(uow, user=person.id, at=at, title="Call back", key=key, **more)


def test_a_reminder_is_promised_once_for_each_key_and_channel(desk, unit_of, people):
    for _ in range(2):
        promise(unit_of, people["reader"], channels=("in_app", "mail"))
    assert waiting(desk) == [
        ("call:1:in_app", "waiting", MORNING),
        ("call:1:mail", "waiting", MORNING),
    ]


def test_said_again_a_reminder_moves(desk, unit_of, people):
    later = MORNING + timedelta(hours=2)
    promise(unit_of, people["reader"])
    promise(unit_of, people["reader"], at=later)
    assert waiting(desk) == [("call:1:in_app", "waiting", later)]


def test_a_reminder_that_was_sent_is_promised_anew_only_for_another_moment(desk, unit_of, people):
    promise(unit_of, people["reader"])
    (made,) = desk.column("base.reminder", "id")
    desk.update("base.reminder", made, state="sent")
    promise(unit_of, people["reader"])
    assert waiting(desk) == [("call:1:in_app", "sent", MORNING)]
    promise(unit_of, people["reader"], at=MORNING + timedelta(days=1))
    assert waiting(desk) == [("call:1:in_app", "waiting", MORNING + timedelta(days=1))]


def test_of_a_reminder_nobody_reads_the_words_but_behind_the_bell(desk, unit_of, people, card):
    for name in ("reader", "other"):
        promise(unit_of, people[name], key=f"call:{name}", record=("board.card", card))
    found = [desk.as_(people[name]).reminded()[0] for name in ("reader", "other")]
    assert [(one.title, one.seen, one.record_id) for one in found] == [
        ("Call back", True, card),
        ("A record you can no longer see", False, 0),
    ]
    with pytest.raises(BadRequest):
        desk.as_(people["reader"]).find("base.reminder", "title")


def test_cancelled_reminders_are_those_that_wait_and_begin_so(desk, unit_of, people):
    for key in ("call:1", "call:2", "visit:1"):
        promise(unit_of, people["reader"], key=key)
    (first, *_) = desk.column("base.reminder", "id")
    desk.update("base.reminder", first, state="sent")
    with unit_of(people["reader"]) as uow:
        assert cancel_reminders(uow, "call:") == 1
    assert [state for _, state, _ in waiting(desk)] == ["sent", "skipped", "waiting"]


def test_a_cancelled_reminder_can_be_promised_again(desk, unit_of, people):
    promise(unit_of, people["reader"])
    with unit_of(people["reader"]) as uow:
        cancel_reminders(uow, "call:1")
    promise(unit_of, people["reader"])
    assert waiting(desk) == [("call:1:in_app", "waiting", MORNING)]
