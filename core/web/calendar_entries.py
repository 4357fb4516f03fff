"""The entries of a calendar as markup: what all have in common is rendered once, what each record has is put in."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from core.web.calendar_days import Days, Entry
from core.web.moulds import Mould, escaped, number_mark, text_mark
from core.web.rendering import Renderer

ENTRY = "_calendar_entry.html"
TEXTS = {name: text_mark(n) for n, name in enumerate(("title", "hue", "time", "address"))}
NUMBERS = {name: number_mark(n) for n, name in enumerate(("id", "version"))}


class Entries:
    """Draws the entries of one calendar."""

    def __init__(self, renderer: Renderer, days: Days) -> None:
        self._moulds = [self._mould(renderer, days, timed) for timed in (False, True)]
        self._address = escaped(days.state.address())

    def drawn(self, entries: Iterable[Entry]) -> Markup:
        """Return entries as they stand in their day or hour."""
        return Markup("".join(map(self._entry, entries)))  # noqa: S704  # by templates that escape

    def _entry(self, entry: Entry) -> str:
        return self._moulds[bool(entry.time)].fill(
            {
                "id": str(entry.id),
                "version": str(entry.version),
                "title": escaped(entry.title),
                "hue": entry.hue,
                "time": entry.time,
                "address": self._address,
            }
        )

    def _mould(self, renderer: Renderer, days: Days, timed: bool) -> Mould:
        """Return the mould of entries that begin at a time of day, or of those that take whole days."""
        return renderer.mould(
            days.present,
            ENTRY,
            (days.entity.name, days.movable, timed),
            TEXTS | {name: str(number) for name, number in NUMBERS.items()},
            entity=days.entity,
            movable=days.movable,
            timed=timed,
            marks=TEXTS | NUMBERS,
        )
