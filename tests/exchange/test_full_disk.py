"""A disk that takes no more while a list or an import becomes a file: told in words, and nothing of it is left."""

from __future__ import annotations

import contextlib
import io
import tempfile

import openpyxl
import pytest
from structlog.testing import capture_logs

from core.errors import Unavailable
from core.i18n import Localization
from core.jobs.runner import Runner
from core.kernel.disk import no_room
from core.records.query import Query
from core.records.reading import Reading
from tests.exchange.conftest import counts
from tests.full_disk import no_file_larger_than

PEOPLE = "Last name,Code,Size\n" + "\n".join(f"Person {n},c-{n},{n % 300}" for n in range(450))


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The folder of temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def export(office):
    assert counts(office.run(PEOPLE)) == {"created": 450}
    style = office.site.get(Localization).style(office.actor.preferences, office.site.settings)

    def run(fmt):
        asked = Query(fields=("last_name", "code", "size"), sort=("id",))
        return office.exchange.export(
            office.actor, "roster.person", asked, fmt, catalog=office.catalog, style=style
        )[2]

    return run


def test_an_export_that_finds_no_room_is_refused_as_a_whole_wherever_the_disk_ends(export, scratch):
    for fmt in ("csv", "xlsx"):
        with contextlib.closing(export(fmt)) as whole:
            size = whole.size
        refused = 0
        for room in (0, 1, 700, size // 3, size // 2, size - 1):
            with no_file_larger_than(room), capture_logs(), pytest.raises(Unavailable) as told:
                export(fmt)
            refused += told.value.reason == "disk_full"
            assert list(scratch.iterdir()) == [], f"{fmt} left something at {room}"
        assert refused == 6
    assert len(list(openpyxl.load_workbook(io.BytesIO(b"".join(export("xlsx")))).active.rows)) == 451


def test_an_export_that_breaks_off_gives_no_half_file(export, office, monkeypatch):
    reading, pages = office.site.get(Reading), []
    find = type(reading).find

    def breaking(self, *given, **more):
        pages.append(1)
        if len(pages) == 2:
            raise Unavailable("The database does not answer.", code="database_lost")
        return find(self, *given, **more)

    monkeypatch.setattr(type(reading), "find", breaking)
    for fmt in ("csv", "xlsx"):
        pages.clear()
        with pytest.raises(Unavailable, match="does not answer"):
            export(fmt)


def test_an_import_whose_rows_to_correct_find_no_room_says_so_and_keeps_what_it_wrote(office, scratch):
    rows = "\n".join([*(f"Good {n},g-{n},{n}" for n in range(30)), *(f"Bad {n},b-{n},x" for n in range(30))])
    job = office.start(f"Last name,Code,Size\n{rows}\n")
    runner = Runner(office.site, lambda _id: office.actor, lambda: office.catalog)
    with no_file_larger_than(300), capture_logs():
        runner.finish(job)
    status = office.status(job)
    assert status.state == "failed"
    assert status.error == no_room(OSError(28, "")).text()
    assert len(office.people("id", filter="starts_with(code, 'g-')")) == 30
    assert list(scratch.iterdir()) == []
    again = office.run(f"Last name,Code,Size\n{rows}\n")
    assert counts(again) == {"duplicates": 30, "errors": 30}
    assert again["error_file"]
