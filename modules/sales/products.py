"""Products: categories that lie in one another, without a circle."""

from __future__ import annotations

from collections.abc import Iterable

from core.sdk import Change, Problem, Ref, UnitOfWork, closes_circle

CATEGORY = "sales.product_category"


def category_problems(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Tell of a category that would lie within itself."""
    parent = change.after.get("parent")
    if not change.id or "parent" not in change.changed or not isinstance(parent, Ref):
        return
    if closes_circle(uow, CATEGORY, "parent", change.id, parent.id):
        yield Problem(code="circle", field="parent", message="Nothing can stand above itself.")
