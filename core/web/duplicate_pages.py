"""Duplicates among the records that are there: the queue with both records side by side, and the scan that fills it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import PayvandError
from core.fields import FieldTypes
from core.jobs import Jobs
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.duplicate_queue import MOST_COUNTED, DuplicateQueue, Pair
from core.records.merging import MERGE
from core.records.query import Query
from core.records.reading import Reading
from core.records.scan_task import SCAN, SCAN_DUPLICATES, last_scan, scan_under_way, start_scan
from core.records.scanning import scanned
from core.storage import Database, UnitOfWork
from core.storage.pairs import DISMISSED, OPEN
from core.web.form_values import whole
from core.web.pages import Pages, WayBack, go, may
from core.web.visit import Visit, visit

BANDS = {"sure": (0.9, 1.0), "likely": (0.7, 0.899), "perhaps": (0.0, 0.699)}
"""Scores by what they are called on the page."""

ON_A_PAGE = 20
LONGEST = 120
SEEN_BESIDES = ("created_at", "updated_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One field of both records, as it reads."""

    label: Any
    texts: tuple[str, str]

    @property
    def same(self) -> bool:
        """Tell whether both read the same."""
        return self.texts[0] == self.texts[1]


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    base = "/records/<entity>/duplicates"
    made.add_url_rule(base, "duplicates", lambda entity: show(site, pages, entity))
    made.add_url_rule(f"{base}/scan", "duplicates_scan", lambda entity: scan(site, entity), methods=["POST"])
    made.add_url_rule(
        f"{base}/scan/<int:job>", "duplicates_task", lambda entity, job: task(site, pages, entity, job)
    )
    made.add_url_rule(
        f"{base}/decide", "duplicates_decide", lambda entity: decide(site, entity), methods=["POST"]
    )


def show(site: Site, pages: Pages, name: str, *, problem: str = "", status: int = 200) -> Response:
    """Show pairs that wait for a decision, or those that were dismissed."""
    present = visit().require()
    entity, queue = scanned(present.catalog, name), site.get(DuplicateQueue)
    band = request.args.get("band", "") if request.args.get("band") in BANDS else ""
    state = DISMISSED if request.args.get("state") == DISMISSED else OPEN
    least, most = BANDS.get(band, (0.0, 1.0))
    cursor = request.args.get("cursor", "")
    asked: dict[str, Any] = {"state": state, "least": least, "most": most}
    with site.get(Database).unit(present.catalog, present.actor, reading=True) as uow:
        found = queue.page(present.actor, name, **asked, limit=ON_A_PAGE, cursor=cursor, uow=uow)
        count = queue.count(present.actor, name, **asked, uow=uow)
        under_way, last = scan_under_way(uow, name), last_scan(uow, name)
    records = _records(site, present, entity, found.items)
    return pages.show(
        "duplicates.html",
        nav=name,
        entity=entity,
        pairs=[(one, _rows(site, present, entity, one, records)) for one in found.items],
        titles={i: str(record.get(entity.title) or f"#{i}") for i, record in records.items()},
        clues={clue.name: clue.label for clue in entity.duplicates.scan} if entity.duplicates else {},
        band=band,
        bands=tuple(BANDS),
        state=state,
        count=count,
        most_counted=MOST_COUNTED,
        cursor=cursor,
        next=found.next,
        under_way=under_way,
        own=under_way is not None and _is_own(site, present, under_way),
        last=last,
        may_scan=may(present, name, SCAN_DUPLICATES),
        may_merge=may(present, name, MERGE),
        may_update=may(present, name, "update"),
        problem=problem,
        status=status,
    )


def _is_own(site: Site, present: Visit, job: int) -> bool:
    try:
        return bool(site.get(Jobs).status(present.actor, job))
    except PayvandError:
        return False


def _shown(entity: EntitySpec) -> list[str]:
    """Return the fields that are shown side by side: what is compared, what names a record, and how old it is."""
    assert entity.duplicates is not None  # it is scanned
    named = [entity.title, *(name.partition(".")[0] for clue in entity.duplicates.scan for name in clue.of)]
    searched = [spec.name for spec in entity.fields.values() if spec.search]
    return list(dict.fromkeys((*named, *searched, *entity.duplicates.differ, *SEEN_BESIDES)))


def _records(
    site: Site, present: Visit, entity: EntitySpec, pairs: Sequence[Pair]
) -> dict[int, Mapping[str, Any]]:
    """Read the records of some pairs at once, as this person may."""
    ids = sorted({record for one in pairs for record in one.records})
    if not ids:
        return {}
    readable = site.get(Access).fields(present.actor, entity.name, present.catalog).readable
    fields = tuple(name for name in _shown(entity) if name in readable)
    query = Query(
        fields=("id", *fields), filter=f"id in [{', '.join(map(str, ids))}]", sort=("id",), limit=len(ids)
    )
    page = site.get(Reading).find(present.actor, entity.name, query, catalog=present.catalog)
    return {int(str(item["id"])): item for item in page.items}


def _rows(
    site: Site, present: Visit, entity: EntitySpec, pair: Pair, records: Mapping[int, Mapping[str, Any]]
) -> list[Row]:
    left, right = (records.get(one, {}) for one in pair.records)
    found = []
    for name in _shown(entity):
        one, two = (_text(site, present, entity, name, side) for side in (left, right))
        if one or two:
            found.append(Row(label=entity.fields[name].label, texts=(one, two)))
    return found


def _text(site: Site, present: Visit, entity: EntitySpec, name: str, record: Mapping[str, Any]) -> str:
    spec, value = entity.fields[name], record.get(name)
    types = site.get(FieldTypes)
    if value is None:
        return ""
    if spec.type != "list":
        shown = types.get(spec.type).show(spec, value, present.style)
        return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
    line = present.catalog.entity(str(spec.option("of")))
    wanted = [path.partition(".")[2] for path in _paths(entity) if path.startswith(f"{name}.")]
    texts = [
        types.get(line.fields[one].type).show(line.fields[one], entry[one], present.style)
        for entry in value
        for one in wanted
        if entry.get(one) is not None
    ]
    return present.style.language.list_separator.join(dict.fromkeys(texts))


def _paths(entity: EntitySpec) -> list[str]:
    assert entity.duplicates is not None  # it is scanned
    return [path for clue in entity.duplicates.scan for path in clue.of]


def scan(site: Site, name: str) -> Response:
    """Start a scan and lead to how far it is."""
    present = visit().require()
    everything = request.form.get("whole") == "1"

    def act() -> int:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            access, jobs = site.get(Access), site.get(Jobs)
            return start_scan(access, jobs, present.actor, name, whole=everything, uow=uow)

    try:
        job = site.get(Database).attempt(act)
    except PayvandError as refused:
        if refused.status != 409:
            raise
        return go(url_for("web.duplicates", entity=name), present.style._(refused.message))
    return go(url_for("web.duplicates_task", entity=name, job=job))


def task(site: Site, pages: Pages, name: str, job: int) -> Response:
    """Show how far a scan is, and what became of it."""
    present = visit().require()
    status = site.get(Jobs).status(present.actor, job)
    if status.kind != SCAN or status.arguments.get("entity") != name:
        return go(url_for("web.duplicates", entity=name))
    return pages.show(
        "duplicates_task.html",
        nav=name,
        entity=scanned(present.catalog, name),
        job=status,
        result=status.result or {},
        may_see=site.get(DuplicateQueue).opens(present.actor, name, present.catalog),
    )


def decide(site: Site, name: str) -> Response:
    """Dismiss the chosen pairs, or open them again."""
    present = visit().require()
    ids = [n for n in map(whole, request.form.getlist("pair")) if n]
    state = OPEN if request.form.get("state") == OPEN else DISMISSED
    band = request.form.get("band", "") if request.form.get("band") in BANDS else None
    other = DISMISSED if state == OPEN else None
    back = url_for("web.duplicates", entity=name, band=band, state=other)
    style = present.style
    if not ids:
        return go(back, style._("Nothing was chosen."))

    def act() -> list[int]:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            return _decided(site, present, name, ids, state, uow)

    done = site.get(Database).attempt(act)
    if state == OPEN:
        told = style.ngettext("{number} pair is open again.", "{number} pairs are open again.", len(done))
        return go(back, told)
    told = style.ngettext(
        "{number} pair is no duplicate; it will not be asked again.",
        "{number} pairs are no duplicates; they will not be asked again.",
        len(done),
    )
    values = (("state", OPEN), *(("pair", str(one)) for one in done))
    way = WayBack(url=url_for("web.duplicates_decide", entity=name), values=values)
    return go(back, told, undo=way if done else "")


def _decided(
    site: Site, present: Visit, name: str, ids: Sequence[int], state: str, uow: UnitOfWork
) -> list[int]:
    return site.get(DuplicateQueue).decide(present.actor, name, ids[:ON_A_PAGE], state, uow=uow)
