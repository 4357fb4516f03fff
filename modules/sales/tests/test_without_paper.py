"""Quotes on a machine that cannot print: customer and seller are told, what else there is works, and nothing waits for ever."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.app.work import work
from core.errors import Unavailable, ValidationFailed
from core.identity.tokens import new_token, token_hash
from core.printing import Printing
from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.site import make_account
from modules.sales.tests.quoting import quote, rial
from modules.sales.tests.test_quote_links import link

QUOTE = "sales.quote"
PLAIN = {"en": "There is no PDF of this quote.", "fa": "نسخهٔ PDF این پیش‌فاکتور موجود نیست."}
COMES = {"en": "The PDF is being made.", "fa": "PDF در حال ساخته شدن است."}
TO_SELLER = {"en": "This quote has no PDF", "fa": "این پیش‌فاکتور PDF ندارد"}


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("sales", "l10n_fa")


@pytest.fixture
def seller(site, client):
    """Somebody who sells, signed in at a browser."""
    number = make_account(site, "rep@example.com", ("base.administrator",))
    token, now = new_token(), site.get(Database).now()
    kept = {"token_hash": token_hash(token), "account": number, "csrf": new_token(), "created_at": now}
    with site.get(Database).engine.begin() as connection:
        connection.execute(
            sa.insert(core_session).values(**kept, seen_at=now, expires_at=now + timedelta(days=1))
        )
    client.set_cookie("payvand_session", token)
    return client


@pytest.fixture
def no_pango(monkeypatch):
    """Take away what draws; return how it comes back."""

    def missing(*_):
        raise Unavailable(reason="PDF needs the library Pango")

    monkeypatch.setattr(Printing, "ready", lambda self: False)
    monkeypatch.setattr(Printing, "pdf", missing)
    return monkeypatch.undo


@pytest.fixture
def issue(desk, firm):
    def make(language="en"):
        line = {"description": "Lamp", "quantity": "2", "unit_price": rial(450)}
        number = quote(desk, firm, line, language=language)
        desk.move(QUOTE, number, "send")
        return number

    return make


def text_of(answer):
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_customer_is_told_plainly_and_has_the_page(desk, client, issue, no_pango, language):
    number = issue(language)
    work(desk.site, wait=False)
    for path, status in (("", 200), ("/paper", 503)):
        page = client.get(f"{link(desk, number)}{path}")
        assert page.status_code == status
        assert PLAIN[language] in text_of(page)
        assert COMES[language] not in text_of(page)
        assert "Lamp" in text_of(page)
        assert 'value="accept"' in text_of(page)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_paper_that_is_on_its_way_is_told_so(desk, client, issue, language):
    number = issue(language)
    page = client.get(f"{link(desk, number)}/paper")
    assert page.status_code == 404
    assert COMES[language] in text_of(page)
    work(desk.site, wait=False)
    shown = text_of(client.get(link(desk, number)))
    assert COMES[language] not in shown
    assert PLAIN[language] not in shown


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_seller_is_told_on_the_form_until_it_is_made(desk, seller, issue, no_pango, language):
    number = issue()
    seller.set_cookie("payvand_language", language)
    form = f"/records/{QUOTE}/{number}"
    assert TO_SELLER[language] in text_of(seller.get(form))
    with pytest.raises(ValidationFailed) as refused:
        desk.operate(QUOTE, "print_again", number)
    assert [problem.code for problem in refused.value.problems] == ["no_paper"]
    no_pango()
    assert TO_SELLER[language] not in text_of(seller.get(form))
    desk.operate(QUOTE, "print_again", number)
    work(desk.site, wait=False)
    made = desk.get(QUOTE, number)["pdf"]
    assert made is not None
    work(desk.site, wait=False)
    assert desk.get(QUOTE, number)["pdf"].id == made.id, "one paper, however often it was asked for"


def test_a_mail_leaves_with_the_link_alone_and_says_so(desk, client, firm, no_pango, tmp_path):
    site = desk.site
    site.settings = replace(site.settings, mail_url=f"file://{tmp_path}", base_url="https://crm.example.com")
    number = quote(desk, firm, {"description": "Lamp", "unit_price": rial(1)})
    told = desk.operate(
        QUOTE, "send_by_mail", number, to="dana@example.com", subject="Lamps", text="Here it is."
    )
    assert "with its link alone" in told.message
    work(site, wait=False)
    (mail,) = tmp_path.glob("*.eml")
    assert b"application/pdf" not in mail.read_bytes()
    assert re.search(rb"crm\.example\.com", mail.read_bytes())


def test_a_mail_waits_where_something_else_than_paper_is_missing(desk, firm, monkeypatch, tmp_path):
    """A front end that is being built, a store of files that is away: the mail leaves whole, later."""
    site = desk.site
    site.settings = replace(site.settings, mail_url=f"file://{tmp_path}", base_url="https://crm.example.com")

    def away(*_):
        raise Unavailable(reason="the front end is not built")

    monkeypatch.setattr(Printing, "pdf", away)
    number = quote(desk, firm, {"description": "Lamp", "unit_price": rial(1)})
    desk.operate(QUOTE, "send_by_mail", number, to="dana@example.com", subject="Lamps", text="Here it is.")
    work(site, wait=False)
    assert not list(tmp_path.glob("*.eml"))
