"""Whatever is sent, the answer is one of those described, and never an error of ours."""

from __future__ import annotations

import json
import os

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.api.generated import Requests

EXAMPLES = int(os.environ.get("PAYVAND_API_EXAMPLES", "150"))
SLOW = (
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW, database=None)
@given(data=st.data())
def _ask(caller, requests, described, data):
    sent = data.draw(requests.any())
    body = {} if sent.body is None else {"data": json.dumps(sent.body), "content_type": "application/json"}
    response = caller(sent.method, sent.path, query_string=sent.query, headers=sent.headers, **body)
    event(f"{sent.method} {response.status_code}")
    assert response.status_code < 500, (sent, response.text)
    if response.status_code >= 400:
        assert response.content_type == "application/problem+json"
        assert str(response.status_code) in described, (sent, response.status_code)


def run(caller):
    rooms = [caller.make("office.room", name=name)["id"] for name in ("Hall", "Cellar")]
    papers = [caller.make("office.paper", title=f"Paper {n}", room=rooms[0], pages=n)["id"] for n in range(3)]
    document = caller.get("/openapi.json")
    described = {
        status for item in document["paths"].values() for one in item.values() for status in one["responses"]
    }
    _ask(caller, Requests(document, [*rooms, *papers]), described)


def test_no_request_of_a_member_breaks_anything(clerk):
    run(clerk)


def test_no_request_of_an_administrator_breaks_anything(chief):
    run(chief)
