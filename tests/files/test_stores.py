"""Where contents lie: a folder, or a store of objects behind fsspec; whole, swept with care, and told when it fails."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import fsspec
import pytest

from core.backup.contents import content_of, refuse_emptied
from core.config import Settings
from core.errors import SettingsInvalid, TooLarge, Unavailable
from core.files import Files, blobs_of, objects
from core.files.blobs import Blobs
from core.files.stores import Folder, Objects, store_at


@pytest.fixture(params=["folder", "file", "memory"])
def blobs(request, tmp_path):
    address = {"folder": "", "file": f"file://{tmp_path}/there", "memory": f"memory://bucket/{uuid4().hex}"}
    return blobs_of(Settings(home=tmp_path, files=address[request.param]))


def read(blobs, digest):
    with blobs.open(digest) as content:
        return content.read()


class TestEachStore:
    def test_a_content_is_kept_under_its_hash_and_read_back(self, blobs, tmp_path):
        kept = blobs.write(BytesIO(b"content"), 100)
        assert kept.sha256 == sha256(b"content").hexdigest()
        assert read(blobs, kept.sha256) == b"content"
        assert blobs.write(BytesIO(b"content"), 100) == kept
        assert not list(tmp_path.rglob("drafts/*"))

    def test_what_is_missing_is_told(self, blobs):
        with pytest.raises(Unavailable) as told:
            blobs.open("0" * 64)
        assert told.value.reason == "content_missing"

    def test_nothing_is_left_of_what_is_too_large(self, blobs):
        with pytest.raises(TooLarge):
            blobs.write(BytesIO(b"x" * 11), 10)
        with pytest.raises(Unavailable):
            blobs.open(sha256(b"x" * 11).hexdigest())

    def test_the_sweep_takes_what_is_old_and_unwanted_with_all_that_was_derived_of_it(self, blobs):
        kept, lost = (blobs.write(BytesIO(text), 10).sha256 for text in (b"kept", b"lost"))
        for one in (kept, lost):
            blobs.keep_derived(one, "small1", b"drawn")
        assert blobs.sweep(60, lambda _: False) == 0
        assert blobs.sweep(-1, lambda one: one == kept) == 1
        assert (read(blobs, kept), blobs.derived(kept, "small1")) == (b"kept", b"drawn")
        assert blobs.derived(lost, "small1") is None
        with pytest.raises(Unavailable):
            blobs.open(lost)

    def test_nothing_is_swept_while_somebody_keeps_all(self, blobs):
        blobs.write(BytesIO(b"x"), 10)
        with blobs.kept():
            assert blobs.sweep(-1, lambda _: False) == 0
        assert blobs.sweep(-1, lambda _: False) == 1

    def test_a_hundred_at_once_are_all_there(self, blobs):
        texts = [b"%d" % (n % 50) for n in range(100)]
        with ThreadPoolExecutor(100) as many:
            kept = list(many.map(lambda text: blobs.write(BytesIO(text), 10), texts))
        assert [read(blobs, one.sha256) for one in kept] == texts


class TestObjects:
    def objects(self):
        store = store_at(f"memory://bucket/{uuid4().hex}", None)
        assert isinstance(store, Objects)
        return store

    def test_what_others_keep_in_the_bucket_is_left_alone(self, tmp_path):
        store = self.objects()
        theirs = tmp_path / "theirs"
        theirs.write_bytes(b"theirs")
        for key in ("reports/2026.pdf", "ab/short", "drafts/1"):
            store.take(theirs, key)
        assert Blobs(tmp_path, store).sweep(-1, lambda _: False) == 0
        assert sorted(store.listed()) == ["ab/short", "drafts/1", "reports/2026.pdf"]

    def test_half_an_object_is_not_taken_for_a_whole_one(self, tmp_path, monkeypatch):
        store = self.objects()
        monkeypatch.setattr(store._system, "info", lambda _at: {"size": 3})
        with pytest.raises(Unavailable) as told:
            Blobs(tmp_path, store).write(BytesIO(b"content"), 100)
        assert told.value.reason == "store_away"

    def test_whatever_the_store_raises_is_told_as_unavailable(self, tmp_path, monkeypatch):
        store = self.objects()

        def fails(*_arguments, **_more):
            raise RuntimeError("no credentials")

        monkeypatch.setattr(store._system, "put_file", fails)
        monkeypatch.setattr(store._system, "info", fails)
        kept = Blobs(tmp_path, store)
        with pytest.raises(Unavailable):
            kept.write(BytesIO(b"x"), 10)
        with pytest.raises(Unavailable) as told:
            kept.open("0" * 64)
        assert told.value.reason == "content_unreadable"

    def test_a_content_is_read_in_pieces_and_what_comes_short_is_told_at_once(self, tmp_path, monkeypatch):
        monkeypatch.setattr(objects, "BLOCK", 10)
        store = self.objects()
        kept, content = Blobs(tmp_path, store), bytes(range(256))
        digest = kept.write(BytesIO(content), 1000).sha256
        assert read(kept, digest) == content
        with kept.open(digest) as opened:
            assert [opened.read(100), opened.read(100), opened.read(100)] == [
                content[:100],
                content[100:200],
                content[200:],
            ]
        monkeypatch.setattr(store._system, "cat_file", lambda _at, start, end: content[start : end - 1])
        with pytest.raises(Unavailable) as told:
            kept.open(digest)
        assert told.value.reason == "content_unreadable"

    def test_what_is_gone_is_found_by_one_list_and_not_guessed_while_the_store_is_away(
        self, tmp_path, monkeypatch
    ):
        store = self.objects()
        kept = Blobs(tmp_path, store)
        digest, gone = kept.write(BytesIO(b"x"), 10).sha256, "0" * 64
        assert kept.missing([gone, digest]) == (gone,)

        def fails(*_arguments, **_more):
            raise ConnectionRefusedError

        monkeypatch.setattr(store._system, "find", fails)
        with pytest.raises(Unavailable):
            kept.missing([digest])
        with pytest.raises(Unavailable):
            list(kept.all_derived())

    def test_a_store_that_is_away_has_lost_nothing_for_a_backup(self, tmp_path, monkeypatch):
        store = self.objects()
        kept = Blobs(tmp_path, store)
        digest = kept.write(BytesIO(b"x"), 10).sha256
        assert content_of(kept, "0" * 64) is None
        with content_of(kept, digest) as content:
            assert content.read() == b"x"
        refuse_emptied(kept, 2, 1)
        refuse_emptied(kept, 0, 0)
        refuse_emptied(Blobs(tmp_path), 1, 1)
        with pytest.raises(Unavailable) as told:
            refuse_emptied(kept, 2, 2)
        assert told.value.reason == "store_away"

        def fails(*_arguments, **_more):
            raise ConnectionRefusedError

        monkeypatch.setattr(store._system, "info", fails)
        with pytest.raises(Unavailable) as told:
            content_of(kept, digest)
        assert told.value.reason == "store_away"

    def test_a_content_written_again_is_young_again(self, tmp_path):
        store = self.objects()
        kept = Blobs(tmp_path, store)
        digest = kept.write(BytesIO(b"x"), 10).sha256
        before = store.modified(f"{digest[:2]}/{digest[2:]}")
        while time.time() <= before:
            pass
        kept.write(BytesIO(b"x"), 10)
        assert store.modified(f"{digest[:2]}/{digest[2:]}") > before


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://host/x", "it must be file:///folder"),
        ("file://relative/x", "whole path"),
        ("s3://", "it must be file:///folder"),
        ("/srv/files", "it must be file:///folder"),
    ],
)
def test_an_address_that_is_none_is_refused_with_the_setting(address, said, tmp_path):
    with pytest.raises(SettingsInvalid) as told:
        store_at(address, tmp_path)
    assert told.value.params["name"] == "PAYVAND_FILES"
    assert said in str(told.value.params["reason"])


def test_a_store_over_the_network_is_not_waited_for_without_end(tmp_path, monkeypatch):
    asked = {}

    class Client:
        async_impl, retries = True, 5

        def invalidate_cache(self):
            pass

        def info(self, at, timeout):
            asked["info"] = timeout
            raise TimeoutError

    def made(_address, **options):
        asked.update(options)
        return Client(), "bucket/files"

    monkeypatch.setattr(fsspec, "url_to_fs", made)
    store = store_at("s3" + "://bucket/files", tmp_path)
    with pytest.raises(TimeoutError):
        store.open("ab/cd")
    assert store._system.retries == objects.TRIES
    assert asked["info"] == objects.PATIENCE
    assert asked["config_kwargs"]["connect_timeout"] == objects.CONNECTING
    assert asked["config_kwargs"]["read_timeout"] == objects.SILENT
    assert asked["config_kwargs"]["retries"]["total_max_attempts"] == 1


def test_a_store_whose_package_is_missing_is_refused_with_its_name(tmp_path, monkeypatch):
    def missing(*_arguments, **_more):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    with pytest.raises(SettingsInvalid) as told:
        store_at("s3" + "://bucket/files", tmp_path)
    assert "pip install s3fs" in str(told.value.params["reason"])


def test_without_a_setting_contents_are_in_the_folder_of_the_site(tmp_path):
    assert isinstance(store_at("", tmp_path), Folder)
    assert not blobs_of(Settings(home=tmp_path)).shared


def test_files_of_a_shared_store_are_kept_and_swept_under_the_lock_of_the_database(
    site, desk, actor_as, tmp_path
):
    anna = actor_as("office.clerk", login="anna@example.com")
    files = Files(Blobs(tmp_path, store_at(f"memory://bucket/{uuid4().hex}", tmp_path)), 100)
    with desk.unit(anna) as uow:
        number = files.store(BytesIO(b"here"), "a.txt", anna, uow)
    with desk.unit(anna) as uow:
        with files.open(files.find(number, uow.reader)) as content:
            assert content.read() == b"here"
        assert files.clean(uow.reader) == 0
