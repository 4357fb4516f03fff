"""A whole import is taken back for a day: what it created goes, what it changed returns, and what people went on with stays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.errors import AccessDenied, Conflict, NotFound
from core.exchange import undoing
from core.records.service import Records
from core.records.taking_back import EDITED
from core.storage import Database
from core.storage.kernel_tables import job as core_job
from tests.exchange.conftest import Office, counts

FILE = "Last name,Code,Mobile,Group,Labels,Size\n" + "\n".join(
    f"P{n},{n},0912000{n:04},{'Bakers' if n % 2 else 'Smiths'},new {n % 3},{n}" for n in range(1, 13)
)


def importing(office, content=FILE, **how):
    """Import a file to its end and return the job."""
    job = office.start(content, **{"create_missing": True, **how})
    office.work()
    assert office.status(job).state == "done"
    return job


def undo(office, job):
    """Take an import back to its end and return what came of it."""
    with office.unit() as uow:
        number = office.exchange.undo(office.actor, job, uow=uow)
    office.work()
    status = office.status(number)
    assert status.state == "done", status.error
    return {name: status.result[name] for name in ("deleted", "restored", "kept")}, status.result["rows"]


def edit(office, record, **values):
    with office.unit(office.system) as uow:
        office.site.get(Records).update(office.system, "roster.person", record, values, version=None, uow=uow)


def test_all_that_an_import_created_goes_with_its_lines_and_what_it_made_on_the_way(office):
    before = office.people("id"), office.people("id", entity="roster.group")
    job = importing(office)
    assert len(office.people("id")) == 12
    assert undo(office, job) == ({"deleted": 17, "restored": 0, "kept": 0}, [])
    assert (office.people("id"), office.people("id", entity="roster.group")) == before
    assert office.people("id", entity="roster.label") == []
    assert office.people("id", entity="roster.point") == []
    again = office.run(FILE, create_missing=True)
    assert counts(again) == {"created": 12}


def test_what_was_changed_added_to_or_referred_to_since_is_kept_and_told(office):
    job = importing(office)
    ids = [p["id"] for p in office.people("id")]
    edit(office, ids[0], note="Called on Monday")
    edit(office, ids[1], points=[{"kind": "place", "town": "Yazd"}])
    (group,) = [g for g in office.people("id", "name", entity="roster.group") if g["name"] == "Bakers"]
    office.create("roster.person", {"last_name": "Own", "group": group["id"]})
    told, rows = undo(office, job)
    assert told["kept"] == len(rows)
    assert told["deleted"] == 17 - told["kept"]
    assert {(row["entity"], row["id"]) for row in rows} >= {
        ("roster.person", ids[0]),
        ("roster.person", ids[1]),
        ("roster.group", group["id"]),
    }
    assert {row["reason"] for row in rows if row["entity"] == "roster.person"} == {EDITED}
    assert [p["id"] for p in office.people("id", "last_name")][:2] == ids[:2]
    assert [p["last_name"] for p in office.people("last_name")] == ["P1", "P2", "Own"]
    kept = office.people("mobile", "points")[0]
    assert (kept["mobile"], len(kept["points"])) == ("+989120000001", 1)


def test_values_that_an_import_changed_return_where_nobody_has_moved_them_since(office):
    importing(office, "Last name,Code,Size,Mobile\nStone,1,170,\nReed,2,180,09121112233\nOld,3,150,\n")
    job = importing(
        office,
        "Code,Size,Last name,Mobile\n1,171,Stones,09120000001\n2,181,Reeds,\n4,190,New,\n",
        mode="upsert",
        key="code",
    )
    first, second, third = (p["id"] for p in office.people("id")[:3])
    edit(office, second, last_name="Reedson")
    told, rows = undo(office, job)
    assert told == {"deleted": 2, "restored": 2, "kept": 1}
    assert rows == [{"entity": "roster.person", "id": second, "fields": ["last_name"], "reason": EDITED}]
    assert [
        (p["id"], p["last_name"], p["size"], p["mobile"])
        for p in office.people("id", "last_name", "size", "mobile")
    ] == [
        (first, "Stone", 170, None),
        (second, "Reedson", 180, "+989121112233"),
        (third, "Old", 150, None),
    ]


def test_an_undo_that_breaks_off_goes_on_where_it_was(office, monkeypatch):
    monkeypatch.setattr(undoing, "STEPS", 5)
    job = importing(office)
    piece, tries = undoing._piece, []

    def breaking(*arguments):
        tries.append(1)
        if len(tries) in (2, 4):
            raise RuntimeError("power cut")
        return piece(*arguments)

    monkeypatch.setattr(undoing, "_piece", breaking)
    with office.unit() as uow:
        number = office.exchange.undo(office.actor, job, uow=uow)
    for _ in range(4):
        with office.site.get(Database).engine.begin() as connection:
            connection.execute(sa.text("UPDATE procrastinate_jobs SET scheduled_at = now()"))
        office.work()
    assert office.status(number).state == "done"
    assert office.people("id") == []
    assert office.status(number).result["deleted"] == 17


def test_an_import_is_taken_back_once_within_a_day_by_who_made_it(site, actor_as, office):
    job = importing(office)
    other = Office(site, actor_as("roster.chief"))
    with pytest.raises(NotFound), other.unit() as uow:
        other.exchange.undo(other.actor, job, uow=uow)
    check = importing(office, dry_run=True)
    for wrong, reason in ((check, "written nothing"), (office.start(FILE), "still at work")):
        with pytest.raises(Conflict, match=reason), office.unit() as uow:
            office.exchange.undo(office.actor, wrong, uow=uow)
    undo(office, job)
    with pytest.raises(Conflict, match="already"), office.unit() as uow:
        office.exchange.undo(office.actor, job, uow=uow)
    late = importing(office)
    with office.site.get(Database).engine.begin() as connection:
        moved = sa.update(core_job).where(core_job.c.id == late)
        connection.execute(moved.values(finished_at=core_job.c.finished_at - dt.timedelta(hours=25)))
    with pytest.raises(Conflict, match="24 hours"), office.unit() as uow:
        office.exchange.undo(office.actor, late, uow=uow)


def test_who_may_not_import_any_more_takes_nothing_back(office):
    job = importing(office)
    poorer = Office(office.site, office.actor)
    poorer.actor = replace(office.actor, roles=frozenset())
    with pytest.raises((AccessDenied, NotFound)), office.unit() as uow:
        poorer.exchange.undo(poorer.actor, job, uow=uow)
