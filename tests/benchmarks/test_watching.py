"""What metrics cost is told of rounds that are compared with the one beside them."""

from __future__ import annotations

import json

import pytest

from benchmarks.watching import BUDGET, Cost, cost_of, write_watching


def test_a_machine_that_changes_between_rounds_changes_no_cost():
    slow = [(0.010, 0.0101), (0.030, 0.0301), (0.020, 0.0201)]
    assert cost_of("x", slow).more == pytest.approx(100)
    assert cost_of("x", slow).without == pytest.approx(20_000)
    assert cost_of("x", slow).kept


@pytest.mark.parametrize(("more", "kept"), [(1000 * BUDGET, True), (1000 * BUDGET + 1, False), (-5, True)])
def test_more_than_the_budget_is_missed(more, kept):
    assert Cost(name="x", without=1000, more=more).kept is kept


def test_only_a_whole_run_is_kept(tmp_path):
    found = [Cost(name="a page", without=1000, more=80)]
    assert "| a page | 1000 | 1080 | +80 | +8.0% | missed |" in write_watching(
        tmp_path, found, {}, quick=True
    )
    assert not list(tmp_path.iterdir())
    write_watching(tmp_path, found, {"at": "now"}, quick=False)
    assert json.loads((tmp_path / "metrics.json").read_text())["rows"][0]["share"] == 0.08
