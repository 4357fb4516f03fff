"""Files that people upload by mistake or on purpose, made here from nothing."""

from __future__ import annotations

import base64
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl

MB = 2**20
TYPES = "[Content_Types].xml"
SHEET = "xl/worksheets/sheet1.xml"
MACROS = (
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
_ENTITIES = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
LAUGHS = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{_ENTITIES}]><x>&a9;</x>"


def workbook(*rows: Sequence[Any], merged: str = "") -> bytes:
    """Return a workbook with one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if merged:
        book.active.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(
    content: bytes,
    change: Callable[[str, bytes], bytes] = lambda _name, data: data,
    more: Mapping[str, bytes] = {},
) -> bytes:
    """Return a workbook whose parts are changed, and which has further ones."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in given.namelist():
            archive.writestr(name, change(name, given.read(name)))
        for name, data in more.items():
            archive.writestr(name, data)
    return made.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    """Return a workbook whose sheet says something else."""
    return repacked(
        workbook(["Last name"], [1]), lambda name, data: data.replace(old, new) if name == SHEET else data
    )


def broken() -> dict[str, bytes]:
    whole = workbook(["Last name"], ["Ada"])
    return {
        "nothing more": b"PK\x03\x04 nothing more",
        "cut": whole[: len(whole) // 2],
        "changed": _changed(whole),
        "no sheet": repacked(
            whole, lambda name, data: b"<worksheet><sheetData><row" if name == SHEET else data
        ),
    }


def _changed(content: bytes) -> bytes:
    """Return a workbook with a byte of its sheet changed: its sum does not fit any more."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(SHEET)
    place = entry.header_offset + 30 + len(SHEET) + entry.compress_size // 2
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def bombs() -> dict[str, bytes]:
    whole = workbook(["Last name"], ["Ada"])
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(20 * MB))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.zip", inner.getvalue())
    return {
        "dense": repacked(whole, more={"xl/media/a.bin": bytes(45 * MB)}),
        "large": repacked(whole, more={"xl/media/a.bin": bytes(60 * MB)}),
        "liar": _liar(repacked(whole, more={"xl/media/a.bin": bytes(60 * MB)}), 60 * MB),
        "parts": repacked(whole, more={f"xl/media/{n}": b"" for n in range(2001)}),
        "zips": made.getvalue(),
    }


def _liar(content: bytes, size: int) -> bytes:
    """Return an archive that says of its large part that it is small."""
    return content.replace(struct.pack("<I", size), struct.pack("<I", 10))


def png(size: int) -> bytes:
    """Return a picture of about so many bytes that no packing makes smaller."""
    side = int((size / 3) ** 0.5)
    rows = b"".join(b"\0" + os.urandom(3 * side) for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def card(photo: bytes, kind: str = "PNG") -> bytes:
    """Return the vCard of somebody with a photo."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", "N:Stone;Ada;;;", f"PHOTO;ENCODING=b;TYPE={kind}:"]
    return "\r\n".join(lines).encode() + base64.b64encode(photo) + b"\r\nEND:VCARD\r\n"


def noise(length: int) -> str:
    """Return so many characters that hardly become fewer when they are packed."""
    return os.urandom(length // 2 + 1).hex()[:length]


def with_shared_text(length: int) -> bytes:
    """Return a workbook with a cell that refers to so long a text."""
    own, shared = b't="inlineStr"><is><t>Ada</t></is>', b't="s"><v>0</v>'
    return repacked(
        workbook(["Last name"], ["Ada"]),
        lambda name, data: data.replace(own, shared) if name == SHEET else data,
        {"xl/sharedStrings.xml": f"<sst><si><t>{noise(length)}</t></si></sst>".encode()},
    )
