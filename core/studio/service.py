"""`Studio`: what an administrator changes of the definitions while everybody works on."""

from __future__ import annotations

from core.access import Access
from core.errors import Conflict
from core.kernel.actor import Actor
from core.lifecycle.changes import Changes, Definitions
from core.metadata.catalog import Catalog
from core.metadata.specs import SITE, EntitySpec, FieldSpec
from core.metadata.usage import where_used
from core.storage.catalogs import Catalogs
from core.studio.documents import entity_documents, field_parts, with_field, without_field


class Studio:
    """Changes the site's own definitions, each change in one transaction, known to all processes at once."""

    def __init__(self, *, changes: Changes, access: Access, catalogs: Catalogs) -> None:
        self._changes = changes
        self._access = access
        self._catalogs = catalogs

    def add_field(self, actor: Actor, entity: str, body: object) -> FieldSpec:
        """Add a field to an entity: ``{"name": "x_…", "type": …, "label": …}``."""
        self._require(actor, entity)
        name, field = field_parts(body)
        catalog = self._changes.run(
            actor,
            lambda old: with_field(old, entity, name, field, replaces=False),
            reason=f"add field {entity}.{name}",
        )
        return catalog.field(entity, name)

    def change_field(self, actor: Actor, entity: str, name: str, body: object) -> FieldSpec:
        """Change properties of a field of the site's own; its name and type stay."""
        catalog = self._require(actor, entity)
        spec = catalog.field(entity, name)
        _, field = field_parts({"name": name, **(body if isinstance(body, dict) else {})})
        if field.get("type", spec.type) != spec.type:
            raise Conflict("The type of a field cannot change; add a new field instead.", code="type_stays")
        catalog = self._changes.run(
            actor,
            lambda old: with_field(old, entity, name, field, replaces=True),
            reason=f"change field {entity}.{name}",
        )
        return catalog.field(entity, name)

    def remove_field(self, actor: Actor, entity: str, name: str) -> None:
        """Put a field of the site's own in the trash; refused while other definitions mention it."""
        catalog = self._require(actor, entity)
        catalog.field(entity, name)
        users = tuple(str(use) for use in where_used(catalog, entity, name))
        if users:
            raise Conflict(
                "The field {name} is still used by {users}.", code="still_used", name=name, users=users
            )
        self._changes.run(
            actor, lambda old: without_field(old, entity, name), reason=f"remove field {entity}.{name}"
        )

    def add_entity(self, actor: Actor, body: object) -> EntitySpec:
        """Make a whole entity: table, list, form, menu entry, a role to work with it, API."""
        catalog = self._catalogs.current()
        self._access.require_administrator(actor, catalog)
        documents = entity_documents(body)
        name = documents[0].name

        def edit(old: Definitions) -> Definitions:
            if any(d.key == (SITE, "entity", name) for d in old.documents):
                raise Conflict("There is already an entity {name}.", code="taken", name=name)
            return old.with_documents(*documents)

        return self._changes.run(actor, edit, reason=f"add entity {name}").entity(name)

    def remove_entity(self, actor: Actor, name: str) -> None:
        """Put an entity of the site's own in the trash with its menu entry and role; its table stays."""
        catalog = self._require(actor, name)
        if catalog.entity(name).owner != SITE:
            raise Conflict(
                "{name} belongs to a module; disable the module instead.", code="not_own", name=name
            )
        gone = ((SITE, "entity", name), (SITE, "role", f"{name}_user"))

        def edit(old: Definitions) -> Definitions:
            menus = [
                d.key
                for d in old.documents
                if d.kind == "menu" and d.is_site and d.body.get("entity") == name
            ]
            return old.without(*gone, *menus)

        self._changes.run(actor, edit, reason=f"remove entity {name}")

    def _require(self, actor: Actor, entity: str) -> Catalog:
        catalog = self._catalogs.current()
        self._access.require_administrator(actor, catalog)
        catalog.entity(entity)
        return catalog
