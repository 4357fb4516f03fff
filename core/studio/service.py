"""`Studio`: what changes of the definitions while everybody works on: by administrators, and by who administers an entity."""

from __future__ import annotations

from collections.abc import Mapping

from core.access import Access
from core.errors import Conflict, NotFound
from core.kernel.actor import Actor
from core.lifecycle.changes import Afterwards, Changes, Definitions, Edit
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.layers import mapping
from core.metadata.specs import SITE, EntitySpec, FieldSpec, Json, ViewSpec
from core.metadata.usage import where_used
from core.metadata.workflow_specs import WorkflowSpec
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.documents import DocumentStore
from core.studio.arranged import Arranged, arranged, present_view
from core.studio.arrangers import Arrangers
from core.studio.documents import (
    entity_documents,
    entity_labels,
    field_changes,
    field_parts,
    own_fields,
    with_changed_entity,
    with_changed_field,
    with_field,
    without_field,
)
from core.studio.layouts import with_arranged_view
from core.studio.told import Told, told
from core.studio.trash import Removed, keep_removed, removed_fields
from core.studio.workflows import with_changed_workflow, with_new_workflow, without_workflow

LONGEST_WHY = 500


class Studio:
    """Changes the site's own definitions, each change in one transaction, known to all processes at once."""

    def __init__(self, *, changes: Changes, access: Access, catalogs: Catalogs, database: Database) -> None:
        self._changes = changes
        self._access = access
        self._catalogs = catalogs
        self._database = database
        self._arrangers = Arrangers(access, catalogs)

    def add_field(self, actor: Actor, entity: str, body: object, *, why: str = "") -> FieldSpec:
        """Add a field to an entity: ``{"name": "x_…", "type": …, "label": …}``."""
        self._arrangers.require(actor, entity)
        name, field = field_parts(entity, body)
        if self._arrangers.of(actor, entity) is not None and name in self._removed(actor, entity):
            raise Conflict("There is a field {name} in the trash.", code="in_trash", name=name)
        return self._add(actor, entity, (name, field), reason=f"add field {entity}.{name}", why=why)

    def _add(
        self,
        actor: Actor,
        entity: str,
        named: tuple[str, Mapping[str, Json]],
        *,
        reason: str,
        why: str,
        restored: bool = False,
    ) -> FieldSpec:
        name, field = named

        def afterwards(uow: UnitOfWork) -> None:
            if restored:  # its values are back: whoever may not read them brings them back for nobody
                self._arrangers.require_reading(actor, entity, name, uow.catalog)
            self._arrangers.require_nothing_waits(actor, entity, name, uow.catalog)
            keep_removed(uow, entity, name, None)

        catalog = self._run(
            actor,
            entity,
            lambda old: with_field(old, entity, name, field),
            reason=reason,
            why=why,
            afterwards=afterwards,
        )
        return catalog.field(entity, name)

    def change_entity(self, actor: Actor, entity: str, body: object, *, why: str = "") -> EntitySpec:
        """Change what an entity is called: ``{"label": …, "plural": …}``; null takes the site's own word back."""
        spec = self._arrangers.require(actor, entity).entity(entity)
        changes = entity_labels(body)
        catalog = self._run(
            actor,
            entity,
            lambda old: with_changed_entity(old, spec, changes),
            reason=f"change entity {entity}",
            why=why,
        )
        return catalog.entity(entity)

    def change_field(self, actor: Actor, entity: str, name: str, body: object, *, why: str = "") -> FieldSpec:
        """Change properties of a field, be it a module's; its name and type stay."""
        spec = self._arrangers.field(actor, entity, name)
        changes = field_changes(spec, body)
        catalog = self._run(
            actor,
            entity,
            lambda old: with_changed_field(old, entity, spec, changes),
            reason=f"change field {entity}.{name}",
            why=why,
        )
        return catalog.field(entity, name)

    def view(self, actor: Actor, entity: str, kind: str) -> Arranged:
        """Return the list, the form or the card of an entity as this person arranges it."""
        catalog = self._arrangers.require(actor, entity)
        view = present_view(catalog, catalog.entity(entity), kind)
        reads_text = self._arrangers.reads_text(actor, entity, catalog)
        return arranged(catalog, view, self._arrangers.reads(actor, entity), reads_text)

    def change_view(self, actor: Actor, entity: str, kind: str, body: object, *, why: str = "") -> ViewSpec:
        """Arrange the list, the form or the card of an entity: what is named of `layouts.WANTED`."""
        self._arrangers.require(actor, entity)

        def edit(old: Definitions) -> Definitions:
            catalog = self._arrangers.require(actor, entity)
            view = present_view(catalog, catalog.entity(entity), kind)
            return with_arranged_view(old, catalog, view, body, self._arrangers.reads(actor, entity))

        catalog = self._run(actor, entity, edit, reason=f"change view {entity}.{kind[:20]}", why=why)
        return present_view(catalog, catalog.entity(entity), kind)

    def remove_field(self, actor: Actor, entity: str, name: str, *, why: str = "") -> None:
        """Put a field of the site's own in the trash; refused while other definitions mention it."""
        if self._arrangers.field(actor, entity, name).owner != SITE:
            raise Conflict("There is no field {name} of your own.", code="not_own", name=name)
        self._refuse_used(actor, entity, name)
        arranged = self._arrangers.of(actor, entity) is not None
        gone: dict[str, Json] = {}

        def edit(old: Definitions) -> Definitions:
            gone[name] = own_fields(old, entity).get(name)
            return without_field(old, entity, name)

        self._run(
            actor,
            entity,
            edit,
            reason=f"remove field {entity}.{name}",
            why=why,
            afterwards=lambda uow: keep_removed(uow, entity, name, gone[name], arranged=arranged),
        )

    def _refuse_used(self, actor: Actor, entity: str, name: str) -> None:
        """Refuse to remove what is used; whoever arranges is told of views of the entity, which they see, and of no other."""
        uses = tuple(where_used(self._catalogs.current(), entity, name))
        if not uses:
            return
        every = self._arrangers.of(actor, entity) is None
        seen = [use for use in uses if every or (use.kind == "view" and use.name.startswith(f"{entity}."))]
        users = tuple(f"{use.name} ({use.part})" for use in seen)
        if not users:
            raise Conflict(
                "The field {name} is still used; an administrator can see where.",
                code="still_used",
                name=name,
            )
        raise Conflict(
            "The field {name} is still used by {users}.", code="still_used", name=name, users=users
        )

    def removed_fields(self, actor: Actor, entity: str) -> tuple[str, ...]:
        """Return the names of the fields that this person can restore."""
        self._arrangers.require(actor, entity)
        every = self._arrangers.of(actor, entity) is None
        found = self._removed(actor, entity)
        return tuple(sorted(name for name, removed in found.items() if every or removed.arranged))

    def _removed(self, actor: Actor, entity: str) -> Mapping[str, Removed]:
        with self._database.unit(self._catalogs.current(), actor, reading=True) as uow:
            return removed_fields(uow, entity)

    def restore_field(self, actor: Actor, entity: str, name: str, *, why: str = "") -> FieldSpec:
        """Take a field out of the trash, with the values it had."""
        if name not in self.removed_fields(actor, entity):
            raise NotFound("There is no removed field {name}.", name=name[:80])
        named = field_parts(entity, {"name": name, **self._removed(actor, entity)[name].body})
        reason = f"restore field {entity}.{name}"
        return self._add(actor, entity, named, reason=reason, why=why, restored=True)

    def _run(
        self,
        actor: Actor,
        entity: str,
        edit: Edit,
        *,
        reason: str,
        why: str,
        afterwards: Afterwards | None = None,
    ) -> Catalog:
        """Carry out a change of one entity's definitions; one by somebody who arranges it is judged first."""

        def judged(old: Definitions) -> Definitions:
            new, arranger = edit(old), self._arrangers.of(actor, entity)
            if arranger is not None:
                arranger.judge(old, new)
            return new

        why = " ".join(why.split())[:LONGEST_WHY]
        return self._changes.run(actor, judged, reason=reason, why=why, afterwards=afterwards)

    def said(self, actor: Actor, entity: str, name: str) -> Mapping[str, Json]:
        """Return what the site says of a field that this person may arrange; nothing where it says nothing."""
        self._arrangers.field(actor, entity, name)
        with self._database.reading() as reader:
            documents = DocumentStore().read(reader)
        return mapping(own_fields(Definitions(modules=(), documents=documents), entity).get(name))

    def history(self, actor: Actor, entity: str) -> tuple[Told, ...]:
        """Return who has changed definitions of an entity, when and why, the newest first."""
        every = self._arrangers.of(actor, entity) is None
        reads = None if every else self._arrangers.reads(actor, entity)
        with self._database.reading() as reader:
            return told(reader, entity, reads)

    def arranges(self, actor: Actor, entity: str) -> bool:
        """Tell whether somebody arranges the entity without being an administrator."""
        return self._arrangers.of(actor, entity) is not None

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
