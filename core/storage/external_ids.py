"""Keys that records have elsewhere: in another system, in an imported file, in a module's data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.storage.kernel_tables import external_id as table
from core.storage.unit import UnitOfWork


def find_external_ids(uow: UnitOfWork, source: str, keys: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return entity and id of the records that ``source`` knows by these keys; unknown keys are missing."""
    wanted = list(dict.fromkeys(keys))
    rows = uow.execute(
        sa.select(table.c.key, table.c.entity, table.c.record_id).where(
            table.c.source == source, table.c.key == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(sa.Text)))
        ),
        {"keys": wanted},
    )
    return {key: (entity, record_id) for key, entity, record_id in rows}


def remember_external_ids(uow: UnitOfWork, source: str, entity: str, ids: Mapping[str, int]) -> None:
    """Remember by which keys ``source`` knows these records; a key known before points to the new record."""
    if not ids:
        return
    statement = insert(table)
    uow.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "key"],
            set_={"entity": statement.excluded.entity, "record_id": statement.excluded.record_id},
        ),
        [
            {"source": source, "key": key, "entity": entity, "record_id": number}
            for key, number in ids.items()
        ],
    )


def claim_external_ids(
    uow: UnitOfWork, source: str, entity: str, ids: Mapping[str, int], earlier: Mapping[str, int]
) -> list[str]:
    """Remember keys of ``source`` without taking any from a record; return those that others hold.

    A key passes on only from the record that ``earlier`` names: one that is gone. Who comes second waits here for
    the first.
    """
    if not ids:
        return []
    statement = insert(table)
    uow.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "key"],
            set_={"entity": statement.excluded.entity, "record_id": statement.excluded.record_id},
            where=table.c.record_id == sa.bindparam("gone", type_=sa.BigInteger),
        ),
        [
            {"source": source, "key": key, "entity": entity, "record_id": number, "gone": earlier.get(key)}
            for key, number in sorted(ids.items())
        ],
    )
    held = find_external_ids(uow, source, ids)
    return [key for key, number in ids.items() if held[key] != (entity, number)]


def forget_external_ids(uow: UnitOfWork, source: str, keys: Iterable[str] | None = None) -> int:
    """Forget keys of a source, or all of them; return how many were known."""
    statement = sa.delete(table).where(table.c.source == source)
    if keys is not None:
        statement = statement.where(table.c.key.in_(list(keys)))
    return uow.execute(statement).rowcount


def records_of_source(uow: UnitOfWork, source: str) -> dict[str, list[int]]:
    """Return the ids of all records that came from a source, by entity; what an undo of an import removes."""
    rows = uow.execute(
        sa.select(table.c.entity, sa.func.array_agg(sa.distinct(table.c.record_id)))
        .where(table.c.source == source)
        .group_by(table.c.entity)
    )
    return {entity: sorted(ids) for entity, ids in rows}
