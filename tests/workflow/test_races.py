"""Twelve people move one record at once: one wins, eleven are told."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import TransitionRefused, VersionConflict
from tests.workflow.conftest import ARTICLE

WRITERS = 12


def _all_at_once(act):
    def told(number):
        try:
            act(number)
        except (VersionConflict, TransitionRefused) as refused:
            return refused.reason
        return "moved"

    with ThreadPoolExecutor(WRITERS) as pool:
        return Counter(pool.map(told, range(WRITERS)))


@pytest.mark.parametrize(("version", "reason"), [(1, "version_conflict"), (None, "wrong_state")])
def test_one_wins_and_eleven_are_told(press, version, reason):
    article = press.article("reading")
    found = _all_at_once(lambda _: press.take(article, "print", version=version))
    assert found == {"moved": 1, reason: WRITERS - 1}
    assert press.desk.get(ARTICLE, article, "edition")["edition"] == 1
    assert [e.transition for e in press.desk.history(ARTICLE, article)].count("print") == 1


def test_of_two_ways_out_of_one_state_one_is_taken(press):
    article = press.article("reading")
    steps = [("print", {}), ("refuse", {"fault": "dull"})]
    found = _all_at_once(lambda n: press.take(article, steps[n % 2][0], values=steps[n % 2][1]))
    assert found == {"moved": 1, "wrong_state": WRITERS - 1}
    assert press.state(article) in ("printed", "refused")
