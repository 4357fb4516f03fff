"""`plan`: the steps from what is recorded as physical to what a new catalog needs."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import Problem
from core.fields import FieldTypes
from core.metadata.catalog import Catalog
from core.metadata.diff import diff
from core.storage.physical import Physical, PhysicalColumn, read_physical
from core.storage.planning import Planning
from core.storage.steps import Lock, Step, Way


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plan:
    """Steps in their order, what to record, and the reasons why it cannot be, if any.

    ``version`` is the catalog's at the time of planning; a plan is good for that one only.
    """

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]
    version: int
    write: tuple[PhysicalColumn, ...]
    remove: tuple[tuple[str, str], ...]

    @property
    def is_empty(self) -> bool:
        """True where nothing is to be done or recorded."""
        return not (self.steps or self.write or self.remove)

    @property
    def makes_wait(self) -> tuple[Step, ...]:
        """The steps for which somebody may have to wait a moment."""
        return tuple(step for step in self.steps if step.lock not in (Lock.NONE, Lock.NEW))

    @property
    def aside(self) -> tuple[Step, ...]:
        """The steps that jobs carry out after the change."""
        return tuple(step for step in self.steps if step.way is Way.ASIDE)

    def __str__(self) -> str:
        lines = [*(f"refused: {problem.text()}" for problem in self.problems), *map(str, self.steps)]
        return "\n".join(lines) or "nothing to do"


def plan(old: Catalog | None, new: Catalog, physical: Physical) -> Plan:
    """Return what brings the tables from what is recorded to what ``new`` needs.

    ``old`` is where the site stands: entities that are the same in both are not looked at again.
    """
    work = Planning(new, physical, _changed(old, new))
    work.entities()
    work.trash_rest()
    work.indexes()
    return Plan(
        steps=work.steps(),
        problems=tuple(work.problems),
        version=physical.version,
        write=tuple(work.write.values()),
        remove=tuple(sorted(work.remove)),
    )


def plan_change(old: Catalog | None, new: Catalog, connection: sa.Connection, types: FieldTypes) -> Plan:
    """Read what is recorded of the entities that differ, and plan: a change costs what it touches.

    Take the schema lock before. Without ``old`` everything is compared, e.g. after an upgrade of the core.
    """
    return plan(old, new, read_physical(connection, types, _changed(old, new)))


def _changed(old: Catalog | None, new: Catalog) -> frozenset[str] | None:
    """Return the entities that came, went or differ; None for all."""
    if old is None:
        return None
    difference = diff(old, new)
    return frozenset(
        [entity.name for entity in (*difference.added, *difference.removed)]
        + [change.new.name for change in difference.changed]
    )
