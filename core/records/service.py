"""`Records`: the one door to records, for screens, API, imports, jobs and modules alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.access import Access
from core.errors import AccessDenied
from core.fields import LoadContext
from core.kernel.actor import Actor
from core.records.change import Saved
from core.records.conditions import Conditions
from core.records.plan import Plans
from core.records.telling import told_to_writer
from core.records.work import Work
from core.records.writing import Values, Writing
from core.storage import UnitOfWork


class Records:
    """Writes records of any entity, always for an actor and inside a unit of work that the caller opened.

    Values are in wire form (JSON) unless ``parsed`` says that they are Python values already.
    """

    def __init__(
        self, *, writing: Writing, plans: Plans, access: Access, conditions: Conditions, context: LoadContext
    ) -> None:
        self._writing = writing
        self._plans = plans
        self._access = access
        self._conditions = conditions
        self._context = context

    def create(
        self,
        actor: Actor,
        entity: str,
        rows: Sequence[Values],
        *,
        uow: UnitOfWork,
        parsed: bool = False,
        fixed: Values | None = None,
        ids: Sequence[int] = (),
    ) -> list[Saved]:
        """Create records, all or none; ``fixed`` values are the caller's own and need no right to edit.

        ``ids`` are given where records share the ids of something else, as a profile does with its account.
        """
        return self._writing.create(
            self._work(actor, entity, uow),
            rows,
            parsed=parsed,
            ids=ids,
            fixed=[fixed] * len(rows) if fixed else (),
        )

    def update(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        values: Values,
        *,
        version: int | None,
        uow: UnitOfWork,
        parsed: bool = False,
        merge_lists: bool = False,
    ) -> Saved:
        """Change one record; ``version`` is the one the caller saw, None where the caller cannot have been late."""
        return self._writing.update(
            self._work(actor, entity, uow),
            {record_id: values},
            versions={record_id: version},
            parsed=parsed,
            merge_lists=merge_lists,
        )[0]

    def update_many(
        self,
        actor: Actor,
        entity: str,
        changes: Mapping[int, Values],
        *,
        uow: UnitOfWork,
        versions: Mapping[int, int | None] | None = None,
        parsed: bool = False,
        merge_lists: bool = False,
    ) -> list[Saved]:
        """Change several records, each in its way, all or none."""
        return self._writing.update(
            self._work(actor, entity, uow),
            changes,
            versions=versions or {},
            parsed=parsed,
            merge_lists=merge_lists,
        )

    def delete(
        self,
        actor: Actor,
        entity: str,
        ids: Sequence[int],
        *,
        uow: UnitOfWork,
        versions: Mapping[int, int | None] | None = None,
    ) -> list[Saved]:
        """Put records in the trash."""
        work = self._work(actor, entity, uow)
        with told_to_writer(work, spreading=True):
            return self._writing.trash.delete(work, ids, versions=versions or {})

    def restore(self, actor: Actor, entity: str, ids: Sequence[int], *, uow: UnitOfWork) -> list[Saved]:
        """Take records out of the trash."""
        work = self._work(actor, entity, uow)
        with told_to_writer(work, spreading=True):
            return self._writing.trash.restore(work, ids)

    def fill(
        self, actor: Actor, entity: str, *, after: int, limit: int, keyed: Collection[str], uow: UnitOfWork
    ) -> Sequence[int]:
        """Fill what follows from other values in the records behind ``after``; return their ids, none at the end.

        Nobody has changed those records: version and history stay. ``keyed`` fields get their search keys, too.
        """
        return self._writing.filling.fill(self._work(actor, entity, uow), after, limit, keyed)

    def _work(self, actor: Actor, entity: str, uow: UnitOfWork) -> Work:
        if actor.elevated is None and actor.id != uow.actor.id:
            # Conditions and the history read who acts from the unit of work.
            raise AccessDenied("A unit of work writes for the person who opened it.", code="other_actor")
        return Work(
            actor=actor,
            plan=self._plans.of(uow.catalog, entity),
            uow=uow,
            plans=self._plans,
            access=self._access,
            conditions=self._conditions,
            context=self._context,
        )
