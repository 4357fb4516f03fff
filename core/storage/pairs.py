"""What scans for duplicates keep: marks and keys of records, and pairs; sets at a time, each statement safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.storage.scan_tables import pair, scan_key, scan_mark
from core.storage.unit import UnitOfWork

OPEN, DISMISSED = "open", "dismissed"

Pair = tuple[int, int]
"""Two ids, the smaller one first."""


def write_marks(
    uow: UnitOfWork, entity: str, digests: Mapping[int, int], keys: Mapping[int, AbstractSet[int]]
) -> int:
    """Note what is compared of records and their keys; return how many are not as they were noted before."""
    c = scan_mark.c
    known = uow.execute(
        sa.select(c.record_id, c.digest).where(c.entity == entity, c.record_id == _any(list(digests)))
    )
    same = {record for record, digest in known if digests[record] == digest}
    changed = [record for record in digests if record not in same]
    if not changed:
        return 0
    uow.execute(sa.delete(scan_key).where(scan_key.c.entity == entity, scan_key.c.record_id == _any(changed)))
    rows = [(key, record) for record in changed for key in keys[record]]
    _insert(uow, scan_key, entity, ("key", "record_id"), rows)
    made = insert(scan_mark).from_select(
        ["entity", "record_id", "digest"],
        _rows(entity, ("record_id", "digest"), [(one, digests[one]) for one in changed]),
    )
    uow.execute(
        made.on_conflict_do_update(
            index_elements=["entity", "record_id"], set_={"digest": made.excluded.digest, "waits": True}
        )
    )
    return len(changed)


def forget_gone(uow: UnitOfWork, entity: str, table: sa.Table) -> None:
    """Forget marks, keys and open pairs of records that are deleted; what was dismissed stays while a record is there."""
    for kept in (scan_mark, scan_key):
        live = sa.exists().where(table.c.id == kept.c.record_id, table.c.deleted_at.is_(None))
        uow.execute(sa.delete(kept).where(kept.c.entity == entity, ~live))
    for side in (pair.c.left_id, pair.c.right_id):
        live = sa.exists().where(table.c.id == side, table.c.deleted_at.is_(None))
        there = sa.exists().where(table.c.id == side)
        uow.execute(
            sa.delete(pair).where(
                pair.c.entity == entity, sa.or_(~there, sa.and_(~live, pair.c.state == OPEN))
            )
        )


def mark_all(uow: UnitOfWork, entity: str) -> None:
    """Let every record be compared anew."""
    uow.execute(sa.update(scan_mark).where(scan_mark.c.entity == entity).values(waits=True))


def counts(uow: UnitOfWork, entity: str) -> tuple[int, int]:
    """Return how many records are noted, and how many of them wait to be compared."""
    c = scan_mark.c
    asked = sa.select(sa.func.count(), sa.func.count().filter(c.waits)).where(c.entity == entity)
    row = uow.execute(asked).one()
    return int(row[0]), int(row[1])


def waiting(uow: UnitOfWork, entity: str, most: int) -> list[int]:
    """Return the first records that wait to be compared."""
    c = scan_mark.c
    asked = sa.select(c.record_id).where(c.entity == entity, c.waits).order_by(c.record_id).limit(most)
    return [int(one) for one in uow.execute(asked).scalars()]


def still_waiting(uow: UnitOfWork, entity: str, ids: Sequence[int]) -> set[int]:
    """Return those of some records that wait to be compared."""
    c = scan_mark.c
    asked = sa.select(c.record_id).where(c.entity == entity, c.waits, c.record_id == _any(ids))
    return {int(one) for one in uow.execute(asked).scalars()}


def compared(uow: UnitOfWork, entity: str, ids: Sequence[int]) -> None:
    """Note that records have been compared."""
    c = scan_mark.c
    uow.execute(
        sa.update(scan_mark).where(c.entity == entity, c.record_id == _any(ids), c.waits).values(waits=False)
    )


def often(uow: UnitOfWork, entity: str, more_than: int, *, words: bool) -> dict[int, int]:
    """Return the keys that more records than this hold, with how many do: of words, or those that are compared by."""
    c, held = scan_key.c, sa.func.count()
    side = c.key < 0 if words else c.key >= 0
    asked = sa.select(c.key, held).where(c.entity == entity, side).group_by(c.key).having(held > more_than)
    return {int(key): int(count) for key, count in uow.execute(asked)}


def keys_of(uow: UnitOfWork, entity: str, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return ``(record, key)`` for what some records are compared by."""
    c = scan_key.c
    asked = sa.select(c.record_id, c.key).where(c.entity == entity, c.record_id == _any(ids), c.key >= 0)
    return [(int(record), int(key)) for record, key in uow.execute(asked)]


def holders(uow: UnitOfWork, entity: str, keys: Sequence[int]) -> list[tuple[int, int]]:
    """Return ``(key, record)`` for all that hold one of the keys."""
    c = scan_key.c
    asked = sa.select(c.key, c.record_id).where(c.entity == entity, c.key == _any(keys))
    return [(int(key), int(record)) for key, record in uow.execute(asked)]


def write_pairs(
    uow: UnitOfWork,
    entity: str,
    anchors: Sequence[int],
    later: AbstractSet[int],
    found: Mapping[Pair, tuple[int, Any]],
) -> None:
    """Keep the pairs of some records that were just compared with all but ``later``, and drop those that are none now.

    What somebody has dismissed stays so.
    """
    c = pair.c
    stands = sa.select(c.id, c.left_id, c.right_id).where(
        c.entity == entity, c.state == OPEN, sa.or_(c.left_id == _any(anchors), c.right_id == _any(anchors))
    )
    among = set(anchors)
    gone = [
        int(number)
        for number, left, right in uow.execute(stands)
        if (left, right) not in found and not (left in among and right in later and right not in among)
    ]
    if gone:
        uow.execute(sa.delete(pair).where(c.id == _any(gone)))
    if not found:
        return
    rows = [
        {"entity": entity, "left_id": left, "right_id": right, "score": score, "reasons": reasons}
        for (left, right), (score, reasons) in sorted(found.items())
    ]
    made = insert(pair).values(found_at=uow.now)
    uow.execute(
        made.on_conflict_do_update(
            constraint="core_pair_once",
            set_={"score": made.excluded.score, "reasons": made.excluded.reasons},
            where=c.state == OPEN,
        ),
        rows,
    )


def carry_decisions(uow: UnitOfWork, entity: str, losers: Sequence[int], winner: int) -> None:
    """Let what was no duplicate of a record that is merged be none of the record that stays."""
    c = pair.c
    other = sa.case((c.left_id == _any(losers), c.right_id), else_=c.left_id).label("other")
    stand = (
        sa.select(other, c.score, c.decided_at, c.decided_by)
        .where(c.entity == entity, c.state == DISMISSED)
        .where(sa.or_(c.left_id == _any(losers), c.right_id == _any(losers)))
        .subquery()
    )
    s, stays = stand.c, sa.literal(winner, sa.BigInteger)
    asked = (
        sa.select(
            sa.literal(entity, sa.Text),
            sa.func.least(s.other, stays),
            sa.func.greatest(s.other, stays),
            sa.func.max(s.score),
            sa.literal(DISMISSED, sa.Text),
            sa.func.max(s.decided_at),
            sa.func.max(s.decided_by),
        )
        .where(sa.not_(s.other == _any([*losers, winner])))
        .group_by(s.other)
    )
    columns = ["entity", "left_id", "right_id", "score", "state", "decided_at", "decided_by"]
    made = insert(pair).from_select(columns, asked)
    uow.execute(made.on_conflict_do_update(constraint="core_pair_once", set_={"state": DISMISSED}))


def _any(ids: Sequence[int]) -> sa.ColumnElement[Any]:
    return sa.any_(sa.cast(list(ids), sa.ARRAY(sa.BigInteger)))


def _rows(entity: str, names: Sequence[str], rows: Sequence[tuple[int, ...]]) -> sa.Select[Any]:
    """Return rows of numbers as a selection, each column one array."""
    columns = [sa.cast(list(column), sa.ARRAY(sa.BigInteger)) for column in zip(*rows, strict=True)]
    named = (sa.column(name, sa.BigInteger) for name in names)
    given = sa.func.unnest(*columns).table_valued(*named, name="given").render_derived()
    return sa.select(sa.literal(entity, sa.Text), *given.c)


def _insert(
    uow: UnitOfWork, table: sa.Table, entity: str, names: Sequence[str], rows: Sequence[tuple[int, ...]]
) -> None:
    if rows:
        made = insert(table).from_select(["entity", *names], _rows(entity, names, rows))
        uow.execute(made.on_conflict_do_nothing())


def open_pairs(uow: UnitOfWork, entity: str) -> int:
    """Return how many pairs of an entity wait for a decision, whoever may see them."""
    c = pair.c
    asked = sa.select(sa.func.count()).where(c.entity == entity, c.state == OPEN)
    return int(uow.execute(asked).scalar_one())
