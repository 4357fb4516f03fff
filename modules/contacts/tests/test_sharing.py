"""Single people and companies are shared with users, teams and roles."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.errors import AccessDenied, NotFound, ValidationFailed
from core.kernel.actor import Scope
from core.records.merging import Merging
from core.sdk import Ref
from core.storage import Database
from core.testing.site import actor_of

CONTACT, SHARE = "contacts.contact", "base.share"
OVER = "2020-01-01T00:00:00Z"


@pytest.fixture
def office(desk, site, actor_as):
    """Ann, who keeps a contact, and Bob, who is in another team and sees nothing of it."""
    ann = actor_as("base.member", "contacts.editor", login="ann@example.com", name="Ann")
    bob = actor_as("base.member", "contacts.editor", login="bob@example.com", name="Bob")
    contact = desk.as_(ann).one(CONTACT, last_name="Shared", job_title="Baker")

    def bobs():
        return desk.as_(actor_of(site, "bob@example.com"))

    def share(**values):
        values = {"with_user": Ref(bob.id), "level": "read", "reason": "She helps", **values}
        desk.as_(ann).operate(CONTACT, "share", contact, **values)
        return desk.column(SHARE, "id")[-1]

    return SimpleNamespace(desk=desk, ann=desk.as_(ann), bob=bob, bobs=bobs, contact=contact, share=share)


def sees(desk, contact):
    try:
        return desk.get(CONTACT, contact, "last_name", "job_title")
    except NotFound:
        return None


def test_a_share_opens_a_record_until_it_ends(office):
    assert sees(office.bobs(), office.contact) is None
    share = office.share()
    assert sees(office.bobs(), office.contact) == {"last_name": "Shared", "job_title": "Baker"}
    assert office.bobs().column(CONTACT, "last_name", search="shared") == ["Shared"]
    with pytest.raises(AccessDenied):
        office.bobs().update(CONTACT, office.contact, job_title="Brewer")
    office.desk.update(SHARE, share, expires_at=OVER)
    assert sees(office.bobs(), office.contact) is None
    office.desk.update(SHARE, share, expires_at=None)
    assert sees(office.bobs(), office.contact)
    office.ann.delete(SHARE, share)
    assert sees(office.bobs(), office.contact) is None


def test_a_share_for_editing_opens_changes_and_nothing_else(office):
    office.share(level="edit")
    assert office.bobs().update(CONTACT, office.contact, job_title="Brewer") == {"job_title"}
    with pytest.raises(AccessDenied):
        office.bobs().delete(CONTACT, office.contact)
    with pytest.raises(AccessDenied):
        office.bobs().operate(
            CONTACT, "share", office.contact, with_user=Ref(office.bob.id), level="read", reason="x"
        )
    row = {
        "record": {"entity": CONTACT, "id": office.contact},
        "with_user": office.bob.id,
        "level": "read",
        "reason": "x",
    }
    with pytest.raises((AccessDenied, NotFound)):
        office.bobs().create(SHARE, row)


def test_teams_and_roles_are_shared_with_too(office):
    team = office.desk.one("base.team", name="Help", members=[office.bob.id])
    by_team = office.share(with_user=None, with_team=Ref(team))
    assert sees(office.bobs(), office.contact)
    office.desk.delete(SHARE, by_team)
    assert sees(office.bobs(), office.contact) is None
    row = {"record": {"entity": CONTACT, "id": office.contact}, "level": "read", "reason": "all may see"}
    office.ann.create(SHARE, {**row, "with_role": "contacts.editor"})
    assert sees(office.bobs(), office.contact)


def test_nobody_shares_more_than_they_may_do_themselves(office, desk):
    scopes = (
        Scope(entity=CONTACT, action="read"),
        Scope(entity=CONTACT, action="share"),
        Scope(entity=SHARE),
        Scope(entity="base.user"),
    )
    narrow = desk.as_(replace(office.ann.actor, scopes=scopes))
    row = {"record": {"entity": CONTACT, "id": office.contact}, "with_user": office.bob.id, "reason": "x"}
    with pytest.raises(ValidationFailed) as refused:
        narrow.create(SHARE, {**row, "level": "edit"})
    assert [p.code for p in refused.value.problems] == ["more_than_held"]
    narrow.create(SHARE, {**row, "level": "read"})
    with pytest.raises(ValidationFailed):
        narrow.update(SHARE, desk.column(SHARE, "id")[-1], level="edit")


def test_a_share_names_one_user_one_team_or_one_role_that_is_there(office):
    row = {"record": {"entity": CONTACT, "id": office.contact}, "level": "read", "reason": "x"}
    team = office.desk.one("base.team", name="Help")
    for values in ({}, {"with_user": office.bob.id, "with_team": team}, {"with_role": "contacts.none"}):
        with pytest.raises(ValidationFailed) as refused:
            office.ann.create(SHARE, {**row, **values})
    assert [p.code for p in refused.value.problems] == ["unknown_role"]


def test_whom_a_record_is_shared_with_is_told_and_its_history_tells_of_it(office):
    office.share(reason="She stands in for me")
    told = office.desk.find("base.notification", "title", filter=f"user == {office.bob.id}")
    assert [one["title"] for one in told] == ["Ann shared a record with you"]
    parts = [entry for entry in office.ann.history(CONTACT, office.contact) if entry.part is not None]
    assert [(entry.part.entity, entry.action) for entry in parts] == [(SHARE, "create")]


def test_a_share_outlives_the_trash(office):
    office.share()
    office.ann.delete(CONTACT, office.contact)
    assert sees(office.bobs(), office.contact) is None
    office.ann.restore(CONTACT, office.contact)
    assert sees(office.bobs(), office.contact)


def test_a_share_that_nobody_could_give_today_neither_stops_the_trash_nor_a_merge(
    office, desk, site, actor_as, monkeypatch
):
    """Its role is gone, and whoever restores the record may not change it: the share is back as it was."""
    office.share(level="edit")
    row = {"record": {"entity": CONTACT, "id": office.contact}, "level": "edit", "reason": "x"}
    with monkeypatch.context() as before:
        before.setattr("modules.base.hooks.share_problems", lambda *_: ())
        desk.create(SHARE, {**row, "with_role": "contacts.gone"})
    scopes = (Scope(entity=CONTACT, action="read"), Scope(entity=CONTACT, action="delete"))
    keeper = desk.as_(replace(office.ann.actor, scopes=scopes))
    keeper.delete(CONTACT, office.contact)
    assert desk.column(SHARE, "id") == []
    keeper.restore(CONTACT, office.contact)
    assert len(desk.column(SHARE, "id")) == 2
    office.bobs().update(CONTACT, office.contact, job_title="Brewer")

    manager = actor_as("base.member", "contacts.manager", login="mina@example.com")
    stays = desk.as_(manager).one(CONTACT, last_name="Shared", job_title="Smith")
    with site.get(Database).unit(desk.catalog, manager) as uow:
        site.get(Merging).merge(manager, CONTACT, stays, [office.contact], uow=uow)
    assert sees(office.bobs(), stays)


def test_who_may_not_change_a_record_any_more_ends_a_share_but_neither_lengthens_nor_restores_it(
    office, desk
):
    share = office.share(level="edit")
    office.desk.update(SHARE, share, expires_at="2999-01-01T00:00:00Z")
    scopes = (
        Scope(entity=CONTACT, action="read"),
        Scope(entity=CONTACT, action="share"),
        Scope(entity=SHARE),
    )
    lessened = desk.as_(replace(office.ann.actor, scopes=scopes))
    lessened.update(SHARE, share, reason="He still helps")
    with pytest.raises(ValidationFailed):
        lessened.update(SHARE, share, expires_at=None)
    lessened.delete(SHARE, share)
    with pytest.raises(ValidationFailed):
        lessened.restore(SHARE, share)
    assert sees(office.bobs(), office.contact) is None
    office.ann.restore(SHARE, share)
    assert sees(office.bobs(), office.contact)


def test_only_whom_something_is_shared_with_is_asked_for_shares(office, site):
    assert actor_of(site, "bob@example.com").shared == frozenset()
    office.share()
    assert actor_of(site, "bob@example.com").shared == {CONTACT}
    assert actor_of(site, "ann@example.com").shared == frozenset()


def test_shares_of_merged_people_hold_for_the_one_that_stays(office, desk, site, actor_as):
    office.share()
    manager = actor_as("base.member", "contacts.manager", login="mina@example.com")
    stays = desk.as_(manager).one(CONTACT, last_name="Shared", job_title="Brewer")
    with site.get(Database).unit(desk.catalog, manager) as uow:
        site.get(Merging).merge(manager, CONTACT, stays, [office.contact], uow=uow)
    assert sees(office.bobs(), stays)
