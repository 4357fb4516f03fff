"""What is kept of questions does not grow with lists of ids, each of which is asked once; short questions stay known."""

from __future__ import annotations

import gc

from core.expressions.nodes import Number
from core.records.compiled import LONG, LONG_ONES, KeptQuestions
from tests.access.kit import grant, person

ALL = {"kit.tester": [grant()]}
ME = person(1, "kit.tester")
IDS = 200


def numbers():
    """Return how many numbers of filters are remembered."""
    gc.collect()
    return sum(type(one) is Number for one in gc.get_objects())


def lists_of_ids(times):
    return [f"id in {[1000 * n + i for i in range(IDS)]}" for n in range(1, times + 1)]


def test_of_lists_of_ids_only_the_last_are_remembered(desk):
    before = numbers()
    for text in lists_of_ids(3 * LONG_ONES):
        assert len(text) > LONG
        desk.find(ME, ALL, fields=("id",), filter=text)
    assert numbers() - before <= LONG_ONES * IDS


def test_short_ones_are_not_pushed_out_by_long_ones():
    kept, made = KeptQuestions(8), []

    def get(key):
        return kept.get(key, key, lambda: made.append(key) or key)

    get("short")
    for text in lists_of_ids(100):
        get(text)
    get("short")
    assert made.count("short") == 1


def test_a_long_one_that_is_asked_again_at_once_is_read_once():
    kept, made = KeptQuestions(8), []
    for _ in range(3):
        kept.get("key", "x" * (LONG + 1), lambda: made.append(1) or "made")
    assert made == [1]
