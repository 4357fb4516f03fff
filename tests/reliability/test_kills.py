"""Killed with no warning, wherever it was: the old state or the new one, and it can go on."""

from __future__ import annotations

from tests.reliability.kills import kill_field


def test_a_field_whose_making_is_killed_is_there_wholly_or_not_at_all(depot):
    found = kill_field(depot, range(3, 40, 6), after=False)
    assert found["old"] > 3
    assert found["new"] == 0, "before the commit nothing can have happened"
