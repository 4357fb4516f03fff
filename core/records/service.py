"""`Records`: the one door to records, for screens, API, imports, jobs and modules alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from core.access import Access
from core.errors import AccessDenied
from core.expressions import Checked
from core.fields import LoadContext
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.records.change import Saved
from core.records.conditions import Conditions
from core.records.looking import Following, Look, depends, followings
from core.records.moves import Moves
from core.records.moving import Moving
from core.records.plan import Plans
from core.records.sharing import gives_more
from core.records.state_targets import StateTarget, targets_of
from core.records.telling import told_to_writer
from core.records.verdicts import Verdicts
from core.records.work import Known, Work
from core.records.writing import Values, Writing
from core.storage import UnitOfWork
from core.workflow import Offer

KNOWN = "core.records"
"""Where a unit that only reads remembers what was looked up."""

NO_VALUES: Values = MappingProxyType({})


class Records:
    """Writes records of any entity, always for an actor and inside a unit of work that the caller opened.

    Values are in wire form (JSON) unless ``parsed`` says that they are Python values already.
    """

    def __init__(
        self,
        *,
        writing: Writing,
        plans: Plans,
        access: Access,
        conditions: Conditions,
        context: LoadContext,
        moving: Moving,
        moves: Moves,
    ) -> None:
        self._writing = writing
        self._plans = plans
        self._access = access
        self._conditions = conditions
        self._context = context
        self._moving = moving
        self._moves = moves
        self._verdicts = Verdicts()

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

    def transition(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        name: str,
        *,
        values: Values = NO_VALUES,
        to: int | None = None,
        reason: str = "",
        version: int | None,
        uow: UnitOfWork,
        parsed: bool = False,
    ) -> Saved:
        """Take one step of a workflow: the only way in which a state moves.

        ``values`` fill what the step asks for, and other fields that the actor may edit. ``to`` is the record that a
        state field refers to afterwards, where it is a reference; it may be left out where there is only one.
        """
        return self._moving.transition(
            self._work(actor, entity, uow),
            record_id,
            name,
            values=values,
            to=to,
            reason=reason,
            version=version,
            parsed=parsed,
        )

    def move_to(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        target: str | int,
        *,
        values: Values = NO_VALUES,
        reason: str = "",
        version: int | None,
        uow: UnitOfWork,
        field: str = "",
    ) -> Saved:
        """Take the one step that leads to a state, or to the record that stands for one; refuse none and several.

        ``field`` names the state field where an entity has several. A record that is there already stays untouched.
        """
        return self._moves.move_to(
            self._work(actor, entity, uow),
            record_id,
            target,
            values=values,
            reason=reason,
            version=version,
            field=field,
        )

    def moves(
        self, actor: Actor, entity: str, ids: Sequence[int], *, uow: UnitOfWork
    ) -> dict[int, list[Offer]]:
        """Return the steps that the actor may take next with each of these records, and what stands in their way.

        Records that they may not see are left out.
        """
        return self._moves.offers(self._work(actor, entity, uow), ids)

    def state_targets(
        self, actor: Actor, entity: str, field: str, values: Values, *, uow: UnitOfWork
    ) -> tuple[StateTarget, ...]:
        """Return the records that stand for the states of a reference field, for a record with these values.

        ``values`` are Python values. They come in their order, as far as the actor may see them; of a field that is
        no state, or a choice, there are none.
        """
        work = self._work(actor, entity, uow)
        flow = next((f for f in work.plan.flows if f.field == field and f.target), None)
        return targets_of(work, flow, values) if flow is not None else ()

    def allows(self, actor: Actor, entity: str, record_id: int, action: str, *, uow: UnitOfWork) -> bool:
        """Tell whether the actor may do something with a record that they see, by what this unit knows of it."""
        rule = self._access.condition(actor, entity, action, uow.catalog)
        return self._verdicts.allows(self._work(actor, entity, uow), record_id, rule)

    def holds(
        self, actor: Actor, entity: str, record_id: int, condition: Checked, *, uow: UnitOfWork
    ) -> bool:
        """Tell whether a condition holds for a record that is not in the trash, for this actor; with the system's eyes."""
        return self._verdicts.allows(self._work(actor, entity, uow), record_id, condition)

    def hidden(self, actor: Actor, entity: str, record_id: int, *, uow: UnitOfWork) -> frozenset[str]:
        """Return the fields that the actor reads on other records of this kind and not on this one."""
        return self._verdicts.hidden(self._work(actor, entity, uow), record_id)

    def shows_lines(self, actor: Actor, entity: str, record_id: int, name: str, *, uow: UnitOfWork) -> bool:
        """Tell whether the actor sees every line that a list of a record has or could have, whatever stands in them."""
        return self._verdicts.shows_lines(self._work(actor, entity, uow), record_id, name)

    def gives_more(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        action: str,
        *,
        users: Sequence[int],
        role: str = "",
        uow: UnitOfWork,
    ) -> bool:
        """Tell whether a share for ``action`` would open fields of a record to the actor that they do not hold on it.

        ``users`` and ``role`` say with whom it is shared.
        """
        work = self._work(actor, entity, uow)
        return gives_more(self._access, self._verdicts, work, record_id, action, users, role)

    def fulfils(self, actor: Actor, entity: str, record_id: int, condition: str, *, uow: UnitOfWork) -> bool:
        """Tell whether a condition of a definition holds for a record; it is read with the system's eyes."""
        return self._verdicts.fulfils(self._work(actor, entity, uow), record_id, condition)

    def as_it_stands(self, entity: str, record_id: int, *, uow: UnitOfWork) -> Values | None:
        """Return the values of a record as the system sees it; None where there is none, or only in the trash.

        A unit that only reads asks for it once, whatever has asked before.
        """
        found = self._work(uow.actor, entity, uow).others(entity, "id", [record_id])
        return found[0] if found else None

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

    def drifted(
        self, actor: Actor, entity: str, *, after: int = 0, limit: int, uow: UnitOfWork
    ) -> Sequence[int]:
        """Return the ids behind ``after`` of records that store another value of a roll-up than it would be computed now."""
        return self._writing.filling.drifted(self._work(actor, entity, uow), after, limit)

    def fill_these(self, actor: Actor, entity: str, ids: Sequence[int], *, uow: UnitOfWork) -> None:
        """Fill what follows from other values in these records, as `fill` does."""
        self._writing.filling.fill_these(self._work(actor, entity, uow), ids)

    def look(self, actor: Actor, entity: str, record_id: int, values: Values, *, uow: UnitOfWork) -> Look:
        """Return how the fields of a form stand with these Python values; ``record_id`` is 0 for a new record."""
        return self._writing.look(self._work(actor, entity, uow), values, record_id)

    def depends(self, entity: str, catalog: Catalog, *, computed: bool = True) -> bool:
        """Tell whether anything on a form of this entity depends on what is typed into it: how it shows, or a value."""
        return depends(self._plans.of(catalog, entity), computed=computed)

    def followings(self, entity: str, catalog: Catalog) -> tuple[Following, ...]:
        """Return what follows from the fields of a record: computed values, and when a field shows or is required."""
        return tuple(followings(self._plans.of(catalog, entity)))

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
            known=_known(actor, uow),
        )


def _known(actor: Actor, uow: UnitOfWork) -> Known:
    """Return what is known at the start: where nothing is written, what this unit has looked up for the actor."""
    if not uow.reading:
        return Known()
    known: Known = uow.memo.setdefault((KNOWN, actor.id, actor.elevated), Known())
    return known
