"""Compound files, in which old and encrypted workbooks are kept: what their directory says that they hold."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER = 512
_ENTRY = 128
_IN_HEADER = 109
"""Sectors of the table of chains that the header names itself; longer tables are not followed."""

_MOST = 1000
"""Sectors of a directory that are looked at."""

_SHIFTS = (9, 12)


def names_in(file: BinaryIO) -> frozenset[str]:
    """Return the names in the directory of a compound file, as far as it can be read."""
    file.seek(0)
    header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(SIGNATURE):
        return frozenset()
    shift, first = struct.unpack_from("<H", header, 0x1E)[0], struct.unpack_from("<I", header, 0x30)[0]
    if shift not in _SHIFTS:
        return frozenset()
    table = struct.unpack_from(f"<{_IN_HEADER}I", header, 0x4C)
    names = (name for sector in _chain(file, first, 1 << shift, table) for name in _names(sector))
    return frozenset(filter(None, names))


def _chain(file: BinaryIO, sector: int, size: int, table: tuple[int, ...]) -> Iterator[bytes]:
    """Yield the sectors of the directory."""
    each, seen = size // 4, set[int]()
    while sector not in seen and len(seen) < _MOST:
        seen.add(sector)
        content = _sector(file, sector, size)
        if len(content) < size or sector // each >= len(table):
            return
        yield content
        chains = _sector(file, table[sector // each], size)
        if len(chains) < size:
            return
        (sector,) = struct.unpack_from("<I", chains, 4 * (sector % each))


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)


def _names(sector: bytes) -> Iterator[str]:
    for start in range(0, len(sector), _ENTRY):
        (length,) = struct.unpack_from("<H", sector, start + 64)
        yield sector[start : start + min(max(length - 2, 0), 64)].decode("utf-16-le", "replace")
