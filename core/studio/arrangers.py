"""`Arrangers`: who may arrange an entity without being an administrator, and what they read of it."""

from __future__ import annotations

from core.access import REACHED_BY, Access, reference_targets
from core.expressions import ExpressionInvalid, check, fields_used, parse
from core.expressions.types import BOOLEAN
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec
from core.metadata.usage import where_used
from core.storage.catalogs import Catalogs
from core.studio.arrangement import Arranger, Reads, ReadsText, more_than_arranged, unknown_field


class Arrangers:
    """Knows administrators from those who administer one entity: of these alone each change is judged."""

    def __init__(self, access: Access, catalogs: Catalogs) -> None:
        self._access = access
        self._catalogs = catalogs

    def require(self, actor: Actor, entity: str) -> Catalog:
        """Return the catalog, or refuse whoever may not change definitions of the entity."""
        catalog = self._catalogs.current()
        self._access.require_administers(actor, entity, catalog)
        return catalog

    def of(self, actor: Actor, entity: str) -> Arranger | None:
        """Return who judges the changes of somebody; None for administrators, who may change everything."""
        catalog = self.require(actor, entity)
        if self._access.is_administrator(actor, catalog):
            return None
        return Arranger(
            entity=catalog.entity(entity),
            catalog=catalog,
            reads=self.reads(actor, entity),
            reads_text=self.reads_text(actor, entity, catalog),
        )

    def field(self, actor: Actor, entity: str, name: str) -> FieldSpec:
        """Return a field that somebody may change something of; one that they may not read is as one that is not there."""
        catalog = self.require(actor, entity)
        self.require_reading(actor, entity, name, catalog)
        return catalog.field(entity, name)

    def require_reading(self, actor: Actor, entity: str, name: str, catalog: Catalog) -> None:
        """Refuse a field that somebody may not read on every record that they read."""
        everything = self._access.is_administrator(actor, catalog)
        if not everything and not self._access.reads_everywhere(actor, entity, name, catalog):
            raise unknown_field(name)

    def require_nothing_waits(self, actor: Actor, entity: str, name: str, catalog: Catalog) -> None:
        """Refuse a new field that more than views ask for: a condition of rights that slept for want of it would wake up.

        Scopes ask for fields by their names alone.
        """
        if self._access.is_administrator(actor, catalog):
            return
        if name in REACHED_BY or any(use.kind != "view" for use in where_used(catalog, entity, name)):
            raise more_than_arranged(name)

    def reads(self, actor: Actor, entity: str) -> Reads:
        """Return what tells whether somebody reads a field, or one behind references, wherever they read a record."""
        catalog = self._catalogs.current()
        everything = self._access.is_administrator(actor, catalog)

        def reads(path: str) -> bool:
            home: str | None = entity
            for name in path.split("."):
                spec = catalog.entities.get(home) if home is not None else None
                field = spec.fields.get(name) if spec is not None else None
                if spec is None or field is None:
                    return False
                if not everything and not self._access.reads_everywhere(actor, spec.name, name, catalog):
                    return False
                targets = reference_targets(field)
                home = targets[0] if len(targets) == 1 else None
            return True

        return reads

    def reads_text(self, actor: Actor, entity: str, catalog: Catalog) -> ReadsText:
        """Return what tells whether somebody reads all that an expression on the entity looks at."""
        everything = self._access.is_administrator(actor, catalog)
        rights = self._access.rights(actor, catalog)

        def reads_text(text: str) -> bool:
            try:
                used = fields_used(check(parse(text), rights.schema, entity, BOOLEAN, old=False))
            except ExpressionInvalid:
                return False
            return everything or all(
                self._access.reads_everywhere(actor, of, name, catalog) for of, name in used
            )

        return reads_text
