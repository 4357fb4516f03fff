"""Mail is promised with the change that wants it, and handed over once; what goes wrong is told on its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.app.doctor import examine
from core.app.work import work
from core.errors import ValidationFailed
from core.mail import SEND, Attachment, Mail, promise_mail
from core.mail.outbox import state_of
from core.mail.sending import WAITS
from core.storage import Database
from core.storage.kernel_tables import mail as core_mail
from tests.timeline.post_office import post_office

pytestmark = pytest.mark.modules


@pytest.fixture
def office(site):
    with post_office() as found:
        site.settings = replace(site.settings, mail_url=found.url)
        yield found


@pytest.fixture
def mails(site, unit_of, people):
    """Promise a mail, and let a worker send what waits."""

    class Mails:
        def promise(
            self, key="k1", to="nima@example.com", subject="سلام دنیا", text="متن نامه\n", **more
        ) -> bool:
            with unit_of(people["admin"]) as uow:
                return promise_mail(uow, Mail(to=to, subject=subject, text=text, key=key, **more))

        def work(self) -> None:
            work(site, wait=False)

        def state(self, key="k1"):
            with unit_of(people["admin"]) as uow:
                return state_of(uow, key)

        def later(self, passed) -> None:
            with site.get(Database).engine.begin() as connection:
                connection.execute(sa.update(core_mail).values(next_at=core_mail.c.next_at - passed))
            from core.jobs import Jobs

            with unit_of(people["admin"]) as uow:
                site.get(Jobs).defer(uow, SEND, {})

    return Mails()


def test_a_mail_arrives_whole_in_persian_with_its_files(office, mails):
    mails.promise(
        html="<p>متن نامه</p>", attachments=(Attachment(name="طرح.txt", mime="text/plain", data=b"x"),)
    )
    mails.work()
    (message,) = office.taken
    assert message["Subject"] == "سلام دنیا"
    assert message["To"] == "nima@example.com"
    assert message["From"].addresses[0].addr_spec == "crm@example.com"
    assert message.get_body(("plain",)).get_content().strip() == "متن نامه"
    assert message.get_body(("html",)).get_content().strip() == "<p>متن نامه</p>"
    assert [part.get_filename() for part in message.iter_attachments()] == ["طرح.txt"]
    assert mails.state().state == "sent"


def test_of_two_mails_with_one_key_the_first_is_sent_and_no_other(office, mails):
    assert mails.promise() is True
    assert mails.promise(subject="Again") is False
    mails.work()
    mails.promise()
    mails.work()
    assert [str(m["Subject"]) for m in office.taken] == ["سلام دنیا"]


def test_a_mail_of_a_change_that_is_undone_is_never_sent(site, office, unit_of, people, mails):
    def broken():
        with unit_of(people["admin"]) as uow:
            promise_mail(uow, Mail(to="a@example.com", subject="x", text="x", key="undone"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    mails.work()
    assert office.taken == []


@pytest.mark.parametrize(
    "subject", ["Hello\nBcc: evil@example.com", "Hello\r\nX-Evil: 1", "Hello\u2028Bcc: x@y"]
)
def test_no_subject_becomes_another_header(office, mails, subject):
    mails.promise(subject=subject)
    mails.work()
    (message,) = office.taken
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert str(message["Subject"]).startswith("Hello ")


@pytest.mark.parametrize("to", ["a@b\nBcc: c@d", "a@b>, <c@d", "nobody", "", "a b@c", "a@b,c@d", "@b", "a@"])
def test_an_address_that_is_none_is_refused_before_anything_is_kept(mails, to):
    with pytest.raises(ValidationFailed) as refused:
        mails.promise(to=to)
    assert [p.code for p in refused.value.problems] == ["bad_address"]


def test_a_server_that_refuses_the_address_is_told_on_the_row_and_by_the_doctor(site, office, mails):
    office.answer = lambda word, line: "550 no such user" if word == "RCPT" else None
    mails.promise()
    mails.work()
    assert (mails.state().state, mails.state().error) == ("failed", "550 no such user")
    found = examine(site)
    assert [problem.text() for problem in found if problem.code == "mail_failed"] == [
        "1 mails could not be handed over; the last reason: 550 no such user"
    ], [problem.text() for problem in found]


def test_what_a_server_does_not_take_now_is_tried_again_and_arrives_once(office, mails):
    office.answer = lambda word, line: "451 busy" if word == "MAIL" else None
    mails.promise()
    mails.work()
    assert (mails.state().state, mails.state().attempts, mails.state().error) == ("waiting", 1, "451 busy")
    office.answer = lambda word, line: None
    mails.work()
    assert office.taken == []
    mails.later(timedelta(minutes=2))
    mails.work()
    assert (mails.state().state, mails.state().attempts) == ("sent", 2)
    assert len(office.taken) == 1


def test_after_the_last_try_it_has_failed(office, mails):
    office.answer = lambda word, line: "451 busy" if word == "MAIL" else None
    mails.promise()
    mails.work()
    for wait in WAITS:
        mails.later(wait)
        mails.work()
    assert (mails.state().state, mails.state().attempts) == ("failed", len(WAITS) + 1)


def test_without_a_way_out_mail_waits(site, mails):
    mails.promise()
    mails.work()
    assert (mails.state().state, mails.state().attempts) == ("waiting", 0)


def test_where_it_is_developed_mail_becomes_files(site, mails, tmp_path):
    site.settings = replace(site.settings, mail_url=f"file://{tmp_path}/mail")
    mails.promise()
    mails.work()
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert b"Subject: =?utf-8?" in file.read_bytes()


def test_the_message_id_of_a_key_is_always_the_same(office, mails):
    from core.mail.outbox import message_id

    assert message_id("k", "a@b.ir") == message_id("k", "a@b.ir") != message_id("k2", "a@b.ir")
