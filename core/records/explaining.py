"""`Explaining`: why somebody may do something with a record, told to one who sees that record."""

from __future__ import annotations

from core.access import Access, reference_targets
from core.access.explain import Asked, Sees, explain
from core.errors import BadRequest
from core.expressions import Checked, fields_used
from core.kernel.actor import Actor
from core.metadata.actions import ACTIONS, is_action
from core.metadata.catalog import Catalog, unknown_entity
from core.metadata.specs import EntitySpec
from core.records.explained import Explained
from core.records.orders import require_readable
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database


class Explaining:
    """Answers whoever asks with what they may know: of others' rights administrators only, which callers see to."""

    def __init__(self, *, access: Access, records: Records, reading: Reading, database: Database) -> None:
        self._access = access
        self._records = records
        self._reading = reading
        self._database = database

    def explain(
        self, asker: Actor, person: Actor, asked: Asked, record_id: int | None, *, catalog: Catalog
    ) -> Explained:
        """Explain what ``person`` may do; what ``asker`` may not know of is as unknown as what is not there."""
        entity = catalog.entity(asked.entity)
        if not self._access.knows(asker, entity.name, catalog):
            raise unknown_entity(entity.name)
        self._check(asker, asked, record_id, entity, catalog)
        if record_id is None:
            sees = self._sees(asker, entity, frozenset(), catalog)
            return Explained(told=explain(self._access, person, asked, catalog, sees=sees))
        values = self._reading.get(asker, entity.name, record_id, catalog=catalog)
        sees = self._sees(asker, entity, self._hidden(asker, entity, record_id, catalog), catalog)
        with self._database.unit(catalog, person, reading=True) as uow:

            def holds(condition: Checked) -> bool:
                return self._records.holds(person, entity.name, record_id, condition, uow=uow)

            told = explain(self._access, person, asked, catalog, holds=holds, sees=sees)
        return Explained(told=told, values=values)

    def _check(
        self, asker: Actor, asked: Asked, record_id: int | None, entity: EntitySpec, catalog: Catalog
    ) -> None:
        if not is_action(asked.action) or asked.action == "*":
            raise BadRequest(
                "{action} is not an action. There are: {known}.",
                code="unknown_action",
                action=asked.action[:80],
                known=(*ACTIONS, "transition:<name>", "operation:<name>"),
            )
        if asked.action == "create" and record_id is not None:
            # What roles ask of a new record says nothing of one that is there.
            raise BadRequest(
                "A record that is there cannot be created: ask without a record.", code="not_of_a_record"
            )
        if asked.field:
            rights = self._access.fields(asker, entity.name, catalog)
            require_readable(
                asked.field, entity, dict.fromkeys([*rights.readable, *sorted(rights.editable)], True)
            )

    def _hidden(self, asker: Actor, entity: EntitySpec, record_id: int, catalog: Catalog) -> frozenset[str]:
        with self._database.unit(catalog, asker, reading=True) as uow:
            return self._records.hidden(asker, entity.name, record_id, uow=uow)

    def _sees(self, asker: Actor, entity: EntitySpec, hidden: frozenset[str], catalog: Catalog) -> Sees:
        """Return what tells whether the one who asks may read all that a condition looks at.

        Of other records that is so only where every one of them may be read: which they are is no matter of theirs.
        """
        access = self._access

        def readable(of: str, name: str, *, everywhere: bool) -> bool:
            spec = catalog.entity(of)
            mask = access.fields(asker, of, catalog).readable.get(
                name if name in spec.fields else name.partition("__")[0]
            )
            if of == entity.name and not everywhere:
                return mask is not None and name not in hidden
            return mask is True and access.condition(asker, of, "read", catalog) is True

        def sees(condition: Checked) -> bool:
            used = fields_used(condition)
            again = any(_refers_to(entity.name, catalog.entity(of), name) for of, name in used)
            return all(readable(of, name, everywhere=again) for of, name in used)

        return sees


def _refers_to(target: str, entity: EntitySpec, name: str) -> bool:
    """Tell whether a field refers to records of an entity."""
    field = entity.fields.get(name.partition("__")[0])
    if field is None:
        return False
    return target in (field.option("of"), field.option("to"), *reference_targets(field))
