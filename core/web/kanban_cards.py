"""The cards of a board as markup: what all have in common is rendered once, what each record has is put in."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from core.web.kanban_board import Boards, Card
from core.web.moulds import Mould, escaped, number_mark, text_mark
from core.web.rendering import Renderer
from core.web.table_cells import CardCells

CARD = "_kanban_card.html"
"""The template of a card without its fields."""

MORE = "_kanban_more.html"
"""The template of the way to more cards."""

WAYS = {name: text_mark(n) for n, name in enumerate(("following", "whole"))}

FIELD = "_card_field.html"
"""The template of the fields of cards."""

TEXTS = {
    name: text_mark(n)
    for n, name in enumerate(("title", "move", "about", "times", "amounts", "people", "address"))
}
NUMBERS = {name: number_mark(n) for n, name in enumerate(("id", "version"))}


class Cards:
    """Draws the cards of one board."""

    def __init__(self, renderer: Renderer, boards: Boards) -> None:
        self._renderer, self._boards = renderer, boards
        looks = renderer.looks(boards.present, boards.views, FIELD)
        self._cells = CardCells(looks, boards.entity, boards.view.card)
        self._address = escaped(boards.state.address())
        self._style = boards.present.style
        moving = self._style._("Move {title} to another column", title=TEXTS["title"])
        self._moving = moving.split(TEXTS["title"])
        self._moulds: dict[tuple[bool, bool], Mould] = {}

    def drawn(self, cards: Iterable[Card], following: str = "", whole: str = "") -> Markup:
        """Return cards as they stand in their column, and the way to those after them.

        ``following`` is where a script finds those, ``whole`` a list of the column for whoever has no script.
        """
        more = self._more(following, whole) if following else ""
        return Markup("".join([*map(self._card, cards), more]))  # noqa: S704  # by templates that escape

    def _more(self, following: str, whole: str) -> str:
        mould = self._renderer.mould(
            self._boards.present, MORE, bool(whole), WAYS, whole=bool(whole), marks=WAYS
        )
        return mould.fill({"following": escaped(following), "whole": escaped(whole)})

    def _card(self, card: Card) -> str:
        cells, record = self._cells, card.record
        times, amounts, people = (part.markup(record) for part in (cells.times, cells.amounts, cells.people))
        return self._mould(bool(times), bool(amounts or people)).fill(
            {
                "id": str(card.id),
                "version": str(card.version),
                "title": escaped(card.title),
                "move": escaped(self._style.isolated(card.title).join(self._moving)),
                "about": cells.about.markup(record),
                "times": times,
                "amounts": amounts,
                "people": people,
                "address": self._address,
            }
        )

    def _mould(self, timed: bool, ended: bool) -> Mould:
        """Return the mould of cards that have a line of times, and one of amounts and people."""
        found = self._moulds.get((timed, ended))
        if found is None:
            movable, entity = self._boards.rights.move, self._boards.entity
            found = self._moulds[timed, ended] = self._renderer.mould(
                self._boards.present,
                CARD,
                (entity.name, movable, timed, ended),
                TEXTS | {name: str(number) for name, number in NUMBERS.items()},
                entity=entity,
                movable=movable,
                timed=timed,
                ended=ended,
                marks=TEXTS | NUMBERS,
            )
        return found
