"""Moving a card: a field with a workflow moves by its transitions, any other is written with the version seen."""

from __future__ import annotations

from core.errors import NotFound
from core.records.service import Records
from core.storage import Database
from core.web.kanban_board import Boards


def move(boards: Boards, number: int, key: str, version: int | None) -> str:
    """Move a record to a column and return the sentence that tells it; whatever refuses it is raised."""
    column = boards.columns.find(key)
    if column is None:
        raise NotFound("This board has no such column.")
    site, present, entity = boards.site, boards.present, boards.entity
    database, records = site.get(Database), site.get(Records)
    values = {boards.view.group.name: boards.columns.value(key)}

    def act() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            records.update(present.actor, entity.name, number, values, version=version or 0, uow=uow)

    database.attempt(act)
    return boards.told(number)
