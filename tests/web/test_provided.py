"""What becomes of what a sign-in service says of people: accounts that are made, and roles that follow groups."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from core.app.doctor import examine
from core.app.upgrade import OF_THE_MOMENT
from core.config import Settings
from core.errors import SettingsInvalid
from core.identity import Identity
from core.identity.provided import Rules
from core.kernel.actor import Actor, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.studio import RoleStudio
from core.testing.site import PASSWORD, actor_of, make_account
from tests.web.conftest import Person
from tests.web.outside import connected, goes, knowing, offered

SYSTEM = system_actor("a test")
NEW = {"sub": "s-1", "email": "Nima@Example.com", "email_verified": True, "name": "Nima Karimi"}
MAKING = {"oidc_domains": "example.com, @example.org", "oidc_new_roles": "base.member"}
GROUPS = {"staff": "base.member", "editors": ["contacts.editor"], "admins": ["base.administrator"]}
OWNING = {"oidc_roles": json.dumps(GROUPS)}


def accounts(site):
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
        return {one.login: one for one in site.get(Identity).accounts(SYSTEM, uow=uow)}


def roles(site, login):
    return accounts(site)[login].roles


def signs_in(app, service, **claims):
    service.claims = {**NEW, **claims}
    return goes(Person(app), service)


def test_an_account_is_made_at_the_first_sign_in_where_the_settings_say_so(app, site, kept):
    team = kept.add("base.team", {"name": "North"})[0]
    with offered(site, **MAKING, oidc_new_team="North") as service:
        nima = Person(app)
        service.claims = NEW
        assert goes(nima, service).path == "/preferences"
        made = accounts(site)["nima@example.com"]
        assert made.roles == ("base.member",)
        assert connected(site) == [("s-1", made.id)]
        actor = actor_of(site, made.login)
        assert (actor.name, actor.team) == ("Nima Karimi", team)
        told = nima.opens("/account").page.text
        assert (
            "was let in by Company for the first time: the account was made, with the roles: Member" in told
        )
        assert signs_in(app, service, email="other@example.com").path == "/preferences"
        assert len(accounts(site)) == 1, "the subject counts from then on"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"email_verified": False}, "has not verified"),
        ({"email_verified": "true"}, "has not verified"),
        ({"email_verified": None}, "has not verified"),
        ({"email": None}, "has not verified"),
        ({"email": ["nima@example.com"]}, "has not verified"),
        ({"email": "nima@example.com@example.com"}, "has not verified"),
        ({"email": "a@evil.example,nima@example.com"}, "has not verified"),
        ({"email": "nima\u0000@example.com"}, "has not verified"),
        ({"email": "nima@e\u00adxample.com"}, "has not verified"),
        ({"email": "nima@evil.example"}, "certain mail domains"),
        ({"email": "nima@example.com.evil.example"}, "certain mail domains"),
        ({"email": "nima@sub.example.com"}, "certain mail domains"),
        ({"email": "nima@evil-example.com"}, "certain mail domains"),
        ({"email": "nima@EXAMPLE.COM.EVIL.EXAMPLE"}, "certain mail domains"),
        ({"email": "nima@xn--exmple-cua.com"}, "certain mail domains"),
        ({"email": "nima@ex\u00e4mple.com"}, "has not verified"),
        ({"email": "nima@ex\u0430mple.com"}, "has not verified"),
        ({"email": "nima@example.com."}, "has not verified"),
        ({"email": "nima@example.com\n"}, "has not verified"),
        ({"email": '"a@evil.example "@example.com'}, "has not verified"),
    ],
)
@pytest.mark.covers("SE-01")
def test_no_account_is_made_of_an_unverified_address_or_another_domain(app, site, claims, told):
    with offered(site, **MAKING) as service:
        answer = signs_in(app, service, **claims)
        assert answer.status == 401
        assert told in answer.page.problems[0]
        assert (accounts(site), connected(site)) == ({}, [])


def test_without_the_setting_no_account_is_made(app, site):
    with offered(site, oidc_new_roles="base.member") as service:
        assert "no account here is connected" in signs_in(app, service).page.problems[0]
        assert accounts(site) == {}


@pytest.mark.covers("SE-01")
def test_letters_that_fold_into_others_take_no_account_over(app, site):
    """The Kelvin sign becomes k and ß becomes ss where logins are compared; the mailboxes are those of other people."""
    make_account(site, "kass@example.com", ("base.administrator",), password=PASSWORD)
    with offered(site, **MAKING) as service:
        for number, address in enumerate(
            ("\u212aass@example.com", "ka\u00df@example.com", "kass@example\u3002com")
        ):
            assert signs_in(app, service, sub=f"s-{number}", email=address).status == 401
        assert connected(site) == []


@pytest.mark.covers("SE-01")
def test_an_account_that_is_there_is_replaced_by_no_new_one(app, site):
    number = make_account(site, "nima@example.com", ("base.member",), password=PASSWORD)
    with offered(site, **MAKING) as service:
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.text("UPDATE core_account SET active = false"))
        assert "no account here is connected" in signs_in(app, service).page.problems[0]
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.text("UPDATE core_account SET active = true"))
        assert signs_in(app, service).path == "/preferences"
        assert signs_in(app, service, sub="s-2").status == 401
        assert connected(site) == [("s-1", number)]
        assert len(accounts(site)) == 1


def test_no_setting_gives_a_new_account_a_role_that_administers_or_is_not_there(app, site):
    wrong = "base.administrator, base.member, x.nothing"
    with offered(site, oidc_domains="example.com", oidc_new_roles=wrong, oidc_new_team="Nowhere") as service:
        assert signs_in(app, service, name=7).path == "/preferences"
        assert roles(site, "nima@example.com") == ("base.member",)
        assert actor_of(site, "nima@example.com").name == "nima@example.com"
        told = [problem.text() for problem in examine(site) if problem.code == "outside_roles"]
        assert told == [
            "PAYVAND_OIDC_NEW_ROLES names the role base.administrator, which administers: it is given to nobody.",
            "PAYVAND_OIDC_NEW_ROLES names the role x.nothing, and there is none: it is given to nobody.",
        ]
        assert "outside_roles".startswith(OF_THE_MOMENT), "no upgrade is taken back for it"


def test_roles_follow_the_groups_at_each_sign_in_and_no_others_are_taken(app, site):
    with offered(site, **MAKING, **OWNING) as service:
        nima = Person(app)
        service.claims = {**NEW, "groups": ["staff", "editors", "unknown"]}
        assert goes(nima, service).path == "/preferences"
        assert roles(site, "nima@example.com") == ("base.member", "contacts.editor")
        number = accounts(site)["nima@example.com"].id
        with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
            site.get(Identity).set_roles(
                SYSTEM, number, ("base.member", "contacts.editor", "contacts.reader"), uow=uow
            )
        signs_in(app, service, groups=["staff"])
        assert roles(site, "nima@example.com") == ("base.member", "contacts.reader")
        told = "took away the roles: Contacts, editing, as the groups at Company say"
        assert told in nima.opens("/account").page.text
        nima.speaks("fa")
        assert "گروه‌ها" in nima.opens("/account").page.text
        signs_in(app, service, groups=None)
        assert roles(site, "nima@example.com") == ("contacts.reader",), (
            "whoever is in no group has none of its roles"
        )


@pytest.mark.covers("SE-01")
def test_hostile_groups_give_nothing_and_break_nothing(app, site):
    make_account(site, "nima@example.com", ("contacts.reader",), password=PASSWORD)
    many = [f"group-{number}" for number in range(10_000)]
    with offered(site, **OWNING) as service:
        for groups in (
            many,
            ["base.administrator", "base.member", "administrator"],
            "admins ",
            "staff,admins",
            7,
            True,
            {"admins": True},
            [["admins"], {"admins": 1}, None, 7, "\u0000", "Admins"],
            {"roles": ["admins"]},
        ):
            assert signs_in(app, service, groups=groups).path == "/preferences", groups
            assert roles(site, "nima@example.com") == ("contacts.reader",), groups
        assert signs_in(app, service, groups=[*many, "staff"]).path == "/preferences"
        assert roles(site, "nima@example.com") == ("base.member", "contacts.reader")
        assert signs_in(app, service, groups="staff").path == "/preferences"
        assert roles(site, "nima@example.com") == ("base.member", "contacts.reader")
        for sub in ("x" * 256, "s\u0000", "s\n1"):
            assert signs_in(app, service, sub=sub).status == 401, repr(sub)
        endless = ["x" * 1000] * 1000
        assert signs_in(app, service, groups=endless).status == 401, "more than an answer may hold"


def test_groups_are_found_by_a_name_or_the_way_to_them(app, site):
    make_account(site, "nima@example.com", (), password=PASSWORD)
    with offered(site, **OWNING, oidc_claim="realm_access.roles") as service:
        signs_in(app, service, realm_access={"roles": ["staff"]})
        assert roles(site, "nima@example.com") == ("base.member",)
        signs_in(app, service, **{"realm_access": 7, "realm_access.roles": ["editors"]})
        assert roles(site, "nima@example.com") == ("contacts.editor",)
        signs_in(app, service, realm_access=["roles"])
        assert roles(site, "nima@example.com") == ()


@pytest.mark.covers("SE-01")
def test_only_the_role_that_administers_itself_is_given_by_a_group_and_the_last_one_keeps_it(app, site):
    body = {"label": {"en": "Head"}, "grants": [], "implies": ["base.administrator"]}
    site.get(RoleStudio).add(Actor(elevated="a test"), "x.head", body)
    make_account(site, "nima@example.com", (), password=PASSWORD)
    by_the_way = {"oidc_roles": json.dumps({"heads": ["x.head"]})}
    with offered(site, **by_the_way) as service:
        signs_in(app, service, groups=["heads"])
        assert roles(site, "nima@example.com") == ()
        (told,) = [problem.text() for problem in examine(site) if problem.code == "outside_roles"]
        assert "which administers by a role that comes with it" in told
        with knowing(site, service, **OWNING):
            signs_in(app, service, groups=["admins"])
            assert roles(site, "nima@example.com") == ("base.administrator",)
            assert signs_in(app, service, groups=[]).path == "/preferences"
            assert roles(site, "nima@example.com") == ("base.administrator",), (
                "nobody else could let people in"
            )
            make_account(site, "mina@example.com", ("base.administrator",), password=PASSWORD)
            signs_in(app, service, groups=[])
            assert roles(site, "nima@example.com") == ()


def test_a_locked_account_gets_no_roles_and_whoever_connects_theirs_keeps_them(app, site, admin):
    with offered(site, **OWNING) as service:
        admin.client.set_cookie("payvand_language", "en")
        service.claims = {**NEW, "email": None, "groups": ["staff"]}
        before = roles(site, "admin@example.com")
        token = admin.opens("/preferences").page.all("input", name="csrf")[0]["value"]
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.text("UPDATE core_session SET fresh_at = now()"))
        begun = admin.sends("/account/provider", {"csrf": token, "act": "connect"})
        way = begun.page.main.one("a", cls="primary")["href"]
        told = admin.opens("/sign-in/provider/back", query_string=service.approves(way))
        assert "some of your roles follow your groups there" in told.page.text
        assert roles(site, "admin@example.com") == before
        shown = admin.opens(f"/people/{admin.actor.id}/roles").page
        assert "Some roles come from the groups of Mina Karimi at Company" in shown.text
        assert "By Company" in shown.text
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.text("UPDATE core_account SET active = false"))
        assert signs_in(app, service, groups=["staff"]).status == 401
        assert roles(site, "admin@example.com") == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oidc_domains", "*"),
        ("oidc_domains", "example.com, com"),
        ("oidc_roles", "{"),
        ("oidc_roles", "[]"),
        ("oidc_roles", "nowhere.json"),
        ("oidc_roles", '{"staff": 7}'),
        ("oidc_roles", '{"staff": [7]}'),
    ],
)
def test_a_setting_that_says_nothing_sure_is_refused_at_the_start(name, value):
    with pytest.raises(SettingsInvalid, match=f"PAYVAND_{name.upper()}"):
        Rules.of(Settings(**{name: value}))


def test_the_roles_of_groups_are_read_from_a_file_too(tmp_path):
    file = tmp_path / "roles.json"
    file.write_text(json.dumps(GROUPS), encoding="utf-8")
    assert Rules.of(Settings(oidc_roles=str(file))).owned == {
        "base.member",
        "contacts.editor",
        "base.administrator",
    }
