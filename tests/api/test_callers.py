"""Who asks: API keys with scopes, browsers with a token against other sites, and nobody."""

from __future__ import annotations

import re

import pytest

from core.api.blueprint import routes
from core.api.call import CSRF_HEADER, SESSION_COOKIE
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import PASSWORD, make_account
from tests.api.conftest import new_key

ROOMS, PAPERS = "/records/office.room", "/records/office.paper"
HOST = "http://localhost"


def filled(path):
    return "/api/v1" + re.sub(
        r"\{(entity|module)\}", "office.room", re.sub(r"\{(record|job|file)\}", "1", path)
    ).replace("{field}", "x_a")


class TestNobody:
    @pytest.mark.covers("IN-02")
    def test_every_route_but_the_description_wants_to_know_who_asks(self, app):
        client = app.test_client()
        for route in routes():
            response = client.open(filled(route.path), method=route.method)
            assert response.status_code == (200 if route.public else 401), route.path
            assert route.public or response.headers["WWW-Authenticate"].startswith("Bearer")

    def test_a_key_that_is_none_opens_nothing(self, app):
        for given in (
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic YTpi",
            "x",
            "",
            "bearer ",
            "Bearer pv_" + "x" * 9000,
            "Bearer \u00e9",
        ):
            response = app.test_client().get(f"/api/v1{ROOMS}", headers={"Authorization": given})
            assert response.status_code == 401, given

    def test_every_answer_carries_the_headers_that_protect_it(self, app, clerk):
        for response in (
            clerk("GET", ROOMS),
            clerk("GET", "/nothing"),
            clerk("OPTIONS", ROOMS),
            clerk("POST", ROOMS, {}),
            app.test_client().get("/api/v1/openapi.json"),
        ):
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert "no-store" in response.headers["Cache-Control"]
            assert "Set-Cookie" not in response.headers


class TestKeys:
    @pytest.mark.covers("IN-26")
    def test_a_key_does_what_its_scopes_name_and_no_more(self, caller):
        reader = caller("office.clerk", scopes=[Scope(entity="office.room", action="read")])
        assert reader.get(ROOMS)["items"] == []
        assert reader.refused(403, "POST", ROOMS, {"name": "x"})["code"] == "out_of_scope"
        assert reader.refused(403, "GET", PAPERS)["code"] == "out_of_scope"
        assert reader.refused(403, "POST", "/files", data={"file": (b"", "x")})["code"] == "out_of_scope"

    def test_a_key_without_scopes_is_for_nothing(self, caller):
        reader = caller("office.clerk", scopes=[])
        reader.refused(403, "GET", ROOMS)
        assert reader.get("/access/me")["entities"]["office.room"]["actions"] == []

    def test_a_key_never_does_more_than_its_owner(self, caller):
        caller("office.visitor").refused(403, "POST", ROOMS, {"name": "x"})
        caller("office.clerk").refused(
            403, "POST", "/metadata/entities/office.room/fields", {"name": "x_a", "type": "text"}
        )

    def test_an_administrators_key_administers_only_if_it_is_made_for_it(self, caller):
        narrow = caller("office.chief", scopes=[Scope(entity="*", action="read")])
        narrow.refused(403, "GET", "/modules")
        narrow.refused(403, "POST", "/metadata/entities/office.room/fields", {"name": "x_a", "type": "text"})

    def test_a_key_that_has_ended_opens_nothing(self, site, clerk):
        system = system_actor("a test")
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            key = site.get(Identity).keys(clerk.actor.id, uow=uow)[0]
            site.get(Identity).revoke_key(system, clerk.actor.id, key["id"], uow=uow)
        clerk.refused(401, "GET", ROOMS)

    def test_a_key_is_no_cookie_and_a_session_no_key(self, app, clerk):
        client = app.test_client()
        client.set_cookie(SESSION_COOKIE, clerk.key)
        assert client.get(f"/api/v1{ROOMS}").status_code == 401

    def test_taken_rights_are_gone_with_the_next_request(self, site, clerk):
        assert clerk.get(ROOMS)["items"] == []
        system = system_actor("a test")
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            site.get(Identity).set_roles(system, clerk.actor.id, ["office.auditor"], uow=uow)
        clerk.refused(404, "GET", ROOMS)

    def test_two_keys_of_one_person_are_told_apart(self, site, app, clerk):
        narrow = new_key(site, clerk.actor, [Scope(entity="office.paper", action="read")])
        for _ in range(2):
            assert clerk.get(ROOMS)["items"] == []
            response = app.test_client().get(f"/api/v1{ROOMS}", headers={"Authorization": f"Bearer {narrow}"})
            assert response.status_code == 403


class TestBrowsers:
    @pytest.fixture
    def browser(self, site, app):
        make_account(site, "anna@example.com", ["office.clerk"], password=PASSWORD)
        token = site.get(Identity).sign_in("anna@example.com", PASSWORD, address="127.0.0.1")
        client = app.test_client()
        client.set_cookie(SESSION_COOKIE, token)
        client.csrf = site.get(Identity).open(cookie=token).session.csrf
        return client

    def send(self, browser, **headers):
        return browser.post(f"/api/v1{ROOMS}", json={"name": "Hall"}, headers=headers).status_code

    def test_reading_needs_no_token(self, browser):
        assert browser.get(f"/api/v1{ROOMS}").status_code == 200

    def test_writing_needs_the_token_of_the_session(self, browser):
        assert self.send(browser) == 403
        assert self.send(browser, **{CSRF_HEADER: "x"}) == 403
        assert self.send(browser, **{CSRF_HEADER: browser.csrf}) == 201

    def test_a_token_from_another_site_is_of_no_use(self, browser):
        for origin in (
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
            "http://localhost:81",
        ):
            assert self.send(browser, **{CSRF_HEADER: browser.csrf, "Origin": origin}) == 403, origin

    def test_our_own_origin_may(self, browser):
        assert (
            self.send(browser, **{CSRF_HEADER: browser.csrf, "Origin": HOST, "Sec-Fetch-Site": "same-origin"})
            == 201
        )
        assert self.send(browser, **{CSRF_HEADER: browser.csrf, "Sec-Fetch-Site": "cross-site"}) == 403

    @pytest.mark.covers("SE-01")
    def test_every_route_that_is_not_safe_wants_the_token(self, browser):
        for route in routes():
            if route.method != "GET":
                response = browser.open(filled(route.path), method=route.method)
                assert (response.status_code, response.json["code"]) == (403, "csrf"), route.path

    def test_a_session_that_has_ended_is_nobody(self, site, browser):
        site.get(Identity).sign_out(browser.get_cookie(SESSION_COOKIE).value)
        assert browser.get(f"/api/v1{ROOMS}").status_code == 401


OFFERED = [
    "GET /access/explain",
    "GET /access/me",
    "GET /access/restrictions",
    "POST /access/restrictions",
    "DELETE /access/restrictions/{restriction}",
    "GET /access/restrictions/{restriction}",
    "PATCH /access/restrictions/{restriction}",
    "GET /access/restrictions/{restriction}/history",
    "POST /access/restrictions/{restriction}/restore",
    "GET /access/roles",
    "POST /access/roles",
    "DELETE /access/roles/{role}",
    "GET /access/roles/{role}",
    "PATCH /access/roles/{role}",
    "GET /access/roles/{role}/history",
    "POST /access/roles/{role}/restore",
    "GET /accounts",
    "POST /accounts",
    "GET /accounts/{account}",
    "PATCH /accounts/{account}",
    "GET /accounts/{account}/keys",
    "POST /accounts/{account}/keys",
    "DELETE /accounts/{account}/keys/{key}",
    "POST /accounts/{account}/link",
    "GET /accounts/{account}/log",
    "POST /accounts/{account}/password",
    "DELETE /accounts/{account}/sessions",
    "GET /accounts/{account}/sessions",
    "DELETE /accounts/{account}/sessions/{session}",
    "GET /exports",
    "POST /files",
    "GET /files/{file}",
    "GET /files/{file}/thumbnails/{size}",
    "POST /imports",
    "POST /imports/{job}/undo",
    "GET /jobs/{job}",
    "POST /jobs/{job}/cancel",
    "POST /merges/{merge}/undo",
    "GET /metadata/entities",
    "POST /metadata/entities",
    "DELETE /metadata/entities/{entity}",
    "GET /metadata/entities/{entity}",
    "PATCH /metadata/entities/{entity}",
    "GET /metadata/entities/{entity}/fields",
    "POST /metadata/entities/{entity}/fields",
    "DELETE /metadata/entities/{entity}/fields/{field}",
    "PATCH /metadata/entities/{entity}/fields/{field}",
    "POST /metadata/entities/{entity}/fields/{field}/restore",
    "GET /metadata/entities/{entity}/views/{kind}",
    "PATCH /metadata/entities/{entity}/views/{kind}",
    "GET /metadata/workflows",
    "POST /metadata/workflows",
    "DELETE /metadata/workflows/{workflow}",
    "GET /metadata/workflows/{workflow}",
    "PATCH /metadata/workflows/{workflow}",
    "GET /modules",
    "GET /modules/{module}",
    "POST /modules/{module}/disable",
    "POST /modules/{module}/enable",
    "POST /modules/{module}/install",
    "GET /modules/{module}/plan",
    "POST /modules/{module}/retry",
    "GET /modules/{module}/taken",
    "POST /modules/{module}/uninstall",
    "GET /notifications",
    "GET /openapi.json",
    "GET /records/{entity}",
    "POST /records/{entity}",
    "GET /records/{entity}/aggregate",
    "POST /records/{entity}/bulk",
    "POST /records/{entity}/bulk/undo",
    "GET /records/{entity}/duplicates",
    "POST /records/{entity}/duplicates/decide",
    "POST /records/{entity}/duplicates/scan",
    "GET /records/{entity}/operations",
    "POST /records/{entity}/operations/{operation}",
    "POST /records/{entity}/operations/{operation}/undo",
    "POST /records/{entity}/query",
    "DELETE /records/{entity}/{record}",
    "GET /records/{entity}/{record}",
    "PATCH /records/{entity}/{record}",
    "GET /records/{entity}/{record}/history",
    "POST /records/{entity}/{record}/merge",
    "POST /records/{entity}/{record}/merge/preview",
    "GET /records/{entity}/{record}/merges",
    "POST /records/{entity}/{record}/move",
    "GET /records/{entity}/{record}/operations",
    "POST /records/{entity}/{record}/operations/{operation}",
    "POST /records/{entity}/{record}/restore",
    "GET /records/{entity}/{record}/transitions",
    "POST /records/{entity}/{record}/transitions/{transition}",
    "GET /reminders",
    "GET /search",
]
"""A route that is added or lost is meant; this list is what a reviewer looks at."""


def test_what_the_api_offers_is_known():
    ordered = sorted(routes(), key=lambda r: (r.path, r.method))
    assert [f"{route.method} {route.path}" for route in ordered] == OFFERED
