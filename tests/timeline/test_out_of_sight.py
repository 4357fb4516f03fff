"""What people were told keeps no names: bell, API and mail say of a record only what its reader sees of it when they read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.app.work import work
from core.jobs import Jobs
from core.kernel.actor import system_actor
from core.kernel.values import AnyRef
from core.mail import SEND
from core.mail.outbox import state_of
from core.sdk import notify, remind
from core.storage import Database
from core.storage.kernel_tables import mail as core_mail
from core.timeline.mailing import DIGEST
from tests.timeline.post_office import post_office
from tests.web.page import Form

pytestmark = pytest.mark.modules

CARD, PIN = "board.card", "board.pin"
SYSTEM = system_actor("a test")
GONE = "A record you can no longer see"


@pytest.fixture
def omid(person):
    """Somebody who sees cards of their own only, and pins."""
    return person("base.member", "board.writer", login="omid@example.com", name="Omid")


@pytest.fixture
def card(desk, omid):
    """A card of theirs."""
    return desk.one(CARD, name="Paint the fence", owner=omid.actor.id)


@pytest.fixture
def tell(unit_of, omid):
    """Tell them of a card."""

    def one(card, title="{card} waits", kind="mention", **more):
        with unit_of(SYSTEM) as uow:
            params = {"card": AnyRef(CARD, card)}
            record = (CARD, card)
            notify(uow, [omid.actor.id], title=title, params=params, record=record, kind=kind, **more)

    return one


@pytest.fixture
def office(site):
    with post_office() as found:
        site.settings = replace(site.settings, mail_url=found.url, base_url="https://crm.example.com")
        yield found


def bell(who):
    return who.opens("/notifications").response.text


def api(who, path):
    response = who.client.get(f"/api/v1{path}")
    assert response.status_code == 200, response.json
    return response.json["items"]


def lines(who):
    return [(one["title"], one["about"], one["entity"], one["seen"]) for one in api(who, "/notifications")]


def test_the_bell_says_of_a_record_out_of_sight_only_that(desk, omid, card, tell):
    tell(card, body="It is rotten.")
    number = bell(omid).split('href="/notifications/')[1].split('"')[0]
    assert "Paint the fence waits" in bell(omid)
    assert "It is rotten." in bell(omid)
    desk.update(CARD, card, owner=None)
    shown = bell(omid)
    assert GONE in shown
    assert "1 new notification" in shown, "what one was told still counts"
    for word in ("Paint the fence", "rotten", f'href="/notifications/{number}"', f"{CARD}/{card}"):
        assert word not in shown
    assert omid.opens(f"/notifications/{number}").status == 404
    assert "1 new notification" in bell(omid)
    page = omid.opens("/notifications")
    omid.submits(page, Form(page.page.all("form", action="/notifications")[0]))
    assert "1 new notification" not in bell(omid)
    desk.update(CARD, card, owner=omid.actor.id)
    assert "Paint the fence waits" in bell(omid)


def test_in_the_trash_a_record_is_out_of_sight_and_another_name_is_told_as_it_is_now(desk, omid, card, tell):
    tell(card)
    assert lines(omid) == [("Paint the fence waits", "Paint the fence", CARD, True)]
    desk.update(CARD, card, name="Paint the gate")
    assert lines(omid) == [("Paint the gate waits", "Paint the gate", CARD, True)]
    desk.delete(CARD, card)
    assert lines(omid) == [(GONE, "", "", False)]
    desk.restore(CARD, card)
    assert lines(omid)[0][0] == "Paint the gate waits"


def test_where_the_title_is_hidden_nothing_is_said_but_the_way_is_open(desk, person, omid, card, tell):
    blind = person("base.member", "board.blind", login="blind@example.com", name="Reza")
    with desk.unit_at(desk.site.get(Database).now()) as uow:
        notify(
            uow,
            [blind.actor.id],
            title="{card} waits",
            params={"card": "Paint the fence"},
            record=(CARD, card),
        )
    assert lines(blind) == [(GONE, f"#{card}", CARD, False)]
    number = api(blind, "/notifications")[0]["id"]
    assert blind.opens(f"/notifications/{number}").path == f"/records/{CARD}/{card}"


def test_of_several_records_that_are_named_each_is_seen_or_not_by_itself(desk, omid, card, unit_of):
    pin, other = desk.one(PIN, name="Red"), desk.one(CARD, name="Somebody else's")
    with unit_of(SYSTEM) as uow:
        named = {"one": AnyRef(CARD, other), "two": AnyRef(PIN, pin)}
        body = [AnyRef(CARD, card), AnyRef(CARD, other), AnyRef("no.such", 1)]
        notify(uow, [omid.actor.id], title="{one} hangs on {two}", params=named, body=body)
    (found,) = api(omid, "/notifications")
    assert found["title"] == "a record you can no longer see hangs on Red"
    assert found["body"].splitlines() == ["Paint the fence", *["a record you can no longer see"] * 2]
    assert found["seen"] is True


def test_what_a_person_types_as_a_mark_names_only_what_its_reader_sees(desk, omid, card, tell):
    secret = desk.one(CARD, name="Of the chief")
    tell(card, title=f"⟦{CARD}/{secret}⟧ ⟦{CARD}/x⟧")
    assert lines(omid)[0][0] == f"a record you can no longer see ⟦{CARD}/x⟧"


def test_reminders_are_read_with_the_rights_of_today(desk, omid, card, unit_of):
    at = desk.site.get(Database).now() + timedelta(days=1)
    with unit_of(SYSTEM) as uow:
        remind(
            uow,
            user=omid.actor.id,
            at=at,
            title="Soon: {card}",
            params={"card": AnyRef(CARD, card)},
            key="a",
            record=(CARD, card),
        )
    assert [(one["title"], one["state"]) for one in api(omid, "/reminders")] == [
        ("Soon: Paint the fence", "waiting")
    ]
    desk.update(CARD, card, owner=None)
    assert [(one["title"], one["record_id"]) for one in api(omid, "/reminders")] == [(GONE, 0)]


def test_no_name_is_kept_and_no_other_door_leads_to_the_words(desk, omid, card, tell):
    tell(card, body="rotten")
    with desk.site.get(Database).reading() as reader:
        ((kept,),) = reader.rows("SELECT title FROM base_notification")
    assert kept == f"⟦{CARD}/{card}⟧ waits"
    told = "/api/v1/records/base.notification"
    for question in ("fields=title", "fields=body", "sort=title", "filter=title == 'x'"):
        assert omid.client.get(f"{told}?{question}").status_code == 400, question
    assert omid.client.get(f"{told}/aggregate?group_by=title").status_code == 400
    assert "fence" not in omid.opens("/records/base.notification").response.text


def wishes(desk, omid, when):
    desk.update("base.user", omid.actor.id, email="omid@example.com", mail_mentions=when, mail_others=when)


def test_a_mail_that_waits_is_withdrawn_where_its_record_went_out_of_sight(
    desk, omid, card, tell, office, unit_of
):
    wishes(desk, omid, "now")
    office.answer = lambda word, line: "451 busy" if word == "MAIL" else None
    tell(card, key="first", mail=True)
    work(desk.site, wait=False)
    with desk.site.get(Database).reading() as reader:
        kept = str(reader.rows("SELECT subject, text, html, made_of FROM core_mail"))
    assert "fence" not in kept, "what waits holds no names"
    desk.update(CARD, card, owner=None)
    office.answer = lambda word, line: None
    _later(desk.site, unit_of)
    assert office.taken == []
    with unit_of(SYSTEM) as uow:
        assert state_of(uow, f"notice:{omid.actor.id}:first").state == "withdrawn"


def test_a_mail_names_its_record_as_it_is_when_it_leaves(desk, omid, card, tell, office, unit_of):
    wishes(desk, omid, "now")
    tell(card, body="rotten & old", mail=True)
    desk.update(CARD, card, name="Paint the gate")
    work(desk.site, wait=False)
    (mail,) = office.taken
    assert mail["Subject"] == "Paint the gate waits"
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    address = f"https://crm.example.com/records/{CARD}/{card}"
    assert text.split("\n\n") == ["Paint the gate waits", "Paint the gate", address, "rotten & old\n"]
    assert "rotten &amp; old" in mail.get_body(("html",)).get_content()


def test_the_daily_mail_leaves_out_what_went_out_of_sight_after_it_was_promised(
    desk, omid, card, tell, office, unit_of
):
    wishes(desk, omid, "digest")
    other = desk.one(CARD, name="Fell the tree", owner=omid.actor.id)
    tell(card, mail=True)
    tell(other, mail=True)
    office.answer = lambda word, line: "451 busy" if word == "MAIL" else None
    with unit_of(SYSTEM) as uow:
        desk.site.get(Jobs).defer(uow, DIGEST, {})
    work(desk.site, wait=False)
    desk.update(CARD, card, owner=None)
    office.answer = lambda word, line: None
    _later(desk.site, unit_of)
    (mail,) = office.taken
    assert mail["Subject"] == "1 thing happened"
    assert "Fell the tree" in mail.get_body(("plain",)).get_content()
    assert "fence" not in str(mail)


def _later(site, unit_of):
    """Let the time pass after which a mail is tried again."""
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.update(core_mail).values(next_at=core_mail.c.created_at))
    with unit_of(SYSTEM) as uow:
        site.get(Jobs).defer(uow, SEND, {})
    work(site, wait=False)
