"""Imports whose worker is killed with no warning: they go on, and every row is there once."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from core.exchange import running
from core.jobs import Jobs
from tests.exchange.conftest import FIXTURE_MODULES, counts
from tests.exchange.dying_import import CHUNK
from tests.lives import lives

ROOT = Path(__file__).parents[2]
POINTS = (3, 17, 26, 34, 41, 53, 66, 80)


def sheet(point):
    """Return a file of 45 good rows, 3 duplicates and 2 bad ones, unlike those of other points."""
    rows = [f"P{point}x{n},{point}-{n},{n}" for n in range(45)]
    rows[20:20] = [f"Twin,{point}-{n},1" for n in (0, 1)]
    rows[33:33] = [f"Bad,{point}-b{n},x" for n in (0, 1)]
    return "Last name,Code,Size\n" + "\n".join([*rows, f"Twin,{point}-44,1"]) + "\n"


@pytest.fixture
def dying(office):
    """A process whose forks run jobs and die."""
    with lives("tests.exchange.dying_import", office.site, FIXTURE_MODULES) as lead:
        yield lambda job, point: lead({"job": job, "point": point})


def test_every_row_is_there_once_wherever_the_worker_was_killed(office, dying, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", CHUNK)
    office.work()
    killed = 0
    for point in POINTS:
        job = office.start(sheet(point))
        ended = dying(job, point)
        killed += ended["killed"]
        acknowledged = office.status(job).done
        assert len(office.people("id", filter=f"starts_with(code, '{point}-')")) in (
            acknowledged,
            *range(acknowledged),
        )
        office.work()
        status = office.status(job)
        assert status.state == "done", status.error
        assert counts(status.result) == {"created": 45, "duplicates": 3, "errors": 2}
        assert [row["row"] for row in status.result["rows"]] == [22, 23, 35, 36, 51]
        codes = [p["code"] for p in office.people("code", filter=f"starts_with(code, '{point}-')")]
        assert sorted(codes) == sorted(f"{point}-{n}" for n in range(45))
    assert killed == len(POINTS)


def test_an_import_that_is_cancelled_keeps_what_was_committed(office, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", CHUNK)
    job = office.start(sheet(0))
    write = running.ChunkWriter.write

    def cancelling(self, rows, uow):
        if rows[0][0] >= 12:
            office.site.get(Jobs).cancel(office.actor, job)
        return write(self, rows, uow)

    monkeypatch.setattr(running.ChunkWriter, "write", cancelling)
    office.work()
    status = office.status(job)
    assert (status.state, status.done) == ("cancelled", 20)
    assert len(office.people("id")) == 20


def test_a_chunk_that_is_tried_again_counts_once(office, monkeypatch):
    """A serialization failure at the commit: the chunk is written again, and its rows are not their own twins."""
    tries = []
    write = running.ChunkWriter.write

    def contested(self, rows, uow):
        outcome = write(self, rows, uow)
        tries.append(len(rows))
        if len(tries) == 1:
            raise psycopg.errors.SerializationFailure
        return outcome

    monkeypatch.setattr(running.ChunkWriter, "write", contested)
    result = office.run("Last name,Code\nA,1\nB,2\nC,1\n")
    assert len(tries) == 2
    assert counts(result) == {"created": 2, "duplicates": 1}
