"""What kind of file it is, by its content; a name alone convinces nobody."""

from __future__ import annotations

from pathlib import PurePath
from types import MappingProxyType

HEAD = 4096
"""So many bytes decide."""

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)

_ZIPPED = MappingProxyType(
    {
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
        ".odt": "application/vnd.oasis.opendocument.text",
    }
)

_OFFICE_97 = MappingProxyType({".xls": "application/vnd.ms-excel", ".doc": "application/msword"})


def kind_of(head: bytes, name: str) -> str:
    """Return the MIME type of a file; what a browser could run as a page is plain text."""
    suffix = PurePath(name).suffix.lower()
    if head.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(suffix, "application/zip")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    for beginning, mime in _BEGINNINGS:
        if head.startswith(beginning):
            return _OFFICE_97.get(suffix, mime)
    if _is_text(head):
        return "text/csv" if suffix == ".csv" else TEXT
    return UNKNOWN


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > HEAD - 4  # a letter may be cut in two where the head ends
    return True
