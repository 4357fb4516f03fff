"""The scan on people who are made up, as `python -m benchmarks duplicates` measures it, in small."""

from __future__ import annotations

import pytest

from benchmarks.duplicates.scanned import scan_truth
from benchmarks.duplicates.truth import held_out, judged, seen

pytestmark = pytest.mark.modules

LEAST = 0.95


@pytest.fixture(scope="session")
def site_modules():
    return ("contacts", "l10n_fa")


@pytest.mark.parametrize("made", [seen, held_out])
def test_of_planted_pairs_nearly_all_are_found_and_hardly_others(site, made):
    truth = made(1000, 50)
    told = scan_truth(site, truth)
    found = judged(truth, told.pairs)
    assert found.planted == 50
    assert found.precision >= LEAST
    assert found.recall >= LEAST


def test_the_same_seed_makes_the_same_people():
    assert seen(200, 20) == seen(200, 20)
    assert seen(200, 20).people != held_out(200, 20).people


def test_what_is_told_is_held_against_the_truth():
    truth = seen(200, 20)
    some = sorted(truth.pairs)[:10]
    found = judged(truth, [*some, (0, 0)])
    assert (found.told, found.right, round(found.precision, 2), found.recall) == (11, 10, 0.91, 0.5)
