"""What is derived and can be derived anew: roll-ups that hold another value, thumbnails that are broken or nobody's."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta

import sqlalchemy as sa

from core.errors import NotFound, PayvandError, Problem
from core.files import Files, Thumbnails
from core.files.thumbnails import NAMES, is_whole
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.log import get_logger
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs

AT_ONCE = 500
"""Records that are computed anew in one transaction."""

COUNTED = 100_000
"""So many records that drifted are counted; that there are more makes no difference."""

FILLING = """SELECT arguments->>'entity' FROM core_job
WHERE kind = 'records.fill' AND state IN ('queued', 'running')"""
"""Of these a job has yet to compute what new definitions ask for."""

YOUNG = timedelta(days=3)
"""Thumbnails of a file that is gone are swept with its content, a day or two later."""

PICTURES = (
    """SELECT DISTINCT ON (sha256) sha256, id FROM core_file WHERE sha256 = ANY(%s) ORDER BY sha256, id"""
)


def drifted(site: Site) -> Iterator[Problem]:
    """Yield the entities of which records store another value of a roll-up than would be computed now."""
    database, catalog, system = (
        site.get(Database),
        site.get(Catalogs).current(),
        system_actor("payvand doctor"),
    )
    for name, entity in catalog.entities.items():
        if any(spec.rollup for spec in entity.fields.values()):
            with database.unit(catalog, system) as uow:
                _take_time(uow)
                if name in uow.execute(sa.text(FILLING)).scalars().all():
                    continue
                ids = site.get(Records).drifted(system, name, limit=COUNTED, uow=uow)
            if ids:
                yield Problem(
                    code="rollup_drifted",
                    message="{count} records of {entity} store other totals than those of the records they are drawn from; the first has the id {id}.",
                    params={"count": len(ids), "entity": name, "id": ids[0]},
                )


def redraw(site: Site, problem: Problem) -> None:
    """Compute roll-ups anew where they hold another value, some records at a time; each is locked as in any write."""
    database, system = site.get(Database), system_actor("payvand doctor")
    entity, after = str(problem.params["entity"]), 0

    def some() -> int | None:
        with database.unit(site.get(Catalogs).current(), system) as uow:
            _take_time(uow)
            records = site.get(Records)
            ids = records.drifted(system, entity, after=after, limit=AT_ONCE, uow=uow)
            records.fill_these(system, entity, ids, uow=uow)
        return ids[-1] if ids else None

    while (last := database.attempt(some)) is not None:
        after = last
        get_logger("app").info("rollups_redrawn", entity=entity, until=after)


def thumbnails(site: Site) -> Iterator[Problem]:
    """Yield thumbnails that are missing beside others of their picture, or broken, and those of no picture."""
    broken, orphaned = _thumbnails(site)
    if broken:
        yield Problem(
            code="thumbnails_missing",
            message="Thumbnails of {count} pictures are missing or broken.",
            params={"count": len(broken)},
        )
    if orphaned:
        yield Problem(
            code="thumbnails_orphaned",
            message="{count} thumbnails belong to no picture, or are drawn in an old way.",
            params={"count": len(orphaned)},
        )


def draw_again(site: Site, _problem: Problem) -> None:
    """Draw the thumbnails anew; those whose picture cannot be read stay as they are."""
    files = site.get(Files)
    for number in _thumbnails(site)[0].values():
        with site.get(Database).reading() as reader:
            try:
                site.get(Thumbnails).renew(files.find(number, reader))
            except NotFound:
                continue  # its file has just gone
            except PayvandError as failure:
                get_logger("app").warning("thumbnail_not_drawn", file=number, reason=failure.text())


def remove_orphans(site: Site, _problem: Problem) -> None:
    """Remove the thumbnails of no picture."""
    for sha256, name in _thumbnails(site)[1]:
        site.get(Files).blobs.drop_derived(sha256, name)


def _thumbnails(site: Site) -> tuple[Mapping[str, int], list[tuple[str, str]]]:
    """Return the pictures whose thumbnails are not whole, with the id of a file each, and thumbnails that nobody wants.

    A picture that nobody has looked at yet has none, as it should.
    """
    blobs, found = site.get(Files).blobs, defaultdict[str, set[str]](set)
    for sha256, name in blobs.all_derived():
        found[sha256].add(name)
    with site.get(Database).reading() as reader:
        files = {str(sha256): int(number) for sha256, number in reader.rows(PICTURES, (list(found),))}
    before = time.time() - YOUNG.total_seconds()
    orphaned = [
        (sha256, name)
        for sha256, names in found.items()
        for name in names
        if (sha256 not in files and (blobs.derived_at(sha256, name) or before) < before)
        or (sha256 in files and name not in NAMES)
    ]
    broken = {
        sha256: files[sha256]
        for sha256, names in found.items()
        if sha256 in files
        and names & NAMES
        and not all(is_whole(blobs.derived(sha256, name) or b"") for name in NAMES)
    }
    return broken, orphaned


def _take_time(uow: UnitOfWork) -> None:
    uow.execute(sa.text("SET LOCAL statement_timeout = 0"))
