"""The pages: what browsers, and those who pretend to be one, may send; never a mistake of ours, never a way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest

from core.app.web import create_app
from core.testing.site import PASSWORD, actor_of, make_account

NAME = "depot.bin"
NUMBERS = ("²", "٣", "9" * 5000, "-1", "1.5", "x", "", "\x00", "99999999999999999999")


class Browser:
    """A person at the pages of the site."""

    def __init__(self, site, login: str, role: str) -> None:
        make_account(site, login, [role], password=PASSWORD)
        self.actor = actor_of(site, login)
        self.client = create_app(site).test_client()
        self.csrf = ""
        self.csrf = self.token(self.client.get("/sign-in").text)
        assert self.post("/sign-in", {"login": login, "password": PASSWORD}).status_code == 303
        self.csrf = self.token(self.client.get("/", follow_redirects=True).text)

    def token(self, html: str) -> str:
        found = re.search(r'name="csrf" value="([0-9A-Za-z_-]+)"', html)
        assert found, html[:2000]
        return found[1]

    def get(self, path: str, **more: Any):
        return self.client.get(path, **more)

    def post(self, path: str, form: Mapping[str, Any], **more: Any):
        return self.client.post(path, data={"csrf": self.csrf, **form}, **more)


@pytest.fixture
def browser(site) -> Browser:
    return Browser(site, "keeper@example.com", "depot.keeper")


@pytest.fixture
def chief(site) -> Browser:
    return Browser(site, "chief@example.com", "depot.chief")


@pytest.fixture
def own(depot, browser) -> int:
    return depot.create(NAME, {"name": "own", "items": [{"code": "a"}]}, actor=browser.actor)[0]


def test_a_form_with_numbers_that_are_none_is_refused_in_place(depot, browser, own):
    for number in NUMBERS:
        for form in (
            {
                "items__shown": "1",
                "items__row": "0",
                "items-0-id": number,
                "items-0-code__shown": "1",
                "items-0-code": "b",
            },
            {
                "items__shown": "1",
                "items__row": number,
                f"items-{number}-code__shown": "1",
                f"items-{number}-code": "b",
            },
            {"tags__shown": "1", "tags": number},
            {"scan__shown": "1", "scan__kept": number},
            {"name__shown": "1", "name": "changed", "version": number},
        ):
            response = browser.post(f"/records/{NAME}/{own}", {"version": "1", **form})
            assert response.status_code in (303, 400, 412, 422), (number, form, response.text[-800:])
    assert depot.get(NAME, own)["name"] == "own"


def test_an_address_with_a_number_that_is_none_is_not_found(browser, own):
    for number in ("²", "٣", "9" * 5000, "99999999999999999999", "-1", "x", "0"):
        for path in (f"/records/{NAME}/{number}", f"/files/{number}", f"/records/{NAME}/{number}/history"):
            assert browser.get(path).status_code in (404, 200), path


def test_a_reference_typed_by_hand_goes_only_where_it_may(depot, chief):
    (number,) = depot.create(NAME, {"name": "target"})
    for chosen in (
        "depot.item:1",
        "nothing:1",
        f"{number}",
        "depot.bin:²",
        f"depot.bin:{'9' * 30}",
        ":",
        "depot.bin:",
    ):
        response = chief.post(
            "/records/depot.box/new",
            {
                "name__shown": "1",
                "name": "a",
                "near__shown": "1",
                "near": chosen,
                "near__text": "t",
                "near__was": "t",
            },
        )
        assert response.status_code == 422, chosen
    for chosen in ("x", "²", "9" * 30, "depot.bin:1", "-1"):
        response = chief.post(
            "/records/depot.item/new",
            {
                "code__shown": "1",
                "code": "a",
                "bin__shown": "1",
                "bin": chosen,
                "bin__text": "t",
                "bin__was": "t",
            },
        )
        assert response.status_code in (303, 422), chosen
    assert depot.rows("SELECT count(*) FROM depot_box") == [(0,)]


def test_fields_that_are_not_on_the_form_are_not_written_by_naming_them(depot, browser, own):
    for name in ("secret", "filled", "id", "created_by", "deleted_at", "owner_id", "__class__"):
        response = browser.post(
            f"/records/{NAME}/{own}",
            {"version": "1", f"{name}__shown": "1", name: "7", "remark__shown": "1", "remark": name},
        )
        assert response.status_code in (303, 412, 422)
    assert depot.get(NAME, own)["secret"] is None
    assert depot.get(NAME, own)["created_by"] == browser.actor.id


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d*)"', html)
    assert found, name
    return found[1]


def test_a_form_that_comes_back_is_as_old_as_it_was(depot, browser, own):
    page = f"/records/{NAME}/{own}"
    form = {"version": hidden(browser.get(page).text, "version"), "name__shown": "1", "name": "mine"}
    depot.update(NAME, own, {"name": "by somebody else"})
    refused = browser.post(page, {**form, "checked_on__shown": "1", "checked_on": "30th of never"})
    assert refused.status_code == 422
    again = browser.post(page, {**form, "version": hidden(refused.text, "version")})
    assert again.status_code == 412
    last = browser.post(page, {**form, "version": hidden(again.text, "version")})
    assert last.status_code == 303
    assert depot.get(NAME, own)["name"] == "mine"


def test_a_line_that_somebody_else_has_changed_is_not_overwritten_by_a_form(depot, browser, own):
    page = f"/records/{NAME}/{own}"
    html = browser.get(page).text
    names = ("version", "items-0-id", "items-0-version")
    form = {
        **{name: hidden(html, name) for name in names},
        "items__shown": "1",
        "items__row": "0",
        "items-0-code__shown": "1",
        "items-0-code": "mine",
    }
    depot.update("depot.item", int(form["items-0-id"]), {"code": "by somebody else"})
    refused = browser.post(page, form)
    assert refused.status_code == 412
    assert (
        browser.post(page, {**form, **{name: hidden(refused.text, name) for name in names}}).status_code
        == 303
    )
    assert depot.rows("SELECT code FROM depot_item") == [("mine",)]


def test_a_problem_of_a_line_is_told_at_its_input(browser, own):
    html = browser.get(f"/records/{NAME}/{own}").text
    response = browser.post(
        f"/records/{NAME}/{own}",
        {
            "version": "1",
            "items__shown": "1",
            "items__row": ["0", "1"],
            "items-0-id": hidden(html, "items-0-id"),
            "items-0-code__shown": "1",
            "items-0-code": "a",
            "items-1-weight__shown": "1",
            "items-1-weight": "3",
            "items-1-code__shown": "1",
            "items-1-code": "",
        },
    )
    assert response.status_code == 422
    assert 'href="#f-items-1-code"' in response.text


def test_nothing_changes_without_the_token_of_the_session(site, depot, browser, own):
    paths = [
        rule.rule
        for rule in create_app(site).url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith("web.")
    ]
    assert len(paths) > 8
    for path in paths:
        address = re.sub(r"<int:\w+>", str(own), path)
        address = re.sub(r"<entity>", NAME, address)
        address = re.sub(r"<[\w:]+>", "name", address)
        for token in ("", "x", browser.csrf[:-1]):
            assert browser.client.post(address, data={"csrf": token, "login": "x"}).status_code == 403, (
                address
            )
        answer = browser.post(address, {}, headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 403, address
    assert depot.get(NAME, own)["version"] == 1


def test_no_address_leads_away_from_the_site(browser, site):
    places = (
        "//elsewhere.example",
        "https://elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\r\nX-Evil: 1",
        "javascript:alert(1)",
        "/x\x00",
        "/\u2028x",
        "/records/\r\nX-Evil: 1",
    )
    for place in places:
        for path in ("/language", "/jobs/1/cancel", "/imports/1/cancel"):
            response = browser.post(path, {"next": place, "language": "en"})
            _stays(response)
    stranger = create_app(site).test_client()
    token = browser.token(stranger.get("/sign-in").text)
    for place in places:
        response = stranger.post(
            "/sign-in",
            data={"csrf": token, "next": place, "login": "keeper@example.com", "password": PASSWORD},
        )
        assert response.status_code == 303
        _stays(response)
        stranger.delete_cookie("payvand_session")


def _stays(response) -> None:
    assert response.status_code < 500, response.text[-500:]
    assert "X-Evil" not in response.headers
    place = response.headers.get("Location", "/")
    assert place.startswith("/"), place
    assert not place.startswith(("//", "/\\")), place


def test_a_session_begins_anew_with_every_sign_in(site, browser):
    stranger = create_app(site).test_client()
    stranger.set_cookie("payvand_session", "chosen by somebody else")
    token = browser.token(stranger.get("/sign-in").text)
    stranger.post("/sign-in", data={"csrf": token, "login": "keeper@example.com", "password": PASSWORD})
    given = stranger.get_cookie("payvand_session")
    assert given is not None
    assert given.value != "chosen by somebody else"
    assert given.http_only
    assert given.same_site == "Lax"
    browser_cookie = browser.client.get_cookie("payvand_session")
    assert browser_cookie.value != given.value
    browser.post("/sign-out", {})
    again = create_app(site).test_client()
    again.set_cookie("payvand_session", browser_cookie.value)
    assert again.get(f"/records/{NAME}").status_code in (302, 303)


def test_names_of_downloads_cannot_break_out_of_their_header(depot, browser, own):
    for name in (
        'a"; x="b',
        "a\r\nX-Evil: 1",
        "../../../etc/passwd",
        "\u202egnp.exe",
        "نامه.pdf",
        "a" * 5000,
        ";%0d%0a",
        "",
    ):
        response = browser.post(
            f"/records/{NAME}/{own}",
            {
                "version": str(depot.get(NAME, own)["version"]),
                "scan__shown": "1",
                "scan": (BytesIO(b"x"), name),
            },
            content_type="multipart/form-data",
        )
        assert response.status_code in (303, 422), name
        scan = depot.get(NAME, own)["scan"]
        if scan is None:
            continue
        sent = browser.get(f"/files/{scan.id}")
        assert sent.status_code == 200
        assert "X-Evil" not in sent.headers
        assert sent.headers["Content-Disposition"].startswith('attachment; filename="')
        assert sent.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_file_of_another_is_not_put_into_ones_own_record(depot, browser, chief, own):
    (foreign,) = depot.create(NAME, {"name": "foreign", "owner": 10**6})
    chief.post(
        f"/records/{NAME}/{foreign}",
        {"version": "1", "scan__shown": "1", "scan": (BytesIO(b"secret"), "s.txt")},
        content_type="multipart/form-data",
    )
    taken = depot.get(NAME, foreign)["scan"].id
    assert browser.get(f"/files/{taken}").status_code == 404
    response = browser.post(
        f"/records/{NAME}/{own}", {"version": "1", "scan__shown": "1", "scan__kept": str(taken)}
    )
    assert response.status_code == 422
    assert depot.get(NAME, own)["scan"] is None


def test_lists_and_searches_answer_whatever_is_asked(browser, own):
    queries = (
        "sort=nothing",
        "sort=-",
        "page=x",
        "cursor=x",
        "cursor=%00",
        "limit=" + "9" * 5000,
        "columns=nothing",
        "columns=secret",
        "filter=x",
        "where=(((",
        "f=secret:is:a",
        "q=%00",
        "q=%ff%fe",
        "q=" + "x" * 3000,
        "q=%25_%5C",
        "field=secret&op=is&value=a",
        "field=secret",
        "field=name&op=nothing&value=x",
        "sort=secret",
        "view=nothing",
        "f=name:contains:%00",
        "filter=secret+%3D%3D+'a'",
        "trash=1",
        "trash=x",
    )
    for query in queries:
        for path in (
            f"/records/{NAME}",
            "/search",
            f"/choices/{NAME}",
            "/choices/depot.nothing",
            "/choices/,,,",
            f"/records/{NAME}/export.csv",
            f"/records/{NAME}/{own}/history",
        ):
            response = browser.get(f"{path}?{query}")
            assert response.status_code < 500, (path, query, response.text[-500:])
