"""What goes with a module: the records of its entities, and the values that it keeps beside those of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from core.storage import Reader
from core.storage.shapes import POSTGRESQL

KEPT = """SELECT table_name, entity, array_agg(DISTINCT field ORDER BY field), array_agg(column_name ORDER BY column_name)
FROM core_physical WHERE owner = %s AND state = 'active' AND entity <> '' GROUP BY table_name, entity ORDER BY entity, table_name"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a module keeps of one entity: all of its records, or, of an entity of another module, ``fields`` only.

    ``records`` counts the records, those in the trash too; of single fields, the records that have a value in one.
    """

    entity: str
    records: int
    fields: tuple[str, ...] = ()


def taken_along(reader: Reader, module: str) -> tuple[Taken, ...]:
    """Return what is kept for a module, by entity; it is counted now, record by record."""
    found = [
        Taken(
            entity=entity,
            fields=() if _is_own(module, entity) else tuple(fields),
            records=_count(reader, table, () if _is_own(module, entity) else columns),
        )
        for table, entity, fields, columns in reader.rows(KEPT, [module])
        if table == entity.replace(".", "_")
    ]
    return tuple(found)


def _is_own(module: str, entity: str) -> bool:
    return entity.startswith(f"{module}.")


def _count(reader: Reader, table: str, columns: Iterable[str]) -> int:
    names = tuple(columns)
    wanted = sa.select(sa.func.count()).select_from(sa.table(table))
    if names:
        wanted = wanted.where(sa.or_(*(sa.column(name).is_not(None) for name in names)))
    return int(reader.value(str(wanted.compile(dialect=POSTGRESQL))) or 0)
