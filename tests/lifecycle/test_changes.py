"""Rows, tables and the version move together: after a crash at any point there is the old state or the new one."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.app.tasks import build_indexes
from core.fields import FieldTypes
from core.jobs import JobContext
from core.kernel.actor import Actor
from core.lifecycle import Changes
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.doctor import inspect_physical
from core.storage.indexes import pending_indexes
from core.studio import Studio
from core.studio.documents import with_field
from core.testing.site import close_site

ROOT = Path(__file__).parents[2]
SYSTEM = Actor(elevated="a test")
BOX = {
    "entities/box.yaml": """
    entity: crash.box
    label: Box
    fields:
      name: {type: text, label: Name, search: true}
      shelf: {type: reference, label: Shelf, to: kit.shelf}
""",
    "data/shelves.yaml": """
    policy: create_once
    entity: kit.shelf
    records:
      - {key: one, name: One}
""",
}

# Stops for good at one point of a change, so that it can be killed there.
STUCK = """
import signal, sys
from pathlib import Path
import core.lifecycle.changes as changes
import core.lifecycle.service as service
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.testing.site import open_site

url, home, point, *folders = sys.argv[1:]

def stop(*_arguments, **_options):
    print("here", flush=True)
    signal.pause()

if point == "compile":
    changes.Changes._compile = stop
elif point == "shape":
    changes.apply = stop
elif point == "data":
    service.apply_collation = stop
elif point == "bump":
    changes.bump = stop
site = open_site(url, Path(home), [Path(folder) for folder in folders])
site.get(Lifecycle).install(system_actor("killed"), ["crash"])
"""


def problems(house):
    with house.site.get(Database).engine.connect() as connection:
        return list(inspect_physical(connection, house.catalog, house.site.get(FieldTypes)))


@pytest.mark.parametrize("point", ["compile", "shape", "data", "bump"])
def test_killed_in_the_middle_a_change_has_not_happened_and_can_be_made_again(house, point):
    house.write("crash", BOX, requires='{core: ">=0.1", kit: ">=1"}')
    version = house.catalog.version
    folders = [str(ROOT / "tests" / "fixtures" / "modules"), str(house.folder)]
    with subprocess.Popen(
        [sys.executable, "-c", STUCK, house.url, str(house.home), point, *folders],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert any("here" in line for line in iter(process.stdout.readline, ""))
        process.kill()
    assert (house.catalog.version, house.states()["crash"]) == (version, "available")
    assert house.scalar("SELECT to_regclass('crash_box')") is None
    assert house.column("kit.shelf", "name") == []
    assert problems(house) == []
    house.install("crash")
    assert house.column("kit.shelf", "name") == ["One"]
    assert problems(house) == []


def test_two_who_change_at_once_both_get_theirs(house):
    other = house.open()
    everybody = threading.Barrier(4)

    def add(site, name):
        everybody.wait()
        return (
            site.get(Studio)
            .add_field(SYSTEM, "kit.thing", {"name": name, "type": "text", "label": {"en": name}})
            .name
        )

    try:
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(add, [house.site, other, house.site, other], ["x_a", "x_b", "x_c", "x_d"]))
    finally:
        close_site(other)
    assert made == ["x_a", "x_b", "x_c", "x_d"]
    assert set(made) <= house.catalog.entity("kit.thing").fields.keys()
    assert problems(house) == []


def test_a_refused_edit_leaves_plugins_and_catalog_as_they_were(house):
    house.write("crash", BOX, requires='{core: ">=0.1", kit: ">=1"}')
    catalog = house.install("crash")

    def edit(present):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        house.site.get(Changes).run(SYSTEM, edit, reason="a test")
    assert house.site.get(Catalogs).current() is catalog


def test_an_index_on_many_rows_is_left_to_a_job_of_the_same_transaction(house):
    house.create("kit.shelf", *({"name": f"Shelf {n}"} for n in range(2000)))
    house.site.get(Studio).add_field(
        SYSTEM, "kit.shelf", {"name": "x_code", "type": "text", "label": {"en": "Code"}, "search": True}
    )
    with house.site.get(Database).engine.connect() as connection:
        assert [entry.index.columns for entry in pending_indexes(connection)] == [("x_code_key",)]
    assert house.execute("SELECT kind, state FROM core_job").all() == [("storage.build_indexes", "queued")]
    assert house.scalar("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == 1
    house.create("kit.shelf", {"name": "New", "x_code": "ب-۱۲"})
    assert [s["name"] for s in house.find("kit.shelf", "name", search="ب12")] == ["New"]
    assert run_index_job(house) == {"built": 1, "failed": 0}
    assert problems(house) == []


def run_index_job(house):
    job = house.scalar("SELECT id FROM core_job")
    context = JobContext(site=house.site, id=job, actor=SYSTEM, arguments={}, checkpoint=None)
    return build_indexes(context)


def test_few_rows_need_no_job(house):
    house.create("kit.shelf", {"name": "One"})
    house.site.get(Studio).add_field(
        SYSTEM, "kit.shelf", {"name": "x_code", "type": "text", "label": {"en": "Code"}, "search": True}
    )
    assert house.scalar("SELECT count(*) FROM core_job") == 0


def test_a_change_that_is_refused_leaves_no_job(house):
    house.create("kit.shelf", *({"name": f"Shelf {n}"} for n in range(1500)))
    changes = house.site.get(Changes)

    def fail(_uow):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        changes.run(
            SYSTEM,
            lambda old: with_field(
                old, "kit.shelf", "x_code", {"type": "text", "label": {"en": "Code"}, "search": True}
            ),
            reason="a test",
            afterwards=fail,
        )
    assert house.scalar("SELECT count(*) FROM core_job") == 0
    assert not house.catalog.entity("kit.shelf").has("x_code")
