"""Pages and assets on their way: compressed for browsers that take it.

The length of a compressed page tells what in it is equal, and its reader can be made to ask for it with any text in the
address. So no compressed page holds a secret in its plain form: the token of forms is masked, and pages that show a
secret say so (`leave_plain`). Besides, lengths are blurred by a random file name in the gzip header.
"""

from __future__ import annotations

import mimetypes
import os
import secrets
from pathlib import Path
from struct import pack

from flask import Request, Response, g, send_from_directory
from zlib_ng import zlib_ng

LEVEL = 2
"""Of nine: low, because each page is made for one reader and sent once; 4 takes three times as long for an eighth less."""

SMALLEST = 1024
"""Bytes below which nothing is gained."""

BLUR = 64
"""The name in the header is up to so many letters long."""

HEAD = b"\x1f\x8b\x08\x08" + bytes(4) + b"\0\xff"
"""Begins what is compressed: deflated, with a name, made at no time on no system in particular."""

PLAIN = "plain"


def leave_plain() -> None:
    """Let the page that is being made leave as it is, because it shows a secret that lasts."""
    setattr(g, PLAIN, True)


def compress(response: Response, request: Request) -> Response:
    """Compress a page in place."""
    if response.mimetype != "text/html" or response.direct_passthrough or response.is_streamed:
        return response
    if g.get(PLAIN):
        response.headers.setdefault("Cache-Control", "private, no-store, no-transform")  # nor may proxies
        return response
    response.vary.add("Accept-Encoding")
    if not _takes_gzip(request) or "Content-Encoding" in response.headers:
        return response
    page = response.get_data()
    if len(page) >= SMALLEST:
        response.set_data(_packed(page))
        response.headers["Content-Encoding"] = "gzip"
    return response


def send_asset(folder: Path, name: str, request: Request, max_age: int) -> Response:
    """Send a file of the front end, as its build has compressed it where the browser takes that."""
    packed = f"{name}.gz"
    if not _takes_gzip(request) or not os.path.isfile(folder / packed):  # noqa: PTH113  # false also for names that no file can have
        response = send_from_directory(folder, name, max_age=max_age)
    else:
        response = send_from_directory(
            folder, packed, mimetype=mimetypes.guess_type(name)[0], max_age=max_age
        )
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _takes_gzip(request: Request) -> bool:
    return request.accept_encodings["gzip"] > 0


def _packed(page: bytes) -> bytes:
    """Return a page in the form of gzip (RFC 1952), with a name of random length in its header."""
    packer = zlib_ng.compressobj(LEVEL, zlib_ng.DEFLATED, -zlib_ng.MAX_WBITS)
    name = b"x" * secrets.randbelow(BLUR)
    ends = pack("<II", zlib_ng.crc32(page), len(page) & 0xFFFFFFFF)
    return b"".join((HEAD, name, b"\0", packer.compress(page), packer.flush(), ends))
