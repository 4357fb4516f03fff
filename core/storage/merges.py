"""The log of merges, and where records that were merged into others are found now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.storage.kernel_tables import external_id, history
from core.storage.kernel_tables import merge as merge_table
from core.storage.kernel_tables import redirect as redirect_table
from core.storage.unit import UnitOfWork

LONGEST = 20
"""How many merges one after the other are followed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeRow:
    """One merge: which records became which one, what else was done, and whether it was taken back."""

    id: int
    entity: str
    winner: int
    losers: tuple[int, ...]
    cause: str
    at: datetime
    actor: int | None
    actor_name: str
    reason: str
    moved: Sequence[Mapping[str, Any]]
    conflicts: Sequence[Mapping[str, Any]]
    external: Sequence[Mapping[str, Any]]
    undone_at: datetime | None


def log_merge(uow: UnitOfWork, entity: str, winner: int, losers: Sequence[int], **told: object) -> int:
    """Remember a merge and let the old ids lead to the winner; return the id of the merge."""
    number = int(
        uow.execute(
            sa.insert(merge_table)
            .values(
                entity=entity,
                winner=winner,
                losers=list(losers),
                at=uow.now,
                actor=uow.actor.id,
                actor_name=uow.actor.name or uow.actor.login,
                reason=uow.reason or "",
                **told,
            )
            .returning(merge_table.c.id)
        ).scalar_one()
    )
    rows = [{"entity": entity, "record_id": loser, "target": winner, "merge": number} for loser in losers]
    uow.execute(sa.insert(redirect_table), rows)
    return number


def find_merge(uow: UnitOfWork, number: int) -> MergeRow | None:
    """Return a merge, locked till the end of the unit, so that two cannot take it back at once."""
    row = (
        uow.execute(sa.select(merge_table).where(merge_table.c.id == number).with_for_update())
        .mappings()
        .first()
    )
    return None if row is None else _row(row)


def merges_of(uow: UnitOfWork, entity: str, winner: int) -> list[MergeRow]:
    """Return the merges into a record, the newest first."""
    c = merge_table.c
    rows = uow.execute(
        sa.select(merge_table).where(c.entity == entity, c.winner == winner).order_by(c.id.desc())
    ).mappings()
    return [_row(row) for row in rows]


def mark_undone(uow: UnitOfWork, found: MergeRow) -> None:
    """Remember that a merge was taken back: the old ids are records again."""
    c = merge_table.c
    uow.execute(
        sa.update(merge_table).where(c.id == found.id).values(undone_at=uow.now, undone_by=uow.actor.id)
    )
    uow.execute(sa.delete(redirect_table).where(redirect_table.c.merge == found.id))


def merged_into(uow: UnitOfWork, entity: str, number: int) -> int | None:
    """Return the record that another one has become a part of, at the end of all merges; None where it has not."""
    c, target = redirect_table.c, number
    for _ in range(LONGEST):
        found = uow.execute(
            sa.select(c.target).where(c.entity == entity, c.record_id == target)
        ).scalar_one_or_none()
        if found is None:
            break
        target = int(found)
    return None if target == number else target


def move_external_ids(
    uow: UnitOfWork, entity: str, losers: Sequence[int], winner: int
) -> list[dict[str, Any]]:
    """Let the keys of other systems lead to the winner; return what they led to."""
    c = external_id.c
    found = [
        {"source": source, "key": key, "record": record}
        for source, key, record in uow.execute(
            sa.select(c.source, c.key, c.record_id).where(c.entity == entity, c.record_id.in_(list(losers)))
        )
    ]
    uow.execute(
        sa.update(external_id)
        .where(c.entity == entity, c.record_id.in_(list(losers)))
        .values(record_id=winner)
    )
    return found


def move_external_ids_back(uow: UnitOfWork, found: MergeRow) -> None:
    """Let those keys that still lead to the winner lead to their own record again."""
    c = external_id.c
    for one in found.external:
        uow.execute(
            sa.update(external_id)
            .where(c.source == one["source"], c.key == one["key"], c.entity == found.entity)
            .where(c.record_id == found.winner)
            .values(record_id=one["record"])
        )


def done_in(uow: UnitOfWork, found: MergeRow) -> list[tuple[str, int, str, Mapping[str, Any]]]:
    """Return entity, id, action and changes of everything that was done in a merge, the last first."""
    c = history.c
    rows = uow.execute(
        sa.select(c.entity, c.record_id, c.action, c.changes)
        .where(c.at == found.at, c.actor.is_not_distinct_from(found.actor), c.cause == found.cause)
        .order_by(c.id.desc())
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _row(row: sa.RowMapping) -> MergeRow:
    names = [name for name in MergeRow.__dataclass_fields__ if name != "losers"]
    return MergeRow(losers=tuple(row["losers"]), **{name: row[name] for name in names})
