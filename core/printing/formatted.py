"""Formatted text for paper: a browser finds the direction of a line by itself, WeasyPrint wants to be told."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

from markupsafe import Markup

from core.fields import rich_markup

_LINES = frozenset({"p", "h3", "h4"})
_BLOCKS = _LINES | {"ul", "ol", "blockquote"}
_SIDES = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def on_paper(text: str) -> Markup:
    """Return formatted or plain text, clean, with the direction of the first letter on each of its blocks."""
    reader = _Directing()
    reader.feed(str(rich_markup(text)))
    reader.close()
    return Markup("".join(reader.pieces))  # noqa: S704  # what was cleaned, with nothing but directions changed


class _Directing(HTMLParser):
    """Copies clean markup; a block waits with its first tag for its first letter."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self._open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag; a block without a letter keeps the direction of what is around it."""
        written = (self.get_starttag_text() or "").replace(' dir="auto"', "")
        if tag in _BLOCKS:
            self._open.append((tag, len(self.pieces)))
        self.pieces.append(written)

    def handle_endtag(self, tag: str) -> None:
        """Close a block, whether a letter was in it or not."""
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Take text; its first letter decides about the blocks around it that wait."""
        side = next((_SIDES[kind] for kind in map(unicodedata.bidirectional, data) if kind in _SIDES), None)
        if side is not None:
            for tag, at in self._open:
                if " dir=" not in self.pieces[at]:
                    self.pieces[at] = self.pieces[at].replace(f"<{tag}", f'<{tag} dir="{side}"', 1)
        self.pieces.append(data)

    def handle_entityref(self, name: str) -> None:
        """Keep what is written as an entity."""
        self.pieces.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Keep what is written by its number."""
        self.pieces.append(f"&#{name};")
