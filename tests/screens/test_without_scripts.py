"""Without a script everything of a day is done by links and forms: from the door to the board, in Persian."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from core.testing.site import PASSWORD, make_account
from tests.screens.listed import ACTIVITIES, CONTACTS, DEALS
from tests.screens.world import ADMIN, CONTACT, DEAL
from tests.web.page import Form

pytestmark = pytest.mark.modules


@pytest.fixture
def maryam(world):
    """Somebody who may do everything, with no script in her browser."""
    return world.person(ADMIN, "fa")


def linked(page, part: str) -> str:
    """Return the address of the first link with this in it."""
    found = [link["href"] for link in page.main.all("a", href=...) if part in link["href"]]
    assert found, f"no link to …{part}"
    return found[0]


def column(page, place: int) -> list[str]:
    return [row[place] for row in page.rows()]


def asks(person, form: Form, values):
    """Fill in a form that asks for a page, and open what it asks for."""
    return person.opens(form.action, query_string=form.filled(values))


def form_with(page, **input_: str) -> Form:
    """Return the form of the page in which such an input stands."""
    return Form(next(form for form in page.main.all("form") if form.all(**input_)))


def where(page, number: str) -> str:
    """Return the column in which a card stands."""
    return next(
        column["data-key"]
        for column in page.all("section", cls="kcol")
        if number in [card["data-id"] for card in column.all("li", cls="kc")]
    )


def test_one_signs_in_and_comes_to_where_one_wanted(world):
    make_account(world.site, "door@example.com", ["base.administrator"], password=PASSWORD)
    visitor = world.person("", "fa")
    door = visitor.opens(f"{CONTACTS}?sort=full_name")
    assert door.path == "/sign-in"
    wrong = visitor.submits(
        door, door.page.form_to("/sign-in"), {"login": "door@example.com", "password": "x"}
    )
    assert (wrong.status, len(wrong.page.problems)) == (401, 1)
    form = wrong.page.form_to("/sign-in")
    assert form["login"] == "door@example.com"
    inside = visitor.submits(wrong, form, {"password": PASSWORD})
    assert inside.path == CONTACTS
    assert inside.page.rows()


def test_a_list_is_sorted_filtered_and_turned(maryam):
    page = maryam.opens(CONTACTS).page
    heads = [link["href"] for head in page.all("th") for link in head.all("a", href=...)]
    address = next(one for one in heads if "sort=full_name" in one or "sort=-full_name" in one)
    assert column(maryam.opens(CONTACTS + address).page, 0) != column(page, 0)
    asked = asks(maryam, page.form(id="fields"), {"field": "lifecycle"}).page
    chosen = asks(
        maryam, form_with(asked, name="field", value="lifecycle"), {"operator": "is", "value": "customer"}
    )
    assert parse_qs(urlsplit(chosen.response.request.full_path).query)["f"] == ["lifecycle~is~customer"]
    assert 0 < len(chosen.page.rows()) < len(page.rows())
    everybody = form_with(page, type="search")
    assert column(asks(maryam, everybody, {"q": "نيلوفر سپهري"}).page, 0) == ["نیلوفر سپهری"]


def test_a_long_list_has_further_pages(maryam):
    first = maryam.opens("/records/sales.stage_history")
    following = first.page.one("a", rel="next")["href"]
    second = maryam.opens(first.path + following).page
    assert len(first.page.rows()) == 80
    assert {row[0] for row in second.rows()}.isdisjoint(row[0] for row in first.page.rows())


def test_a_form_keeps_what_was_typed_until_it_is_right_and_is_found_again(maryam, world):
    new = maryam.opens(f"{CONTACTS}/new")
    values = {"first_name": "پرستو", "last_name": "بهرامی", "birth_date": "۳۱ اسفند"}
    refused = maryam.submits(new, new.page.form(id="record"), values)
    assert refused.status == 422
    assert refused.page.problems
    form = refused.page.form(id="record")
    assert {name: form[name] for name in values} == values
    saved = maryam.submits(refused, form, {"birth_date": "۱۳۷۰/۰۱/۰۲"})
    number = int(saved.path.rpartition("/")[2])
    assert str(world.desk.get(CONTACT, number)["birth_date"]) == "1991-03-22"
    maryam.saves(saved.path, {"job_title": "مدیر خرید"})
    assert world.desk.get(CONTACT, number)["job_title"] == "مدیر خرید"
    search = maryam.opens("/search")
    hits = asks(maryam, form_with(search.page, name="q"), {"q": "بهرامي"})
    assert saved.path in [link["href"] for link in hits.page.main.all("a", href=...)]


def test_a_step_of_a_workflow_asks_on_a_page_of_its_own(maryam, world):
    number = world.desk.column(DEAL, "id", filter="stage.kind == 'open'")[1]
    record = maryam.opens(f"{DEALS}/{number}")
    path = linked(record.page, "/transition/lose")
    asked = maryam.opens(path)
    refused = maryam.submits(asked, asked.page.form_to(urlsplit(path).path))
    assert refused.status == 409
    reason = world.desk.find("sales.lost_reason", "name")[0]["name"]
    done = maryam.submits(refused, refused.page.form_to(urlsplit(path).path), {"lost_reason__text": reason})
    assert (done.status, done.path) == (200, f"{DEALS}/{number}")
    assert world.desk.get(DEAL, number, "state")["state"] == "lost"


def test_an_operation_asks_on_a_page_of_its_own(maryam, world):
    path = linked(maryam.opens(world.path(f"{CONTACTS}/{{contact}}")).page, "/operation/log_call")
    newest = {"sort": ("-id",)}
    before = world.desk.column("activities.activity", "id", **newest)[0]
    asked = maryam.opens(path)
    done = maryam.submits(asked, asked.page.form_to(path))
    assert done.status == 200
    made = world.desk.column("activities.activity", "id", **newest)
    assert made[0] > before >= made[1]


def test_a_board_is_read_and_a_card_goes_on_by_a_form(maryam, world):
    board = maryam.opens(f"{DEALS}/kanban").page
    card = board.all("li", cls="kc")[0]
    asked = maryam.opens(card.one("a", data_move_card=...)["href"])
    form, here = form_with(asked.page, name="version"), where(board, card["data-id"])
    there = next(
        button["value"] for button in form.element.all("button", name="to") if button["value"] != here
    )
    assert maryam.submits(asked, form, {"to": there}).status == 200
    assert where(maryam.opens(f"{DEALS}/kanban").page, card["data-id"]) == there


def test_a_calendar_is_read_and_turned(maryam):
    month = maryam.opens(f"{ACTIVITIES}/calendar")
    entries = [
        link for cell in month.page.one("table", cls="cal").all("td") for link in cell.all("a", href=...)
    ]
    assert entries
    assert maryam.opens(entries[0]["href"]).path.startswith(f"{ACTIVITIES}/")
    turned = maryam.opens(month.path + month.page.one("a", rel="next")["href"]).page
    assert turned.one("h2", id="cal-t").text != month.page.one("h2", id="cal-t").text


def test_a_dashboard_shows_its_figures_and_the_table_behind_a_chart(maryam):
    page = maryam.opens("/dashboards/garden.today").page
    assert "۵" in [figure.text for card in page.all("p", cls="kv") for figure in card.all("a", cls="num")]
    table = page.all("details", cls="chart-t")[0].one("table")
    assert [cell.text for cell in table.all("td", cls="num")] == ["۵"]


def test_where_nobody_types_anything_the_form_says_so_and_offers_no_saving(maryam):
    for path, untyped in (("/records/activities.booking/new", True), (f"{CONTACTS}/new", False)):
        page = maryam.opens(path).page
        assert ("کسی این را وارد نمی‌کند" in page.text) == untyped
        assert bool(page.main.all("button", form="record")) != untyped
