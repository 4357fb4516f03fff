"""What is held of a lead: what it is called, whose it is when it comes, and that a converted one stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.sdk import Change, Problem, UnitOfWork
from modules.sales.assigning import assign

FIRST = "new"
MAY_MOVE = frozenset(
    {"state", "tags", "notes", "converted_account", "converted_contact", "converted_opportunity"}
)
"""What may still change of a converted lead; the rest is what became of it."""


def with_title(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the title of a lead that nobody gave one, and the state of one that comes with an owner."""
    found: dict[str, object] = {}
    if not values.get("title"):
        found["title"] = _called(values)
    if not values.get("id") and values.get("state") in (None, FIRST) and values.get("owner") is not None:
        found["state"] = "assigned"
    return found


def _called(values: Mapping[str, object]) -> str | None:
    person = " ".join(str(values[n]) for n in ("first_name", "last_name") if values.get(n))
    known = [person, *(str(values[n]) for n in ("company_name", "email", "mobile", "phone") if values.get(n))]
    return next((text for text in known if text), None)


def converted_problems(change: Change) -> Iterator[Problem]:
    """Refuse changes of a lead that was converted: it stands as it came."""
    if change.before.get("state") != "converted" or change.after.get("state") != "converted":
        return
    for name in sorted(change.changed - MAY_MOVE):
        if not change.entity.fields[name].derived and not change.entity.fields[name].read_only:
            yield Problem(
                code="converted", field=name, message="This lead was converted and stays as it came."
            )


def hand_out(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Assign the leads that came without an owner."""
    new = [c.id for c in changes if c.action == "create" and c.after.get("state") == FIRST]
    if new:
        assign(new, uow)
