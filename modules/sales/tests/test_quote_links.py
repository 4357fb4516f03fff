"""The customer's page of a quote: seen and answered by the signed link alone, once, and printed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from core.app.work import work
from core.errors import TransitionRefused
from core.records.service import Records
from core.sdk import defer
from core.storage import Database
from modules.sales.tests.quoting import FAR, quote, rial


@pytest.fixture
def issued(desk, firm):
    """An issued quote of one line."""
    number = quote(
        desk,
        firm,
        {"description": "چراغ", "quantity": "2", "unit_price": rial(450000)},
        terms="Net 30",
        language="fa",
    )
    desk.move("sales.quote", number, "send")
    return number


def link(desk, number):
    """Return the address at which the customer sees a quote."""
    address = desk.operate("sales.quote", "hand_out", number).result["link"]
    return urlsplit(address).path


def answer(client, path, **form):
    """Answer as the page does: with its own token against forged forms."""
    page = client.get(path).get_data(as_text=True)
    form["csrf"] = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    return client.post(f"{path}/answer", data=form, follow_redirects=True)


def test_the_customer_sees_what_each_line_and_the_whole_come_to_with_its_unit(desk, client, firm):
    lines = (
        {"description": "چراغ", "quantity": "2", "unit_price": rial(450000)},
        {"description": "کابل", "quantity": "3", "unit_price": rial(100000), "discount_pct": "10"},
    )
    number = quote(desk, firm, *lines)
    desk.move("sales.quote", number, "send")
    page = client.get(link(desk, number)).get_data(as_text=True)
    amounts = re.findall(r'data-label="Amount">([^<]+)<', page)
    sums = re.findall(r'<dt>([^<]+)</dt><dd class="num">([^<]+)<', page)
    assert amounts == ["900,000 IRR", "270,000 IRR"]
    assert sums == [("Subtotal", "1,170,000 IRR"), ("Total", "1,170,000 IRR")]


def test_the_link_shows_the_quote_to_somebody_without_an_account(desk, client, issued):
    page = client.get(link(desk, issued))
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "چراغ" in text
    assert "Net 30" in text
    assert "Owner" not in text


def test_a_name_is_needed_to_accept(desk, client, issued):
    page = answer(client, link(desk, issued), answer="accept", name=" ")
    assert page.status_code == 422
    assert desk.get("sales.quote", issued)["state"] == "sent"


def test_the_customer_accepts_once_and_everything_is_kept(desk, client, issued):
    path = link(desk, issued)
    assert answer(client, path, answer="accept", name="Dana Buyer").status_code == 200
    found = desk.get("sales.quote", issued)
    assert (found["state"], found["accepted_by"], found["answered_from"]) == (
        "accepted",
        "Dana Buyer",
        "127.0.0.1",
    )
    assert 'value="accept"' not in client.get(path).get_data(as_text=True)


def test_the_customer_declines_and_says_why(desk, client, issued):
    answer(client, link(desk, issued), answer="reject", why="Too late")
    found = desk.get("sales.quote", issued)
    assert (found["state"], found["reject_reason"]) == ("rejected", "Too late")


def test_a_quote_whose_last_day_is_over_takes_no_answer_before_the_night_either(desk, client, issued):
    path = link(desk, issued)
    page = client.get(path).get_data(as_text=True)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    desk.update("sales.quote", issued, valid_until="2020-01-01")
    assert 'value="accept"' not in client.get(path).get_data(as_text=True)
    client.post(f"{path}/answer", data={"answer": "accept", "name": "Late", "csrf": csrf})
    assert desk.get("sales.quote", issued)["state"] == "sent"


def test_a_forged_answer_is_refused(desk, client, issued):
    path = link(desk, issued)
    assert client.post(f"{path}/answer", data={"answer": "accept", "name": "X"}).status_code in (400, 403)
    assert desk.get("sales.quote", issued)["state"] == "sent"


def test_a_link_that_was_changed_or_made_useless_shows_nothing(desk, client, issued):
    path = link(desk, issued)
    assert client.get(path[:-3] + "abc").status_code == 404
    desk.operate("sales.quote", "renew_link", issued)
    assert client.get(path).status_code == 404
    assert client.get(link(desk, issued)).status_code == 200


def test_a_quote_that_was_cancelled_is_not_shown(desk, client, issued):
    path = link(desk, issued)
    desk.move("sales.quote", issued, "cancel", reason="A mistake")
    assert client.get(path).status_code == 404


def test_the_paper_is_made_by_a_job_and_handed_out(desk, client, issued):
    path = link(desk, issued)
    assert client.get(f"{path}/paper").status_code == 404
    work(desk.site, wait=False)
    paper = client.get(f"{path}/paper")
    assert paper.status_code == 200
    assert paper.data.startswith(b"%PDF-")
    assert desk.get("sales.quote", issued)["pdf"].mime == "application/pdf"


def test_a_new_revision_replaces_the_older_quote_when_it_is_issued(desk, issued):
    made = desk.operate("sales.quote", "revise", issued).id
    assert desk.operate("sales.quote", "revise", issued).id == made
    found = desk.get("sales.quote", made)
    assert (found["revision"], found["state"], found["follows"].id, found["total"].amount) == (
        2,
        "draft",
        issued,
        900000,
    )
    assert desk.get("sales.quote", issued)["state"] == "sent"
    desk.move("sales.quote", made, "send")
    assert desk.get("sales.quote", issued)["state"] == "superseded"


def test_a_quote_is_made_of_an_opportunity_and_taken_back(desk, firm, stages):
    deal = desk.one(
        "sales.opportunity",
        name="Hall",
        account=firm,
        lines=[{"description": "Lamp", "quantity": "3", "unit_price": rial(1000)}],
    )
    made = desk.operate("sales.opportunity", "new_quote", deal).id
    found = desk.get("sales.quote", made)
    assert (found["subject"], found["opportunity"].id, found["total"].amount) == ("Hall", deal, 3000)


def test_quotes_whose_last_day_is_over_expire_at_night(desk, issued, firm):
    still = quote(desk, firm, {"description": "a", "unit_price": rial(1)}, valid_until=FAR)
    desk.move("sales.quote", still, "send")
    desk.update("sales.quote", issued, valid_until="2020-01-01")
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        defer(uow, "sales.expire_quotes")
    work(desk.site, wait=False)
    assert [desk.get("sales.quote", n)["state"] for n in (issued, still)] == ["expired", "sent"]


def revised(desk, firm, **more):
    """Issue a quote and begin its next revision; return both."""
    first = quote(desk, firm, {"description": "Lamp", "unit_price": rial(1)}, **more)
    desk.move("sales.quote", first, "send")
    return first, desk.operate("sales.quote", "revise", first).id


def test_of_all_revisions_of_a_quote_one_is_accepted_at_most(desk, client, firm, deal):
    sale = deal(estimate=100)
    first, second = revised(desk, firm, opportunity=sale)
    desk.move("sales.quote", first, "accept", accepted_by="Buyer")
    with pytest.raises(TransitionRefused) as refused:
        desk.move("sales.quote", second, "send")
    assert [problem.code for problem in refused.value.problems] == ["sold_already"]
    with desk.site.get(Database).unit(desk.catalog, desk.actor, reading=True) as uow:
        offers = desk.site.get(Records).moves(desk.actor, "sales.quote", [second], uow=uow)[second]
    assert {offer.name: offer.allowed for offer in offers} == {"send": False, "cancel": True}
    # Two drafts of one quote, one of them out of the trash: whoever is accepted first stays the only one.
    old, draft = revised(desk, firm, opportunity=sale)
    desk.delete("sales.quote", draft)
    other = desk.operate("sales.quote", "revise", old).id
    desk.restore("sales.quote", draft)
    for number in (draft, other):
        desk.move("sales.quote", number, "send")
    page = link(desk, other)
    desk.move("sales.quote", draft, "accept", accepted_by="Buyer")
    assert answer(client, page, answer="accept", name="Buyer").status_code == 409
    assert desk.get("sales.quote", other, "state")["state"] == "sent"
    assert desk.get("sales.opportunity", sale, "accepted_quotes")["accepted_quotes"] == 2  # of two quotes


def test_accepting_and_issuing_the_next_revision_at_once_leaves_one_of_them(desk, firm, deal):
    database = desk.site.get(Database)
    for _ in range(5):
        first, second = revised(desk, firm, opportunity=deal(estimate=100))
        start = Barrier(2)

        def move(number, name, values, start=start):
            start.wait()
            try:
                database.attempt(lambda: desk.move("sales.quote", number, name, **values))
            except TransitionRefused:
                return False
            return True

        with ThreadPoolExecutor(2) as both:
            accepting = both.submit(move, first, "accept", {"accepted_by": "Buyer"})
            issuing = both.submit(move, second, "send", {})
        states = [desk.get("sales.quote", number, "state")["state"] for number in (first, second)]
        assert (accepting.result(), issuing.result()) in ((True, False), (False, True))
        assert states in (["accepted", "draft"], ["superseded", "sent"])


def test_a_quote_that_holds_longer_has_no_paper_of_the_old_day(desk, issued):
    work(desk.site, wait=False)
    old = desk.get("sales.quote", issued)["pdf"]
    desk.update("sales.quote", issued, valid_until="2020-01-01")
    assert desk.get("sales.quote", issued)["pdf"] is None
    desk.move("sales.quote", issued, "expire")
    desk.move("sales.quote", issued, "extend", valid_until=FAR)
    assert desk.get("sales.quote", issued)["pdf"] is None
    work(desk.site, wait=False)
    assert desk.get("sales.quote", issued)["pdf"].id != old.id
