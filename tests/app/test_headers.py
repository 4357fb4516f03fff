"""Every answer carries the headers that protect it, also where no page and no route was asked."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"),
        ("OPTIONS", "/health"),
        ("TRACE", "/sign-in"),
        ("PROPFIND", "/api/v1/records/base.user"),
        ("GET", "/records/base.user/" + "9" * 5000),
        ("GET", "/nothing"),
    ],
)
def test_every_answer_is_protected(client, method, path):
    response = client.open(path, method=method)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_an_address_with_a_line_break_is_answered_by_its_own_room(client):
    api, page = client.get("/api/v1/records/0%2F%0A"), client.get("/no%0Asuch")
    assert (api.status_code, api.mimetype) == (401, "application/problem+json")
    assert page.mimetype == "text/html"
