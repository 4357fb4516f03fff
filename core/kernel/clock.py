"""What a moment that was written down is worth after the clock may have been set back.

A clock is wrong for a while, people and services write moments by it, and it is put right. What lies further in the
future than anything begun by now could be was written by another clock than the present one: whoever asks does as if
it had not been written. What lies in the past is believed always.
"""

from __future__ import annotations

from datetime import datetime, timedelta

APART = timedelta(minutes=1)
"""So far the clocks of the machines of one site may be apart without anything being wrong."""


def latest(now: datetime, lasting: timedelta = timedelta()) -> datetime:
    """Return the latest end that may be believed of what has begun by now and lasts so long.

    Without ``lasting``: the latest moment at which something may have happened already.
    """
    return now + lasting + APART


def is_within(moment: datetime, now: datetime, within: timedelta) -> bool:
    """Tell whether something happened no longer ago than this; what is yet to come by the present clock did not."""
    return now - within <= moment <= latest(now)
