"""Passkeys in a real browser with a device that it plays: added, used alone, used behind a password and over a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from core.testing.site import PASSWORD, web_of
from tests.browser.auditing import audit
from tests.browser.conftest import CHROMIUM, FLAGS, LOGIN, PATIENCE, served

pytestmark = [pytest.mark.browser, pytest.mark.modules]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that finds ``localhost``: passkeys are bound to a name, and never to a number."""
    flags = [flag.replace("EXCLUDE 127.0.0.1", "EXCLUDE localhost, EXCLUDE 127.0.0.1") for flag in FLAGS]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def address(site) -> Iterator[str]:
    with served(web_of(site)) as numbered, pytest.MonkeyPatch.context() as patch:
        named = numbered.replace("127.0.0.1", "localhost")
        patch.setattr(site, "settings", replace(site.settings, base_url=named))
        yield named


def plays_a_device(page) -> None:
    """Let the browser have a device that recognizes its owner at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("fa", 390)])
@pytest.mark.covers("SE-03")
def test_a_device_is_added_and_signs_in_alone_and_behind_a_password(seat, language, width):
    audited = language == "fa"
    mina = seat(language=language, width=width, bypass=audited)
    page = mina.signs_in()
    plays_a_device(page)
    found: list[str] = []

    def looks(where: str) -> None:
        found.extend(audit(page, where) if audited else [])
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    mina.goes("/account/two-factor")
    page.fill("#password", PASSWORD)
    page.click("button[value=begin]")
    expect(page.locator(".qr")).to_be_visible()
    looks("the secret as a picture")
    mina.goes("/account/passkeys")
    looks("no passkey yet")
    page.fill("#name", "Laptop")
    page.click("[data-passkey]")
    expect(page.locator(".codes code")).to_have_count(10)
    expect(page.locator("table.lines tbody th")).to_have_text("Laptop")
    looks("a passkey, and recovery codes")

    mina.is_signed_in("")
    mina.goes("/sign-in?next=/account/passkeys")
    looks("signing in")
    page.click("[data-passkey]")
    page.wait_for_url(lambda address: "/sign-in" not in address)

    mina.is_signed_in("")
    mina.goes("/sign-in?next=/preferences")
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in/code" in address)
    mina.settles()
    looks("the second step")
    page.click("[data-passkey]")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    assert found == []
