"""To the trash and back: what points at a record is cleared, follows it or forbids it; restoring undoes that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import Conflict
from core.hooks import Plugins
from core.kernel.values import AnyRef, Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.change import Draft, Saved
from core.records.history import last_deletion, write_history
from core.records.loading import refuse
from core.records.numbering import keep_numbered
from core.records.persist import check_versions, read_before
from core.records.rollups import RollUps
from core.records.statements import given, one_of
from core.records.targets import usable_targets
from core.records.work import Work

CLEARED = "$cleared"
FOLLOWED = "$followed"

Updater = Callable[[Work, Mapping[int, Mapping[str, object]]], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A reference field of some entity that may point at the records in question."""

    entity: EntitySpec
    spec: FieldSpec
    act: str


class Trash:
    """Deletes to the trash and restores, for any entity."""

    def __init__(self, plugins: Plugins, rollups: RollUps, updater: Updater) -> None:
        self._plugins = plugins
        self._rollups = rollups
        self._update = updater

    def delete(self, work: Work, ids: Sequence[int], *, versions: Mapping[int, int | None]) -> list[Saved]:
        """Put records in the trash, with what follows from it for those that point at them."""
        work.access.require(work.actor, work.entity, "delete", work.uow.catalog)
        drafts = self._read(work, ids, "delete", trashed=False)
        check_versions(drafts, versions)
        keep_numbered(work, drafts)
        self._validate(work, drafts, "delete")
        self._settle_incoming(work, drafts)
        self._stamp(work, drafts, gone=True)
        self._finish(work, drafts, "delete")
        return [Saved(id=d.id, version=d.version, changed=frozenset({"deleted_at"})) for d in drafts]

    def restore(self, work: Work, ids: Sequence[int]) -> list[Saved]:
        """Take records out of the trash and undo what their deletion did; a taken unique value refuses it."""
        work.access.require(work.actor, work.entity, "delete", work.uow.catalog)
        drafts = self._read(work, ids, "delete", trashed=True)
        self._validate(work, drafts, "restore")
        self._stamp(work, drafts, gone=False)
        self._finish(work, drafts, "restore")
        for draft in drafts:
            self._undo(work, draft, last_deletion(work.entity, draft.id, work.uow))
        return [Saved(id=d.id, version=d.version, changed=frozenset({"deleted_at"})) for d in drafts]

    def _read(self, work: Work, ids: Sequence[int], action: str, *, trashed: bool) -> list[Draft]:
        rule = work.access.condition(work.actor, work.entity, action, work.uow.catalog)
        visible = work.access.condition(work.actor, work.entity, "read", work.uow.catalog)
        found = read_before(
            work.plan, list(dict.fromkeys(ids)), rule, visible, work.conditions, work.uow, trashed=trashed
        )
        return [
            Draft(row=n, id=i, version=int(str(found[i]["version"])), before=found[i])
            for n, i in enumerate(dict.fromkeys(ids))
        ]

    def _validate(self, work: Work, drafts: Sequence[Draft], action: str) -> None:
        for draft in drafts:
            for problems in self._plugins.call.record_validate(
                change=work.change(action, draft), uow=work.uow
            ):
                draft.problems.extend(problems or ())
        refuse(drafts)

    def _stamp(self, work: Work, drafts: Sequence[Draft], *, gone: bool) -> None:
        table = work.conditions.tables.of(work.plan.entity)
        ids = [draft.id for draft in drafts]
        rows = work.conditions.statements.run(
            work.uow,
            ("stamp", table.name),
            lambda: (
                table.update()
                .where(table.c.id == one_of())
                .values(
                    deleted_at=given(table.c.deleted_at),
                    updated_at=given(table.c.updated_at),
                    updated_by=given(table.c.updated_by),
                    version=table.c.version + sa.literal_column("1"),
                )
                .returning(table.c.id, table.c.version)
            ),
            {
                "ids": ids,
                "new_deleted_at": work.uow.now if gone else None,
                "new_updated_at": work.uow.now,
                "new_updated_by": work.actor.id,
            },
        )
        versions = {row[0]: row[1] for row in rows}
        for draft in drafts:
            draft.version = versions[draft.id]

    def _finish(self, work: Work, drafts: Sequence[Draft], action: str) -> None:
        changes = [work.change(action, draft) for draft in drafts]
        self._rollups.propagate(work, changes)
        write_history(work.plan, action, drafts, work.conditions, work.uow, work.actor)
        for change in changes:
            self._plugins.call.record_saved(change=change, uow=work.uow)
        self._plugins.call.records_saved(changes=changes, uow=work.uow)

    def _settle_incoming(self, work: Work, drafts: Sequence[Draft]) -> None:
        for incoming in incoming_references(work.uow.catalog, work.entity):
            users = self._users(work, incoming, [d.id for d in drafts])
            if not users:
                continue
            if incoming.act == "restrict":
                raise _still_used(work, incoming, users)
            other = _beyond(work, incoming.entity.name)
            if incoming.act == "cascade":
                self.delete(other, list(users), versions={})
            else:
                self._update(other, {i: {incoming.spec.name: None} for i in users})
            _note(drafts, incoming, users)

    def _users(self, work: Work, incoming: Incoming, ids: Sequence[int]) -> dict[int, int]:
        """Return ``{id of the record that points: id it points at}``."""
        table = work.conditions.tables.of(incoming.entity)
        column = table.c[work.conditions.reference_column(incoming.spec, work.entity)]
        rows = work.conditions.statements.run(
            work.uow,
            ("users", table.name, column.name),
            lambda: (
                sa.select(table.c.id, column)
                .where(column == one_of(), table.c.deleted_at.is_(None))
                .order_by(table.c.id)
            ),
            {"ids": list(ids)},
        )
        return {row[0]: row[1] for row in rows}

    def _undo(self, work: Work, draft: Draft, notes: Mapping[str, object]) -> None:
        for kind in (FOLLOWED, CLEARED):
            for entity, field, ids in _noted(notes, kind):
                if entity not in work.uow.catalog.entities:
                    continue  # its module was disabled meanwhile; nothing there can be brought back now
                other = _beyond(work, entity)
                if kind == FOLLOWED:
                    self._restore_followers(other, ids)
                elif other.plan.entity.has(field):
                    self._point_back(other, field, ids, work, draft)

    def _restore_followers(self, other: Work, ids: Sequence[int]) -> None:
        table = other.conditions.tables.of(other.plan.entity)
        rows = other.conditions.statements.run(
            other.uow,
            ("still in trash", table.name),
            lambda: (
                sa.select(table.c.id)
                .where(table.c.id == one_of(), table.c.deleted_at.is_not(None))
                .order_by(table.c.id)
            ),
            {"ids": list(ids)},
        )
        if rows:
            self.restore(other, [row[0] for row in rows])

    def _point_back(self, other: Work, field: str, ids: Sequence[int], work: Work, draft: Draft) -> None:
        table = other.conditions.tables.of(other.plan.entity)
        spec = other.plan.entity.fields[field]
        column = table.c[work.conditions.reference_column(spec, work.entity)]
        rows = other.conditions.statements.run(
            other.uow,
            ("still empty", table.name, column.name),
            lambda: (
                sa.select(table.c.id)
                .where(table.c.id == one_of(), table.c.deleted_at.is_(None), column.is_(None))
                .order_by(table.c.id)
            ),
            {"ids": list(ids)},
        )
        value = AnyRef(work.entity, draft.id) if spec.type == "reference_any" else Ref(draft.id)
        if rows:
            self._update(other, {row[0]: {field: value} for row in rows})


def _beyond(work: Work, entity: str) -> Work:
    """Open the records that point here: they follow the deletion whatever the deleter may do to them."""
    return work.open(entity, actor=work.actor.elevate("follows a record to the trash and back"))


def _still_used(work: Work, incoming: Incoming, users: Collection[int]) -> Conflict:
    """Return the refusal; it tells of those records only that the deleter may see."""
    entity = incoming.entity.name
    seen = usable_targets(work, {entity: users})
    if not seen:
        return Conflict("It is still used by other records, which you do not see.", code="still_used")
    return Conflict(
        "It is still used by {count} records of {entity}.", code="still_used", count=len(seen), entity=entity
    )


def incoming_references(catalog: Catalog, target: str) -> tuple[Incoming, ...]:
    """Return the reference fields that may point at ``target``, refusing ones first."""
    found = []
    for entity in catalog.entities.values():
        for spec in entity.fields.values():
            to = spec.option("to")
            points = (spec.type == "reference" and to == target) or (
                spec.type == "reference_any" and isinstance(to, (list, tuple)) and target in to
            )
            if points:
                found.append(Incoming(entity=entity, spec=spec, act=_act(entity, spec)))
    return tuple(sorted(found, key=lambda i: (i.act != "restrict", i.entity.name, i.spec.name)))


def _act(entity: EntitySpec, spec: FieldSpec) -> str:
    part = entity.part_of in (spec.name, spec.option("to"))
    return str(spec.option("on_delete") or ("cascade" if part else "clear"))


def _note(drafts: Sequence[Draft], incoming: Incoming, users: Mapping[int, int]) -> None:
    """Remember in the deletion's history what it did to others, so that restoring can undo it."""
    kind = FOLLOWED if incoming.act == "cascade" else CLEARED
    for draft in drafts:
        ids = [i for i, pointed in users.items() if pointed == draft.id]
        if ids:
            kept = draft.notes.setdefault(kind, [])
            assert isinstance(kept, list)  # set on the line above
            kept.append([incoming.entity.name, incoming.spec.name, ids])


def _noted(notes: Mapping[str, object], kind: str) -> list[tuple[str, str, list[int]]]:
    rows = notes.get(kind)
    return [(str(e), str(f), list(ids)) for e, f, ids in rows] if isinstance(rows, list) else []
