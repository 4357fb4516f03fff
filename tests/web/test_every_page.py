"""The pages of the core with people and companies: each carries the policy, and is for those who have signed in."""

from __future__ import annotations

import pytest

LIST = "/records/contacts.contact"
PAGES = {
    "list": LIST,
    "searched list": f"{LIST}?q=sara",
    "nothing fits": f"{LIST}?q=nobody-is-called-so",
    "trash": f"{LIST}?trash=1",
    "filtered": f"{LIST}?f=lifecycle~is~customer&sort=-updated_at",
    "companies": "/records/contacts.account",
    "empty list": "/records/contacts.relationship",
    "new": f"{LIST}/new",
    "record": f"{LIST}/{{contact}}",
    "company": "/records/contacts.account/{account}",
    "history": f"{LIST}/{{contact}}/history",
    "import": f"{LIST}/import",
    "modules": "/modules",
    "fields": "/fields",
    "fields of an entity": "/fields/contacts.contact",
    "new entity": "/entities/new",
    "preferences": "/preferences",
    "search": "/search?q=sara",
    "search of nothing": "/search",
    "unknown address": "/no/such/page",
    "unknown entity": "/records/contacts.secret",
    "unknown record": f"{LIST}/987654",
}
BROKEN = {"unknown address": 404, "unknown entity": 404, "unknown record": 404}


@pytest.fixture
def world(kept):
    account = kept.add(
        "contacts.account", {"name": "شرکت آریا", "credit_limit": {"amount": "25000000", "currency": "IRR"}}
    )[0]
    contact = kept.add(
        "contacts.contact",
        {
            "first_name": "سارا",
            "last_name": "رضایی",
            "lifecycle": "customer",
            "birth_date": "1990-05-01",
            "points": [{"kind": "mobile", "value": "09121234567", "is_primary": True}],
            "companies": [{"account": account, "is_primary": True}],
        },
    )[0]
    return {"account": account, "contact": contact}


@pytest.mark.covers("LO-13")
def test_every_page_carries_the_policy(admin, visitor, world):
    for answer in (
        *(admin.opens(path.format(**world)) for path in PAGES.values()),
        visitor.opens("/sign-in"),
    ):
        headers = answer.response.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-store"


def test_a_visitor_is_led_to_signing_in_and_then_back(visitor):
    for path in (LIST, "/modules", "/search?q=sara"):
        answer = visitor.opens(path)
        assert answer.path == "/sign-in"
        assert answer.page.one("form", action="/sign-in").one("input", name="next")["value"] == path
