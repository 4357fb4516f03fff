"""What must hold of an uploaded workbook before any of it is understood: no bombs, no macros, no foreign entities."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO

from core.exchange.compound import SIGNATURE, names_in
from core.exchange.limits import MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED, RATIO_COUNTS
from core.exchange.measuring import SheetMeter, TextMeter, XmlGuard
from core.exchange.refusal import broken, refused

_ENCRYPTED = "EncryptedPackage"
_OTHER_KINDS = frozenset({"xl/workbook.bin", "content.xml"})
"""Parts by which readers of several kinds of workbooks would take an archive for another one than it was measured as."""

_MACROS = b"macroenabled"
_TYPES = "[content_types].xml"
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_STRINGS = "xl/sharedstrings.xml"
_CHUNK = 2**16


def is_workbook(head: bytes) -> bool:
    """Tell whether a file begins as a workbook does, be it of a kind that is refused."""
    return head.startswith((b"PK", SIGNATURE))


def check_workbook(file: BinaryIO) -> None:
    """Refuse a workbook that is broken, protected, has macros, or would take more memory than it may."""
    file.seek(0)
    if file.read(8) == SIGNATURE:
        raise _of_another_kind(file)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_directory(archive)
            _check_parts(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as failure:
        raise broken() from failure
    file.seek(0)


def _of_another_kind(file: BinaryIO) -> Exception:
    """Return the refusal of a compound file: an encrypted workbook, or one of the years before .xlsx."""
    file.seek(0)
    if _ENCRYPTED in names_in(file):
        return _protected()
    file.seek(0)
    if _ENCRYPTED.encode("utf-16-le") in file.read(2**20):  # its directory is damaged, but says so
        return _protected()
    return refused(
        "old_workbook", "This is a workbook of an old kind; save it as .xlsx or .csv and try again."
    )


def _check_directory(archive: zipfile.ZipFile) -> None:
    """Refuse by what the archive says of itself; `_check_parts` counts whether it told the truth."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise refused(
            "too_many_parts",
            "The workbook has more than {maximum} parts; copy the sheet into a new workbook and try again.",
            maximum=MAX_ENTRIES,
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise _protected()
    names = {entry.filename.lower() for entry in entries}
    if _TYPES not in names or not any(name.startswith("xl/") for name in names) or names & _OTHER_KINDS:
        raise refused(
            "not_a_workbook", "This is not an Excel workbook; save the sheet as .xlsx or .csv and try again."
        )
    if any(
        name.startswith("xl/macrosheets/") or (name.endswith(".bin") and ("vba" in name or "macro" in name))
        for name in names
    ):
        raise _macros()
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _too_large()
    for entry in entries:
        if entry.file_size > RATIO_COUNTS and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise refused(
                "too_dense",
                "The workbook is packed far more densely than a real one can be; copy the sheet into a new workbook and try again.",
            )


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Read every part once, counting; look into those that are XML. Texts come first: sheets refer to them."""
    entries = sorted(archive.infolist(), key=lambda entry: entry.filename.lower() != _STRINGS)
    unpacked, texts = 0, TextMeter()
    for entry in entries:
        meter: XmlGuard | None = None
        first = True
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > MAX_UNPACKED:
                    raise _too_large()
                if first:
                    meter, first = _meter(entry.filename.lower(), chunk, texts), False
                if meter is not None:
                    meter.feed(chunk)
        if meter is not None:
            meter.finish()


def _meter(name: str, head: bytes, texts: TextMeter) -> XmlGuard | None:
    """Return what reads a part first. A workbook may keep its sheets under any name: all that is XML is measured."""
    if name == _TYPES and _MACROS in head.lower():
        raise _macros()
    if name == _STRINGS:
        return texts
    is_xml = name.endswith((".xml", ".rels", ".vml")) or head.lstrip(_BEFORE_XML)[:1] == b"<"
    return SheetMeter(texts) if is_xml else None


def _macros() -> Exception:
    return refused("macros", "The workbook holds macros; save it as .xlsx, without macros, and try again.")


def _protected() -> Exception:
    return refused("protected", "The workbook is protected by a password; save it without one and try again.")


def _too_large() -> Exception:
    return refused(
        "too_large",
        "The workbook is larger than {maximum} MB when it is unpacked; divide it into several, or save the sheet as .csv.",
        maximum=MAX_UNPACKED // 2**20,
    )
