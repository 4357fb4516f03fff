"""A page asks at once for the scripts that its elements need, which a browser would find out one after the other."""

from __future__ import annotations

import json
import re

from core.web.needs import Needs
from core.web.rendering import NEEDS

LINK = re.compile(r'<link rel="modulepreload" href="/assets/([^"]+)" fetchpriority="low">')


def asked(answer):
    head, _, _ = answer.response.text.partition("</head>")
    return LINK.findall(head)


def needed(*elements):
    needs = json.loads(NEEDS.read_text())
    return {file for name in ("app", *elements) for file in needs[name]}


def test_a_page_asks_at_once_for_what_its_elements_need(admin, kept):
    number = kept.add("contacts.contact", {"first_name": "Ali", "last_name": "<ui-kanban>"})[0]
    form = admin.opens(f"/records/contacts.contact/{number}")
    elements = {name for name in json.loads(NEEDS.read_text()) if f"<{name}" in form.response.text}
    assert {"ui-form", "ui-combo", "ui-tabs", "ui-look"} <= elements  # what is typed is no element
    assert set(asked(form)) == needed(*elements - {"ui-look"})  # it comes when somebody is about to type
    assert len(asked(form)) == len(set(asked(form)))
    assert set(asked(admin.opens("/records/contacts.contact"))) == needed("ui-list")


def test_a_page_without_elements_asks_for_what_every_page_needs(visitor):
    assert set(asked(visitor.opens("/sign-in"))) == needed() != set()


def test_a_page_does_without_where_nothing_is_written_down(app, tmp_path):
    with app.test_request_context():
        assert Needs(tmp_path / "needs.json", str).links("<ui-form>") == ""


def test_no_script_waits_for_the_styles_while_the_page_is_read(visitor):
    head, _, _ = visitor.opens("/sign-in").response.text.partition("</head>")
    found = re.findall(r"""<(script src|link rel="stylesheet"|script type="module")""", head)
    assert found == ["script src", 'link rel="stylesheet"', 'script type="module"']
