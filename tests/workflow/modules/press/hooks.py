"""A guard that counts pages, and an ear that remembers which steps were taken."""

from __future__ import annotations

from collections.abc import Iterable

from core.sdk import Change, Guard, Move, Problem, UnitOfWork, hookimpl

TAKEN = "press.taken"


def long_enough(move: Move, uow: UnitOfWork) -> Iterable[Problem]:
    pages = move.after.get("pages")
    if isinstance(pages, int) and pages < 3:
        yield Problem(
            code="short", message="{pages} pages are too few.", params={"pages": pages}, field="pages"
        )


def open_place(move: Move, uow: UnitOfWork) -> Iterable[Problem]:
    if move.target is not None and move.target["name"] == "closed":
        yield Problem(code="closed", message="This place is closed.", field="place")


@hookimpl
def register_guards() -> tuple[Guard, ...]:
    return (
        Guard(name="press.long_enough", check=long_enough),
        Guard(name="press.open_place", check=open_place),
    )


@hookimpl
def record_saved(change: Change, uow: UnitOfWork) -> None:
    uow.memo.setdefault(TAKEN, []).append((change.action, change.transition))
