"""The score of a lead: decay by half-life, caps before the decay, and a threshold that does not flap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from modules.sales.scoring import Event, ScoreRule, engagement, is_hot

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLICK = ScoreRule(id=1, name="Click", event="click", points=10, half_life_days=7)


def ago(days, kind="click", **more):
    return Event(kind=kind, at=NOW - timedelta(days=days), **more)


def score(rules, events, now=NOW):
    return round(sum(share.now for share in engagement(rules, events, now)), 6)


@pytest.mark.parametrize(("days", "left"), [(0, 10), (7, 5), (14, 2.5), (3.5, 10 * 2**-0.5)])
def test_points_halve_with_every_half_life(days, left):
    assert score([CLICK], [ago(days)]) == pytest.approx(left)


def test_rules_without_a_half_life_count_for_ever():
    assert score([ScoreRule(id=1, name="x", event="click", points=10)], [ago(900)]) == 10


def test_what_counts_at_most_is_applied_before_the_decay():
    capped = ScoreRule(id=1, name="Click", event="click", points=10, most=20, half_life_days=7)
    assert score([capped], [ago(7), ago(7), ago(7), ago(14)]) == 10


def test_a_day_counts_only_so_much_and_the_next_day_counts_again():
    daily = ScoreRule(id=1, name="Click", event="click", points=10, most_a_day=15)
    assert score([daily], [ago(0), ago(0.1), ago(0.2), ago(1)]) == 25


def test_the_latest_events_count_first():
    capped = ScoreRule(id=1, name="Click", event="click", points=10, most=10, half_life_days=7)
    assert score([capped], [ago(70), ago(0)]) == 10


def test_machines_and_the_future_count_for_nothing():
    assert score([CLICK], [ago(0, bot=True), ago(-1)]) == 0


def test_points_can_be_taken_away_and_that_is_bounded_too():
    gone = ScoreRule(id=2, name="Left", event="left", points=-30, most=30)
    assert score([CLICK, gone], [ago(0), ago(0, kind="left"), ago(1, kind="left")]) == -20


def test_every_point_is_explained_by_its_rule():
    shares = engagement([CLICK], [ago(0), ago(7), ago(0, kind="other")], NOW)
    assert [(s.rule.name, s.events, s.points, s.now) for s in shares] == [("Click", 2, 20, 15)]


def test_a_lead_gets_hot_at_60_and_stays_so_down_to_45():
    hot, seen = False, []
    for value in (59, 60, 50, 45, 44, 59, 60):
        hot = is_hot(value, hot)
        seen.append(hot)
    assert seen == [False, True, True, True, False, False, True]
