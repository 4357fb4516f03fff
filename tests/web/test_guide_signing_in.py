"""What the guide about signing in tells to press is there and leads where it says, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from core.i18n import Messages
from core.storage import Database
from core.testing.site import PASSWORD, make_account
from tests.architecture.sources import ROOT, read
from tests.web.conftest import Person
from tests.web.outside import offered
from tests.web.page import Form

LOGIN, CHOSEN = "sara@example.com", "a harbour of seven lamps"
GUIDE = " ".join(read("docs/guide/signing-in.md").split())


class Reader:
    """Somebody who does what the guide says: every word they look for stands in it, as on the screen."""

    def __init__(self, app, language):
        self.person = Person(app, language=language)
        self._messages, self._language = Messages(sorted((ROOT / "modules").glob("*/translations"))), language
        self.at = None

    def word(self, text):
        assert f"*{text}*" in GUIDE
        return self._messages.gettext(self._language, text)

    def opens(self, path):
        self.at = self.person.opens(path)
        return self

    def sees(self, *texts):
        missing = [text for text in texts if self.word(text) not in self.at.page.text]
        assert not missing, self.at.page.text
        return self

    def follows(self, text, named=""):
        wanted = named or self.word(text)
        links = [one["href"] for one in self.at.page.all("a") if one.text.startswith(wanted)]
        return self.opens(links[0])

    def presses(self, text, **values):
        button = next(one for one in self.at.page.all("button") if one.text == self.word(text))
        form = button
        while form.tag != "form":
            form = form.parent
        if button.get("name"):
            values[button["name"]] = button["value"]
        self.at = self.person.submits(self.at, Form(form), values)
        return self

    def signs_in(self, password=PASSWORD):
        return self.opens("/sign-in").presses("Sign in", login=LOGIN, password=password)


@pytest.fixture(params=["en", "fa"])
def reads(request, app):
    return lambda: Reader(app, request.param)


@pytest.fixture
def sara(site, reads):
    make_account(site, LOGIN, ("base.member",), password=PASSWORD, name="Sara Ahmadi")
    return reads().signs_in()


@pytest.fixture
def code(site):
    """Return the code of a secret, some half minutes later."""
    return lambda secret, later: pyotp.TOTP(secret).at(
        site.get(Database).now() + timedelta(seconds=30 * later)
    )


def sets_up(sara, code):
    """Set the second factor up as the guide says; return its secret and the recovery codes."""
    sara.follows("My account").follows("Second factor").sees("Your password")
    sara.presses("Set up", password=PASSWORD).sees("Secret", "Code")
    secret = sara.at.page.one("code", cls="secret").text.replace(" ", "")
    sara.presses("Turn it on", code=code(secret, -1)).sees("Your recovery codes")
    codes = [one.text for one in sara.at.page.one("ul", cls="codes").all("code")]
    sara.follows("I have kept them")
    return secret, codes


@pytest.mark.covers("SE-03")
def test_a_second_factor_recovery_codes_and_where_one_is_signed_in(sara, reads, code):
    secret, codes = sets_up(sara, code)
    other = reads().signs_in().sees("Second step", "Code", "Use a recovery code", "Recovery code")
    other.presses("Sign in", recovery=codes[0]).follows("My account")
    other.sees("Signed-in devices", "This one", "End it", "What was done to this account")
    other.presses("Sign out everywhere else")
    assert sara.opens("/account").at.path == "/sign-in"
    other.follows("Second factor").presses("Make new codes", code=code(secret, 0)).sees("Your recovery codes")
    fresh = other.at.page.one("ul", cls="codes").all("code")[0].text
    other.follows("I have kept them").presses("Turn it off", code=fresh).sees("Set up")
    other.follows("Passkeys").sees("Name", "Add a passkey")
    other.opens("/account").follows("Change the password")


def test_keys_for_programs(site, sara):
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_session SET fresh_at = NULL"))
    sara.follows("My account").follows("API keys").follows("Confirm that it is you")
    sara.presses("Go on", password=PASSWORD).sees("What it is for", "Ends", "Is for")
    sara.sees("Only reading, all that I may read", "Only what I choose here", "All that I may do")
    sara.presses("Make the key", name="Till")
    assert sara.at.page.one("code", id="new-key").text.startswith("pv_")
    sara.sees("Last used").presses("Revoke")
    assert not [one for one in sara.at.page.all("button") if one.text == sara.word("Revoke")]


def test_an_administrator_lets_somebody_in_again(site, sara, reads, code):
    sets_up(sara, code)
    make_account(site, "mina@example.com", ("base.administrator",), password=PASSWORD, name="Mina Karimi")
    mina = reads().opens("/sign-in").presses("Sign in", login="mina@example.com", password=PASSWORD)
    mina.follows("People and accounts").follows("", named="Sara Ahmadi").sees("Make a password")
    page = mina.at.path
    mina.presses("Reset the second factor").presses("Make a one-time link")
    link = mina.at.page.one("code", id="handed").text
    assert sara.opens("/account").at.path == "/sign-in", "the reset has ended the session"
    sara.follows("Cannot sign in?").sees("Ask an administrator")
    sara.opens(link).sees("Choose a password").presses("Set the password", password=CHOSEN, again=CHOSEN)
    assert sara.signs_in(CHOSEN).opens("/account").at.path == "/account"
    mina.opens(page).presses("Sign out everywhere").presses("Disable the account")
    assert sara.signs_in(CHOSEN).at.status == 401
    mina.presses("Enable the account")
    assert sara.signs_in(CHOSEN).opens("/account").at.path == "/account"


def test_signing_in_by_another_service(site, sara):
    with offered(site) as service:
        named = sara.opens("/account").at.page.one("a", href="/account/provider").text
        assert "Company" in named
        sara.follows("", named=named).presses("Connect")
        brought = service.approves(sara.at.page.main.one("a", cls="primary")["href"])
        sara.at = sara.person.opens("/sign-in/provider/back", query_string=brought)
        sara.presses("Disconnect")
        assert [one for one in sara.at.page.all("button") if one.text == sara.word("Connect")]
