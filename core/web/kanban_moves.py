"""Moving a card: a field with a workflow moves by its transitions, any other is written with the version seen."""

from __future__ import annotations

from flask import url_for

from core.errors import NotFound
from core.records.service import Records
from core.storage import Database
from core.web.kanban_board import Boards
from core.workflow import Offer


def move(boards: Boards, number: int, key: str, version: int | None) -> None:
    """Move a record to a column; whatever refuses it is raised."""
    column = boards.columns.find(key)
    if column is None:
        raise NotFound("This board has no such column.")
    present, name, field = boards.present, boards.entity.name, boards.view.group.name
    database, records = boards.site.get(Database), boards.site.get(Records)
    actor, value, seen = present.actor, boards.columns.value(key), version or 0

    def act() -> None:
        with database.unit(present.catalog, actor, channel="web") as uow:
            if boards.view.workflow is None or value is None:
                records.update(actor, name, number, {field: value}, version=seen, uow=uow)
            else:
                records.move_to(actor, name, number, value, version=seen, uow=uow, field=field)

    database.attempt(act)


def dialog(boards: Boards, number: int, key: str) -> str:
    """Return the page that asks for what a move to a column needs and leads back to the board; empty where it needs nothing."""
    offer = _only_step(boards, number, key)
    if offer is None or not (offer.required or offer.reason == "required"):
        return ""
    return url_for(
        "web.transition",
        entity=boards.entity.name,
        number=number,
        name=offer.name,
        to=offer.to[0] if offer.to else None,
        next=boards.address("record_kanban"),
    )


def way_back(boards: Boards, number: int, key: str) -> bool:
    """Tell whether a card can be moved to the column it came from by dropping it there.

    A field is written as it was. Where a workflow moves the cards, the way back is a step like any other: it has to
    be there, to be granted, and to ask for nothing.
    """
    if boards.view.workflow is None:
        return True
    offer = _only_step(boards, number, key)
    return offer is not None and offer.allowed and not offer.required and offer.reason != "required"


def _only_step(boards: Boards, number: int, key: str) -> Offer | None:
    """Return the one step that leads a record to a column; None where none or several do, or no workflow moves it."""
    if boards.view.workflow is None:
        return None
    present, name = boards.present, boards.entity.name
    with boards.site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        offers = boards.site.get(Records).moves(present.actor, name, [number], uow=uow).get(number, [])
    leading = [o for o in offers if o.field == boards.view.group.name and str(o.target) == key]
    return leading[0] if len(leading) == 1 else None
