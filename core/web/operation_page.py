"""Operations on screens: the dialog of each, carrying it out once, and the way back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request, url_for
from markupsafe import Markup

from core.contributions import Asking, Operation, Operations, Outcome
from core.contributions.operations import MOST, Offered
from core.errors import AccessDenied, BadRequest, Conflict, NotFound, PayvandError, Problem
from core.kernel.site import Site
from core.records.duplicates import DuplicatesFound, allow_duplicates
from core.storage import Database, UnitOfWork
from core.storage.idempotency import Answer, claim, keep
from core.web.dialog_form import dialog_fields, first_values, typed_in_dialog
from core.web.form_values import whole
from core.web.pages import Pages, WayBack, go, same_site
from core.web.visit import Visit, visit

LONGEST_KEY = 60

ASKING = "asking"
"""Where a page keeps who asks."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule(
        "/records/<entity>/<int:number>/operation/<short>",
        "operation",
        lambda entity, number, short: page(site, pages, entity, short, [number]),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/records/<entity>/operation/<short>",
        "operation_many",
        lambda entity, short: page(site, pages, entity, short, _chosen()),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/records/<entity>/operation/<short>/chosen",
        "operation_chosen",
        lambda entity, short: chosen(site, pages, entity, short),
        methods=["POST"],
    )
    made.add_url_rule(
        "/records/<entity>/operation/<short>/undo",
        "operation_undo",
        lambda entity, short: undo(site, entity, short),
        methods=["POST"],
    )


def chosen(site: Site, pages: Pages, entity: str, short: str) -> Response:
    """Do something with the chosen rows of a list: at once, or after its dialog."""
    present, ids = visit().require(), _chosen()
    offered = site.get(Operations).find(entity, short, present.catalog)
    style = present.style
    if request.form.get("all") == "1" or len(ids) > MOST:
        return go(
            _back(entity, ()),
            style._("Choose the rows one by one for this, at most {maximum}.", maximum=MOST),
        )
    if not ids:
        return go(_back(entity, ()), style._("Nothing was chosen."))
    if not offered.operation.asks:
        return page(site, pages, entity, short, ids)
    query = urlencode([("id", number) for number in ids])
    return go(f"{url_for('web.operation_many', entity=entity, short=short)}?{query}")


def list_operations(site: Site, present: Visit, entity: str) -> list[Operation]:
    """Return what the person may do with chosen rows of a list, and what stands beside "New"."""
    operations, actor, catalog = site.get(Operations), present.actor, present.catalog
    found = [
        *operations.on_lists(actor, entity, catalog),
        *operations.on_lists(actor, entity, catalog, place="new"),
    ]
    return [offered.operation for offered in found]


def asking_of(site: Site, present: Visit, uow: UnitOfWork) -> Asking:
    """Return who asks, as handlers of modules get it; the same for all that one look is asked for."""
    known: Asking | None = g.get(ASKING)
    if known is not None and known.uow is uow and known.actor is present.actor:
        return known
    asking = Asking(
        site=site,
        actor=present.actor,
        uow=uow,
        style=present.style,
        root=site.settings.base_url.rstrip("/") or request.host_url.rstrip("/"),
        address=request.remote_addr or "",
        method=request.method,
        args=request.args,
        form=request.form,
    )
    setattr(g, ASKING, asking)
    return asking


def page(site: Site, pages: Pages, entity: str, short: str, ids: Sequence[int]) -> Response:
    """Show the dialog of an operation, or do it."""
    present = visit().require()
    offered = site.get(Operations).find(entity, short, present.catalog)
    if request.method == "GET":
        return _open(site, pages, present, offered, ids)
    typed = typed_in_dialog(site, present, offered)
    try:
        if typed.problems:
            raise BadRequest(problems=typed.problems)
        return _carry_out(site, present, offered, ids, typed.values)
    except (NotFound, AccessDenied):
        raise
    except PayvandError as refused:
        if refused.status >= 500:
            raise
        found = refused if isinstance(refused, DuplicatesFound) else None
        problems = refused.problems or (
            () if found else (Problem(code=refused.reason, message=refused.message, params=refused.params),)
        )
        status = max(refused.status, 409)
        return _show(
            pages, present, offered, ids, typed.values, typed.raw, problems, duplicates=found, status=status
        )


def _open(site: Site, pages: Pages, present: Visit, offered: Offered, ids: Sequence[int]) -> Response:
    operations = site.get(Operations)
    with site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        call = operations.begin(asking_of(site, present, uow), offered, ids)
        given = operations.start_values(call, offered)
    return _show(pages, present, offered, ids, first_values(site, present, offered, given), {}, ())


def _show(
    pages: Pages,
    present: Visit,
    offered: Offered,
    ids: Sequence[int],
    values: Mapping[str, Any],
    raw: Mapping[str, str],
    problems: Sequence[Problem],
    *,
    duplicates: DuplicatesFound | None = None,
    status: int = 200,
) -> Response:
    fields, others = dialog_fields(present.site, present, offered, values, raw, problems)
    operation = offered.operation
    return pages.show(
        "operation.html",
        nav=operation.entity,
        entity=present.catalog.entity(operation.entity),
        operation=operation,
        ids=ids,
        action=request.path,
        back=_back(operation.entity, ids),
        fields=fields,
        problems=others,
        duplicates=duplicates,
        beside=_beside(pages, present, offered, ids),
        reason=request.form.get("reason", ""),
        reason_errors=[present.style.problem(p) for p in problems if p.field == "reason"],
        key=request.form.get("key", "") or secrets.token_urlsafe(12),
        status=status,
    )


def _beside(pages: Pages, present: Visit, offered: Offered, ids: Sequence[int]) -> Markup:
    """Return what the module shows in the dialog; nothing where it shows none."""
    show, site = offered.operation.beside, present.site
    if show is None:
        return Markup()
    with site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        panel = show(site.get(Operations).begin(asking_of(site, present, uow), offered, ids))
        return pages.panel(panel, present) if panel else Markup()


def _carry_out(
    site: Site, present: Visit, offered: Offered, ids: Sequence[int], values: Mapping[str, Any]
) -> Response:
    """Do it in one unit of work; sent twice with one key, it is done once and leads to the same place."""
    database, operations = site.get(Database), site.get(Operations)
    account, key = present.actor.id or 0, request.form.get("key", "")[:LONGEST_KEY]

    def act() -> dict[str, Any]:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            done = claim(uow, account, f"web:{key}", request.path, b"") if key else None
            if done is not None:
                found: dict[str, Any] = json.loads(done.response)
                return found
            asking = asking_of(site, present, uow)
            if request.form.get("override") == "duplicates":
                allow_duplicates(uow, request.form.get("override_reason", ""))
            outcome = operations.run(asking, offered, ids, values, reason=request.form.get("reason", ""))
            token = operations.undo_token(asking, offered, ids, outcome.undo)
            told = {"url": _where(offered, ids, outcome), "text": _told(present, outcome), "undo": token}
            if key:
                keep(uow, account, f"web:{key}", Answer(status=200, response=json.dumps(told).encode()))
            return told

    told = database.attempt(act)
    operation = offered.operation
    undo_url = url_for("web.operation_undo", entity=operation.entity, short=operation.short)
    way = WayBack(url=undo_url, values=(("token", told["undo"]),)) if told["undo"] else ""
    return go(told["url"], told["text"], undo=way)


def _told(present: Visit, outcome: Outcome) -> str:
    """Return what is said afterwards: the message with its parameters, then the warnings."""
    style = present.style
    said = (
        style._(outcome.message, **outcome.params)
        if isinstance(outcome.message, str)
        else style.label(outcome.message)
    )
    return " ".join([said, *(style.label(warning) for warning in outcome.warnings)])


def _where(offered: Offered, ids: Sequence[int], outcome: Outcome) -> str:
    if outcome.url:
        return same_site(outcome.url, "/")
    if outcome.entity and outcome.id is not None:
        return url_for("web.record", entity=outcome.entity, number=outcome.id)
    return _back(outcome.entity or offered.operation.entity, ids if not outcome.entity else ())


def _back(entity: str, ids: Sequence[int]) -> str:
    if len(ids) == 1:
        return url_for("web.record", entity=entity, number=ids[0])
    return url_for("web.record_list", entity=entity)


def _chosen() -> list[int]:
    """Return the records that were chosen in a list."""
    given = [whole(value) for value in request.values.getlist("id")]
    return list(dict.fromkeys(number for number in given if number is not None))[: MOST + 1]


def undo(site: Site, entity: str, short: str) -> Response:
    """Take an operation back."""
    present = visit().require()
    database, operations = site.get(Database), site.get(Operations)
    offered = operations.find(entity, short, present.catalog)

    def act() -> tuple[str, str]:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            outcome = operations.undo(asking_of(site, present, uow), offered, request.form.get("token", ""))
            return _where(offered, (), outcome), _told(present, outcome)

    try:
        url, text = database.attempt(act)
    except Conflict as late:
        return go(_back(entity, ()), present.style._(late.message, **late.params))
    return go(url, text)
