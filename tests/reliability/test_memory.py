"""What `scripts/soak.py` calls flat, and what it calls growing."""

from __future__ import annotations

import os

import pytest

from scripts.soak import is_flat
from tests.reliability.memory import Watch, growth_of, resident

HOURS = [n / 360 for n in range(180)]


def test_what_grows_by_a_mib_a_minute_is_seen_and_what_swings_is_not():
    grows = growth_of("worker", HOURS, [150 + 60 * hour for hour in HOURS])
    assert grows.slope == pytest.approx(60)
    assert grows.ratio == pytest.approx(1.13, abs=0.01)
    assert not is_flat(grows)
    swings = growth_of("web", HOURS, [150 + 5 * (n % 3) for n in range(180)])
    assert is_flat(swings)
    assert abs(swings.slope) < 1


def test_what_a_small_process_takes_once_more_is_not_told_from_noise():
    assert is_flat(growth_of("supervisor", HOURS, [30.0] * 90 + [33.0] * 90))


def test_a_process_that_was_started_again_is_a_mistake_and_not_a_small_one():
    class Product:
        found = {"worker": os.getpid()}

        def processes(self):
            return self.found

    watch = Watch(Product())
    watch.look()
    assert watch.sizes["worker"][0] == pytest.approx(resident(os.getpid()), rel=0.5)
    Product.found = {"worker": os.getppid()}
    with pytest.raises(RuntimeError, match="a process died"):
        watch.look()
