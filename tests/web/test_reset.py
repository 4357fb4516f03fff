"""A new password by mail: asked for on a page that tells nobody who has an account, and set by a link that works once."""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from core.app.work import work
from core.identity.resetting import SEND_RESET, Resetting
from core.identity.throttle import FREE_RESETS
from core.jobs.context import JobContext
from core.kernel.actor import Actor
from core.storage import Database
from core.testing.site import PASSWORD, make_account
from tests.web.conftest import Person

LOGIN = "sara@example.com"
NEW = "a new one that is long enough"


@pytest.fixture
def mailing(site):
    """A site that sends mail, and knows its own address."""
    settings = site.settings
    site.settings = dataclasses.replace(
        settings, mail_url="file:///nowhere", base_url="https://crm.example.com"
    )
    yield site
    site.settings = settings


@pytest.fixture
def account(site):
    return make_account(site, LOGIN, ("base.member",), password=PASSWORD, name="Sara Ahmadi")


class Post:
    """What has been promised, without handing it over."""

    def __init__(self, site):
        self.site = site

    def run(self):
        """Do the jobs that look for accounts."""
        rows = self.rows(
            "SELECT id, arguments FROM core_job WHERE kind = :kind AND state = 'queued'", kind=SEND_RESET
        )
        for number, arguments in rows:
            self.site.get(Resetting).send(
                JobContext(
                    site=self.site,
                    id=number,
                    actor=Actor(channel="job"),
                    arguments=arguments,
                    checkpoint=None,
                )
            )
        return self.rows("SELECT recipient, subject, text FROM core_mail ORDER BY id")

    def rows(self, sql, **values):
        with self.site.get(Database).engine.connect() as connection:
            return connection.execute(sa.text(sql), values).all()


def asks(person, login=LOGIN, **options):
    opened = person.opens("/reset")
    form = opened.page.form(cls="stack").filled({"login": login})
    return person.client.post("/reset", data=form, **options)


def link_in(mail):
    return urlsplit(re.search(r"https://\S+", mail.text)[0])


def sets(person, path, password=NEW, again=None):
    opened = person.opens(path)
    form = opened.page.form(cls="stack")
    return person.submits(opened, form, {"password": password, "again": again or password})


def signs_in(person, password):
    opened = person.opens("/sign-in")
    return person.submits(opened, opened.page.form_to("/sign-in"), {"login": LOGIN, "password": password})


@pytest.mark.covers("SE-01")
def test_the_same_is_answered_and_done_whoever_asks_and_only_an_account_gets_a_mail(app, mailing, account):
    make_account(mailing, "locked@example.com", (), password=None)
    make_account(mailing, "word", (), password=PASSWORD)
    visitor = Person(app)
    answers = {
        re.sub(r'(name="csrf" value=)"[^"]*"', r"\1", asks(visitor, login).text)
        for login in (LOGIN, "nobody@example.com", "locked@example.com", "word", "a\u200cb", "x" * 300)
    }
    assert len(answers) == 1
    mails = Post(mailing).run()
    assert [mail.recipient for mail in mails] == [LOGIN]
    asks(visitor)
    assert len(Post(mailing).run()) == 1, "one in ten minutes"


def test_the_link_sets_a_password_once_and_ends_all_sessions(app, mailing, account):
    inside, visitor = Person(app), Person(app)
    signs_in(inside, PASSWORD)
    asks(visitor, headers={"X-Forwarded-Host": "evil.example"})
    link = link_in(Post(mailing).run()[0])
    assert link.netloc == "crm.example.com"
    assert inside.opens("/preferences").path == "/preferences"
    assert sets(visitor, link.path, "short").status == 422
    assert sets(visitor, link.path, NEW, "another one, also long").status == 422
    assert sets(visitor, link.path).path == "/sign-in"
    assert inside.opens("/preferences").path == "/sign-in"
    assert visitor.opens(link.path).status == 404
    assert signs_in(Person(app), PASSWORD).status == 401
    assert signs_in(visitor, NEW).status == 200
    assert "changed the password" in visitor.opens(f"/records/base.user/{account}/history").page.text


def test_a_link_that_is_changed_too_old_or_of_a_state_before_opens_nothing(app, mailing, account):
    visitor = Person(app)
    asks(visitor)
    path = link_in(Post(mailing).run()[0]).path
    token = path.rpartition("/")[2]
    said, _, signed = token.partition(".")
    for forged in (
        "",
        ".",
        said,
        f"{said}.",
        f"{said}.{signed[:-1]}",
        f"{said}.{'0' * 32}",
        f"MS4y.{signed}",
        "é.ü",
        "LTEuLTE." + signed,
    ):
        assert visitor.opens(f"/reset/{forged}").status == 404, forged
    assert visitor.opens(path).status == 200
    with mailing.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_account SET epoch = epoch + 1"))
    assert visitor.opens(path).status == 404


def test_a_network_that_asks_too_often_has_to_wait(app, mailing, account):
    visitor = Person(app)
    assert {asks(visitor, f"user{n}@example.com").status_code for n in range(FREE_RESETS)} == {200}
    assert asks(visitor).status_code == 429


def test_without_mail_the_page_says_whom_to_ask(app, site):
    visitor = Person(app)
    assert visitor.opens("/reset").path == "/sign-in/help"
    assert not visitor.opens("/sign-in/help").page.all("a", href="/reset")


def test_with_mail_the_help_leads_to_it_and_a_worker_sends_it(app, mailing, account, tmp_path):
    mailing.settings = dataclasses.replace(mailing.settings, mail_url=f"file://{tmp_path}")
    visitor = Person(app, language="fa")
    assert visitor.opens("/sign-in/help").page.all("a", href="/reset")
    asks(visitor)
    work(mailing, wait=False)
    sent = [path.read_text() for path in tmp_path.glob("*.eml")]
    assert len(sent) == 1
    assert f"To: {LOGIN}" in sent[0]
