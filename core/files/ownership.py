"""Which record a file belongs to: its readers may have the file, and nobody puts another's file into a record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import sqlalchemy as sa

from core.kernel.actor import Actor
from core.storage import UnitOfWork
from core.storage.kernel_tables import file as core_file

Content: TypeAlias = "tuple[str, str, int]"
"""Digest, kind and size of a content."""


def usable_files(
    uow: UnitOfWork, ids: Collection[int], actor: Actor, entity: str, record_id: int
) -> Mapping[int, Content]:
    """Return those files that the actor may put into this record: their own new ones, and those it had before."""
    c = core_file.c
    mine = sa.and_(c.entity.is_(None), sa.true() if actor.elevated is not None else c.created_by == actor.id)
    its = sa.and_(c.entity == entity, c.record_id == record_id)
    found = sa.select(c.id, c.sha256, c.mime, c.size).where(c.id.in_(list(ids)), sa.or_(mine, its))
    return {number: (sha256, mime, size) for number, sha256, mime, size in uow.execute(found)}


def assign_files(uow: UnitOfWork, ids: Collection[int], entity: str, record_id: int) -> None:
    """Say which record files belong to; no sweep takes them from now on."""
    uow.execute(
        sa.update(core_file)
        .where(core_file.c.id.in_(list(ids)), core_file.c.entity.is_(None))
        .values(entity=entity, record_id=record_id)
    )
