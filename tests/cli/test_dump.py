"""A site leaves in open formats and comes into an empty one; exported again it is the same."""

from __future__ import annotations

import json
import os
import shutil
import stat
import zipfile

import pytest

from core.app import dump as dumping
from core.backup import dumping as writing
from core.backup import loading
from core.backup.dumping import CORE_PARTS, LEFT_OUT
from core.errors import BadRequest, Conflict, NotFound
from core.kernel.actor import system_actor
from core.storage.catalogs import Catalogs
from core.storage.versions import SCHEMA_LOCK
from core.studio import Studio
from tests.cli.test_backup import all_files, dying, lived_in, terminal_site, wiped
from tests.cli.test_commands import execute, sql

__all__ = ["lived_in"]


@pytest.fixture
def customized(lived_in):
    """A site with a field that was made in the browser, a record in the trash, and files that belong to a record."""
    with terminal_site(lived_in) as site:
        field = {"name": "x_shade", "type": "text", "label": {"en": "Shade", "fa": "سایه"}}
        with_field(site, field)
    execute(lived_in, "UPDATE kit_shelf SET x_shade = 'سبز \"تیره\"', updated_at = '1403-01-01' WHERE id = 1")
    execute(lived_in, "UPDATE kit_shelf SET deleted_at = now() WHERE id = 2")
    execute(lived_in, "UPDATE core_file SET entity = 'kit.shelf', record_id = 1 WHERE id <> 1")
    execute(lived_in, "UPDATE core_file SET entity = 'job' WHERE id = 1")
    return lived_in


def with_field(site, field):
    site.get(Studio).add_field(system_actor("a test"), "kit.shelf", field)


def written(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_export_makes_an_equal_site_of_an_empty_one(customized, pg, tmp_path):
    folder = tmp_path / "out"
    customized.run("export", str(folder), "--all", "--with-passwords")
    first = written(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.rglob("*.json*"))
    shelves = [json.loads(line) for line in first["records/kit.shelf.jsonl"].splitlines()]
    assert shelves[0]["x_shade"] == 'سبز "تیره"'
    assert shelves[1]["deleted_at"]
    assert b"x_shade" in next(text for name, text in first.items() if name.startswith("documents/"))
    assert len([name for name in first if name.startswith("files/")]) == 2  # that of a job is of today only
    other = wiped(pg, tmp_path / "other")
    told = other.run("load", str(folder)).output
    assert "payvand user password" not in told
    assert "whoever had one sets it up anew" in told
    assert other.run("doctor").output == "All is well.\n"
    again = tmp_path / "again"
    other.run("export", str(again), "--all", "--with-passwords")
    assert written(again) == first
    assert set(all_files(other)) == {name[8:] for name in first if name.startswith("files/")}
    with terminal_site(other) as site:  # new records go on after the old ones
        assert "x_shade" in site.get(Catalogs).current().entity("kit.shelf").fields
    execute(other, "INSERT INTO kit_shelf (name) VALUES ('new')")
    assert sql(other, "SELECT max(id) FROM kit_shelf") == [(3,)]
    refused = other.run("load", str(folder), code=1).exception
    assert isinstance(refused, Conflict)
    pg.drop(other.settings.database_url)


def test_a_zip_file_holds_the_same_and_no_password_unless_asked(customized, pg, tmp_path):
    target, folder = tmp_path / "out.zip", tmp_path / "out"
    customized.run("export", str(target), "--all")
    customized.run("export", str(folder), "--all")
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == written(folder)
    assert b"password" not in (folder / "core" / "account.jsonl").read_bytes()
    other = wiped(pg, tmp_path / "other")
    assert "payvand user password" in other.run("load", str(target)).output
    assert sql(other, "SELECT count(*) FROM core_account") == [(2,)]
    pg.drop(other.settings.database_url)
    assert customized.run("export", str(folder), "--all", code=1).exception.reason == "file_exists"
    assert customized.run("export", str(tmp_path / "b"), code=1).exception.reason == "not_all"


def test_what_is_defined_while_an_export_begins_is_in_it_whole_and_later_waits(
    customized, tmp_path, monkeypatch
):
    folder, may_change = tmp_path / "out", []
    sink, lines, content = dumping.sink, writing.lines, writing._content

    def changed_meanwhile(target):
        with terminal_site(customized) as site:
            with_field(site, {"name": "x_late", "type": "text", "label": {"en": "Late", "fa": "دیر"}})
        return sink(target)

    def look(then):
        def asked(*given):
            may_change.extend(sql(customized, f"SELECT pg_try_advisory_xact_lock({SCHEMA_LOCK})"))
            return then(*given)

        return asked

    monkeypatch.setattr(dumping, "sink", changed_meanwhile)
    monkeypatch.setattr(writing, "lines", look(lines))
    customized.run("export", str(folder), "--all")
    assert set(may_change) == {(False,)}
    made = written(folder)
    assert any(b"x_late" in text for name, text in made.items() if name.startswith("documents/"))
    assert b'"x_late"' in made["site.json"]
    assert b'"x_late":null' in made["records/kit.shelf.jsonl"]
    may_change.clear()
    monkeypatch.setattr(dumping, "sink", sink)
    monkeypatch.setattr(writing, "lines", lines)
    monkeypatch.setattr(writing, "_content", look(content))  # contents may be many: nobody waits for them
    customized.run("export", str(tmp_path / "again"), "--all")
    assert set(may_change) == {(True,)}


def test_every_table_of_the_core_is_dumped_or_left_out_on_purpose(terminal):
    found = sql(
        terminal,
        "SELECT relname FROM pg_class WHERE relname LIKE 'core\\_%' AND relkind IN ('r', 'p') AND NOT relispartition",
    )
    assert {name for (name,) in found} == {part.table for part in CORE_PARTS} | LEFT_OUT


def test_a_load_that_is_killed_can_be_done_again(customized, pg, tmp_path):
    folder = tmp_path / "out"
    customized.run("export", str(folder), "--all")
    other = wiped(pg, tmp_path / "other")
    assert dying((loading, "set_sequence"), ("load", str(folder)), other)
    assert dying((dumping, "put_files"), ("load", str(folder)), other)
    for words in (("user", "list"), ("worker", "--once"), ("backup", str(tmp_path / "half.zip"))):
        assert other.run(*words, code=1).exception.reason == "load_unfinished"
    assert "run payvand load again" in other.run("doctor", code=1).stderr
    other.run("load", str(folder))
    other.run("export", str(tmp_path / "again"), "--all")
    assert written(tmp_path / "again") == written(folder)
    pg.drop(other.settings.database_url)


def edited(name, old, new):
    def change(broken):
        text = (broken / name).read_text()
        assert old in text
        (broken / name).write_text(text.replace(old, new, 1))

    return change


def linked(name, to):
    def change(broken):
        (broken / name).unlink()
        (broken / name).symlink_to(to)

    return change


def test_what_is_no_whole_dump_is_refused_by_a_sentence(customized, pg, tmp_path):
    folder = tmp_path / "out"
    customized.run("export", str(folder), "--all")
    other = wiped(pg, tmp_path / "other")

    def refusal(change):
        broken = tmp_path / "broken"
        shutil.copytree(folder, broken)
        change(broken)
        refused = other.run("load", str(broken), code=1).exception
        shutil.rmtree(broken)
        assert isinstance(refused, BadRequest | NotFound)
        return refused.reason

    assert refusal(lambda broken: (broken / "site.json").unlink()) == "not_a_dump"
    assert refusal(edited("site.json", '"format": 1', '"format": 2')) == "not_a_dump"
    assert refusal(edited("site.json", '"kit": ', '"kid": ')) == "modules_missing"
    assert sql(other, "SELECT count(*) FROM pg_class WHERE relname LIKE 'core%'") == [(0,)]
    assert refusal(edited("site.json", '"x_shade"', '"x_shape"')) == "unknown_columns"
    assert refusal(lambda broken: (broken / "records" / "kit.shelf.jsonl").unlink()) == "dump_broken"
    assert refusal(edited("records/kit.shelf.jsonl", "}", "")) == "row_refused"
    assert refusal(lambda broken: os.truncate(broken / "records" / "kit.shelf.jsonl", 0)) == "dump_broken"
    (one, *_) = (folder / "files").iterdir()
    assert refusal(lambda broken: (broken / "files" / one.name).write_bytes(b"other")) == "dump_broken"
    secret = '{"id": 9, "name": "of this machine"}'
    outside = tmp_path / "outside.jsonl"
    outside.write_text(secret)
    for led in ("../outside.jsonl", str(outside), "records/../../outside.jsonl", "records/a/b.jsonl"):
        assert refusal(edited("site.json", '"records/kit.shelf.jsonl"', json.dumps(led))) == "not_a_dump"
    for name in ("records/kit.shelf.jsonl", f"files/{one.name}"):
        assert refusal(linked(name, outside)) == "dump_broken"
    assert refusal(linked("site.json", outside)) == "not_a_dump"
    not_zip = tmp_path / "not.zip"
    not_zip.write_bytes(b"PK")
    assert other.run("load", str(not_zip), code=1).exception.reason == "not_a_dump"
    other.run("load", str(folder))
    pg.drop(other.settings.database_url)
