"""A disk that takes no more: the upload is refused in a sentence, nothing of it stays, and it works when there is room again."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from core.errors import Unavailable
from core.storage import Database
from tests.api.conftest import new_key
from tests.full_disk import no_file_larger_than

ROOM = 2**16

FULL = """CREATE FUNCTION refuse_for_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON core_file FOR EACH ROW EXECUTE FUNCTION refuse_for_room()"""
"""Answers as PostgreSQL does where its disk is full."""


def upload(client, key, size=4 * ROOM):
    head = 'Content-Disposition: form-data; name="file"; filename="large.txt"'
    return client.post(
        "/api/v1/files",
        data=f"--end\r\n{head}\r\n\r\n{'x' * size}\r\n--end--\r\n".encode(),
        content_type="multipart/form-data; boundary=end",
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


@pytest.mark.filterwarnings(
    "ignore:Unclosed file <tempfile"
)  # Werkzeug lets go of the file that it cannot write
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_is_so_large_that_it_waits_on_the_disk_is_told_the_same(site, client, actor_as):
    key = new_key(site, actor_as("office.chief"))
    client.application.testing = False  # what breaks is answered
    try:
        with no_file_larger_than(ROOM), capture_logs():
            refused = upload(client, key, size=2**20)
        assert (refused.status_code, refused.json["code"]) == (503, "disk_full")
        assert refused.headers["Retry-After"]
        assert upload(client, key, size=2**20).status_code == 201
    finally:
        client.application.testing = True


def test_a_database_without_room_refuses_what_is_written_and_goes_on_answering(site, client, actor_as):
    key = new_key(site, actor_as("office.chief"))
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text(FULL))
    refused = upload(client, key)
    assert (refused.status_code, refused.json["code"]) == (503, "disk_full")
    assert refused.json["detail"] == "The disk of the database is full; nothing can be saved."
    assert client.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER full_disk ON core_file"))
    assert upload(client, key).status_code == 201
