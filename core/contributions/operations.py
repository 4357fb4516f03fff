"""`Operations`: the operations of the enabled modules: to whom each is offered, and carrying it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from core.access import Access, Condition
from core.contributions.asking import Asking
from core.contributions.dialog import asked, check_said, dialog_of
from core.contributions.links import read_link, sign_link
from core.contributions.operation import Operation, OperationCall, Outcome, Undo
from core.errors import AccessDenied, BadRequest, Conflict, NotFound, PayvandError, Problem
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.kernel.values import AnyRef, Ref
from core.log import get_logger
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.filters import read_filter
from core.records.locking import lock_records
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Reader, Tables, UnitOfWork
from core.storage.idempotency import Answer, claim, keep

MOST = 200
"""So many records an operation takes at once."""

_EYES = "the condition of an operation is read with the system's eyes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """An operation in one catalog, with its dialog."""

    operation: Operation
    dialog: EntitySpec

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields of its dialog."""
        return asked(self.dialog)


class Operations:
    """All operations of one site. Those whose documents do not fit the catalog are left out, and logged."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._operations: dict[str, Operation] = {}
        self.left_out: dict[str, PayvandError] = {}
        self._kept: tuple[object, Mapping[str, tuple[Offered, ...]]] | None = None

    @property
    def _access(self) -> Access:
        return self._site.get(Access)

    @property
    def _reading(self) -> Reading:
        return self._site.get(Reading)

    # The operations there are

    def fill(self, extra: Iterable[Operation] = ()) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self._operations, self.left_out, self._kept = {}, {}, None
        for operation in extra:
            self.register(operation)

    def register(self, operation: Operation) -> None:
        """Add an operation; a name that is taken on the entity is refused."""
        for other in self._operations.values():
            place = (operation.entity, operation.behaviour, operation.short)
            if (other.entity, other.behaviour, other.short) == place:
                raise Conflict(
                    "There are two operations named {name} on {entity}.",
                    code="operation_taken",
                    name=operation.short,
                    entity=operation.entity or operation.behaviour,
                )
        self._operations = {**self._operations, operation.name: operation}
        self._kept = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all operations."""
        return tuple(self._operations)

    def of(self, entity: str, catalog: Catalog) -> tuple[Offered, ...]:
        """Return the operations on an entity, lighter ones first."""
        kept, key = self._kept, (catalog.version, catalog.digest)
        if kept is None or kept[0] != key:
            kept = self._kept = (key, self._compile(catalog))
        return kept[1].get(entity, ())

    def _compile(self, catalog: Catalog) -> Mapping[str, tuple[Offered, ...]]:
        found: dict[str, list[Offered]] = {}
        for operation in self._placed(catalog):
            try:
                dialog = dialog_of(operation, self._site.get(FieldTypes), catalog)
                if operation.when:
                    self._fits(operation, catalog)
            except PayvandError as error:
                self.left_out[operation.name] = error
                get_logger("operations").warning(
                    "operation_left_out", operation=operation.name, reason=error.text()
                )
                continue
            found.setdefault(operation.entity, []).append(Offered(operation=operation, dialog=dialog))
        return {name: tuple(some) for name, some in found.items()}

    def _placed(self, catalog: Catalog) -> Iterable[Operation]:
        """Yield the operations by weight, those of a behaviour once for each entity that has it."""
        for operation in sorted(self._operations.values(), key=lambda o: (o.weight, o.name)):
            if operation.entity in catalog.entities:
                yield operation
            for entity in catalog.entities.values() if operation.behaviour else ():
                if operation.behaviour in entity.behaviours:
                    yield replace(operation, entity=entity.name, behaviour="")

    def _fits(self, operation: Operation, catalog: Catalog) -> None:
        """Refuse a condition that cannot be read: nothing is asked of the database for that."""
        eyes = self._reading.eyes(Actor(elevated=_EYES), catalog)
        read_filter(operation.when, operation.entity, self._reading.reader_schema(eyes))

    # To whom they are offered

    def may(self, actor: Actor, offered: Offered, catalog: Catalog) -> bool:
        """Tell whether there can be a record with which the actor may do this."""
        return self._access.may(actor, offered.operation.entity, offered.operation.action, catalog)

    def offers(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> list[Offered]:
        """Return what the actor may do with a record that they see."""
        # Of rights that reach as far as reading does, or as far as others here, nothing is asked again.
        seen = self._access.condition(actor, entity, "read", catalog)
        known: dict[int, tuple[Condition, bool]] = {
            id(seen): (seen, True)
        }  # with what has the number, so that it stays its own
        found = list[Offered]()
        for offered in self.of(entity, catalog):
            operation = offered.operation
            if operation.place == "new" or not self.may(actor, offered, catalog):
                continue
            reach = self._access.condition(actor, entity, operation.action, catalog)
            if id(reach) not in known:
                reached = self._reaches(actor, operation, record_id, catalog, uow, reader)
                known[id(reach)] = (reach, reached)
            if known[id(reach)][1] and self._is_time(actor, operation, record_id, catalog, uow, reader):
                found.append(offered)
        return found

    def _reaches(
        self,
        actor: Actor,
        operation: Operation,
        record_id: int,
        catalog: Catalog,
        uow: UnitOfWork | None,
        reader: Reader | None,
    ) -> bool:
        """Tell whether an operation is granted on a record; a unit that only reads has mostly read it already."""
        if uow is None or not uow.reading:
            return self._allowed(actor, operation, record_id, catalog, uow, reader)
        records = self._site.get(Records)
        return records.allows(actor, operation.entity, record_id, operation.action, uow=uow)

    def _is_time(
        self,
        actor: Actor,
        operation: Operation,
        record_id: int,
        catalog: Catalog,
        uow: UnitOfWork | None,
        reader: Reader | None,
    ) -> bool:
        """Tell whether the condition of an operation holds for a record as it stands."""
        if uow is None or not uow.reading or not operation.when:
            return self._holds(actor, operation, record_id, catalog, uow, reader)
        records = self._site.get(Records)
        return records.fulfils(actor, operation.entity, record_id, operation.when, uow=uow)

    def on_lists(self, actor: Actor, entity: str, catalog: Catalog, *, place: str = "") -> list[Offered]:
        """Return what the actor may do with chosen rows, or beside "New" (``place`` is ``new``)."""
        return [
            offered
            for offered in self.of(entity, catalog)
            if (offered.operation.place == "new" if place == "new" else offered.operation.many)
            and self.may(actor, offered, catalog)
        ]

    def find(self, entity: str, short: str, catalog: Catalog) -> Offered:
        """Return an operation by its short name; raise `NotFound` where there is none."""
        for offered in self.of(catalog.entity(entity).name, catalog):
            if offered.operation.short == short:
                return offered
        raise NotFound("There is no operation {name} here.", code="unknown_operation", name=short[:80])

    def _allowed(
        self,
        actor: Actor,
        operation: Operation,
        record_id: int,
        catalog: Catalog,
        uow: UnitOfWork | None,
        reader: Reader | None = None,
    ) -> bool:
        if self._access.condition(actor, operation.entity, operation.action, catalog) is True:
            return True
        query = Query(fields=("id",), filter=f"id == {record_id}", granted=operation.action, limit=1)
        page = self._reading.find(actor, operation.entity, query, catalog=catalog, uow=uow, reader=reader)
        return bool(page.items)

    def _holds(
        self,
        actor: Actor,
        operation: Operation,
        record_id: int,
        catalog: Catalog,
        uow: UnitOfWork | None,
        reader: Reader | None = None,
    ) -> bool:
        if not operation.when:
            return True
        query = Query(fields=("id",), filter=f"id == {record_id} and ({operation.when})", limit=1)
        eyes = actor.elevate(_EYES)
        page = self._reading.find(eyes, operation.entity, query, catalog=catalog, uow=uow, reader=reader)
        return bool(page.items)

    # Carrying them out

    def begin(self, asking: Asking, offered: Offered, ids: Sequence[int]) -> OperationCall:
        """Return the call behind a dialog, after making sure that it may be made: nothing is locked or done yet."""
        self._require(asking, offered.operation, ids)
        return OperationCall(asking=asking, entity=offered.operation.entity, ids=tuple(ids))

    def start_values(self, call: OperationCall, offered: Offered) -> dict[str, Any]:
        """Return the values that a dialog begins with, as Python values."""
        start = offered.operation.start
        return dict(start(call)) if start else {}

    def run(
        self,
        asking: Asking,
        offered: Offered,
        ids: Sequence[int],
        values: Mapping[str, Any],
        *,
        reason: str = "",
    ) -> Outcome:
        """Do it, in the unit of work of ``asking``; ``values`` are Python values.

        The records are looked up with the rights of the one who asks, locked, and asked again whether it holds.
        """
        operation, uow = offered.operation, asking.uow
        self._require(asking, operation, ids)
        if ids:
            lock_records(uow, self._site.get(Tables), operation.entity, ids)
        late = [
            number for number in ids if not self._holds(asking.actor, operation, number, asking.catalog, uow)
        ]
        if late:
            raise Conflict(
                "This cannot be done with the record as it stands now.", code="operation_refused", id=late[0]
            )
        said = check_said(offered.dialog, values, self._said_problems(asking, offered, values, reason))
        uow.reason = reason.strip() or uow.reason
        call = OperationCall(
            asking=asking, entity=operation.entity, ids=tuple(ids), values=said, reason=reason.strip()
        )
        return operation.run(call) or Outcome()

    def _require(self, asking: Asking, operation: Operation, ids: Sequence[int]) -> None:
        """Refuse what is not granted; a record out of sight does not exist, whatever is granted on others."""
        actor, catalog = asking.actor, asking.catalog
        self._access.require(actor, operation.entity, operation.action, catalog)
        if bool(ids) == (operation.place == "new") or len(set(ids)) != len(ids):
            raise BadRequest("Say with which records.", code="no_records")
        if len(ids) > (MOST if operation.many else 1):
            raise BadRequest(
                "At most {maximum} records at once.", code="too_many", maximum=MOST if operation.many else 1
            )
        for number in ids:
            self._reading.get(actor, operation.entity, number, ("id",), catalog=catalog, uow=asking.uow)
            if not self._allowed(actor, operation, number, catalog, asking.uow):
                raise AccessDenied(
                    "None of your roles allows: {action} on {entity}. An administrator can grant it to a role.",
                    entity=operation.entity,
                    action=operation.action,
                )

    def _said_problems(
        self, asking: Asking, offered: Offered, values: Mapping[str, Any], reason: str
    ) -> Iterable[Problem]:
        """Yield what is wrong with what was said: records out of sight, and a reason that is missing."""
        for name in offered.fields:
            for entity, number in _named(offered.dialog, name, values.get(name)):
                try:
                    self._reading.get(
                        asking.actor, entity, number, ("id",), catalog=asking.catalog, uow=asking.uow
                    )
                except (NotFound, AccessDenied):
                    yield Problem(
                        code="not_found",
                        field=name,
                        message="There is no such record, or none that you may see.",
                    )
        if offered.operation.reason == "required" and not reason.strip():
            yield Problem(code="required", field="reason", message="Say why.")

    # And back

    def undo_token(self, asking: Asking, offered: Offered, ids: Sequence[int], undo: Undo | None) -> str:
        """Return the token with which the actor may take back what they have just done; empty where nobody can."""
        if undo is None or offered.operation.undo is None:
            return ""
        said = {"a": asking.actor.id, "i": list(ids), "p": dict(undo.payload)}
        return sign_link(asking.uow, _purpose(offered.operation), said, timedelta(minutes=undo.minutes))

    def undo(self, asking: Asking, offered: Offered, token: str) -> Outcome:
        """Take an operation back, once; the one who did it, while it is offered and while it is granted."""
        operation, uow = offered.operation, asking.uow
        said = read_link(uow, _purpose(operation), token)
        if operation.undo is None or said["a"] != asking.actor.id or asking.actor.id is None:
            raise NotFound("This link is not valid.", code="bad_link")
        self._access.require(asking.actor, operation.entity, operation.action, asking.catalog)
        if claim(uow, asking.actor.id, f"undo:{token[-80:]}", operation.name, token.encode()) is not None:
            raise Conflict("This is taken back already.", code="undone")
        keep(uow, asking.actor.id, f"undo:{token[-80:]}", Answer(status=200, response=b"{}"))
        ids = tuple(said["i"])
        if ids:
            lock_records(uow, self._site.get(Tables), operation.entity, ids)
        call = OperationCall(asking=asking, entity=operation.entity, ids=ids, values=said["p"])
        return operation.undo(call) or Outcome(message="Taken back.")


def _purpose(operation: Operation) -> str:
    """Return for what the token of an undo is good: one operation, on one entity."""
    return f"undo:{operation.entity}:{operation.name}"


def _named(dialog: EntitySpec, name: str, value: object) -> Iterable[tuple[str, int]]:
    """Yield the records that a value leads to."""
    match value:
        case Ref(id=number):
            yield str(dialog.fields[name].option("to")), number
        case AnyRef(entity=entity, id=number):
            yield entity, number
        case tuple() if dialog.fields[name].type == "links":
            for one in value:
                if isinstance(one, Ref):
                    yield str(dialog.fields[name].option("to")), one.id
