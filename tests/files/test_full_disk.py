"""A disk that takes no more: the upload is refused in a sentence, nothing of it stays, and it works when there is room again."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from io import BytesIO

import pytest

from core.errors import Unavailable
from core.storage import Database
from tests.api.conftest import new_key

ROOM = 2**16


@contextmanager
def no_file_larger_than(size):
    """Let the system refuse this process to write more into a file, as a full disk does in the middle of one."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
        signal.signal(signal.SIGXFSZ, handler)


def upload(client, key):
    return client.post(
        "/api/v1/files",
        data={"file": (BytesIO(b"x" * 4 * ROOM), "large.txt")},
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "the-upload"},
    )


def test_an_upload_that_finds_no_room_is_told_and_leaves_nothing(site, client, actor_as):
    key = new_key(site, actor_as("office.chief"))
    with no_file_larger_than(ROOM):
        refused = upload(client, key)
    assert (refused.status_code, refused.json["code"]) == (503, "disk")
    assert refused.json["detail"] == "The file cannot be written to the disk."
    assert [path for path in (site.settings.home / "files").rglob("*") if path.is_file()] == []
    with site.get(Database).reading() as reader:
        assert reader.rows("SELECT count(*) FROM core_file") == [(0,)]
    again = upload(client, key)
    assert again.status_code == 201, again.text
    assert "Idempotency-Replayed" not in again.headers, "what was refused was not kept as the answer"


def test_what_is_there_is_still_read(desk, actor_as, files):
    actor = actor_as("office.chief")
    number = desk.store(actor, b"kept")
    with no_file_larger_than(0), desk.unit(actor) as uow:
        with files.open(files.find(number, uow.reader)) as content:
            assert content.read() == b"kept"
        with pytest.raises(Unavailable, match="cannot be written"):
            files.store(BytesIO(b"more"), "more.txt", actor, uow)
