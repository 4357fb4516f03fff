"""What stands on the forms of leads and opportunities, in words and as far as its reader may see it."""

from __future__ import annotations

import pytest

from core.testing.site import make_account


@pytest.fixture
def page(site, client):
    """Sign somebody in and open pages as they do."""
    make_account(site, "lead@example.com", ["base.administrator"], password="A-long-password-1")

    def get(path: str) -> str:
        return client.get(path).get_data(as_text=True)

    client.post("/sign-in", data={"login": "lead@example.com", "password": "A-long-password-1"})
    return get


def test_placeholder(page):
    assert page
