"""The pairs that a scan found, for review: seen by who may read both records and all that was compared of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from core.access import Access
from core.errors import AccessDenied, BadRequest
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.records.compiled import number
from core.records.conditions import Conditions
from core.records.merging import MERGE
from core.records.scan_scoring import SCALE
from core.records.scanning import clue_fields, scanned
from core.records.statements import Rule, one_of
from core.storage import UnitOfWork
from core.storage.pairs import DISMISSED, OPEN
from core.storage.scan_tables import pair

MOST = 200
MOST_COUNTED = 1000
"""Up to so many pairs are counted exactly."""

STATES = (OPEN, DISMISSED)
_CURSOR = re.compile(r"([0-9]{1,4})-([0-9]{1,18})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two records that are perhaps the same; ``score`` is between 0 and 1, ``reasons`` say what each clue told."""

    id: int
    records: tuple[int, int]
    score: float
    reasons: Sequence[Mapping[str, Any]]
    state: str
    found_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PairPage:
    """Some pairs, the surest first; ``next`` leads to those behind them, empty at the end."""

    items: Sequence[Pair]
    next: str = ""


class DuplicateQueue:
    """Lists pairs and keeps what was decided of them, inside a unit of work that the caller opened."""

    def __init__(self, access: Access, conditions: Conditions) -> None:
        self._access = access
        self._conditions = conditions

    def opens(self, actor: Actor, entity: str, catalog: Catalog) -> bool:
        """Tell whether the actor may look at pairs of an entity that is scanned.

        A score follows from all that is compared, so that who may not read one of these fields sees no pair.
        """
        spec = catalog.entities.get(entity)
        if spec is None or spec.duplicates is None or not spec.duplicates.scan:
            return False
        return all(
            self._access.may(actor, of, "read", catalog)
            and self._access.fields(actor, of, catalog).readable.get(name) is True
            for of, name in clue_fields(spec)
        )

    def require(self, actor: Actor, entity: str, catalog: Catalog) -> None:
        """Refuse whoever may not look at pairs; raise `NotFound` where nothing is scanned."""
        scanned(catalog, entity)
        self._access.require(actor, entity, "read", catalog)
        if not self.opens(actor, entity, catalog):
            raise AccessDenied(
                "Your roles do not show enough of {entity} for this. An administrator can grant more to a role.",
                code="fields_hidden",
                entity=entity,
            )

    def page(
        self,
        actor: Actor,
        entity: str,
        *,
        state: str = OPEN,
        least: float = 0.0,
        most: float = 1.0,
        limit: int = 50,
        cursor: str = "",
        uow: UnitOfWork,
    ) -> PairPage:
        """Return pairs with a score from ``least`` to ``most``, the highest first."""
        self.require(actor, entity, uow.catalog)
        if state not in STATES or not 0 <= limit <= MOST:
            raise BadRequest("A state is one of {known}.", code="unknown_state", known=STATES)
        rules = (self._access.condition(actor, entity, "read", uow.catalog),)
        given = {**_bounds(state, least, most), **_position(cursor)}
        names = ("id", "left_id", "right_id", "score", "reasons", "state", "found_at", "decided_at")
        rows = self._conditions.statements.run(
            uow,
            ("pairs", entity, limit),
            lambda: (
                self._seen(uow.catalog, entity, rules, [pair.c[name] for name in names])
                .where(sa.tuple_(pair.c.score, pair.c.id) < sa.tuple_(_whole("at"), _whole("behind")))
                .order_by(pair.c.score.desc(), pair.c.id.desc())
                .limit(number(limit + 1))
            ),
            {**self._conditions.environment(uow), **given},
            rules,
        )
        items = [
            Pair(
                id=r[0],
                records=(r[1], r[2]),
                score=r[3] / SCALE,
                reasons=r[4],
                state=r[5],
                found_at=r[6],
                decided_at=r[7],
            )
            for r in rows[:limit]
        ]
        more = len(rows) > limit and rows[:limit]
        return PairPage(items=items, next=f"{more[-1][3]}-{more[-1][0]}" if more else "")

    def count(
        self,
        actor: Actor,
        entity: str,
        *,
        state: str = OPEN,
        least: float = 0.0,
        most: float = 1.0,
        uow: UnitOfWork,
    ) -> int:
        """Return how many pairs there are for the actor; one more than `MOST_COUNTED` for all that are more."""
        self.require(actor, entity, uow.catalog)
        rules = (self._access.condition(actor, entity, "read", uow.catalog),)

        def build() -> sa.Executable:
            some = self._seen(uow.catalog, entity, rules, [pair.c.id]).limit(number(MOST_COUNTED + 1))
            return sa.select(sa.func.count()).select_from(some.subquery())

        given = {**self._conditions.environment(uow), **_bounds(state, least, most)}
        return int(self._conditions.statements.run(uow, ("pairs counted", entity), build, given, rules)[0][0])

    def decide(
        self, actor: Actor, entity: str, ids: Sequence[int], state: str, *, uow: UnitOfWork
    ) -> list[int]:
        """Dismiss pairs for good, or open them again; return those that were moved.

        It takes the right to merge both records. What is out of sight or decided already is left out.
        """
        self.require(actor, entity, uow.catalog)
        self._access.require(actor, entity, MERGE, uow.catalog)
        if state not in STATES or len(ids) > MOST:
            raise BadRequest("Name at most {maximum} pairs.", code="too_many", maximum=MOST)
        rules = tuple(
            self._access.condition(actor, entity, action, uow.catalog) for action in ("read", MERGE)
        )
        before = DISMISSED if state == OPEN else OPEN
        rows = self._conditions.statements.run(
            uow,
            ("pairs decided", entity),
            partial(self._chosen, uow.catalog, entity, rules),
            {**self._conditions.environment(uow), **_bounds(before, 0, 1), "ids": list(ids)},
            rules,
        )
        found = [int(row[0]) for row in rows]
        if found:
            decided = {"decided_at": uow.now, "decided_by": actor.id}
            uow.execute(
                sa.update(pair)
                .where(pair.c.id.in_(found))
                .values(state=state, **(decided if state == DISMISSED else dict.fromkeys(decided)))
            )
        return found

    def _chosen(self, catalog: Catalog, entity: str, rules: tuple[Rule, ...]) -> sa.Select[Any]:
        asked = self._seen(catalog, entity, rules, [pair.c.id]).where(pair.c.id == one_of())
        return asked.order_by(pair.c.id).with_for_update(of=pair)

    def _seen(
        self, catalog: Catalog, entity: str, rules: tuple[Rule, ...], columns: Sequence[Any]
    ) -> sa.Select[Any]:
        """Select pairs both records of which are there and within all the rules."""
        spec = catalog.entity(entity)
        table = self._conditions.tables.of(spec)
        left, right = table.alias("left_record"), table.alias("right_record")
        asked = (
            sa.select(*columns)
            .select_from(
                pair.join(left, left.c.id == pair.c.left_id).join(right, right.c.id == pair.c.right_id)
            )
            .where(
                pair.c.entity == spec.name,
                pair.c.state == sa.bindparam("state", type_=sa.Text),
                pair.c.score.between(_whole("least"), _whole("most")),
            )
        )
        for side in (left, right):
            asked = asked.where(side.c.deleted_at.is_(None))
            for rule in rules:
                asked = asked.where(self._conditions.where(catalog, spec, side, rule))
        return asked


def _bounds(state: str, least: float, most: float) -> dict[str, object]:
    return {"state": state, "least": round(least * SCALE), "most": round(most * SCALE)}


def _position(cursor: str) -> dict[str, int]:
    """Return behind which pair a page begins; before all of them without a cursor."""
    if not cursor:
        return {"at": SCALE + 1, "behind": 0}
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadRequest("The cursor is not one of ours.", code="bad_cursor")
    return {"at": int(found[1]), "behind": int(found[2])}


def _whole(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)
