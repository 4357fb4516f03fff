"""Merging on screens: records side by side, a value for each field, what follows, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from core.errors import BadRequest, NotFound, PayvandError, Problem
from core.fields import FieldTypes
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.merge_results import MergePlan
from core.records.merging import MERGE, Merging
from core.records.reading import Reading
from core.storage import Database
from core.web.form_values import whole
from core.web.lookups import find_by_title
from core.web.pages import Pages, WayBack, go, may
from core.web.visit import Visit, visit


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule(
        "/records/<entity>/merge",
        "merge",
        lambda entity: page(site, pages, entity),
        methods=["GET", "POST"],
    )
    made.add_url_rule("/records/<entity>/merge/chosen", "merge_chosen", chosen, methods=["POST"])
    made.add_url_rule(
        "/records/<entity>/merge/undo", "merge_undo", lambda entity: undo(site, entity), methods=["POST"]
    )
    made.add_url_rule(
        "/records/<entity>/<int:number>/merges",
        "merges",
        lambda entity, number: merges(site, pages, entity, number),
    )


def chosen(entity: str) -> Response:
    """Show the rows that were chosen in a list side by side."""
    visit().require()
    return go(url_for("web.merge", entity=entity, id=request.form.getlist("id")))


def page(site: Site, pages: Pages, name: str) -> Response:
    """Show records side by side, or merge them."""
    present = visit().require()
    entity = present.catalog.entity(name)
    ids = list(dict.fromkeys(n for n in map(whole, request.values.getlist("id")) if n))
    other = _other(site, present, entity)
    if other:
        return go(url_for("web.merge", entity=name, id=[*ids, other]))
    if len(ids) < 2:
        missing = bool(request.args.get("other__text"))
        return pages.show("merge_with.html", nav=name, entity=entity, ids=ids, missing=missing)
    winner = whole(request.values.get("winner", "")) or min(ids)
    losers = [one for one in ids if one != winner]
    if request.method == "POST":
        try:
            return _merge(site, present, name, winner, losers)
        except PayvandError as refused:
            if refused.status not in (400, 403, 409, 422):
                raise
            return _show(site, pages, present, entity, winner, losers, refused=refused)
    return _show(site, pages, present, entity, winner, losers)


def _merge(site: Site, present: Visit, name: str, winner: int, losers: list[int]) -> Response:
    picked = {
        key.removeprefix("take-"): whole(value) or 0
        for key, value in request.form.items()
        if key.startswith("take-")
    }

    def act() -> int:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            return (
                site.get(Merging)
                .merge(
                    present.actor,
                    name,
                    winner,
                    losers,
                    choices=picked,
                    reason=request.form.get("reason", ""),
                    uow=uow,
                )
                .id
            )

    done = site.get(Database).attempt(act)
    way = WayBack(url=url_for("web.merge_undo", entity=name), values=(("merge", str(done)),))
    return go(url_for("web.record", entity=name, number=winner), present.style._("Merged."), way)


def _show(
    site: Site,
    pages: Pages,
    present: Visit,
    entity: EntitySpec,
    winner: int,
    losers: list[int],
    *,
    refused: PayvandError | None = None,
) -> Response:
    reading, ids = site.get(Reading), [winner, *losers]
    plan, refusal = _plan(site, present, entity.name, winner, losers)
    refused = refused or refusal
    records = {i: reading.get(present.actor, entity.name, i, catalog=present.catalog) for i in ids}
    return pages.show(
        "merge.html",
        nav=entity.name,
        entity=entity,
        ids=sorted(ids),
        winner=winner,
        titles={i: str(records[i].get(entity.title) or f"#{i}") for i in ids},
        fields=_rows(site, present, plan, records) if plan else [],
        equal=sum(not one.differs and any(v is not None for v in one.values.values()) for one in plan.fields)
        if plan
        else 0,
        followers=plan.followers if plan else (),
        names=_names(present, plan),
        problems=_sentences(present, refused),
        reason=request.form.get("reason", ""),
        status=refused.status if refused else 200,
    )


def _plan(
    site: Site, present: Visit, name: str, winner: int, losers: list[int]
) -> tuple[MergePlan | None, PayvandError | None]:
    try:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            return site.get(Merging).plan(present.actor, name, winner, losers, uow=uow), None
    except PayvandError as refused:
        if refused.status not in (400, 403, 409):
            raise
        return None, refused


def _rows(site: Site, present: Visit, plan: MergePlan, records: dict[int, Any]) -> list[dict[str, Any]]:
    """Return one row for each field in which the records differ."""
    types, rows = site.get(FieldTypes), []
    for one in plan.fields:
        if not one.differs:
            continue
        kind = types.get(one.spec.type)
        shown = {i: _text(kind.show(one.spec, records[i].get(one.spec.name), present.style)) for i in records}
        taken = whole(request.form.get(f"take-{one.spec.name}", "")) or one.source
        rows.append(
            {
                "name": one.spec.name,
                "label": one.spec.label,
                "shown": shown,
                "open": one.open,
                "law": one.law,
                "source": taken,
            }
        )
    return rows


def _text(shown: str) -> str:
    return shown if len(shown) <= 400 else f"{shown[:400]}…"


def _names(present: Visit, plan: MergePlan | None) -> dict[str, Any]:
    found = {one.entity for one in plan.followers if one.entity} if plan else set()
    return {name: present.catalog.entity(name).plural for name in found}


def _sentences(present: Visit, refused: PayvandError | None) -> list[str]:
    if refused is None:
        return []
    problems = refused.problems or (
        Problem(code=refused.reason, message=refused.message, params=refused.params),
    )
    return [present.style.problem(one) for one in problems]


def _other(site: Site, present: Visit, entity: EntitySpec) -> int | None:
    """Return the other record that was chosen by typing."""
    number = whole(request.args.get("other", ""))
    text = request.args.get("other__text", "").strip()
    if number or not text:
        return number
    found = find_by_title(site, present, entity.name, text)
    return found[0].id if len(found) == 1 else None


def undo(site: Site, name: str) -> Response:
    """Take a merge back."""
    present = visit().require()
    number = whole(request.form.get("merge", ""))
    if not number:
        raise BadRequest("There is nothing to take back.", code="nothing_to_undo")

    def act() -> tuple[int, int]:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            done = site.get(Merging).undo(present.actor, number, uow=uow)
            return done.restored[0], len(done.kept)

    restored, kept = site.get(Database).attempt(act)
    told = present.style._("The merge was taken back.")
    if kept:
        told += " " + present.style.ngettext(
            "{number} value was changed since and stays.",
            "{number} values were changed since and stay.",
            kept,
        )
    return go(url_for("web.record", entity=name, number=restored), told)


def merges(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Show the merges into a record, each with the way back."""
    present = visit().require()
    entity = present.catalog.entity(name)
    record = site.get(Reading).get(present.actor, name, number, catalog=present.catalog)
    with site.get(Database).unit(present.catalog, present.actor, reading=True) as uow:
        found = site.get(Merging).merges(present.actor, name, number, uow=uow)
    return pages.show(
        "merges.html",
        nav=name,
        entity=entity,
        number=number,
        title=str(record.get(entity.title) or f"#{number}"),
        merges=found,
        may_merge=may(present, name, MERGE),
    )


def merged_into(site: Site, present: Visit, name: str, number: int) -> int | None:
    """Return the record that another one was merged into, where the person may see it."""
    with site.get(Database).unit(present.catalog, present.actor, reading=True) as uow:
        target = site.get(Merging).target(name, number, uow)
        if target is None:
            return None
        try:
            site.get(Reading).get(present.actor, name, target, ("id",), catalog=uow.catalog, uow=uow)
        except NotFound:
            return None
    return target
