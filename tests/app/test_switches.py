"""The test switches: mail that would leave is read over HTTP, by whoever asks on this machine, and only where they are set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.app.web import create_app
from core.app.work import work
from core.config import TESTING_IS_ON, Settings
from core.errors import SettingsInvalid
from core.kernel.actor import system_actor
from core.mail import Attachment, Mail, promise_mail
from core.storage import Database
from core.storage.catalogs import Catalogs

MAIL = "/testing/mail"


@pytest.fixture
def tested(site):
    """The web of the site while it is tested."""
    site.settings = replace(site.settings, testing=True, mail_url="smtp://mail.invalid?from=crm@example.com")
    return create_app(site).test_client()


def send(site, to, **more):
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test")) as uow:
        promise_mail(uow, Mail(to=to, key=f"{to} {more}", **more))
    work(site, wait=False)


def test_mail_that_would_leave_is_read_in_the_order_in_which_it_would(site, tested):
    assert tested.get(MAIL).json == []
    file = Attachment(name="پیشنهاد.pdf", mime="application/pdf", data=b"%PDF")
    send(site, "nima@example.com", subject="سلام", text="متن\n", html="<p>متن</p>", attachments=(file,))
    send(site, "sara@example.com", subject="Second", text="words")
    first, second = tested.get(MAIL).json
    assert first["to"] == "nima@example.com"
    assert first["from"] == "Payvand <crm@example.com>"
    assert (first["subject"], first["text"].strip(), first["html"].strip()) == ("سلام", "متن", "<p>متن</p>")
    assert first["attachments"] == ["پیشنهاد.pdf"]
    assert first["headers"]["Auto-Submitted"] == "auto-generated"
    assert first["at"] < second["at"]
    assert [one["to"] for one in tested.get(f"{MAIL}?to=Sara@Example.com").json] == ["sara@example.com"]


def test_it_is_thrown_away_when_asked(site, tested):
    send(site, "nima@example.com", subject="One")
    assert tested.delete(MAIL).status_code == 204
    assert tested.get(MAIL).json == []


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_who_comes_from_elsewhere_or_by_a_proxy_finds_nothing(tested, header):
    for how in ({"headers": {header: "1"}}, {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}):
        assert tested.get(MAIL, **how).status_code == 404
        assert tested.delete(MAIL, **how).status_code == 404


def test_without_the_setting_there_is_nothing(client):
    assert client.get(MAIL).status_code == 404
    assert client.delete(MAIL).status_code in (403, 404, 405)


def test_health_and_the_log_say_that_the_switches_are_open(site, tested, monkeypatch):
    with site.get(Database).engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert TESTING_IS_ON in tested.get("/health").json["warnings"]
    told = []
    monkeypatch.setattr(
        "core.app.web.get_logger", lambda _: type("Log", (), {"warning": lambda _, *a, **k: told.append(a)})()
    )
    create_app(site)
    assert told == [("testing_is_on",)]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "crm.example.com"])  # nothing listens
def test_they_are_refused_where_others_could_ask(host):
    with pytest.raises(
        SettingsInvalid, match=r"PAYVAND_TESTING is wrong: .*set PAYVAND_HOST to 127\.0\.0\.1"
    ):
        Settings.from_environment({"PAYVAND_TESTING": "1", "PAYVAND_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_they_are_open_where_only_this_machine_asks(host):
    assert Settings.from_environment({"PAYVAND_TESTING": "1", "PAYVAND_HOST": host}).mail_leaves


def test_a_map_without_the_switch_is_refused():
    with pytest.raises(SettingsInvalid, match="PAYVAND_TESTING_HTTP_MAP is wrong: it is a test switch"):
        Settings.from_environment({"PAYVAND_TESTING_HTTP_MAP": "{}"})
