"""`repair`: what the doctor can put right by itself: safe at any time, done twice no harm, each named before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa

from core.app.derived import draw_again, redraw, remove_orphans
from core.app.overdue import forget_overdue
from core.errors import Problem, Unavailable
from core.fields import FieldTypes
from core.files import Files
from core.jobs import Jobs
from core.jobs.service import QUEUE, RUN
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.storage import Database, Tables
from core.storage.beside_check import keep_again
from core.storage.catalogs import Catalogs
from core.storage.indexes import build_index, build_links_index
from core.storage.kernel_tables import index as core_index
from core.storage.kernel_tables import job as core_job
from core.storage.physical import read_physical
from core.storage.promises import promise_again, promises
from core.storage.unit import driver_of

LOST = """SELECT j.id, j.kind FROM core_job j LEFT JOIN procrastinate_jobs p ON p.id = j.procrastinate_id
WHERE j.state IN ('queued', 'running') AND (p.id IS NULL OR p.status NOT IN ('todo', 'doing'))
AND j.created_at NOT BETWEEN now() - interval '1 minute' AND now() + interval '1 minute' ORDER BY j.id"""
"""A minute: a job that ends is written down a moment before the queue knows. One of the future waits for no queue."""

CONTENTS = "SELECT DISTINCT sha256 FROM core_file ORDER BY sha256"

NEXT = """SELECT pg_get_serial_sequence(quote_ident(:table), 'id'),
(SELECT last_value FROM pg_sequences WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence(quote_ident(:table), 'id'))"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """What is done about one kind of problem: in a sentence, and in deed."""

    sentence: str
    act: Callable[[Site, Problem], object]


def repair(site: Site, problem: Problem) -> None:
    """Put one problem right; do not call it for those that `repair_of` knows nothing for."""
    REPAIRS[problem.code].act(site, problem)


def repair_of(problem: Problem) -> str:
    """Return what would be done about a problem; empty where somebody must look at it."""
    known = REPAIRS.get(problem.code)
    return known.sentence if known else ""


def lost_jobs(connection: sa.Connection) -> Iterator[Problem]:
    """Yield jobs that wait for ever, because the queue knows nothing of them."""
    for number, kind in connection.execute(sa.text(LOST)):
        yield Problem(
            code="job_lost",
            message="The job {job} ({kind}) waits, and the queue knows nothing of it.",
            params={"job": number, "kind": kind},
        )


def sequences(connection: sa.Connection, catalog: Catalog) -> Iterator[Problem]:
    """Yield tables whose next id is one that is taken, such as after rows were copied in by hand."""
    for entity in catalog.entities.values():
        sequence, last = connection.execute(sa.text(NEXT), {"table": entity.table}).one()
        if sequence is None:
            continue
        highest = connection.scalar(
            sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(entity.table))
        )
        if highest is not None and highest > (last or 0):
            yield Problem(
                code="sequence_behind",
                message="The next id of {table} is taken: nothing can be added.",
                params={"table": entity.table},
            )


def contents(site: Site, connection: sa.Connection) -> Iterator[Problem]:
    """Yield files that are recorded and whose content is gone."""
    try:
        gone = site.get(Files).blobs.missing(list(connection.scalars(sa.text(CONTENTS))))
    except Unavailable:
        yield Problem(
            code="store_away",
            message="The store of files, PAYVAND_FILES, does not answer, so that nobody knows what is in it.",
        )
        return
    if gone:
        yield Problem(
            code="content_missing",
            message="The contents of {count} files are gone, the first: {digest}. Bring the folder files back from a backup.",
            params={"count": len(gone), "digest": gone[0]},
        )


def _close_secret(site: Site, _problem: Problem) -> None:
    (site.settings.home / "secret").chmod(0o600)


def _build_anew(site: Site, problem: Problem) -> None:
    """Build an index beside everything that goes on; one that holds twice what may be there once fails again and is told."""
    name, engine = str(problem.params["index"]), site.get(Database).engine
    with engine.begin() as connection:
        connection.execute(sa.update(core_index).where(core_index.c.name == name).values(state="pending"))
    build_index(engine, name, site.get(Catalogs).current(), site.get(Tables))


def _build_links(site: Site, problem: Problem) -> None:
    build_links_index(site.get(Database).engine, str(problem.params["table"]))


def _promise_again(site: Site, problem: Problem) -> None:
    """Build a constraint anew; rows that stand in its way are told by the next look, and are left alone."""
    engine, name = site.get(Database).engine, problem.params["constraint"]
    for promise in promises(site.get(Catalogs).current(), site.get(FieldTypes)):
        if promise.name == name:
            with suppress(sa.exc.IntegrityError):
                promise_again(engine, promise)


def _keep_beside_again(site: Site, problem: Problem) -> None:
    engine = site.get(Database).engine
    with engine.connect() as connection:
        physical = read_physical(connection, site.get(FieldTypes))
    spec = physical.indexes.get(str(problem.params["index"]))
    if spec is not None:
        keep_again(engine, spec)


def _queue_again(site: Site, problem: Problem) -> None:
    number = int(str(problem.params["job"]))
    with site.get(Database).engine.begin() as connection:
        lost = connection.execute(sa.text(LOST)).all()
        if number not in [row[0] for row in lost]:
            return  # somebody else was faster
        queue = site.get(Jobs).procrastinate
        queued = queue.configure_task(RUN, queue=QUEUE, connection=driver_of(connection)).defer(job_id=number)
        connection.execute(
            sa.update(core_job).where(core_job.c.id == number).values(procrastinate_id=queued, state="queued")
        )


def _move_sequence(site: Site, problem: Problem) -> None:
    table = str(problem.params["table"])
    with site.get(Database).engine.begin() as connection:
        sequence, _ = connection.execute(sa.text(NEXT), {"table": table}).one()
        highest = sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(table)).scalar_subquery()
        connection.execute(sa.select(sa.func.setval(sequence, highest)))


REPAIRS: Mapping[str, Repair] = MappingProxyType(
    {
        "open_secret": Repair(sentence="let nobody else read the site's key", act=_close_secret),
        "index_missing": Repair(sentence="build the index anew, while everybody works on", act=_build_anew),
        "index_failed": Repair(sentence="try to build the index once more", act=_build_anew),
        "links_index_missing": Repair(
            sentence="build the index anew, while everybody works on", act=_build_links
        ),
        "check_missing": Repair(
            sentence="build the constraint anew, unless rows stand in its way", act=_promise_again
        ),
        "reference_missing": Repair(
            sentence="build the constraint anew, unless rows stand in its way", act=_promise_again
        ),
        "beside_broken": Repair(
            sentence="make it anew from the records; who changes them waits till its end",
            act=_keep_beside_again,
        ),
        "rollup_drifted": Repair(
            sentence="compute it anew from the records it is drawn from; nobody has changed the record",
            act=redraw,
        ),
        "thumbnails_missing": Repair(sentence="draw them anew", act=draw_again),
        "thumbnails_orphaned": Repair(sentence="remove them", act=remove_orphans),
        "overdue": Repair(sentence="forget what is over", act=forget_overdue),
        "job_lost": Repair(sentence="queue the job again; it goes on from where it was", act=_queue_again),
        "sequence_behind": Repair(sentence="go on after the highest id", act=_move_sequence),
    }
)
"""By the code of the problem. What is not here needs somebody who decides."""
