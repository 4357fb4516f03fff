"""Pictures: whether a content is one, and the small copies of it that are shown. Pillow is loaded with this file.

Only four formats are ever opened, nothing before its size is known, and never more of an animation than its first
picture. What is shown is drawn anew, turned as the camera says, so that nothing else of the upload is in it: no
place, no serial number, no comment, no second file behind the picture.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType
from typing import BinaryIO

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from core.errors import Problem
from core.kernel.values import THUMBNAILS

FORMATS: Mapping[str, str] = MappingProxyType(
    {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
)
MOST_PIXELS = 40_000_000
"""More than cameras of telephones make, and not more than a process can hold at once."""

LONGEST_SIDE = 20_000
QUALITY = 82

_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
    UserWarning,
)
"""What Pillow's readers raise for files that are not what they begin as."""

_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError)


class NotShown(Exception):
    """A content that cannot be shown; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def check_picture(content: BinaryIO, mime: str) -> None:
    """Raise `NotShown` where a content is not a whole picture of its kind within the limits."""
    _opened(content, mime, THUMBNAILS["small"])


def thumbnails(content: BinaryIO, mime: str) -> Mapping[str, bytes]:
    """Return the thumbnails of a picture by size, as WebP; raise `NotShown`."""
    picture = _opened(content, mime, THUMBNAILS["large"])
    made: dict[str, bytes] = {}
    for name, side in sorted(THUMBNAILS.items(), key=lambda one: -one[1]):
        picture.thumbnail((side, side))  # the smaller from the larger
        made[name] = _written(picture)
    return made


def _opened(content: BinaryIO, mime: str, side: int) -> Image.Image:
    """Return a picture not smaller than ``side``, turned as it is meant and without anything beside it."""
    if mime not in FORMATS:
        raise NotShown(_no_picture())
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process when it is loaded
    try:
        with Image.open(content, formats=(FORMATS[mime],)) as source:
            _check_size(source)
            source.draft("RGB", (side, side))  # JPEG is read smaller at once
            source.load()
            picture = _clean(ImageOps.exif_transpose(source))
    except UnidentifiedImageError:
        raise NotShown(_no_picture()) from None
    except _BOMBS as failure:
        raise NotShown(_too_large()) from failure
    except _BROKEN as failure:
        raise NotShown(_broken()) from failure
    return picture


def _check_size(source: Image.Image) -> None:
    if source.width * source.height > MOST_PIXELS or max(source.size) > LONGEST_SIDE:
        raise NotShown(_too_large())


def _clean(source: Image.Image) -> Image.Image:
    """Return the points alone, in colours that every browser shows."""
    has_alpha = source.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in source.info
    drawn = source.convert("RGBA" if has_alpha else "RGB")
    drawn.info.clear()
    return drawn


def _written(picture: Image.Image) -> bytes:
    into = BytesIO()
    picture.save(into, "WEBP", quality=QUALITY, method=3, exif=b"", icc_profile=b"", xmp=b"")
    return into.getvalue()


def _no_picture() -> Problem:
    return Problem(
        code="no_picture",
        message="This file is no picture that can be shown. Choose a PNG, JPEG, WebP or GIF.",
    )


def _too_large() -> Problem:
    return Problem(
        code="picture_too_large",
        message="The picture has too many points: more than {maximum} million, or a side longer than {side}. "
        "Make it smaller first.",
        params={"maximum": MOST_PIXELS // 1_000_000, "side": LONGEST_SIDE},
    )


def _broken() -> Problem:
    return Problem(
        code="broken_picture",
        message="The picture is damaged or not whole. Save it anew, or choose another.",
    )
