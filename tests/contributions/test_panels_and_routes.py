"""Panels on forms and pages of modules: in their places, escaped, within rights, and without harm to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from core.contributions import (
    Operation,
    Outcome,
    Page,
    Panel,
    Redirect,
    Route,
    Routes,
    Undo,
    read_link,
    sign_link,
)
from core.contributions.asking import asking_at
from core.errors import AccessDenied, Conflict, NotFound
from core.identity.throttle import FREE_VISITS
from core.kernel.actor import Actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from tests.contributions.conftest import CRATE
from tests.fixtures.modules.handy.hooks import ticket_of

HEAVY = 250


@pytest.fixture
def ticket(unit, crate):
    def made(**values):
        number = crate(**values)
        with unit(Actor()) as uow:
            return number, f"/m/handy/ticket/{ticket_of(uow, number)}"

    return made


class TestPanels:
    """What a module shows on the form of a record."""

    def test_a_panel_stands_in_its_place_with_its_values(self, keeper, crate):
        page = keeper.opens(f"/records/{CRATE}/{crate(weight=HEAVY)}").page
        top = page.one("section", cls="panel-top")
        assert top["aria-label"] == "Heavy"
        assert "First: 250 (keeper@example.com)" in top.text
        assert "Inside it" in page.one("section", cls="panel-tab").text

    def test_a_page_on_which_a_secret_stands_is_not_compressed(self, site, keeper, crate):
        site.get(Routes).register(
            Route(
                name="handy.safe",
                path="/safe",
                handle=lambda _: Page("handy/board.html", values={"rows": ()}, secret=True),
                grant=(CRATE, "read"),
            )
        )
        for path, packed in (
            (f"/records/{CRATE}/{crate(weight=HEAVY)}", None),
            (f"/records/{CRATE}/{crate()}", "gzip"),
            ("/m/handy/safe", None),
            ("/m/handy/board", "gzip"),
        ):
            answer = keeper.client.get(path, headers={"Accept-Encoding": "gzip"})
            assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, packed), path
            assert ("no-transform" in answer.headers["Cache-Control"]) == (packed is None)

    def test_values_are_escaped(self, keeper, crate):
        html = keeper.opens(f"/records/{CRATE}/{crate('<b>bold</b>', weight=HEAVY)}").page.html
        assert "<b>bold</b>" not in html
        assert "&lt;b&gt;bold&lt;/b&gt;: 250" in html

    @pytest.mark.parametrize("name", ["Pandora", "Torn"])
    def test_one_that_fails_is_left_out_and_the_form_is_shown(self, keeper, crate, name):
        answer = keeper.opens(f"/records/{CRATE}/{crate(name)}")
        assert answer.status == 200
        assert answer.page.one("form", id="record")

    def test_a_place_that_is_none_is_refused(self):
        with pytest.raises(ValueError, match="top, side, tab"):
            Panel(name="handy.odd", title="Odd", template="x.html", place="bottom")


class TestRoutes:
    """Pages of modules for those who are signed in."""

    def test_a_page_stands_in_the_shell_and_shows_what_its_reader_sees(self, keeper, kept, crate):
        crate("Mine")
        kept.add(CRATE, {"name": "Somebody's", "keeper": 99})
        page = keeper.opens("/m/handy/board").page
        assert [link.text for link in page.one("ul", cls="board").all("a")] == ["Mine"]
        assert page.one("h1").text == "Board"
        assert page.all("aside")

    def test_the_menu_leads_there(self, keeper, person):
        links = {a["href"]: a for a in keeper.opens("/m/handy/board").page.all("a", cls="nav")}
        assert links["/m/handy/board"]["aria-current"] == "page"
        stranger = person(login="stranger@example.com")
        assert not stranger.opens("/preferences").page.all("a", href="/m/handy/board")
        assert stranger.opens("/m/handy/board").status == 404

    def test_a_page_is_for_those_who_may_read_the_fields_that_it_names(self, site, keeper, person):
        route = Route(
            name="handy.weights",
            path="/weights",
            handle=lambda _: Redirect("/m/handy/board"),
            grant=(CRATE, "read"),
            reads=("name", "weight"),
        )
        clerk = person("handy.clerk", login="clerk@example.com")
        assert (keeper.opens("/m/handy/board").status, clerk.opens("/m/handy/board").status) == (200, 200)
        site.get(Routes).register(route)
        assert keeper.opens("/m/handy/weights").path == "/m/handy/board"
        refused = clerk.opens("/m/handy/weights")
        assert refused.status == 403
        assert "weight" not in refused.page.main.text.lower()

    def test_nobody_is_led_to_the_sign_in(self, visitor):
        assert visitor.opens("/m/handy/board").path == "/sign-in"

    @pytest.mark.parametrize("path", ["/m/handy/none", "/m/nobody/board", "/m/handy/label/x", "/m/x"])
    def test_an_address_that_is_none_is_not_found(self, keeper, path):
        assert keeper.opens(path).status == 404

    def test_another_method_is_refused(self, keeper, crate):
        token = keeper.opens("/preferences").page.all("input", name="csrf")[0]["value"]
        assert keeper.sends("/m/handy/board", {"csrf": token}).status == 405

    def test_a_page_for_looking_writes_nothing(self, keeper, kept):
        assert keeper.opens("/m/handy/sneak").status >= 400
        assert kept.find(CRATE) == []

    def test_a_redirect_stays_on_the_site(self, keeper):
        response = keeper.client.get("/m/handy/away")
        assert (response.status_code, response.headers["Location"]) == (303, "/")

    def test_a_download_is_kept_and_has_no_power(self, keeper, crate):
        number = crate("<b>x</b>")
        kept_file = keeper.client.get(f"/m/handy/label/{number}")
        assert kept_file.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in kept_file.headers["Content-Security-Policy"]
        shown = keeper.client.get(f"/m/handy/label/{number}?as=pdf")
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")

    def test_a_record_out_of_sight_is_not_found(self, keeper, kept):
        hidden = kept.add(CRATE, {"name": "Somebody's", "keeper": 99})[0]
        assert keeper.opens(f"/m/handy/label/{hidden}").status == 404

    def test_routes_go_with_their_module(self, site, keeper):
        from core.kernel.actor import system_actor
        from core.lifecycle import Lifecycle

        assert keeper.opens("/m/handy/board").status == 200
        site.get(Lifecycle).disable(system_actor("a test"), "handy")
        assert keeper.opens("/m/handy/board").status == 404

    def test_addresses_are_filled_in(self, unit, site):
        with unit(Actor()) as uow:
            asking = asking_at(uow)
            assert asking.url("handy.label", number=5, as_="x") == "/m/handy/label/5?as_=x"
            assert asking.url("handy.ticket", token="a/b") == "/m/handy/ticket/a%2Fb"
            assert asking.record_url(CRATE, 3) == "/records/handy.crate/3"
            with pytest.raises(NotFound):
                asking.url("handy.label")
            with pytest.raises(NotFound):
                asking.url("handy.none")


class TestPublicRoutes:
    """Pages for people without an account."""

    def test_whoever_has_the_link_sees_what_it_is_for(self, visitor, ticket):
        _, address = ticket(note="dry")
        page = visitor.opens(address).page
        assert page.one("p", id="note").text == "dry"
        assert not page.all("aside")
        assert len(page.all("h1")) == 1

    def test_somebody_who_is_signed_in_is_nobody_there(self, keeper, ticket):
        _, address = ticket()
        assert keeper.opens(address).page.one("p", id="who").text == ""

    def test_what_is_posted_is_written_with_the_reason_in_the_history(self, visitor, kept, desk, ticket):
        number, address = ticket()
        opened = visitor.opens(address)
        done = visitor.submits(opened, opened.page.form(id="answer"), {"note": "seen"})
        assert done.path == address
        assert "Thank you." in done.page.html
        entry = desk.history(CRATE, number)[0]
        assert (kept.get(CRATE, number)["note"], entry.reason) == ("seen", "a link that was sent")

    def test_without_the_token_of_the_page_nothing_is_written(self, visitor, kept, ticket):
        number, address = ticket()
        visitor.opens(address)
        assert visitor.sends(address, {"note": "forged"}).status == 403
        assert kept.get(CRATE, number)["note"] is None

    def test_a_token_of_somebody_elses_page_is_refused(self, visitor, app, ticket):
        from tests.web.conftest import Person

        _, address = ticket()
        visitor.opens(address)
        stolen = Person(app).opens(address).page.all("input", name="csrf")[0]["value"]
        assert visitor.sends(address, {"note": "forged", "csrf": stolen}).status == 403

    @pytest.mark.parametrize(
        "change",
        [lambda t: t[:-2], lambda t: t + "A", lambda t: ("B" if t[0] == "A" else "A") + t[1:], lambda t: "x"],
    )
    def test_a_link_that_is_not_ours_is_not_found(self, visitor, ticket, change):
        _, address = ticket()
        start, _, token = address.rpartition("/")
        assert visitor.opens(f"{start}/{change(token)}").status == 404

    def test_a_network_that_comes_too_often_has_to_wait(self, site, visitor, ticket, monkeypatch):
        _, address = ticket()
        now = site.get(Database).now()
        monkeypatch.setattr(site.get(Database), "_clock", lambda: now)
        for _ in range(FREE_VISITS):
            assert visitor.client.get(address).status_code == 200
        assert visitor.client.get(address).status_code == 429
        monkeypatch.setattr(site.get(Database), "_clock", lambda: now + timedelta(seconds=61))
        assert visitor.client.get(address).status_code == 200


class TestLinks:
    """Signed links."""

    def test_a_link_says_what_was_put_in(self, unit):
        with unit(Actor()) as uow:
            token = sign_link(uow, "door", {"a": [1, "ب"]}, timedelta(minutes=1))
            assert read_link(uow, "door", token) == {"a": [1, "ب"]}

    def test_a_link_is_for_one_purpose(self, unit):
        with unit(Actor()) as uow:
            token = sign_link(uow, "door", {}, timedelta(minutes=1))
            with pytest.raises(NotFound):
                read_link(uow, "window", token)

    def test_a_link_expires(self, unit):
        with unit(Actor()) as uow:
            token = sign_link(uow, "door", {}, uow.now - timedelta(seconds=2))
            with pytest.raises(NotFound) as ended:
                read_link(uow, "door", token)
        assert ended.value.reason == "link_expired"

    def test_a_link_stays_short(self, unit):
        with unit(Actor()) as uow, pytest.raises(ValueError, match="at most"):
            sign_link(uow, "door", {"text": "x" * 4000}, timedelta(minutes=1))

    def test_a_link_for_a_mail_leads_to_this_site_whatever_it_was_called_by_the_browser(
        self, site, unit, monkeypatch
    ):
        with unit(Actor()) as uow:
            asking = replace(asking_at(uow), root="https://elsewhere.example")
            with pytest.raises(Conflict) as refused:
                asking.mailed_url("handy.board")
            assert refused.value.reason == "no_base_url"
            monkeypatch.setattr(site, "settings", replace(site.settings, base_url="https://crm.example.com/"))
            assert asking.mailed_url("handy.board") == "https://crm.example.com/m/handy/board"

    def test_a_number_in_the_address_is_one_that_the_database_can_hold_or_none(self, unit):
        said = {"a": "12", "b": "²", "c": "۵", "d": "9" * 19, "e": "-1", "f": "", "g": "1.0", "h": "9" * 18}
        with unit(Actor()) as uow:
            asking = replace(asking_at(uow), args=MultiDict(said))
            found = {name: asking.number(name) for name in (*said, "none")}
        assert {name: number for name, number in found.items() if number is not None} == {
            "a": 12,
            "h": 10**18 - 1,
        }

    def test_all_rights_are_had_for_a_reason_only(self, unit):
        with unit(Actor()) as uow:
            asking = asking_at(uow)
            with pytest.raises(AccessDenied):
                asking.system(" ")
            assert asking.system("a test").elevated == "a test"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Route(name="a.b", path="/x", handle=lambda _: None, methods=("DELETE",)),
        lambda: Route(name="a.b", path="/x", handle=lambda _: None, public=True, grant=(CRATE, "read")),
        lambda: Route(name="a.b", path="/x", handle=lambda _: None, reads=("note",)),
        lambda: Operation(name="a.b", entity=CRATE, label="X", run=lambda _: Outcome(), place="sky"),
        lambda: Operation(name="a.b", entity=CRATE, label="X", run=lambda _: Outcome(), reason="maybe"),
    ],
)
def test_what_makes_no_sense_cannot_be_declared(make):
    with pytest.raises(ValueError, match="a\\.b"):
        make()


def test_a_route_needs_a_name_of_its_own(site):
    from core.errors import Conflict

    site.get(Catalogs).current()
    with pytest.raises(Conflict):
        site.get(Routes).register(Route(name="handy.board", path="/other", handle=lambda _: None))


def test_an_undo_holds_for_half_an_hour_unless_said_otherwise():
    assert Undo().minutes == 30
