"""When a unit of work is done again from its start: somebody was in the way, or the catalog was stale."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from core.errors import PayvandError
from core.log import get_logger
from core.storage.failures import CONTESTED, STALE, is_lost, sqlstate

Result = TypeVar("Result")

CONTESTED_TRIES = 3
"""How often a unit is repeated after a lost race; with jitter, so that the two do not meet again."""

OUTCOME_UNKNOWN = "outcome_unknown"
"""The connection broke while committing: only an idempotency key can tell what happened."""

LONGEST_PAUSE = 0.05
"""Seconds before the first repetition, at most; doubled each time."""


def tries(work: Callable[[], Result]) -> Result:
    """Return the result of ``work``; what it had written was rolled back before it is called again."""
    contested = stale = lost = 0
    while True:
        try:
            return work()
        except PayvandError as failure:
            state = sqlstate(failure)
            if state in CONTESTED and contested < CONTESTED_TRIES:
                contested += 1
                time.sleep(jitter(LONGEST_PAUSE * 2 ** (contested - 1)))  # so that the two do not meet again
            elif state in STALE and not stale:
                stale += 1
            elif is_lost(failure) and failure.reason != OUTCOME_UNKNOWN and not lost:
                lost += 1
            else:
                raise
            get_logger("storage").info("unit_repeated", sqlstate=state)


def jitter(longest: float) -> float:
    """Return a pause of up to ``longest`` seconds, different for everybody."""
    return longest * secrets.randbelow(1000) / 1000
