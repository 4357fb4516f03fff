"""`RoleRights`: everything one set of roles may do in one catalog, compiled when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from threading import RLock
from typing import TypeAlias, TypeVar

from core.access.branches import Branch, Grants, either
from core.access.fields import FieldReader, FieldRights, Mask, all_fields, is_typed
from core.access.keys import covers
from core.access.restrictions import Limit, Restrictions, conditions
from core.expressions import Checked, Schema, all_of
from core.kernel.actor import Scope
from core.metadata.actions import ADMINISTER
from core.metadata.catalog import Catalog
from core.metadata.role_merge import implied
from core.metadata.specs import EntitySpec

Condition: TypeAlias = "Checked | bool"
Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class RoleRights:
    """The rights of a set of roles, narrowed by the scopes of a key; administrators have ``everything``.

    ``roles`` are those given and those that come with them, ``ways`` how each came: ``("sales.head", "sales.seller")``.
    ``shared`` are the entities of which there are records shared with them. ``checked`` keeps conditions of grants for the rights
    of other roles in the same catalog.
    """

    def __init__(
        self,
        catalog: Catalog,
        roles: frozenset[str],
        schema: Schema,
        scopes: tuple[Scope, ...] | None = None,
        shared: frozenset[str] = frozenset(),
        checked: MutableMapping[tuple[str, str], Checked] | None = None,
    ) -> None:
        self.catalog = catalog
        self.ways = implied(catalog.roles, roles)
        self.roles = frozenset(self.ways)
        self.everything = any(catalog.roles[r].administrator for r in self.roles)
        self._schema = schema
        self._scopes = scopes
        self._grants = Grants(catalog, schema, self.roles, shared, self._administers, checked)
        self._limits = Restrictions(catalog, schema, self.roles)
        self._conditions: dict[tuple[str, str], Condition] = {}
        self._alike: dict[Condition, Condition] = {}
        self._writes: dict[tuple[str, str, frozenset[str]], Condition] = {}
        self._fields: dict[str, FieldRights] = {}
        self._exports: dict[str, Mapping[str, Mask]] = {}
        self._readers: dict[tuple[str, str], FieldReader] = {}
        self._lock = RLock()

    def branches(self, entity: str, action: str) -> tuple[Branch, ...]:
        """Return the grants that count, apart: what an explanation names."""
        return self._grants.branches(self.catalog.entity(entity), action)

    def restrictions(self, entity: str, action: str) -> tuple[Limit, ...]:
        """Return what must hold besides the grants, apart; nothing binds administrators."""
        return () if self.everything else self._limits.on(self.catalog.entity(entity), action)

    def condition(self, entity: str, action: str) -> Condition:
        """Return on which records the roles may do this: True all, False none; alike ones are the same."""
        spec = self.catalog.entity(entity)
        if not covers(self._scopes, entity, action):
            return False
        if self.everything:
            return True
        return self._remember(self._conditions, (entity, action), lambda: self._compile(spec, action))

    def _administers(self, entity: str) -> bool:
        """Tell whether the roles arrange an entity: that is granted, and they read some of it."""
        return self.condition(entity, ADMINISTER) is True and self.condition(entity, "read") is not False

    def _compile(self, entity: EntitySpec, action: str) -> Condition:
        found = self._grants.branches(entity, action)
        rows = [b for b in found if b.adds_records]
        condition = self._limited(entity, action, [either(rows)]) if rows else False
        return self._alike.setdefault(condition, condition)

    def write_condition(self, entity: str, action: str, fields: frozenset[str]) -> Condition:
        """Return on which records the roles may do this *to these fields*: one grant for each field must hold."""
        spec = self.catalog.entity(entity)
        if not covers(self._scopes, entity, action):
            return False
        if self.everything:
            return True
        return self._remember(
            self._writes, (entity, action, fields), lambda: self._compile_write(spec, action, fields)
        )

    def _compile_write(self, entity: EntitySpec, action: str, fields: frozenset[str]) -> Condition:
        found = self._grants.branches(entity, action)
        asked = {frozenset(i for i, b in enumerate(found) if name in b.edit) for name in fields}
        asked = asked or {frozenset(i for i, b in enumerate(found) if b.adds_records)}
        if not all(asked):
            return False
        given = [either(found[i] for i in sorted(some)) for some in sorted(asked, key=sorted)]
        return self._limited(entity, action, given)

    def _limited(self, entity: EntitySpec, action: str, given: list[Checked | None]) -> Condition:
        """Return what the grants ask for and what every restriction asks for besides."""
        besides = conditions(self._limits.on(entity, action))
        return False if besides is None else _joined([*given, *besides])

    def fields(self, entity: str) -> FieldRights:
        """Return which fields the roles may read and edit."""
        spec = self.catalog.entity(entity)
        return self._remember(self._fields, entity, lambda: self._compile_fields(spec))

    def _compile_fields(self, entity: EntitySpec) -> FieldRights:
        if self.everything:
            rights = all_fields(entity, system=False)
            hidden = {
                name for name in entity.fields if not self.reader(entity.name, "read").is_drawn_in_scope(name)
            }
            readable = {name: mask for name, mask in rights.readable.items() if name not in hidden}
            return FieldRights(readable=readable, editable=rights.editable)
        written = [b for action in ("create", "update") for b in self._grants.branches(entity, action)]
        return FieldRights(
            readable=self.reader(entity.name, "read").readable(),
            editable=frozenset(
                f.name
                for f in entity.fields.values()
                if is_typed(f) and any(f.name in b.edit for b in written)
            ),
        )

    def exportable(self, entity: str) -> Mapping[str, Mask]:
        """Return the fields that the roles may export, each with the condition of the grants that give it."""
        spec = self.catalog.entity(entity)
        if self.everything:
            return dict.fromkeys(spec.fields, True)
        return self._remember(self._exports, entity, lambda: self.reader(entity, "export").readable())

    @property
    def schema(self) -> Schema:
        """The names and types that conditions of grants may use."""
        return self._schema

    def reads_plainly(self, entity: str, field: str) -> bool:
        """Tell whether the field is readable on every record of the entity."""
        if entity not in self.catalog.entities or self.condition(entity, "read") is not True:
            return False
        return self.reader(entity, "read").is_plain(field)

    def in_scope(self, entity: str) -> bool:
        """Tell whether the key covers reading the entity."""
        return covers(self._scopes, entity, "read")

    def reader(self, entity: str, action: str) -> FieldReader:
        """Return what works out where the fields of an entity may be read, or exported."""
        found = self._readers.get((entity, action))
        if found is None:
            spec = self.catalog.entity(entity)
            found = FieldReader(self.catalog, self._grants, spec, self._schema, self, self._limits, action)
            self._readers[entity, action] = found
        return found

    def _remember(self, kept: dict[Key, Made], key: Key, make: Callable[[], Made]) -> Made:
        """Return what is kept under ``key``, working it out by one thread: half-done masks must not be seen."""
        found = kept.get(key)
        if found is None:
            with self._lock:
                found = kept.get(key)
                if found is None:
                    found = kept[key] = make()
        return found


def _joined(conditions: list[Checked | None]) -> Condition:
    narrowing = [condition for condition in conditions if condition is not None]
    return all_of(narrowing) if narrowing else True
