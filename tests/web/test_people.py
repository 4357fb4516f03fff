"""People and accounts: found, made, let in again, given roles after a look at what they add, and kept out."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.site import PASSWORD, make_account
from tests.web.page import Form
from tests.web.test_signing_in import CHOSEN, chooses, signs_in

NEW = {"login": "parisa@example.com", "name": "پریسا راد", "language": "fa", "role": ["base.member"]}


@pytest.fixture
def chief(site, admin):
    """An administrator who has given the password just now."""
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.update(core_session).values(fresh_at=sa.func.now()))
    return admin


def form_with(answer, value):
    """Return the form of a page that does this."""
    forms = answer.page.main.all("form", method="post")
    return Form(next(f for f in forms if any(i.get("value") == value for i in f.all("input"))))


def does(person, answer, act):
    return person.submits(answer, form_with(answer, act))


def makes(chief, **more):
    opened = chief.opens("/people/new")
    return chief.submits(opened, form_with(opened, "link"), {**NEW, "how": "link", **more})


def test_nobody_is_made_and_nobody_is_given_more_without_the_password_once_more(admin, person):
    assert makes(admin).path == "/account/confirm"
    sara = person("base.member", login="sara@example.com")
    path = f"/people/{sara.actor.id}/roles"
    opened = admin.opens(path)
    form = Form(opened.page.main.one("form"))
    assert admin.submits(opened, form, {"role": ["base.administrator"]}).path == "/account/confirm"
    assert "parisa@example.com" not in admin.opens("/people").page.main.text


def number_of(answer):
    link = next(a for a in answer.page.main.all("a") if a.get("href").startswith("/people/"))
    return link["href"].rsplit("/", 1)[1]


@pytest.mark.covers("SE-02")
def test_an_account_is_made_with_a_link_that_lets_its_owner_in(chief, visitor, kept):
    team = kept.add("base.team", {"name": "Shiraz"})[0]
    made = makes(chief, team=str(team))
    link = made.page.one("code", id="handed").text
    assert made.response.headers.get("Content-Encoding") is None
    number = int(number_of(made))
    profile = kept.get("base.user", number)
    assert (profile["name"], profile["language"], profile["team"].id) == (NEW["name"], "fa", team)
    person = chief.opens(f"/people/{number}")
    assert "Never signed in" in person.page.text
    assert "A one-time link is out" in person.page.main.text
    opened = visitor.opens(link.removeprefix("http://localhost"))
    assert NEW["login"] in opened.page.main.text
    chooses(visitor, opened, CHOSEN)
    assert signs_in(visitor, CHOSEN, NEW["login"]).page.one("html")["lang"] == "fa"
    assert "made the account, with the roles: Member" in chief.opens(f"/people/{number}").page.main.text
    for wrong in ({"login": "a b"}, {}):
        answer = makes(chief, **wrong)
        assert answer.status == 422
        assert answer.page.problems
        assert answer.page.one("input", id="n-name")["value"] == NEW["name"]


def test_a_password_can_be_handed_over_and_is_replaced(chief, visitor):
    made = makes(chief, how="password")
    password = made.page.one("code", id="handed").text
    opened = signs_in(visitor, password, NEW["login"])
    assert chooses(visitor, opened, CHOSEN).path == "/sign-in"
    page = chief.opens(f"/people/{number_of(made)}")
    signs_in(visitor, CHOSEN, NEW["login"])
    again = does(chief, page, "password")
    assert again.page.one("code", id="handed").text != password
    assert visitor.opens("/account").path == "/sign-in"


def test_people_are_found_by_name_login_standing_role_and_team(chief, person, site, kept):
    person("base.member", "contacts.reader", login="reza@example.com", name="Reza Nouri", team="Sales")
    make_account(site, "sara@example.com", ("base.member",), name="Sara Ahmadi", password=PASSWORD)
    team = kept.find("base.team", "name == 'Sales'")[0]["id"]

    def found(query):
        page = chief.opens(f"/people?{query}").page.main
        return [row.one("th").text for row in page.all("tbody")[0].all("tr")] if page.all("tbody") else []

    assert found("") == ["Mina Karimi", "Reza Nouri", "Sara Ahmadi"]
    assert found("q=nouri") == found("q=REZA%40") == found(f"team={team}") == ["Reza Nouri"]
    assert found("role=contacts.reader") == ["Reza Nouri"]
    assert found("q=%25") == []
    assert found("standing=disabled") == []
    assert "Nobody found" in chief.opens("/people?standing=disabled").page.main.text
    assert found("standing=nonsense&role=none&team=x&after=reza@example.com") == ["Sara Ahmadi"]


def test_roles_are_changed_after_a_look_at_what_they_add(chief, editor, person):
    number = editor.actor.id
    opened = chief.opens(f"/people/{number}/roles")
    looked = chief.submits(
        opened, Form(opened.page.main.one("form")), {"role": ["base.member", "contacts.manager"]}
    )
    gains = looked.page.one("table", id="gains").text
    assert "Delete" in gains
    assert "Given:" in looked.page.main.text
    assert "changed the roles" not in chief.opens(f"/people/{number}").page.main.text
    done = chief.submits(looked, form_with(looked, "1"))
    assert done.path == f"/people/{number}"
    assert "gave the roles" in done.page.main.text
    opened = chief.opens(f"/people/{number}/roles")
    narrowed = chief.submits(opened, Form(opened.page.main.one("form")), {"role": ["base.member"]})
    assert narrowed.path == f"/people/{number}"
    assert editor.opens("/records/contacts.contact").status == 404
    mine = chief.opens(f"/people/{chief.actor.id}/roles")
    last = chief.submits(mine, Form(mine.page.main.one("form")), {"role": ["base.member"]})
    if last.page.main.all("table", id="gains"):
        last = chief.submits(last, form_with(last, "1"))
    assert last.status == 422
    assert "last administrator" in last.page.main.one("div", role="alert").text


def test_an_account_is_disabled_enabled_and_signed_out_and_all_of_it_is_told(chief, editor):
    path = f"/people/{editor.actor.id}"
    assert editor.opens("/account").status == 200
    ended = does(chief, chief.opens(path), "sign_out")
    assert "signed out everywhere" in ended.page.text
    assert editor.opens("/account").path == "/sign-in"
    disabled = does(chief, chief.opens(path), "disable")
    assert "Disabled" in disabled.page.text
    assert not [i for i in disabled.page.main.all("input") if i.get("value") == "link"]
    enabled = does(chief, disabled, "enable")
    log = enabled.page.one("section", aria_labelledby="p-log").text
    for told in ("ended 1 sessions", "disabled the account", "enabled the account again"):
        assert told in log
    assert "Mina Karimi" in log
    own = chief.opens(f"/people/{chief.actor.id}")
    assert not [i for i in own.page.main.all("input") if i.get("value") in ("disable", "link", "password")]
    csrf = own.page.all("input", name="csrf")[0]["value"]
    locked = chief.sends(f"/people/{chief.actor.id}", {"csrf": csrf, "act": "disable"})
    assert (locked.status, "lock yourself out" in locked.page.main.text) == (422, True)
    assert chief.sends(path, {"csrf": csrf, "act": "burn"}).status == 400


def test_what_lets_somebody_in_is_made_only_after_the_password_was_given(admin, editor):
    path = f"/people/{editor.actor.id}"
    for act in ("link", "password"):
        asked = does(admin, admin.opens(path), act)
        assert asked.path == "/account/confirm"
    assert "made a" not in admin.opens(path).page.main.text


def test_accounts_are_for_administrators(editor, admin):
    csrf = editor.opens("/account").page.all("input", name="csrf")[0]["value"]
    for path in ("/people", "/people/new", f"/people/{admin.actor.id}", f"/people/{admin.actor.id}/roles"):
        assert editor.opens(path).status == 403
        if path != "/people":
            assert editor.sends(path, {"csrf": csrf, "act": "disable"}).status == 403
    assert "/people" not in [a.get("href") for a in editor.opens("/account").page.all("a")]
    assert admin.opens("/people/987654").status == 404
