"""Nothing that was typed is lost: a draft is offered again, two people compare, a session that ended is opened again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from core.kernel.actor import system_actor
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import session as core_session
from core.testing.site import PASSWORD
from tests.browser.auditing import audit
from tests.browser.conftest import LOGIN

pytestmark = pytest.mark.browser

LIST = "/records/contacts.contact"
everywhere = pytest.mark.parametrize(
    ("language", "width"), [("fa", 1440), ("fa", 390), ("en", 1440), ("en", 390)]
)


@pytest.fixture
def change(site):
    """Change a record as somebody else."""

    def act(number, **values):
        system, catalog = system_actor("a test"), site.get(Catalogs).current()
        with site.get(Database).unit(catalog, system) as uow:
            site.get(Records).update(system, "contacts.contact", number, values, version=None, uow=uow)

    return act


@everywhere
@pytest.mark.covers("CO-08")
def test_a_draft_is_offered_again(seat, people, language, width):
    desk = seat(language=language, width=width)
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    page.on("dialog", lambda dialog: dialog.accept())
    _part(page, "job_title")
    page.locator("#f-job_title").fill("مدیر خرید")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "unsaved")
    page.reload()
    desk.settles()
    page.locator("[data-draft-take]").click()
    expect(page.locator("#f-job_title")).to_have_value("مدیر خرید")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    page.reload()
    desk.settles()
    expect(page.locator("[data-draft-offer]")).to_be_hidden()
    expect(page.locator("#f-job_title")).to_have_value("مدیر خرید")


@everywhere
@pytest.mark.covers("CO-08")
def test_two_people_compare_field_by_field(seat, people, change, language, width):
    desk = seat(language=language, width=width, bypass=True)
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    change(people["ali"], job_title="theirs", department="theirs")
    _part(page, "job_title")
    page.locator("#f-job_title").fill("mine")
    page.locator("#f-department").fill("mine")
    page.locator("[data-save]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert audit(page, "conflict") == []
    dialog.locator("input[name=keep-department][value=theirs]").check()
    dialog.locator("button.primary").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#f-job_title")).to_have_value("mine")
    expect(page.locator("#f-department")).to_have_value("theirs")


@everywhere
def test_a_session_that_ended_is_opened_again_and_saving_goes_on(site, seat, people, language, width):
    desk = seat(language=language, width=width, bypass=True)
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    _part(page, "job_title")
    page.locator("#f-job_title").fill("kept")
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.delete(core_session))
    page.locator("[data-save]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert audit(page, "sign in again") == []
    dialog.locator("#login").fill(LOGIN)
    dialog.locator("#password").fill("wrong password")
    dialog.locator("button.primary").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.locator("#password").fill(PASSWORD)
    dialog.locator("button.primary").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#f-job_title")).to_have_value("kept")


def test_without_a_connection_the_text_stays_and_it_is_said(seat, people):
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    _part(page, "job_title")
    page.locator("#f-job_title").fill("kept")
    desk.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "failed")
    expect(page.locator("#f-job_title")).to_have_value("kept")
    desk.context.set_offline(False)
    expect(page.locator("[data-offline]")).to_be_hidden()
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "on", "back"), [("fa", "ArrowLeft", "ArrowRight"), ("en", "ArrowRight", "ArrowLeft")]
)
def test_the_way_through_the_list_is_walked_by_keyboard(seat, people, language, on, back):
    desk = seat(language=language)
    page = desk.signs_in()
    page = desk.goes(f"{LIST}?sort=id")
    names = page.locator("tbody .c-name a").all_inner_texts()
    page.locator("tbody .c-name a").first.click()
    desk.settles()
    page.locator("[data-trail-on]").wait_for()
    page.locator("h1").click()
    page.keyboard.press(f"Alt+{on}")
    expect(page.locator("h1")).to_have_text(names[1])
    desk.settles()
    page.locator("[data-trail-on]").wait_for()
    page.keyboard.press(f"Alt+{back}")
    expect(page.locator("h1")).to_have_text(names[0])


def _part(page, field):
    """Open the tab on which a field stands, where there are tabs."""
    page.evaluate(
        "(id) => document.getElementById(id)?.dispatchEvent(new Event('reveal', {bubbles: true}))",
        f"f-{field}",
    )
