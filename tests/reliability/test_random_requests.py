"""Whatever is sent, by whomever: an answer, never a mistake of ours."""

from __future__ import annotations

import pytest

from tests.reliability.requests import Caller, send_random


@pytest.mark.parametrize("role", ["depot.keeper", "depot.chief"])
def test_random_requests_never_break_the_api(depot, role):
    depot.create("depot.bin", {"name": "a", "items": [{"code": "a"}]}, {"name": "public"})
    answers = send_random(Caller.of(depot, role), 150, seed=1)
    assert sum(answers.values()) == 150
    assert len(answers) > 4, "hardly anything was understood"
    assert [status for status in answers if status >= 500] == []
