"""Files: kept once, named and typed with care, belonging to their records, swept when nobody refers to them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from core.errors import NotFound, TooLarge, ValidationFailed
from core.files import Files, download_headers
from core.files.blobs import Blobs
from core.files.headers import file_name
from core.files.kinds import kind_of
from core.records.attachments import Attachments
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import file as core_file

DAY = 86400


@pytest.fixture
def people(actor_as):
    return {
        "anna": actor_as("office.clerk", login="anna@example.com"),
        "bob": actor_as("office.clerk", login="bob@example.com"),
        "chief": actor_as("office.chief", login="chief@example.com"),
        "auditor": actor_as("office.auditor", login="auditor@example.com"),
    }


def found(site, actor, file_id):
    return site.get(Attachments).find(actor, file_id, catalog=site.get(Catalogs).current())


def content_of(files, stored):
    with files.open(stored) as content:
        return content.read()


def contents(site):
    return [p for p in (site.settings.home / "files").glob("??/*") if p.is_file()]


class TestStoring:
    def test_a_stored_file_is_read_back_by_its_owner(self, site, desk, files, people):
        stored = found(site, people["anna"], desk.store(people["anna"], b"content", "a.txt"))
        assert (stored.name, stored.mime, stored.size) == ("a.txt", "text/plain", 7)
        assert content_of(files, stored) == b"content"

    def test_equal_contents_lie_on_the_disk_once(self, site, desk, people):
        first, second = (desk.store(people["anna"], b"the same", name) for name in ("a.txt", "b.txt"))
        assert first != second
        assert len(contents(site)) == 1

    def test_what_is_larger_than_the_limit_is_refused_and_leaves_nothing(self, site, desk, files, people):
        with pytest.raises(TooLarge), desk.unit(people["anna"]) as uow:
            files.store(BytesIO(b"x" * 100), "a.txt", people["anna"], uow, limit=99)
        assert not [p for p in (site.settings.home / "files").rglob("*") if p.is_file() and p.name != "lock"]

    def test_a_unit_that_fails_leaves_no_row(self, site, desk, files, people):
        def fail_afterwards(uow):
            ids.append(files.store(BytesIO(b"x"), "a.txt", people["anna"], uow))
            raise RuntimeError

        ids = []
        with pytest.raises(RuntimeError):
            desk.run(people["anna"], fail_afterwards)
        with pytest.raises(NotFound):
            found(site, people["anna"], ids[0])


class TestKinds:
    @pytest.mark.parametrize(
        ("head", "name", "kind"),
        [
            (b"\x89PNG\r\n\x1a\nrest", "a.png", "image/png"),
            (b"\xff\xd8\xff\xe0", "a.png", "image/jpeg"),
            (b"GIF89a", "a.gif", "image/gif"),
            (b"RIFF\x00\x00\x00\x00WEBPVP8", "a.webp", "image/webp"),
            (b"%PDF-1.7", "a.html", "application/pdf"),
            (b"PK\x03\x04", "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (b"PK\x03\x04", "a.zip", "application/zip"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "application/vnd.ms-excel"),
            ("نام,تلفن".encode(), "a.csv", "text/csv"),
            (b"\x00\x01\x02", "a.txt", "application/octet-stream"),
            (b"\x80\x81", "a.txt", "application/octet-stream"),
        ],
    )
    def test_the_content_says_what_a_file_is(self, head, name, kind):
        assert kind_of(head, name) == kind

    @pytest.mark.parametrize("name", ["a.html", "a.svg", "a.js", "a.xml"])
    def test_what_a_browser_could_run_is_plain_text(self, name):
        assert kind_of(b"<svg onload=alert(1)>", name) == "text/plain"

    def test_a_letter_cut_in_two_at_the_end_is_still_text(self):
        assert kind_of(("ب" * 3000).encode()[:4095], "a.txt") == "text/plain"


class TestNames:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\گزارش.xlsx", "گزارش.xlsx"),
            ("a\u202egpj.exe", "agpj.exe"),
            ("line\nbreak.txt", "linebreak.txt"),
            ("...", "file"),
            ("", "file"),
            ("/", "file"),
        ],
    )
    def test_names_are_made_harmless(self, given, kept):
        assert file_name(given) == kept

    def test_long_names_keep_their_ending(self):
        assert file_name("x" * 500 + ".xlsx").endswith("x.xlsx")
        assert len(file_name("x" * 500 + ".xlsx")) == 150

    def test_every_download_is_an_attachment_without_power(self):
        headers = download_headers('نامه "x".html', "text/plain")
        assert headers["Content-Disposition"].startswith("attachment; filename=")
        assert headers["Content-Disposition"].isascii()
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("sandbox")


class TestWhoMay:
    def test_nobody_else_has_a_file_that_belongs_to_no_record(self, site, desk, people):
        file_id = desk.store(people["anna"])
        for name in ("bob", "chief", "auditor"):
            with pytest.raises(NotFound):
                found(site, people[name], file_id)

    def test_readers_of_the_record_have_its_file(self, site, desk, people):
        file_id = desk.store(people["anna"])
        desk.paper(people["anna"], scan=file_id)
        assert found(site, people["anna"], file_id).id == file_id
        assert found(site, people["chief"], file_id).id == file_id

    def test_who_sees_neither_the_record_nor_the_field_has_no_file(self, site, desk, people):
        file_id = desk.store(people["anna"])
        desk.paper(people["anna"], scan=file_id)
        for name in ("bob", "auditor"):
            with pytest.raises(NotFound):
                found(site, people[name], file_id)

    def test_a_file_taken_out_of_the_record_is_no_longer_given(self, site, desk, people):
        file_id = desk.store(people["anna"])
        paper = desk.paper(people["anna"], scan=file_id)
        desk.change(people["anna"], paper, scan=None)
        with pytest.raises(NotFound):
            found(site, people["anna"], file_id)
        desk.change(people["anna"], paper, scan=file_id)
        assert found(site, people["anna"], file_id).id == file_id

    @pytest.mark.parametrize("theirs", ["new", "in a record"])
    def test_nobody_puts_anothers_file_into_a_record(self, desk, people, theirs):
        file_id = desk.store(people["anna"])
        if theirs != "new":
            desk.paper(people["anna"], scan=file_id)
        with pytest.raises(ValidationFailed) as refused:
            desk.paper(people["bob"], scan=file_id)
        assert [(p.field, p.code) for p in refused.value.problems] == [("scan", "no_such_file")]

    def test_unknown_ids_are_refused_alike(self, site, desk, people):
        with pytest.raises(ValidationFailed):
            desk.paper(people["anna"], scan=10**15)
        for file_id in (0, -1, 10**15, 2**70):
            with pytest.raises(NotFound):
                found(site, people["chief"], file_id)


class TestSweeping:
    def age(self, site, files):
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.update(core_file).values(created_at=sa.func.now() - timedelta(hours=25)))
        for path in contents(site):
            os.utime(path, (time.time() - 2 * DAY,) * 2)

    def sweep(self, site, desk, files, people):
        forgotten = desk.run(people["anna"], files.forget)
        with site.get(Database).reading() as reader:
            return forgotten, files.clean(reader)

    def test_what_no_record_refers_to_goes_after_a_day(self, site, desk, files, people):
        kept, lost = desk.store(people["anna"], b"kept"), desk.store(people["anna"], b"lost")
        desk.paper(people["anna"], scan=kept)
        assert self.sweep(site, desk, files, people) == (0, 0)
        self.age(site, files)
        assert self.sweep(site, desk, files, people) == (1, 1)
        assert content_of(files, found(site, people["anna"], kept)) == b"kept"
        with pytest.raises(NotFound):
            found(site, people["anna"], lost)

    def test_a_content_that_another_file_shares_stays(self, site, desk, files, people):
        kept, _ = desk.store(people["anna"], b"shared"), desk.store(people["anna"], b"shared")
        desk.paper(people["anna"], scan=kept)
        self.age(site, files)
        assert self.sweep(site, desk, files, people) == (1, 0)
        assert content_of(files, found(site, people["anna"], kept)) == b"shared"

    def test_a_content_written_again_is_young_again(self, tmp_path):
        blobs = Blobs(tmp_path)
        first = blobs.write(BytesIO(b"x"), 10)
        os.utime(tmp_path / first.sha256[:2] / first.sha256[2:], (0, 0))
        blobs.write(BytesIO(b"x"), 10)
        assert blobs.sweep(DAY, lambda _: False) == 0

    def test_an_abandoned_draft_goes(self, tmp_path):
        blobs = Blobs(tmp_path)
        blobs.write(BytesIO(b"x"), 10)
        draft = tmp_path / "drafts" / "1-2"
        draft.write_bytes(b"half")
        os.utime(draft, (0, 0))
        assert blobs.sweep(DAY, lambda _: True) == 1
        assert not draft.exists()


def test_a_site_has_its_files(site):
    assert site.get(Files)
