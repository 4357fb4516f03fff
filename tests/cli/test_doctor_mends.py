"""What is derived, over or promised by the database is broken by hand: the doctor tells it, mends it, and then finds nothing."""

from __future__ import annotations

import json
import os
import time
from io import BytesIO

import pytest
from PIL import Image

from core.app.launcher import Launching
from core.errors import Unavailable
from core.files import Files, Thumbnails
from core.files.thumbnails import NAMES
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from tests.cli.test_commands import execute, sql
from tests.cli.test_doctor import found

DAYS = 24 * 3600


def mended(terminal, code=0):
    return json.loads(terminal.run("doctor", "--repair", "--json", code=code).stdout)


def things_on_a_shelf(terminal):
    execute(terminal, "INSERT INTO kit_shelf (name, filled) VALUES ('full', 9), ('empty', 0), ('none', NULL)")
    execute(terminal, "INSERT INTO kit_thing (name, shelf) SELECT 'a', 1 FROM generate_series(1, 3)")


class TestRollUps:
    def test_another_total_than_that_of_its_parts_is_told_and_computed_anew(self, terminal):
        things_on_a_shelf(terminal)
        problem = found(terminal, "rollup_drifted")
        assert "2 records of kit.shelf" in problem["sentence"]
        before = sql(terminal, "SELECT id, version, updated_at, updated_by FROM kit_shelf ORDER BY id")
        assert len(mended(terminal)["repaired"]) == 1
        assert sql(terminal, "SELECT filled FROM kit_shelf ORDER BY id") == [(3,), (0,), (0,)]
        assert (
            sql(terminal, "SELECT id, version, updated_at, updated_by FROM kit_shelf ORDER BY id") == before
        )
        assert sql(terminal, "SELECT count(*) FROM core_history") == [(0,)]
        assert terminal.run("doctor").output == "All is well.\n"

    def test_all_are_mended_also_where_there_are_more_than_one_transaction_takes(self, terminal, monkeypatch):
        monkeypatch.setattr("core.app.derived.AT_ONCE", 2)
        execute(
            terminal,
            "INSERT INTO kit_shelf (name, filled, deleted_at) SELECT 'n' || n, 5, CASE n WHEN 3 THEN now() END "
            "FROM generate_series(1, 7) n",
        )
        assert mended(terminal)["well"]
        assert sql(terminal, "SELECT DISTINCT filled FROM kit_shelf") == [(0,)]

    def test_what_a_job_has_yet_to_compute_is_no_drift(self, terminal):
        things_on_a_shelf(terminal)
        execute(
            terminal,
            "INSERT INTO core_job (kind, state, arguments, created_at) "
            """VALUES ('records.fill', 'queued', '{"entity": "kit.shelf"}', now())""",
        )
        assert terminal.run("doctor").output == "All is well.\n"


class TestOver:
    ACCOUNT = "INSERT INTO core_account (login, roles) VALUES ('a@example.com', '{}')"
    SESSION = (
        "INSERT INTO core_session (token_hash, account, created_at, seen_at, fresh_at, expires_at) "
        "SELECT 'x', id, now(), now(), now(), now() - interval '{age}' FROM core_account"
    )
    STEP = (
        "INSERT INTO core_step (token_hash, kind, created_at, expires_at, body, epoch) "
        "VALUES ('y', 'reset', now(), now() - interval '{age}', '{{}}', 0)"
    )
    JOB = (
        "INSERT INTO core_job (kind, state, created_at, finished_at) "
        "VALUES ('kit.a', 'done', now(), now() - interval '90 days' - interval '{age}')"
    )

    def leave(self, terminal, age):
        execute(terminal, self.ACCOUNT)
        for statement in (self.SESSION, self.STEP, self.JOB):
            execute(terminal, statement.format(age=age))

    def test_what_nobody_has_forgotten_for_days_is_told_and_forgotten(self, terminal):
        self.leave(terminal, "4 days")
        assert "sessions 1, steps 1, jobs 1" in found(terminal, "overdue")["sentence"]
        assert mended(terminal)["well"]
        for table in ("core_session", "core_step", "core_job"):
            assert sql(terminal, f"SELECT count(*) FROM {table}") == [(0,)]

    def test_what_the_next_day_will_forget_is_left_to_it(self, terminal):
        self.leave(terminal, "1 day")
        assert terminal.run("doctor").output == "All is well.\n"

    def test_what_still_counts_is_never_forgotten(self, terminal):
        self.leave(terminal, "4 days")
        execute(terminal, "UPDATE core_session SET expires_at = now() + interval '1 hour'")
        execute(terminal, "UPDATE core_step SET expires_at = now() + interval '1 minute'")
        assert mended(terminal)["well"]
        assert sql(terminal, "SELECT count(*) FROM core_session") == [(1,)]
        assert sql(terminal, "SELECT count(*) FROM core_step") == [(1,)]


class TestThumbnails:
    @pytest.fixture
    def drawn(self, terminal):
        """A picture that somebody has looked at: where its content and its thumbnails lie."""
        into = BytesIO()
        Image.new("RGB", (400, 200), "red").save(into, "PNG")
        with Launching(terminal.settings, terminal.folders).site() as site:
            files, system = site.get(Files), system_actor("a test")
            with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
                number = files.store(BytesIO(into.getvalue()), "a.png", system, uow)
            with site.get(Database).reading() as reader:
                file = files.find(number, reader)
            site.get(Thumbnails).get(file, "small")
        (content,) = terminal.settings.home.glob("files/??/*")
        (folder,) = terminal.settings.home.glob("files/thumbnails/??")
        assert {path.name.rpartition("-")[2] for path in folder.iterdir()} == NAMES
        assert terminal.run("doctor").output == "All is well.\n"
        return content, sorted(folder.iterdir())

    @pytest.mark.parametrize("how", ["missing", "cut off", "empty", "of another kind"])
    def test_one_that_is_missing_or_broken_is_drawn_anew(self, terminal, drawn, how):
        _, paths = drawn
        before = [path.read_bytes() for path in paths]
        match how:
            case "missing":
                paths[1].unlink()
            case "cut off":
                paths[1].write_bytes(before[1][:-1])
            case "empty":
                paths[1].write_bytes(b"")
            case _:
                paths[1].write_bytes(b"<svg/>")
        assert "Thumbnails of 1 pictures" in found(terminal, "thumbnails_missing")["sentence"]
        assert mended(terminal)["well"]
        assert [path.read_bytes() for path in paths] == before

    def test_what_cannot_be_drawn_anew_keeps_what_is_left(self, terminal, drawn):
        content, paths = drawn
        paths[1].unlink()
        content.unlink()
        assert {"thumbnails_missing", "content_missing"} <= {
            problem["code"] for problem in mended(terminal, code=1)["problems"]
        }
        assert paths[0].exists()

    def test_those_of_no_picture_go_and_those_that_are_swept_tomorrow_stay_till_then(self, terminal, drawn):
        execute(terminal, "DELETE FROM core_file")
        assert terminal.run("doctor").output == "All is well.\n"
        for path in drawn[1]:
            os.utime(path, (time.time() - 5 * DAYS,) * 2)
        assert found(terminal, "thumbnails_orphaned")["sentence"].startswith("3 thumbnails")
        assert mended(terminal)["well"]
        assert not any(path.exists() for path in drawn[1])
        assert drawn[0].exists()

    def test_one_that_was_drawn_in_an_old_way_goes(self, terminal, drawn):
        old = drawn[1][0].with_name(f"{drawn[1][0].name}0")
        old.write_bytes(drawn[1][0].read_bytes())
        assert found(terminal, "thumbnails_orphaned")
        assert mended(terminal)["well"]
        assert not old.exists()
        assert all(path.exists() for path in drawn[1])


class TestConstraints:
    def test_one_that_is_gone_is_built_anew(self, terminal):
        execute(terminal, "ALTER TABLE kit_thing DROP CONSTRAINT kit_thing_shelf_fkey")
        assert found(terminal, "reference_missing")["repair"]
        assert mended(terminal)["well"]
        rule = "SELECT confdeltype::text FROM pg_constraint WHERE conname = 'kit_thing_shelf_fkey' AND convalidated"
        assert sql(terminal, rule) == [("n",)]  # SET NULL

    def test_one_that_rows_stand_in_the_way_of_is_told_and_left_to_somebody(self, terminal):
        execute(terminal, "ALTER TABLE kit_thing DROP CONSTRAINT kit_thing_shelf_fkey")
        execute(terminal, "INSERT INTO kit_thing (name, shelf) VALUES ('lost', 4711)")
        problem = found(terminal, "records_in_the_way")
        assert problem["repair"] is None
        assert "1 rows of kit_thing" in problem["sentence"]
        assert mended(terminal, code=1)["repaired"] == []


def test_a_repair_that_is_not_possible_keeps_no_other_from_being_done(terminal, monkeypatch):
    def refuse(_engine, _promise):
        raise Unavailable("The disk is full.")

    things_on_a_shelf(terminal)
    execute(terminal, "ALTER TABLE kit_thing DROP CONSTRAINT kit_thing_shelf_fkey")
    monkeypatch.setattr("core.app.repairs.promise_again", refuse)
    told = mended(terminal, code=1)
    assert "Not repaired: The disk is full." in told["repaired"]
    assert [problem["code"] for problem in told["problems"]] == ["reference_missing"]
    assert sql(terminal, "SELECT filled FROM kit_shelf WHERE id = 1") == [(3,)]
