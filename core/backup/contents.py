"""What a backup takes for lost: a content that is not there. A store that does not answer has lost nothing."""

from __future__ import annotations

from typing import BinaryIO

from core.errors import Unavailable
from core.files.blobs import Blobs


def content_of(blobs: Blobs, sha256: str) -> BinaryIO | None:
    """Open a content; None where it is lost. Raise `Unavailable` where a store over the network does not give it."""
    try:
        return blobs.open(sha256)
    except Unavailable as refused:
        if blobs.shared and refused.reason != "content_missing":
            raise _away() from refused
        return None


def refuse_emptied(blobs: Blobs, wanted: int, lost: int) -> None:
    """Raise `Unavailable` where a store over the network has nothing at all: it is another one, or not there."""
    if blobs.shared and wanted and wanted == lost:
        raise _away()


def _away() -> Unavailable:
    return Unavailable(
        "The store of files, PAYVAND_FILES, does not give what is wanted. Nothing was written; look at the store, and try again.",
        code="store_away",
    )
