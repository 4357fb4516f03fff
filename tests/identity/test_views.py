"""The eyes of somebody else, below the pages: who is opened, at which cost, and what a unit of work allows them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.errors import AccessDenied, Conflict, NotFound, OnlyLooking, ValidationFailed
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.statements import counted

SYSTEM = system_actor("a test")


class Looker:
    """A chief with a session, and the clerk whose eyes it looks through."""

    def __init__(self, door):
        self.door = door
        self.clerk = door.account("clerk@example.com", "office.clerk")
        door.account("chief@example.com", "office.chief")
        self.token = door.sign_in("chief@example.com")

    def opens(self):
        return self.door.identity.open(cookie=self.token)

    def looks(self, login="clerk@example.com", reason="a ticket"):
        opening = self.opens()

        def act(uow):
            account = self.door.identity.find_account(login, uow=uow)
            self.door.identity.view_as(opening.actor, opening.session, account, reason, uow=uow)

        self.door.do(act, opening.actor)
        return self.opens()


@pytest.fixture
def looker(door):
    return Looker(door)


def test_a_session_is_opened_as_the_person_by_one_statement_as_ever(looker):
    own = looker.opens()
    seen = looker.looks()
    assert (seen.actor.id, seen.actor.roles, seen.actor.read_only) == (looker.clerk, {"office.clerk"}, True)
    assert seen.session.viewing.by.login == "chief@example.com"
    assert seen.session.csrf != own.session.csrf
    with counted() as statements:
        looker.opens()
    assert len(statements) == 1
    looker.door.identity.stop_viewing(seen.session)
    back = looker.opens()
    assert (back.actor, back.session.viewing) == (own.actor, None)
    assert back.session.csrf not in (own.session.csrf, seen.session.csrf)


def test_whoever_only_looks_gets_no_transaction_that_writes_whatever_they_elevate_to(looker, site):
    seen, database = looker.looks().actor, site.get(Database)
    catalog = site.get(Catalogs).current()
    for actor in (seen, seen.elevate("one's own")):
        with pytest.raises(OnlyLooking), database.unit(catalog, actor):
            pass
        with database.unit(catalog, actor, reading=True) as uow:
            assert uow.execute(sa.text("SELECT 1")).scalar() == 1


def test_what_a_session_may_look_at_is_refused_for_a_reason(looker, door):
    with pytest.raises(ValidationFailed):
        looker.looks(reason=" \n ")
    with pytest.raises(Conflict):
        looker.looks("chief@example.com")
    with pytest.raises(NotFound):
        looker.looks("nobody@example.com")
    door.do(lambda uow: door.identity.set_active(SYSTEM, looker.clerk, False, uow=uow))
    with pytest.raises(NotFound):
        looker.looks()
    door.do(lambda uow: door.identity.set_active(SYSTEM, looker.clerk, True, uow=uow))
    seen = looker.looks()
    with pytest.raises(OnlyLooking):
        looker.looks()
    chief = seen.session.viewing.by

    def again(uow):
        account = door.identity.find_account("clerk@example.com", uow=uow)
        door.identity.view_as(chief, seen.session, account, "again", uow=uow)

    with pytest.raises(Conflict):
        door.do(again, chief)


def test_only_administrators_look_and_read_who_has_looked(looker, door):
    looker.looks(reason="ticket 1")
    token = door.sign_in("clerk@example.com")
    clerk = door.identity.open(cookie=token)
    chief = looker.opens().session.viewing.by

    def look(uow):
        account = door.identity.find_account("chief@example.com", uow=uow)
        door.identity.view_as(clerk.actor, clerk.session, account, "curious", uow=uow)

    for act in (look, lambda uow: door.identity.views(clerk.actor, 5, uow=uow)):
        with pytest.raises(AccessDenied):
            door.do(act, clerk.actor)
    (told,) = door.do(lambda uow: door.identity.views(chief, 5, uow=uow))
    assert (told.whose, told.began, told.reason) == ("clerk@example.com", True, "ticket 1")
