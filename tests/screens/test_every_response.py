"""All responses, for several people in both languages: whole, in one language, every way on them leading somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from core.contributions import Routes
from core.errors import PayvandError
from core.web.route_page import RouteMap
from tests.screens.listed import DIALOGS, PARTS, SCREENS, WITHOUT_A_SCREEN, Screen, screens_of
from tests.screens.whole import faults, faults_of_part
from tests.screens.world import ADMIN, FOREIGN, MEMBER, SELLER, World
from tests.web.page import Page

pytestmark = pytest.mark.modules

languages = pytest.mark.parametrize("language", ["fa", "en"])


def looked_at(world: World, screens: Iterable[Screen], language: str) -> Iterator[tuple[Screen, Page]]:
    """Open screens one after another; each answers with the status that stands in the list."""
    for screen in screens:
        answer = world.person(screen.who, language).opens(world.path(screen.path))
        assert answer.status == screen.status, screen.path
        yield screen, answer.page


@languages
@pytest.mark.covers("LO-01", "LO-03")
def test_every_kind_of_screen_is_whole_and_speaks_one_language(world, language):
    found = [
        f"{screen.path}: {fault}"
        for screen, page in looked_at(world, SCREENS, language)
        for fault in [*faults(page, language, FOREIGN), *lost(world, page)]
    ]
    assert found == []


@languages
def test_every_piece_that_a_script_puts_into_a_page_is_as_clean(world, language):
    found = [
        f"{screen.path}: {fault}"
        for screen, page in looked_at(world, PARTS, language)
        for fault in faults_of_part(page, language, FOREIGN)
    ]
    assert found == []


@languages
def test_every_dialog_has_a_title_and_no_second_heading(world, language):
    found = []
    for screen in DIALOGS:
        person = world.person(screen.who, language)
        answer = person.opens(world.path(screen.path), headers={"X-Fragment": "dialog"})
        page = answer.page
        assert answer.status == 200, screen.path
        assert len(page.all(id="dialog-title")) == 1, screen.path
        assert page.all("h1") + page.all("main") + page.all("html") == [], screen.path
        found += [f"{screen.path}: {fault}" for fault in faults_of_part(page, language, FOREIGN)]
    assert found == []


@pytest.mark.parametrize("who", [ADMIN, SELLER, MEMBER])
def test_what_follows_from_metadata_is_whole_for_whoever_looks(world, who):
    person, found, refused = world.person(who, "fa"), [], 0
    for screen in screens_of(world.desk.catalog):
        answer = person.opens(screen.path)
        assert answer.status in (200, 403, 404), screen.path
        refused += answer.status != 200
        found += [f"{screen.path}: {fault}" for fault in faults(answer.page, "fa", FOREIGN)]
    assert found == []
    assert (refused == 0) == (who == ADMIN)


def test_every_route_that_answers_get_has_a_screen_in_the_list_or_a_reason(world):
    shown = {endpoint(world, world.path(screen.path)) for screen in (*SCREENS, *PARTS)}
    pages = {
        rule.endpoint
        for rule in world.app.url_map.iter_rules()
        if "GET" in rule.methods and rule.endpoint.startswith("web.")
    }
    pages |= {route.name for route in world.site.get(Routes) if "GET" in route.methods}
    assert pages - shown - {"web.module_page"} == set(WITHOUT_A_SCREEN)


def test_every_board_calendar_chart_and_dashboard_of_the_product_is_a_screen(world):
    catalog = world.desk.catalog
    paths = {screen.path for screen in screens_of(catalog)}
    assert {f"/dashboards/{name}" for name in catalog.dashboards} <= paths
    assert {f"/records/{v.entity}/{v.kind}" for v in catalog.views.values() if v.kind == "kanban"} <= paths


def endpoint(world: World, address: str) -> str:
    """Return which route answers an address: the name of a module's where one does."""
    path = urlsplit(address).path
    try:
        found = world.app.url_map.bind("").match(path)[0]
        if found == "web.module_page":
            return world.site.get(RouteMap).find(path, "GET")[0].name
    except HTTPException as error:
        return f"web.{error.name}"
    except PayvandError:
        return "web.unknown_address"
    return str(found)


def lost(world: World, page: Page) -> Iterator[str]:
    """Tell the links of a page that lead nowhere."""
    for address in {link["href"] for link in page.all("a", href=...)}:
        if address.startswith("/") and endpoint(world, address) == "web.unknown_address":
            yield f"leads nowhere: {address}"
