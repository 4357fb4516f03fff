"""Whatever people write is shown as they wrote it, and never becomes part of the page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) '",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.covers("SE-01")
def test_values_are_text_on_every_page(admin, kept, evil):
    tag = kept.add("base.tag", {"name": evil[:60]})[0]
    account = kept.add("contacts.account", {"name": evil, "tags": [tag], "notes": evil})[0]
    contact = kept.add(
        "contacts.contact",
        {
            "last_name": evil,
            "notes": evil,
            "companies": [{"account": account, "is_primary": True, "role": evil}],
        },
    )[0]
    admin.saves(f"/records/contacts.contact/{contact}", {"job_title": evil})
    for path in (
        "/records/contacts.contact",
        "/records/contacts.account",
        f"/records/contacts.contact/{contact}",
        f"/records/contacts.account/{account}",
        f"/records/contacts.contact/{contact}/history",
        f"/search?q={quote(evil)}",
        f"/records/contacts.contact?q={quote(evil)}",
        f"/records/contacts.contact?f={quote('last_name~is~' + evil)}&sort={quote(evil)}",
        f"/{quote(evil)}",
        f"/records/{quote(evil)}",
    ):
        page = admin.opens(path).page
        assert not [e for e in page.walk() if any(a.startswith("on") for a in e.attributes)], path
        assert not [
            e
            for e in page.all("script")
            if e.get("src").startswith("/assets/") is False and e.get("type") != "application/json"
        ]
        assert not [a for a in page.all("a") if a.get("href").strip().lower().startswith("javascript:")]
        assert not page.all("img")
    assert admin.opens(f"/records/contacts.contact/{contact}").page.form(id="record")["last_name"] == evil
    assert f"/records/contacts.contact/{contact}" in [
        a["href"] for a in admin.opens("/records/contacts.contact").page.all("a")
    ]


def test_a_web_address_that_is_none_becomes_no_link(admin, kept):
    answer = admin.saves("/records/contacts.account/new", {"name": "Arya", "website": "javascript:alert(1)"})
    assert answer.status == 422


def test_a_message_cannot_be_forged(admin, kept):
    admin.client.set_cookie("payvand_flash", b"<b>forged</b>".hex())
    page = admin.opens("/records/contacts.contact").page
    assert "forged" not in page.html
