"""Headers of a download: saved, not opened; and if opened, without any power."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from core.i18n import clean

LONGEST_NAME = 150
SHOWN_AGAIN = 300
"""Seconds for which a browser shows a thumbnail again without asking; afterwards it asks whether it may."""


DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\s*\..*)?")
"""Names under which Windows keeps no file, with any ending."""


def file_name(name: str) -> str:
    """Return the name as it is kept: the last part of a path, printable, not too long, with its ending."""
    last = clean(name.replace("\\", "/").rpartition("/")[2])
    shown = "".join(c for c in last if (c.isprintable() and unicodedata.category(c) != "Cf") or c == "\u200c")
    shown = shown.strip(" .")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        ending = dot + ending if stem and len(ending) < 12 else ""
        shown = shown[: LONGEST_NAME - len(ending)] + ending
    return f"_{shown}" if DEVICES.fullmatch(shown) else shown or "file"


def thumbnail_headers(tag: str) -> Mapping[str, str]:
    """Return the headers of a thumbnail: drawn by us, it may be shown; only its reader's browser keeps it for a while."""
    return {
        "Content-Type": "image/webp",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": f"private, max-age={SHOWN_AGAIN}",
        "Vary": "Cookie, Authorization",
        "ETag": f'"{tag}"',
    }


def download_headers(name: str, mime: str) -> Mapping[str, str]:
    """Return the headers of a download, whatever the file holds."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\;%' else "_" for c in name)
    return {
        "Content-Type": f"{mime}; charset=utf-8" if mime.startswith("text/") else mime,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
