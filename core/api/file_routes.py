"""Files: uploaded first, then named by their id in a record; downloads for those who may read that record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO

import orjson
from flask import Response
from werkzeug.datastructures import FileStorage

from core.api.answers import streamed
from core.api.bodies import WrongKind
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.routes import Route, record_id, ref
from core.errors import AccessDenied, BadRequest
from core.files import Files, Thumbnails, download_headers, thumbnail_headers
from core.records.attachments import Attachments
from core.storage import UnitOfWork

CHUNK = 2**16
WRITES = frozenset({"*", "create", "update", "import"})
MULTIPART = "multipart/form-data"


def upload(call: Call) -> Response:
    """Keep a file; a record has to refer to it within a day."""
    given = uploaded(call)

    def act(uow: UnitOfWork) -> Made:
        given.stream.seek(0)
        number = call.site.get(Files).store(given.stream, given.filename or "", call.actor, uow)
        stored = call.site.get(Files).find(number, uow.reader)
        body = {"id": stored.id, "name": stored.name, "size": stored.size, "mime": stored.mime}
        return Made(status=201, body=orjson.dumps(body))

    return once(call, digest(given), act, address=call.request.path)


def download(call: Call, file: str) -> Response:
    """Send a file to somebody who may read the record that it belongs to."""
    stored = call.site.get(Attachments).find(call.actor, record_id(file), catalog=call.catalog)
    content = call.site.get(Files).open(stored)
    return streamed(
        _pieces(content), {**download_headers(stored.name, stored.mime), "Content-Length": str(stored.size)}
    )


def thumbnail(call: Call, file: str, size: str) -> Response:
    """Send a thumbnail of a picture to somebody who may have the picture."""
    stored = call.site.get(Attachments).find(call.actor, record_id(file), catalog=call.catalog)
    drawn = call.site.get(Thumbnails).get(stored, size)
    response = streamed([drawn], thumbnail_headers(f"{stored.sha256[:32]}-{size}"))
    response.content_length = len(drawn)
    response.make_conditional(call.request)
    return response


def uploaded(call: Call) -> FileStorage:
    """Return the file of a form; refuse a request without one, and keys that are not made for writing."""
    scopes = call.actor.scopes
    if scopes is not None and not any(scope.action in WRITES for scope in scopes):
        raise AccessDenied("This key is not made for writing.", code="out_of_scope")
    if call.request.mimetype != MULTIPART:
        raise WrongKind(kind=MULTIPART)
    given = call.request.files.get("file")
    if given is None or not given.filename:
        raise BadRequest("Send the file in the part {name}.", code="no_file", name="file")
    return given


def digest(given: FileStorage) -> bytes:
    """Return what tells this upload from another."""
    found = hashlib.sha256((given.filename or "").encode("utf-8", "surrogatepass") + b"\0")
    given.stream.seek(0)
    for piece in _read(given.stream):
        found.update(piece)
    return found.digest()


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        yield from _read(content)


def _read(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(CHUNK):
        yield piece


ROUTES = (
    Route(
        method="POST",
        path="/files",
        name="upload_file",
        run=upload,
        group="Files",
        about="Upload a file.",
        headers=(KEY,),
        body=ref("Upload"),
        body_kind=MULTIPART,
        answers={201: ref("File")},
    ),
    Route(
        method="GET",
        path="/files/{file}",
        name="download_file",
        run=download,
        group="Files",
        about="Download a file, always as an attachment.",
        answers={200: {"type": "string", "format": "binary"}},
        answer_kind="application/octet-stream",
    ),
    Route(
        method="GET",
        path="/files/{file}/thumbnails/{size}",
        name="thumbnail_of_file",
        run=thumbnail,
        group="Files",
        about="Show a picture in a size: small, medium or large; as WebP, without what the camera wrote beside it.",
        answers={200: {"type": "string", "format": "binary"}},
        answer_kind="image/webp",
    ),
)
