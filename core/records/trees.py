"""References that make trees: no record may stand above itself."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage import Tables, UnitOfWork

LEVELS = 1000
"""No tree is deeper; what goes on further is a circle that was there before."""


def closes_circle(
    uow: UnitOfWork, tables: Tables, entity: str, field: str, record_id: int, start: int
) -> bool:
    """Tell whether following ``field`` from ``start`` upwards comes to ``record_id``.

    One statement. Moves within one tree wait for one another until the end of the transaction, because two moves
    at once could each be right and make a circle together.
    """
    table = tables.of(uow.catalog.entity(entity))
    uow.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"{entity}.{field}", 0))))
    first = sa.select(table.c.id, table.c[field].label("above"), sa.literal(1).label("level"))
    way = first.where(table.c.id == start).cte("way", recursive=True)
    upper = table.alias("upper")
    way = way.union_all(
        sa.select(upper.c.id, upper.c[field], way.c.level + 1).where(
            upper.c.id == way.c.above, way.c.id != record_id, way.c.level < LEVELS
        )
    )
    found = sa.select(sa.literal(1)).where(sa.or_(way.c.id == record_id, way.c.level == LEVELS)).limit(1)
    return uow.execute(found).first() is not None
