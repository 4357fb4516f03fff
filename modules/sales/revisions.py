"""Revisions of one quote: the newest replaces those before it, and the customer accepts one of them at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.sdk import Change, Move, Problem, Ref, UnitOfWork, lock, look_up, records

QUOTE = "sales.quote"


def not_sold_yet(move: Move, uow: UnitOfWork) -> Iterator[Problem]:
    """Object to issuing or accepting a quote of which another revision is accepted already."""
    family = _family(move.after)
    if not move.asking:
        _keep_others_out(move.after, uow)
    where = f"{family} and state == 'accepted' and id != {move.id}"
    sold = next(look_up(uow, QUOTE, ("title",), where=where, most=1), None)
    if sold is not None:
        yield Problem(
            code="sold_already",
            message="{quote} was accepted already, and one sale has one accepted quote. Make a new quote for more.",
            params={"quote": str(sold["title"])},
        )


def replace_older(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Replace the quotes that newly issued revisions follow."""
    for change in changes:
        follows = change.after.get("follows")
        if change.entity.name != QUOTE or change.transition != "send" or not isinstance(follows, Ref):
            continue
        system = uow.actor.elevate("a newer revision was issued")
        found = next(look_up(uow, QUOTE, ("state",), where=f"id == {follows.id}"), None)
        if found and found["state"] in ("sent", "expired", "rejected"):
            records(uow).transition(system, QUOTE, follows.id, "supersede", version=None, uow=uow)


def _family(quote: Mapping[str, object]) -> str:
    """Return the expression for all revisions of a quote."""
    root = quote.get("root")
    first = root.id if isinstance(root, Ref) else int(str(quote["id"]))
    return f"(id == {first} or root == {first})"


def _keep_others_out(quote: Mapping[str, object], uow: UnitOfWork) -> None:
    """Lock what a quote follows and then the first revision, always the newer one first: who waits, looks again."""
    for name in ("follows", "root"):
        older = quote.get(name)
        if isinstance(older, Ref):
            lock(uow, QUOTE, [older.id])
