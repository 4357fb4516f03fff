"""A site that keeps no people at all: contacts is a module like any other, and the rest does without it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytestmark = pytest.mark.modules

OTHERS = ("/", "/modules", "/preferences", "/search?q=rezaei", "/records/base.user", "/records/base.team")


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "contacts")


@pytest.mark.covers("XR-04")
def test_the_rest_goes_on_when_contacts_sleeps(person, kept):
    admin = person("base.administrator", login="mina@example.com")
    kept.add("contacts.contact", {"last_name": "Rezaei"})
    opened = admin.opens("/modules/contacts/plan?act=disable")
    admin.submits(opened, opened.page.form_to("/modules/contacts"), {"act": "disable"})
    assert admin.opens("/records/contacts.contact").status == 404
    for path in OTHERS:
        assert admin.opens(path).status == 200, path
    assert admin.saves("/records/base.team/new", {"name": "Sales"}).status == 200
    assert [team["name"] for team in kept.find("base.team", fields=("name",))] == ["Sales"]
