"""By what another program knows its records: rows that were imported before are known again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.errors import Conflict, Problem
from core.exchange.table import Table
from core.exchange.targets import RECORD_ID
from core.kernel.actor import Actor
from core.records.matching import Matching
from core.storage import UnitOfWork
from core.storage.external_ids import claim_external_ids, find_external_ids

TAKEN = Problem(
    code="taken_id",
    message="Another record is known by this ID already; it may be one that you do not see.",
)


def source_of(table: Table, actor: Actor, entity: str) -> str:
    """Return under which name the ids of a table are kept; sheets of nobody known share one for each account."""
    return f"import:{table.source or f'file:{actor.id}'}:{entity}"


class ExternalIds:
    """The ids of one source, and the records of one entity that came from it and that the actor sees."""

    def __init__(self, matching: Matching, actor: Actor, entity: str, source: str) -> None:
        self._matching = matching
        self._actor = actor
        self._entity = entity
        self._source = source

    def find(
        self, keys: Sequence[str], fields: Sequence[str], uow: UnitOfWork
    ) -> dict[str, Mapping[str, object]]:
        """Return the records by their ids in the other program; those that are gone are as good as new."""
        if not keys:
            return {}
        known = self._known(keys, uow)
        records = {
            record["id"]: record
            for record in self._matching.find(
                self._actor, self._entity, {RECORD_ID: list(known.values())}, [RECORD_ID, *fields], uow=uow
            )
        }
        return {key: records[number] for key, number in known.items() if number in records}

    def taken(self, keys: Collection[str], uow: UnitOfWork) -> set[str]:
        """Return the ids by which records are known that are still there, whoever may see them."""
        known = self._known(keys, uow)
        alive = self._matching.alive(self._entity, known.values(), uow=uow)
        return {key for key, number in known.items() if number in alive}

    def claim(self, made: Mapping[str, int], uow: UnitOfWork) -> None:
        """Keep by which ids the other program knows records; none is taken from a record that is there."""
        known = self._known(made, uow)
        alive = self._matching.alive(self._entity, known.values(), uow=uow)
        gone = {key: number for key, number in known.items() if number not in alive}
        if claim_external_ids(uow, self._source, self._entity, made, gone):
            raise Conflict(TAKEN.message, code=TAKEN.code)

    def _known(self, keys: Collection[str], uow: UnitOfWork) -> dict[str, int]:
        if not keys:
            return {}
        return {key: number for key, (_, number) in find_external_ids(uow, self._source, keys).items()}
