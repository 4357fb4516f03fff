"""`Studio`: what an administrator changes of the definitions while everybody works on."""

from __future__ import annotations

from collections.abc import Mapping

from core.access import Access
from core.errors import Conflict, NotFound
from core.kernel.actor import Actor
from core.lifecycle.changes import Changes, Definitions
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import SITE, EntitySpec, FieldSpec, Json
from core.metadata.usage import where_used
from core.metadata.workflow_specs import WorkflowSpec
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.documents import DocumentStore
from core.studio.documents import (
    entity_documents,
    field_changes,
    field_parts,
    own_fields,
    with_changed_field,
    with_field,
    without_field,
)
from core.studio.trash import keep_removed, removed_fields
from core.studio.workflows import with_changed_workflow, with_new_workflow, without_workflow


class Studio:
    """Changes the site's own definitions, each change in one transaction, known to all processes at once."""

    def __init__(self, *, changes: Changes, access: Access, catalogs: Catalogs, database: Database) -> None:
        self._changes = changes
        self._access = access
        self._catalogs = catalogs
        self._database = database

    def add_field(self, actor: Actor, entity: str, body: object) -> FieldSpec:
        """Add a field to an entity: ``{"name": "x_…", "type": …, "label": …}``."""
        self._require(actor, entity)
        name, field = field_parts(entity, body)
        catalog = self._changes.run(
            actor,
            lambda old: with_field(old, entity, name, field),
            reason=f"add field {entity}.{name}",
            afterwards=lambda uow: keep_removed(uow, entity, name, None),
        )
        return catalog.field(entity, name)

    def change_field(self, actor: Actor, entity: str, name: str, body: object) -> FieldSpec:
        """Change properties of a field, be it a module's; its name and type stay."""
        spec = self._require(actor, entity).field(entity, name)
        changes = field_changes(spec, body)
        catalog = self._changes.run(
            actor,
            lambda old: with_changed_field(old, entity, spec, changes),
            reason=f"change field {entity}.{name}",
        )
        return catalog.field(entity, name)

    def remove_field(self, actor: Actor, entity: str, name: str) -> None:
        """Put a field of the site's own in the trash; refused while other definitions mention it."""
        catalog = self._require(actor, entity)
        if catalog.field(entity, name).owner != SITE:
            raise Conflict("There is no field {name} of your own.", code="not_own", name=name)
        users = tuple(f"{use.name} ({use.part})" for use in where_used(catalog, entity, name))
        if users:
            raise Conflict(
                "The field {name} is still used by {users}.", code="still_used", name=name, users=users
            )
        gone: dict[str, Json] = {}

        def edit(old: Definitions) -> Definitions:
            gone[name] = own_fields(old, entity).get(name)
            return without_field(old, entity, name)

        self._changes.run(
            actor,
            edit,
            reason=f"remove field {entity}.{name}",
            afterwards=lambda uow: keep_removed(uow, entity, name, gone[name]),
        )

    def removed_fields(self, actor: Actor, entity: str) -> tuple[str, ...]:
        """Return the names of the fields that can be restored."""
        self._require(actor, entity)
        with self._database.unit(self._catalogs.current(), actor) as uow:
            return tuple(sorted(removed_fields(uow, entity)))

    def restore_field(self, actor: Actor, entity: str, name: str) -> FieldSpec:
        """Take a field out of the trash, with the values it had."""
        self._require(actor, entity)
        with self._database.unit(self._catalogs.current(), actor) as uow:
            body = removed_fields(uow, entity).get(name)
        if body is None:
            raise NotFound("There is no removed field {name}.", name=name[:80])
        return self.add_field(actor, entity, {"name": name, **body})

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

    def add_workflow(self, actor: Actor, body: object) -> WorkflowSpec:
        """Make a workflow of the site's own: a document whose name begins with ``x.``."""
        self._access.require_administrator(actor, self._catalogs.current())
        name = str(body.get("workflow", "")) if isinstance(body, Mapping) else ""
        catalog = self._changes.run(
            actor, lambda old: with_new_workflow(old, body), reason=f"add workflow {name}"
        )
        return catalog.workflows[name]

    def change_workflow(self, actor: Actor, name: str, body: object) -> WorkflowSpec:
        """Change a workflow, be it a module's: labels, guards, roles, steps; null takes the site's own word back."""
        spec = self._workflow(actor, name)
        catalog = self._changes.run(
            actor, lambda old: with_changed_workflow(old, spec, body), reason=f"change workflow {name}"
        )
        return catalog.workflows[name]

    def remove_workflow(self, actor: Actor, name: str) -> None:
        """Take away a workflow of the site's own; the states stay as they are, and can be written again."""
        if self._workflow(actor, name).owner != SITE:
            raise Conflict(
                "{name} belongs to a module; disable the module instead.", code="not_own", name=name
            )
        self._changes.run(actor, lambda old: without_workflow(old, name), reason=f"remove workflow {name}")

    def _workflow(self, actor: Actor, name: str) -> WorkflowSpec:
        catalog = self._catalogs.current()
        self._access.require_administrator(actor, catalog)
        found = catalog.workflows.get(name)
        if found is None:
            raise NotFound("There is no workflow {name}.", code="unknown_workflow", name=name[:80])
        return found

    def documents(self, actor: Actor) -> tuple[Document, ...]:
        """Return all documents that the site has made, in the order of their names."""
        self._access.require_administrator(actor, self._catalogs.current())
        with self._database.reading() as reader:
            return tuple(d for d in DocumentStore().read(reader) if d.is_site)

    def _require(self, actor: Actor, entity: str) -> Catalog:
        catalog = self._catalogs.current()
        self._access.require_administrator(actor, catalog)
        catalog.entity(entity)
        return catalog
