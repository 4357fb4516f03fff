"""A quote goes by mail from its page: issued, with the customer's link and its paper, once, and to nobody who must not get it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.app.work import work
from core.contributions import Operations
from core.contributions.asking import asking_at
from core.errors import AccessDenied, Conflict, PayvandError
from core.storage import Database
from core.testing.site import actor_of
from modules.sales.hooks import timeline_events
from modules.sales.quote_paper import print_paper
from modules.sales.tests.quoting import quote, rial

QUOTE, MAIL = "sales.quote", "sales.quote_mail"
DANA = "dana@example.com"


@pytest.fixture
def dana(desk, firm):
    """Somebody at the company who reads Persian."""
    return desk.one(
        "contacts.contact",
        last_name="Dana",
        preferred_language="fa",
        points=[{"kind": "email", "value": DANA, "is_primary": True}],
        companies=[{"account": firm, "is_primary": True}],
    )


@pytest.fixture
def draft(desk, firm, dana):
    return quote(desk, firm, {"description": "Lamp", "quantity": "2", "unit_price": rial(450)}, contact=dana)


@pytest.fixture
def post(desk, site, tmp_path):
    """Let the worker hand over what waits, and return all mails there are by now."""
    site.settings = replace(
        site.settings, mail_url=f"file://{tmp_path}/mail", base_url="https://crm.example.com"
    )

    def read():
        work(desk.site, wait=False)
        files = sorted((tmp_path / "mail").glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    return read


def dialog(desk, number):
    """Return the values that the dialog opens with."""
    operations = desk.site.get(Operations)
    with desk.site.get(Database).unit(desk.catalog, desk.actor, reading=True) as uow:
        offered = operations.find(QUOTE, "send_by_mail", uow.catalog)
        return operations.start_values(operations.begin(asking_at(uow), offered, [number]), offered)


def send(desk, number, **said):
    return desk.operate(QUOTE, "send_by_mail", number, **{**dialog(desk, number), **said})


def refusals(refused):
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_a_draft_is_issued_and_leaves_with_link_and_paper_in_one_go(desk, client, draft, post):
    assert send(desk, draft).result["sent"] is True
    found = desk.get(QUOTE, draft, "state", "number")
    assert found["state"] == "sent"
    (mail,) = post()
    assert (mail["To"], mail["Subject"]) == (DANA, "Quote: Lamps")
    link = mail.get_body(("plain",)).get_content().split()[-1]
    assert link.startswith("https://crm.example.com/")
    assert client.get(link.removeprefix("https://crm.example.com")).status_code == 200
    (paper,) = mail.iter_attachments()
    assert paper.get_filename() == f"{found['number']}.pdf"
    assert paper.get_content().startswith(b"%PDF-")


def test_the_letter_is_for_the_contact_else_the_company_and_escaped_where_it_is_html(desk, firm, draft, post):
    assert dialog(desk, draft)["to"] == DANA
    desk.update(
        "contacts.account", firm, points=[{"kind": "email", "value": "info@example.com", "is_primary": True}]
    )
    bare = quote(desk, firm, {"description": "Lamp", "unit_price": rial(1)}, language="en")
    assert dialog(desk, bare)["to"] == "info@example.com"
    send(desk, bare, text="a < b\n\nBye")
    (mail,) = post()
    assert "<p>a &lt; b</p><p>Bye</p>" in mail.get_body(("html",)).get_content()


def test_the_same_mail_leaves_once_a_day_and_another_text_again(desk, draft, post):
    said = dialog(desk, draft)
    first, again = (desk.operate(QUOTE, "send_by_mail", draft, **said) for _ in range(2))
    assert (first.result["sent"], again.result["sent"]) == (True, False)
    assert len(post()) == 1
    desk.operate(QUOTE, "send_by_mail", draft, **{**said, "text": "Once more"})
    assert len(post()) == 2
    assert desk.column(MAIL, "recipient") == [DANA, DANA]


@pytest.mark.parametrize(
    ("address", "code"),
    [(None, "no_address"), ("dead@example.com", "address_invalid")],
)
def test_nothing_is_issued_where_the_mail_cannot_arrive(desk, firm, draft, address, code):
    dead = {"kind": "email", "value": "Dead@example.com", "invalid": True}
    desk.update("contacts.account", firm, points=[dead])
    with pytest.raises(PayvandError) as refused:
        send(desk, draft, to=address)
    assert refusals(refused) == [(code, "to")]
    assert desk.get(QUOTE, draft, "state")["state"] == "draft"
    assert desk.find(MAIL, "id") == []


def test_a_company_that_wants_no_contact_gets_no_mail(desk, firm, draft):
    desk.update("contacts.account", firm, do_not_contact=True)
    with pytest.raises(PayvandError) as refused:
        send(desk, draft)
    assert refusals(refused) == [("do_not_contact", "to")]


def test_a_quote_that_is_over_is_extended_before_it_is_sent(desk, draft):
    desk.move(QUOTE, draft, "send")
    desk.update(QUOTE, draft, valid_until="2020-01-01")
    with pytest.raises(PayvandError) as refused:
        send(desk, draft)
    assert refusals(refused) == [("quote_over", "")]
    desk.move(QUOTE, draft, "expire")
    with pytest.raises(Conflict):
        send(desk, draft)


def test_a_quote_without_lines_is_refused_as_where_it_is_issued(desk, firm, dana):
    empty = quote(desk, firm, contact=dana)
    with pytest.raises(PayvandError) as refused:
        send(desk, empty)
    assert "at least one line" in refused.value.problems[0].message


@pytest.mark.usefixtures("post")
def test_only_who_holds_the_grant_sends_and_only_own_quotes(desk, site, draft, actor_as):
    actor_as("base.member", "sales.rep", login="rep@example.com", name="Rep")
    actor_as("base.member", "sales.analyst", login="eyes@example.com", name="Eyes")
    rep, eyes = (actor_of(site, f"{name}@example.com") for name in ("rep", "eyes"))
    with pytest.raises(AccessDenied):
        desk.as_(eyes).operate(QUOTE, "send_by_mail", draft, to=DANA, subject="a", text="b")
    with pytest.raises(PayvandError):
        desk.as_(rep).operate(QUOTE, "send_by_mail", draft, to=DANA, subject="a", text="b")
    desk.one("base.team", name="North", members=[rep.id])
    desk.update(QUOTE, draft, owner=rep.id)
    mine = desk.as_(actor_of(site, "rep@example.com"))
    assert mine.operate(QUOTE, "send_by_mail", draft, to=DANA, subject="a", text="b").result["sent"]


@pytest.mark.usefixtures("post")
def test_timelines_of_the_quote_and_of_its_opportunity_tell_it(desk, firm, stages, dana):
    deal = desk.one("sales.opportunity", name="Hall", account=firm)
    number = quote(desk, firm, {"description": "a", "unit_price": rial(1)}, contact=dana, opportunity=deal)
    send(desk, number)
    with desk.site.get(Database).unit(desk.catalog, desk.actor, reading=True) as uow:
        for name, record in ((QUOTE, number), ("sales.opportunity", deal)):
            entity = desk.catalog.entity(name)
            told = list(timeline_events(entity, record, asking_at(uow), "", None, 5))
            assert [DANA in event.title for event in told].count(True) == 1
            past = datetime(2020, 1, 1, tzinfo=UTC)
            assert not list(timeline_events(entity, record, asking_at(uow), "", past, 5))


def test_a_link_that_was_made_useless_is_no_reason_to_keep_the_new_one_back(desk, client, draft, post):
    said = dialog(desk, draft)
    desk.operate(QUOTE, "send_by_mail", draft, **said)
    post()
    desk.operate(QUOTE, "renew_link", draft)
    again = desk.operate(QUOTE, "send_by_mail", draft, **said)
    assert again.result["sent"] is True
    links = {mail.get_body(("plain",)).get_content().split()[-1] for mail in post()}
    answers = [client.get(link.removeprefix("https://crm.example.com")).status_code for link in links]
    assert sorted(answers) == [200, 404]
    desk.update(QUOTE, draft, valid_until="2098-01-01")
    assert desk.operate(QUOTE, "send_by_mail", draft, **said).result["sent"] is True


def test_a_mail_carries_the_paper_of_the_day_until_which_the_quote_holds_now(desk, draft, post):
    """Also where the job that makes the new paper has not run yet."""
    send(desk, draft, text="First")
    post()
    kept = desk.get(QUOTE, draft, "pdf")["pdf"].id
    desk.update(QUOTE, draft, valid_until="2020-01-01")
    desk.move(QUOTE, draft, "expire")
    desk.move(QUOTE, draft, "extend", valid_until="2098-01-01")
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        _, file = print_paper(uow, draft)
    assert file != kept
