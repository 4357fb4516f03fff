"""Every page, in both languages: whole, named, in its direction, without anything inline."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import ADMINISTRATOR

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
DIRECTIONS = {"fa": "rtl", "en": "ltr"}
INLINE = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)
CODES = re.compile(r"[a-z]+_|[a-z]+\.[a-z]|@|^#|\d|[A-Z][a-z]+/[A-Z]")


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


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_page_is_whole(person, world, language):
    admin = person(*ADMINISTRATOR, language=language)
    for name, path in PAGES.items():
        answer = admin.opens(path.format(**world))
        page = answer.page
        assert answer.status == BROKEN.get(name, 200), name
        assert page.title.endswith({"fa": "پیوند", "en": "Payvand"}[language]), name
        assert len(page.all("h1")) == 1, name
        assert len(page.all("main")) == 1, name
        html = page.one("html")
        assert (html["lang"], html["dir"]) == (language, DIRECTIONS[language]), name
        assert not INLINE.search(page.html), name
        ids = [e["id"] for e in page.walk() if e.has("id") and not e.inside("template")]
        assert len(ids) == len(set(ids)), name
        assert all(f.all("input", name="csrf") for f in page.all("form", method="post")), name


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


def test_nothing_on_a_persian_page_is_left_in_english(person, world):
    admin = person(*ADMINISTRATOR, name="مینا کریمی", language="fa")
    left: dict[str, str] = {}
    for path in PAGES.values():
        page = admin.opens(path.format(**world)).page
        for element in page.walk():
            if not _is_readable(element):
                continue
            said = [c for c in element.children if isinstance(c, str)]
            said += [
                element.get(name)
                for name in ("aria-label", "placeholder", "title", "data-label", "data-confirm")
            ]
            left.update({text.strip(): path for text in said if _is_english(text)})
    assert left == {}


def _is_readable(element) -> bool:
    """Leave out scripts, what is marked as of another language or direction, and what people wrote themselves."""
    return not any(
        e is not None
        and (e.tag in ("script", "bdi", "time") or e.get("lang") == "en" or e.get("dir") == "ltr")
        for e in (element, element.parent)
    ) and not (element.tag == "option" and "/" in element.get("value"))


def _is_english(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{3,}", text)
    return (
        bool(words)
        and not CODES.search(text)
        and not re.search("[آ-ی]", text)
        and not set(words) <= {"Excel", "CSV", "API", "xlsx", "Ctrl", "Esc", "Alt", "English"}
    )


def test_a_visitor_is_led_to_signing_in_and_then_back(visitor):
    for path in (LIST, "/modules", "/search?q=sara"):
        answer = visitor.opens(path)
        assert answer.path == "/sign-in"
        assert answer.page.one("form", action="/sign-in").one("input", name="next")["value"] == path
