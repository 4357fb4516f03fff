"""Moving a card: a field with a workflow moves by its transitions, any other is written with the version seen."""

from __future__ import annotations

from flask import current_app

from core.errors import NotFound
from core.records.service import Records
from core.storage import Database
from core.web.kanban_board import Boards


def move(boards: Boards, number: int, key: str, version: int | None) -> str:
    """Move a record to a column and return the sentence that tells it; whatever refuses it is raised."""
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
    return boards.told(number)


def dialog(boards: Boards, number: int, key: str) -> str:
    """Return the page that asks for what a move to a column needs, empty where the move needs nothing or has none."""
    present, name = boards.present, boards.entity.name
    database, records = boards.site.get(Database), boards.site.get(Records)
    if boards.view.workflow is None:
        return ""
    with database.unit(present.catalog, present.actor, channel="web") as uow:
        offers = records.moves(present.actor, name, [number], uow=uow).get(number, [])
    wanted = [o for o in offers if o.field == boards.view.group.name and str(o.target) == key]
    if len(wanted) != 1 or not (wanted[0].required or wanted[0].reason == "required"):
        return ""
    path = f"/records/{name}/{number}/transition/{wanted[0].name}"
    found, _ = current_app.url_map.bind("").match(path)
    to = wanted[0].to
    return "" if found == "web.unknown_address" else path + (f"?to={to[0]}" if to else "")
