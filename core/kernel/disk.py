"""What it means to people that a disk takes no more."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Unavailable

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No space, no more of one's share, or a file that may not grow."""


def no_room(failure: BaseException | None) -> Unavailable | None:
    """Return what is told of a failure behind which a disk has no room; None for any other."""
    met: set[int] = set()  # an error may be the cause of itself
    while failure is not None and id(failure) not in met:
        if isinstance(failure, OSError) and failure.errno in NO_ROOM:
            return Unavailable(
                "The disk of the site is full, so this was not done. Once there is room again, try again.",
                code="disk_full",
            )
        met.add(id(failure))
        failure = failure.__cause__ or failure.__context__
    return None


@contextmanager
def told_of_room() -> Iterator[None]:
    """Raise `Unavailable` where the block finds no room on a disk; what else it raises passes as it is."""
    try:
        yield
    except OSError as failure:
        told = no_room(failure)
        if told is None:
            raise
        raise told from failure
