"""Notes, files and followers of records: where they are, they stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core.sdk import AnyRef, Change, Problem, Ref, UnitOfWork

KEPT = {
    "base.note": ("record",),
    "base.note_file": ("note",),
    "base.follower": ("record", "user"),
    "base.attachment": ("record",),
}
"""What nobody changes once it is there, by entity."""


MOVING = "base.notes_move_along"


@contextmanager
def moving_along(uow: UnitOfWork) -> Iterator[None]:
    """Let notes and followers be brought to another record inside: to the one that takes the place of theirs."""
    uow.memo[MOVING] = True
    try:
        yield
    finally:
        del uow.memo[MOVING]


def moved(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Refuse to put a note or a follower somewhere else."""
    if change.action == "update" and MOVING not in uow.memo:
        for name in KEPT.get(change.entity.name, ()):
            if name in change.changed and change.before.get(name) is not None:
                yield Problem(code="stays", field=name, message="This stays where it was made.")


def key_of_follower(values: Mapping[str, object]) -> str | None:
    """Return what makes somebody follow a record only once."""
    record, user = values.get("record"), values.get("user")
    if isinstance(record, AnyRef) and isinstance(user, Ref):
        return f"{record.entity}#{record.id}@{user.id}"
    return None
