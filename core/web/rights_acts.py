"""What is done with roles and restrictions: shown with what it does to rights first, and done when it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from werkzeug.datastructures import MultiDict

from core.errors import Conflict, MetadataConflict, MetadataInvalid, PayvandError, Problem, ValidationFailed
from core.lifecycle import PlanChanged, Rehearsed
from core.metadata.documents import canonical
from core.metadata.specs import Json
from core.storage.document_changes import DocumentChange
from core.web.admin_pages import sentences
from core.web.history_page import Line
from core.web.pages import Pages, go
from core.web.rights_told import KINDS, ROLES, told_difference
from core.web.rights_written import Teller
from core.web.texts import N_
from core.web.visit import Visit

Done = Callable[[str, str], object]
"""``done(plan, why)`` carries out what was shown under this digest, for this reason."""


REFUSALS = (ValidationFailed, MetadataInvalid, MetadataConflict, Conflict)
"""What is told on the page where something was typed."""

CONDITION, HIDDEN = N_("Only where"), N_("Hidden where, {field}")
MASKED = "fields.masked."

LONGEST_REASON = 500
TURN = "rows_"
"""In front of what the form of a plan says about the rows that are wanted."""

OURS = frozenset(
    {"csrf", "confirmed", "plan", "reason", *(f"{TURN}{n}" for n in ("role", "wider", "offset"))}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One thing that was asked for: how its page reads, what it would do, and how it is done.

    ``here`` is where it is asked for, and where one goes back to; ``onward`` where one goes once it is done.
    """

    title: str
    verb: str
    message: str
    here: str
    onward: str
    rehearse: Callable[[], Rehearsed]
    carry_out: Done
    destroys: bool = False


def carried_out(pages: Pages, present: Visit, nav: str, act: Act) -> Response:
    """Show what would happen; or do it, where that was shown and is what happens still."""
    form = request.form
    if form.get("confirmed") != "1":
        return _plan(pages, nav, present, act, act.rehearse())
    try:
        act.carry_out(form.get("plan", ""), form.get("reason", "").strip())
    except PlanChanged as changed:
        told = sentences(present, changed)
        return _plan(pages, nav, present, act, changed.found, told, changed.status)
    except ValidationFailed as refused:
        if any(problem.field != "reason" for problem in refused.problems):
            raise
        told = sentences(present, refused)
        return _plan(pages, nav, present, act, act.rehearse(), told, refused.status)
    return go(act.onward, act.message)


def _plan(
    pages: Pages,
    nav: str,
    present: Visit,
    act: Act,
    found: Rehearsed,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    return pages.show(
        "rights_plan.html",
        status=status,
        nav=nav,
        act=act,
        plan=found.digest,
        reason=request.form.get("reason", ""),
        longest=LONGEST_REASON,
        problems=problems,
        difference=told_difference(present.style, found, _asked(), _turned),
        kinds=KINDS,
        standings=ROLES,
        sent=[(key, value) for key, value in request.form.items(multi=True) if key not in OURS],
    )


def _asked() -> MultiDict[str, str]:
    """Return which rows are wanted: pages of an answer to a form are turned by sending it again."""
    return MultiDict({name: request.form.get(f"{TURN}{name}", "") for name in ("role", "wider", "offset")})


def _turned(**more: object) -> str:
    """Return what the button that turns to other rows sends; names of roles lead nowhere."""
    return str(more["offset"] or 0) if "offset" in more else ""


def told_problems(present: Visit, refused: PayvandError) -> tuple[str, ...]:
    """Return what is wrong; of an expression also in which box it stands."""
    told = sentences(present, refused)
    boxes = [_box(present, problem) for problem in refused.problems] or [""]
    return tuple(f"{box}: {sentence}" if box else sentence for box, sentence in zip(boxes, told, strict=True))


def _box(present: Visit, problem: Problem) -> str:
    name = problem.field or ""
    if name.startswith(MASKED):
        return present.style._(HIDDEN, field=name.removeprefix(MASKED))
    return present.style._(CONDITION) if name == "when" and "line" in problem.params else ""


def told_changes(
    present: Visit,
    changes: Sequence[DocumentChange],
    keys: Mapping[str, tuple[str, Teller]],
    now: datetime,
) -> list[Line]:
    """Return a history of documents as pages show it; ``keys`` are what is told of them, each with its name."""
    style, catalog = present.style, present.catalog

    def text(tell: Teller, value: Json) -> str:
        return (tell(style, catalog, value) if value not in (None, "", (), [], {}) else "") or "—"

    lines = []
    for index, change in enumerate(changes):
        before, after = change.before or {}, change.after or {}
        what, icon, hue = _HAPPENED[(change.before is not None, change.after is not None)]
        if change.before is None and index + 1 < len(changes):
            what, icon, hue = N_("put it back"), "arrow-back-up", "teal"
        moved = [key for key in keys if canonical(before.get(key)) != canonical(after.get(key))]
        lines.append(
            Line(
                who=change.actor_name or style._("The system"),
                what=style._(what),
                part="",
                icon=icon,
                hue=hue,
                at=change.at,
                when=style.relative(change.at, now),
                moment=style.datetime(change.at),
                reason=change.reason,
                moves=tuple(
                    (
                        style._(keys[key][0]),
                        text(keys[key][1], before.get(key)),
                        text(keys[key][1], after.get(key)),
                    )
                    for key in moved
                ),
            )
        )
    return lines


_HAPPENED: Mapping[tuple[bool, bool], tuple[str, str, str]] = {
    (False, True): (N_("made it"), "plus", "green"),
    (True, True): (N_("changed"), "edit", "blue"),
    (True, False): (N_("deleted it"), "trash", "red"),
}
