"""Whose turn it is: exact shares by weight, nobody starved, nobody flooded, and the reason told for everybody."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from modules.sales.rotation import Candidate, Turns, least_loaded, next_turn, read_turns, written


def people(*weights, away=()):
    return [
        Candidate(user=n, weight=w, why_not="absent" if n in away else "") for n, w in enumerate(weights, 1)
    ]


def deal_out(number, candidates, turns=None):
    turns, got = turns or Turns(), Counter()
    for _ in range(number):
        chosen, turns, _ = next_turn(candidates, turns)
        got[chosen] += 1
    return got, turns


def test_weights_14_30_30_60_get_their_exact_share_of_13400_give_or_take_one():
    got, _ = deal_out(13_400, people(14, 30, 30, 60))
    for user, share in zip((1, 2, 3, 4), (1400, 3000, 3000, 6000), strict=True):
        assert abs(got[user] - share) <= 1


@pytest.mark.parametrize("number", [1, 7, 67, 133, 134, 1000, 4321])
def test_at_any_moment_nobody_is_more_than_one_from_their_share(number):
    weights = (14, 30, 30, 60)
    got, _ = deal_out(number, people(*weights))
    for user, weight in enumerate(weights, 1):
        assert abs(got[user] - Fraction(number * weight, sum(weights))) <= 1, user


def test_the_smallest_weight_is_never_starved():
    got, _ = deal_out(1_001, people(1, 1000))
    assert got[1] == 1


def test_who_comes_back_after_a_day_is_not_flooded():
    all_here, one_away = people(1, 1, 1), people(1, 1, 1, away={3})
    _, turns = deal_out(30, all_here)
    away, turns = deal_out(300, one_away, turns)
    assert away[3] == 0
    back, _ = deal_out(30, all_here, turns)
    assert back[3] in (10, 11)


def test_where_nobody_can_take_one_nobody_is_chosen_and_nothing_is_owed():
    chosen, turns, verdicts = next_turn(people(1, 2, away={1, 2}), Turns())
    assert (chosen, turns.number) == (None, 0)
    assert [v.reason for v in verdicts] == ["absent", "absent"]


def test_the_reason_is_told_for_everybody():
    _, _, verdicts = next_turn(
        [*people(1, 3, away={1}), Candidate(user=3, weight=1), Candidate(user=4, weight=0)], Turns()
    )
    assert [(v.candidate.user, v.reason) for v in verdicts] == [
        (1, "absent"),
        (2, "chosen"),
        (3, "less_credit"),
        (4, "no_weight"),
    ]


def test_of_equals_the_one_who_waited_longest_comes_first():
    turns, order = Turns(), []
    for _ in range(6):
        chosen, turns, _ = next_turn(people(1, 1, 1), turns)
        order.append(chosen)
    assert order == [1, 2, 3, 1, 2, 3]


def test_what_is_remembered_survives_being_written_down():
    _, turns = deal_out(1000, people(14, 30, 30, 60))
    assert read_turns(written(turns)) == turns
    assert read_turns("") == Turns()


def test_the_least_loaded_for_their_weight_is_chosen():
    busy = [
        Candidate(user=1, weight=1, load=3),
        Candidate(user=2, weight=4, load=8),
        Candidate(user=3, weight=1, why_not="full"),
    ]
    chosen, _, verdicts = least_loaded(busy, Turns())
    assert chosen == 2
    assert [v.reason for v in verdicts] == ["more_to_do", "chosen", "full"]
