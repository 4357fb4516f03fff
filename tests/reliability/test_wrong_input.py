"""Wrong words, wrong dates, wrong names: told in the reader's language, at their place, and nothing is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import core
from core.app.web import create_app
from core.testing.site import PASSWORD, make_account
from tests.reliability.conftest import MODULES, Depot
from tests.reliability.requests import Caller

PRODUCT = Path(core.__file__).parents[1] / "modules"
pytestmark = pytest.mark.modules


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "l10n_fa", "depot")


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [MODULES, PRODUCT]


@pytest.fixture
def persian(site):
    """A keeper who reads Persian, at the pages."""
    make_account(site, "keeper@example.com", ["depot.keeper"], password=PASSWORD)
    client = create_app(site).test_client()
    client.set_cookie("payvand_language", "fa")

    def token() -> str:
        html = (
            client.get("/sign-in").text
            if client.get_cookie("payvand_session") is None
            else client.get("/records/depot.bin").text
        )
        found = re.search(r'name="csrf" value="([^"]+)"', html)
        assert found
        return found[1]

    def post(path, form):
        return client.post(path, data={"csrf": token(), **form})

    assert post("/sign-in", {"login": "keeper@example.com", "password": PASSWORD}).status_code == 303
    return post


@pytest.mark.parametrize(
    "day", ["۱۴۰۴/۱۲/۳۰", "1404/12/30", "۱۴۰۴-۱۳-۰۱", "۱۴۰۴/۰۷/۳۱", "یک روز", "۱۴۰۴/۱۲", "/", "۰/۰/۰"]
)
def test_a_day_that_does_not_exist_is_told_in_persian_beside_what_was_typed(site, persian, day):
    response = persian(
        "/records/depot.bin/new",
        {"name__shown": "1", "name": "صندوق", "checked_on__shown": "1", "checked_on": day},
    )
    assert response.status_code == 422
    assert day in response.text, "what was typed is gone"
    assert "صندوق" in response.text
    sentence = re.search(r'href="#f-checked_on"[^>]*>(.*?)</a>', response.text, re.DOTALL)
    assert sentence
    assert re.search("[آ-ی]", sentence[1]), sentence[1]
    assert Depot(site).rows("SELECT count(*) FROM depot_bin") == [(0,)]


def test_the_last_day_of_a_leap_year_is_a_day(site, persian):
    response = persian(
        "/records/depot.bin/new",
        {"name__shown": "1", "name": "صندوق", "checked_on__shown": "1", "checked_on": "۱۴۰۳/۱۲/۳۰"},
    )
    assert response.status_code == 303
    assert str(Depot(site).rows("SELECT checked_on FROM depot_bin")[0][0]) == "2025-03-20"


REFUSED = (
    ("GET", "/records/depot.nothing", None),
    ("GET", "/records/depot.safe", None),
    ("GET", "/records/depot.bin?filter=secret == 'a'", None),
    ("GET", "/records/depot.bin?sort=nothing", None),
    ("GET", "/records/depot.bin?fields=secret", None),
    ("POST", "/records/depot.bin", {"name": ""}),
    ("POST", "/records/depot.bin", {"name": "a", "id": 7}),
    ("POST", "/records/depot.bin", {"name": "a", "secret": "x"}),
    ("POST", "/records/depot.bin", {"name": "a", "filled": 7}),
    ("POST", "/records/depot.bin", {"name": "a", "owner": 10**6}),
    ("POST", "/records/depot.bin", {"name": "a", "created_by": 1, "version": 9}),
    ("POST", "/records/depot.bin", {"name": "a", "items": [{"id": 10**9}]}),
    ("POST", "/metadata/entities", {}),
    ("POST", "/modules/depot/disable", {}),
    ("GET", "/files/1", None),
)


@pytest.mark.parametrize(("method", "path", "body"), REFUSED)
def test_refusals_are_told_in_persian_and_name_nothing_hidden(site, method, path, body):
    answer = Caller.of(Depot(site), "depot.keeper")(
        method,
        path,
        None if body is None else json.dumps(body).encode(),
        **{"Content-Type": "application/json", "Accept-Language": "fa"},
    )
    assert 400 <= answer.status_code < 500, answer.text
    told = [answer.json["detail"], *(one["message"] for one in answer.json["errors"])]
    assert all(re.search("[آ-ی]", sentence) for sentence in told), told
    given = json.dumps([path, body])
    for hidden in ("secret", "depot.safe", "seal"):
        if hidden not in given:
            assert hidden not in answer.text


def anonymous(text: str) -> str:
    """Return an answer without the names that were asked for, and without those that are near to them."""
    return re.sub(r"depot\.safe|depot\.soon|secret|sekret", "?", re.sub(r" Perhaps: [^\"]*", "", text))


def test_what_is_hidden_answers_like_what_does_not_exist(site):
    caller = Caller.of(Depot(site), "depot.keeper")
    pairs = (
        ("/records/depot.safe", "/records/depot.soon"),
        ("/metadata/entities/depot.safe", "/metadata/entities/depot.soon"),
        ("/records/depot.bin?filter=secret == 'a'", "/records/depot.bin?filter=sekret == 'a'"),
        ("/records/depot.bin?sort=secret", "/records/depot.bin?sort=sekret"),
        ("/records/depot.bin/aggregate?group_by=secret", "/records/depot.bin/aggregate?group_by=sekret"),
    )
    for hidden, unknown in pairs:
        one, other = caller("GET", hidden), caller("GET", unknown)
        assert (one.status_code, anonymous(one.text)) == (other.status_code, anonymous(other.text))
    for near in ("secre", "secret1", "secrets"):
        for query in (f"filter={near} == 'a'", f"sort={near}", f"fields={near}"):
            told = caller("GET", f"/records/depot.bin?{query}").text.replace(near, "?")
            assert "secret" not in told
