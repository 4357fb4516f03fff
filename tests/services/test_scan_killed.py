"""A worker that is killed in the middle of a scan leaves it to the next one: nothing is doubled, and no verdict is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from core.app.doctor import examine
from core.app.work import work
from core.jobs import Jobs
from core.storage import Database
from core.storage.kernel_tables import job as core_job
from tests.app.processes import wait_for
from tests.services.test_scan import anna, decide, pairs, promised, queue, scan

ROOT = Path(__file__).resolve().parents[2]
FIRSTS = ("Sina", "Mahtab", "Kaveh", "Parisa")
LASTS = ("Weber", "Tavakoli", "Moradi", "Lindqvist")
WORKER = """
import sys
from pathlib import Path
from core.app.work import work
from core.jobs import worker
from core.log import set_up
from core.records import scanning
from core.testing.site import open_site

set_up("error")
worker.HEARTBEAT, worker.STALLED, worker.LOOK_AROUND = 0.2, 1.0, 0.3
scanning.NOTED_AT_ONCE = scanning.COMPARED_AT_ONCE = 1
work(open_site(sys.argv[1], Path(sys.argv[2]), [Path(sys.argv[3])]))
"""


def done(desk, job):
    """Return how far the scan is, in records that were noted and compared."""
    with desk.site.get(Database).engine.connect() as connection:
        found = connection.execute(sa.select(core_job.c.checkpoint).where(core_job.c.id == job)).scalar_one()
    return found["noted"] + found["compared"] if found else 0


def killed(desk, job, at, folder):
    """Let a worker scan until so much is done, and kill it; tell whether the scan was still under way."""
    url = desk.site.get(Database).engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, str(desk.site.settings.home), str(folder)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        wait_for(lambda: done(desk, job) >= at, 60)
        process.kill()
    return desk.site.get(Jobs).status(desk.actor, job).state == "running"


def test_a_scan_whose_worker_is_killed_again_and_again_ends_as_if_nothing_had_been(
    desk, actor_as, site_folders
):
    editor = desk.as_(actor_as("papers.editor"))
    for number, (first, last) in enumerate((one, two) for one in FIRSTS for two in LASTS):
        for name in (f"{first} {last}", f"{last}, {first}"):
            anna(desk, name, f"{number}@example.com")
    told = scan(editor)
    found = sorted(pairs(editor, limit=100))
    assert len(found) == len(FIRSTS) * len(LASTS)
    decide(editor, "dismissed", *queue(editor)[:3])
    kept, open_ones = sorted(pairs(editor, state="dismissed")), sorted(pairs(editor, limit=100))
    assert len(kept) == 3
    job, records = promised(editor, whole=True), 2 * len(found)
    for at in (records // 2, records + records // 2):  # while they are noted, and while they are compared
        assert killed(editor, job, at, site_folders[0])
    assert sorted(pairs(editor, state="dismissed")) == kept
    wait_for(lambda: work(editor.site, wait=False) or ended(editor, job), 60)
    status = editor.site.get(Jobs).status(editor.actor, job)
    assert status.state == "done", status.error
    assert status.result == {**told, "records": records, "compared": records, "pairs": len(open_ones)}
    assert sorted(pairs(editor, state="dismissed")) == kept
    assert sorted(pairs(editor, limit=100)) == open_ones
    assert examine(editor.site) == []


def ended(desk, job):
    return desk.site.get(Jobs).status(desk.actor, job).state not in ("queued", "running")
