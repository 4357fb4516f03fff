"""Seeing what somebody else sees: by whom, for how long, what shows, and that nothing is written meanwhile."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from core.api.blueprint import PREFIX
from core.app.tasks import close_views, views_wait
from core.identity import Identity
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.desk import Desk
from core.web.viewing_page import PERMITTED

VIEW, END = "/access/view-as", "/access/view-as/end"
CONTACT, USER, TOLD = "contacts.contact", "base.user", "base.notification"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
SYSTEM = system_actor("a test")
OWN = {"core_session", "core_history"}
"""What beginning and ending writes."""


def views(who, whom, reason="a ticket"):
    page = who.opens(VIEW)
    return who.submits(page, page.page.form_to(VIEW), {"user": whom.actor.login, "reason": reason})


def ends(who):
    page = who.opens("/preferences")
    return who.submits(page, page.page.form_to(END))


def token_on(who):
    """The token that the forms of a page carry."""
    return re.findall(r'name="csrf" value="([^"]+)"', who.opens("/preferences").response.text)[0]


def is_viewing(who):
    return 'class="eyes"' in who.opens("/preferences").response.text


@pytest.fixture
def changes(site):
    """Do something as the system: ``changes(lambda identity, uow: …)``."""

    def change(act):
        database = site.get(Database)
        with database.unit(site.get(Catalogs).current(), SYSTEM) as uow:
            return act(site.get(Identity), uow)

    return change


@pytest.fixture
def rows(site):
    def ask(sql):
        with site.get(Database).reading() as reader:
            return reader.rows(sql)

    return ask


@pytest.fixture
def story(rows):
    """Tell what the history says of views: who, whose, what, why."""
    return lambda: rows(
        "SELECT actor_name, record_id, action, reason FROM core_history "
        "WHERE action LIKE 'view_as%' ORDER BY id"
    )


@pytest.fixture
def dump(site, rows):
    """Everything that is kept, table by table; of all tables but those of the view itself."""

    def every():
        named = rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
        )
        tables = [name for (name,) in named if not name.startswith(tuple(OWN))]
        return {
            name: rows(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t')
            for name in tables
        }

    return every


def test_an_administrator_sees_what_a_person_sees_in_their_language(admin, editor, person, kept):
    other = person("base.member", "contacts.editor", login="rep2@example.com", team="Support")
    kept.add(CONTACT, {"last_name": "Seen"}, actor=editor.actor)
    hidden = kept.add(CONTACT, {"last_name": "Unseen"}, actor=other.actor)[0]
    kept.change(USER, editor.actor.id, {"language": "fa"})
    before = admin.opens(f"/records/{CONTACT}").page.main.text
    assert "Seen" in before
    assert "Unseen" in before

    begun = views(admin, editor)
    assert begun.status == 200
    banner = begun.page.one("aside", cls="eyes").text
    assert "Reza Nouri" in banner
    listed = admin.opens(f"/records/{CONTACT}")
    assert [row for row in listed.page.rows() if "Seen" in str(row)]
    assert "Unseen" not in listed.response.text
    assert 'lang="fa"' in listed.response.text
    assert admin.opens(f"/records/{CONTACT}/{hidden}").status == 404
    for page in ("/modules", VIEW):
        refused = admin.opens(page)
        assert refused.status == 403
        assert 'class="eyes"' in refused.response.text
    me = admin.client.get(f"{PREFIX}/access/me").json
    assert (me["login"], me["administrator"]) == (editor.actor.login, False)
    assert admin.opens("/sign-in").path != "/sign-in"

    ended = ends(admin)
    assert ended.path == VIEW
    assert 'class="eyes"' not in ended.response.text
    assert 'lang="en"' in ended.response.text
    assert admin.opens(f"/records/{CONTACT}/{hidden}").status == 200


def test_who_wants_to_see_must_be_an_administrator_and_say_why(admin, editor, person, changes, story):
    assert editor.opens(VIEW).status == 403
    sent = {"csrf": token_on(editor), "user": admin.actor.login, "reason": "curious"}
    assert editor.sends(VIEW, sent).status == 403
    locked = person("base.member", login="gone@example.com")
    changes(lambda identity, uow: identity.set_active(SYSTEM, locked.actor.id, False, uow=uow))
    ghost = type("Ghost", (), {"actor": type("Login", (), {"login": "ghost@example.com"})})
    for whom, why, said in (
        (editor, " ", "Say why"),
        (editor, "x" * 501, "Say why"),
        (admin, "a ticket", "own eyes"),
        (locked, "a ticket", "locked"),
        (ghost, "a ticket", "There is no account"),
    ):
        refused = views(admin, whom, why)
        assert refused.status == 422, said
        assert said in refused.page.main.text
    assert not is_viewing(admin)
    assert story() == []


def test_one_comes_to_it_from_the_rights_and_from_the_person(admin, editor):
    explain = admin.opens(f"/access/explain?user={editor.actor.login}").response.text
    assert f"{VIEW}?user={editor.actor.login.replace('@', '%40')}" in explain or (
        f"{VIEW}?user={editor.actor.login}" in explain
    )
    assert f"{VIEW}?id={editor.actor.id}" in admin.opens(f"/records/{USER}/{editor.actor.id}").response.text
    assert VIEW not in editor.opens(f"/records/{USER}/{editor.actor.id}").response.text
    assert VIEW not in editor.opens("/access/explain").response.text
    asked = admin.opens(f"{VIEW}?id={editor.actor.id}").page.form_to(VIEW)
    assert asked.filled({})["user"] == editor.actor.login


def test_nothing_can_be_sent_and_nothing_is_written(admin, editor, kept, app, dump, rows):
    mine = kept.add(CONTACT, {"last_name": "Mine"}, actor=editor.actor)[0]
    told = kept.add(
        TOLD,
        {
            "user": editor.actor.id,
            "kind": "mention",
            "title": "Look",
            "entity": CONTACT,
            "record_id": mine,
            "key": "a test",
        },
    )[0]
    views(admin, editor)
    before = dump()
    token = token_on(admin)
    tried = 0
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<entity>", CONTACT, rule.rule)
        address = re.sub(r"<[^>]*>", str(mine), address)
        for method in rule.methods & set(UNSAFE):
            if rule.endpoint in PERMITTED or not rule.endpoint.startswith(("web.", "api.")):
                continue
            answer = admin.client.open(
                address, method=method, data={"csrf": token}, headers={"X-CSRF-Token": token}
            )
            tried += 1
            if "unknown_address" in rule.endpoint and answer.status_code in (404, 405):
                continue
            assert answer.status_code == 403, (method, address)
            assert "nothing can be changed" in answer.get_data(as_text=True), (method, address)
    assert tried > 60
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint.startswith(("web.", "api.")):
            address = re.sub(r"<[^>]*>", str(mine), re.sub(r"<entity>", CONTACT, rule.rule))
            assert admin.client.get(address).status_code < 500, address
    assert admin.opens(f"/notifications/{told}").path == f"/records/{CONTACT}/{mine}"
    assert admin.opens(f"{PREFIX}/records/{CONTACT}").status == 200
    assert dump() == before
    assert kept.get(TOLD, told)["read_at"] is None
    assert rows("SELECT count(*) FROM core_history WHERE action LIKE 'view_as%'") == [(1,)]

    editor.opens(f"/notifications/{told}")
    assert kept.get(TOLD, told)["read_at"] is not None
    assert dump() != before


def test_a_form_of_before_and_one_of_meanwhile_are_too_old_afterwards(admin, editor):
    own = token_on(admin)
    views(admin, editor)
    theirs = token_on(admin)
    ends(admin)
    for token in (own, theirs):
        refused = admin.sends("/preferences", {"csrf": token})
        assert refused.status == 403
        assert "too old" in refused.page.main.text


def test_it_ends_where_either_of_the_two_loses_rights(admin, editor, changes, site, story):
    def loses_role(identity, uow):
        identity.set_roles(SYSTEM, admin.actor.id, ["base.member"], uow=uow)
        identity.set_roles(SYSTEM, admin.actor.id, ["base.administrator"], uow=uow)

    def other_role(identity, uow):
        identity.set_roles(SYSTEM, editor.actor.id, ["base.member"], uow=uow)

    def locked(identity, uow):
        identity.set_active(SYSTEM, editor.actor.id, False, uow=uow)
        identity.set_active(SYSTEM, editor.actor.id, True, uow=uow)

    def hour_over(_identity, uow):
        uow.execute(sa.text("UPDATE core_session SET viewing_until = now() - interval '1 minute'"))

    def role_shrinks(_identity, uow):
        uow.execute(
            sa.text("UPDATE core_account SET roles = '{base.member}' WHERE id = :id"), {"id": admin.actor.id}
        )

    for number, reason in enumerate((loses_role, other_role, locked, hour_over, role_shrinks), start=1):
        views(admin, editor, reason.__name__)
        assert is_viewing(admin), reason
        changes(reason)
        assert not is_viewing(admin), reason
        assert len(story()) == 2 * number
    assert admin.opens(VIEW).status == 403
    who, whose = "Mina Karimi", editor.actor.id
    assert story()[:2] == [
        (who, whose, "view_as", "loses_role"),
        (who, whose, "view_as_ended", "loses_role"),
    ]


def test_signing_out_ends_it_and_so_does_the_hour_for_who_never_comes_back(
    admin, person, editor, site, story, rows, changes
):
    views(admin, editor)
    admin.sends("/sign-out", {"csrf": token_on(admin)})
    assert [row[2] for row in story()] == ["view_as", "view_as_ended"]
    assert admin.opens("/preferences").path == "/sign-in"

    again = person("base.administrator", login="second@example.com", name="Second")
    views(again, editor)
    desk, database = Desk(site), site.get(Database)
    with desk.unit_at(database.now()) as uow:
        assert not views_wait(uow)
        (until,) = rows("SELECT max(viewing_until) FROM core_session")[0]
    with desk.unit_at(until) as uow:
        assert views_wait(uow)

    @contextmanager
    def unit(_reason):
        with desk.unit_at(until) as uow:
            yield uow

    third = person("base.administrator", login="third@example.com", name="Third")
    views(third, editor)
    changes(lambda identity, uow: identity.set_active(SYSTEM, third.actor.id, False, uow=uow))
    assert [row[:3] for row in story()[-2:]] == [
        ("Third", editor.actor.id, "view_as"),
        ("Third", editor.actor.id, "view_as_ended"),
    ]
    before = len(story())
    assert close_views(type("Context", (), {"unit": staticmethod(unit)})) == {"ended": 1}
    assert [row[2] for row in story()[before:]] == ["view_as_ended"]
    assert not is_viewing(again)


def test_the_history_tells_administrators_and_the_person_and_nobody_else(admin, editor, person):
    views(admin, editor, "ticket 4711")
    ends(admin)
    listed = admin.opens(VIEW).page.main.text
    assert "ticket 4711" in listed
    assert f"began to see as {editor.actor.login}" in listed.translate(dict.fromkeys(range(0x2066, 0x206A)))
    assert "ended to see as" in listed
    colleague = person("base.member", "contacts.editor", login="rep3@example.com")
    address = f"/records/{USER}/{editor.actor.id}/history"
    for who, knows in ((admin, True), (editor, True), (colleague, False)):
        told = who.opens(address)
        assert told.status == 200
        assert ("ticket 4711" in told.response.text) is knows
        assert ("began to see what this person sees" in told.response.text) is knows
        entries = who.client.get(f"{PREFIX}/records/{USER}/{editor.actor.id}/history").json["items"]
        assert ("view_as" in {entry["action"] for entry in entries}) is knows
