"""`Access`: what an actor may do, as conditions and field rights; compiled once for each set of roles."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping

from core.access.fields import FieldRights, Mask, all_fields, is_typed
from core.access.keys import in_scope
from core.access.rights import Condition, RoleRights
from core.access.schema import StepSchema
from core.access.shares import SHARED
from core.errors import AccessDenied, NotFound
from core.expressions import Checked, Schema
from core.kernel.actor import Actor
from core.metadata.actions import ADMINISTER, PUBLIC
from core.metadata.catalog import Catalog, unknown_entity
from core.metadata.specs import EntitySpec, FieldSpec

_MAX_KEPT = 256

RECORD_ACTIONS = ("create", "read", "update", "delete", "import", "export")
"""What can be granted on records."""


class Access:
    """Answers for actors by their roles; API-key scopes narrow, elevation widens.

    Compiled rights are kept by catalog and set of roles, so that asking costs a look-up. What nobody granted is
    refused: no role, an unknown role or an empty list of fields grants nothing.
    """

    def __init__(self, schema_of: Callable[[Catalog], Schema]) -> None:
        self._schema_of = schema_of
        self._kept: dict[Hashable, RoleRights] = {}
        self._all: dict[str, tuple[EntitySpec, FieldRights]] = {}

    def rights(self, actor: Actor, catalog: Catalog) -> RoleRights:
        """Return the compiled rights of the actor's roles, narrowed by the scopes of their key."""
        key = (catalog.version, catalog.digest, actor.roles, actor.scopes, actor.shared)
        found = self._kept.get(key)
        if found is None or found.catalog is not catalog:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            found = self._kept[key] = RoleRights(
                catalog, actor.roles, self._schema(catalog), actor.scopes, actor.shared
            )
        return found

    def of_roles(
        self,
        roles: frozenset[str],
        catalog: Catalog,
        checked: MutableMapping[tuple[str, str], Checked] | None = None,
    ) -> RoleRights:
        """Return the rights of a set of roles that nobody need have; they are not kept.

        Whoever asks for many roles of one catalog hands the same ``checked`` each time: conditions that they share are checked once.
        """
        return RoleRights(catalog, roles, self._schema(catalog), checked=checked)

    def _schema(self, catalog: Catalog) -> Schema:
        return StepSchema(catalog, self._schema_of(catalog))

    def roles(self, actor: Actor, catalog: Catalog) -> frozenset[str]:
        """Return the roles of the actor, with those that come with them."""
        return self.rights(actor, catalog).roles

    def condition(self, actor: Actor, entity: str, action: str, catalog: Catalog) -> Condition:
        """Return on which records the actor may do ``action``: a condition, True for all, False for none."""
        if actor.elevated is not None:
            return True
        return self.rights(actor, catalog).condition(entity, action)

    def write_condition(
        self, actor: Actor, entity: str, action: str, fields: frozenset[str], catalog: Catalog
    ) -> Condition:
        """Return on which records the actor may do ``action`` to exactly these fields, before and after it."""
        if actor.elevated is not None:
            return True
        return self.rights(actor, catalog).write_condition(entity, action, fields)

    def fields(self, actor: Actor, entity: str, catalog: Catalog) -> FieldRights:
        """Return which fields the actor may read (with masks) and edit."""
        if actor.elevated is not None:
            return self._elevated_fields(catalog.entity(entity))
        return self.rights(actor, catalog).fields(entity)

    def opens(self, roles: frozenset[str], entity: str, action: str, catalog: Catalog) -> frozenset[str]:
        """Return the fields that a share opens for ``action`` to holders of these roles who do not have them everywhere.

        What is computed is not among them: it follows what it is drawn from.
        """
        rights = self.rights(Actor(login="", roles=roles, shared=frozenset({entity})), catalog)
        branches = rights.branches(entity, action) if not rights.everything else ()
        of_shares = [branch for branch in branches if branch.grant.scope == SHARED]
        fields = catalog.entity(entity).fields
        if action == "read":
            given = {
                name for branch in of_shares for name in branch.read if _is_drawn_from_none(fields[name])
            }
            shown = rights.fields(entity).readable if rights.condition(entity, "read") is True else {}
            return frozenset(name for name in given - PUBLIC if shown.get(name) is not True)
        given = {name for branch in of_shares for name in branch.edit if is_typed(fields[name])}
        return frozenset(
            name for name in given if rights.write_condition(entity, action, frozenset({name})) is not True
        )

    def exportable(self, actor: Actor, entity: str, catalog: Catalog) -> Mapping[str, Mask]:
        """Return the fields that the actor may export, each with the condition under which a record gives it away.

        It says nothing of reading, which is asked besides.
        """
        if actor.elevated is not None:
            return dict.fromkeys(catalog.entity(entity).fields, True)
        return self.rights(actor, catalog).exportable(entity)

    def _elevated_fields(self, entity: EntitySpec) -> FieldRights:
        kept = self._all.get(entity.name)
        if kept is None or kept[0] is not entity:
            kept = self._all[entity.name] = (entity, all_fields(entity, system=True))
        return kept[1]

    def may(self, actor: Actor, entity: str, action: str, catalog: Catalog) -> bool:
        """Tell whether there can be a record on which the actor may do this."""
        return self.condition(actor, entity, action, catalog) is not False

    def sees(self, actor: Actor, entity: str, fields: Iterable[str], catalog: Catalog) -> bool:
        """Tell whether there can be records of which the actor may read all these fields."""
        if not self.may(actor, entity, "read", catalog):
            return False
        wanted = set(fields)
        return not wanted or self.fields(actor, entity, catalog).readable.keys() >= wanted

    def require_fields(self, actor: Actor, entity: str, fields: Iterable[str], catalog: Catalog) -> None:
        """Refuse with `AccessDenied` whoever may not read all these fields; it names none of them."""
        if not self.sees(actor, entity, fields, catalog):
            raise AccessDenied(
                "Your roles do not show enough of {entity} for this. An administrator can grant more to a role.",
                code="fields_hidden",
                entity=entity,
            )

    def knows(self, actor: Actor, entity: str, catalog: Catalog) -> bool:
        """Tell whether the actor has any right on the entity, whatever their key is made for; else they know of none."""
        if self.is_administrator(actor, catalog):
            return True
        rights = self.rights(actor, catalog)
        return rights.everything or any(rights.branches(entity, action) for action in RECORD_ACTIONS)

    def hidden(self, actor: Actor, refusal: AccessDenied, catalog: Catalog) -> NotFound | None:
        """Return the answer for an unknown entity where a refusal names one that the actor does not know of."""
        name = refusal.params.get("entity")
        if not isinstance(name, str) or name not in catalog.entities or self.knows(actor, name, catalog):
            return None
        return unknown_entity(name)

    def require(self, actor: Actor, entity: str, action: str, catalog: Catalog) -> None:
        """Refuse with `AccessDenied` what no grant allows on any record, naming the entity, the action and who helps."""
        if self.may(actor, entity, action, catalog):
            return
        if not in_scope(actor, entity, action):
            raise AccessDenied(
                "This key is not made for: {action} on {entity}.",
                code="out_of_scope",
                entity=entity,
                action=action,
            )
        if self.rights(actor, catalog).branches(entity, action):
            raise AccessDenied(
                "A restriction refuses to everybody: {action} on {entity}. An administrator can mend it.",
                code="restricted",
                entity=entity,
                action=action,
            )
        raise AccessDenied(
            "None of your roles allows: {action} on {entity}. An administrator can grant it to a role.",
            entity=entity,
            action=action,
        )

    def is_administrator(self, actor: Actor, catalog: Catalog) -> bool:
        """Tell whether the actor may change metadata, modules and accounts."""
        if actor.elevated is not None:
            return True
        return in_scope(actor, "*", "administer") and self.rights(actor, catalog).everything

    def administers(self, actor: Actor, entity: str, catalog: Catalog) -> bool:
        """Tell whether the actor may arrange the definitions of an entity that they may read; administrators may."""
        if self.is_administrator(actor, catalog):
            return True
        granted = self.condition(actor, entity, ADMINISTER, catalog) is True
        return granted and self.may(actor, entity, "read", catalog)

    def require_administers(self, actor: Actor, entity: str, catalog: Catalog) -> None:
        """Refuse whoever may not arrange the definitions of an entity; one they do not know of is unknown to them."""
        catalog.entity(entity)
        if self.administers(actor, entity, catalog):
            return
        if not self.knows(actor, entity, catalog):
            raise unknown_entity(entity)
        raise AccessDenied(
            "None of your roles allows to arrange {entity}. An administrator can grant it to a role.",
            entity=entity,
            action=ADMINISTER,
        )

    def reads_everywhere(self, actor: Actor, entity: str, field: str, catalog: Catalog) -> bool:
        """Tell whether the actor may read a field on every record that they may read."""
        if not self.may(actor, entity, "read", catalog):
            return False
        return self.fields(actor, entity, catalog).readable.get(field) is True

    def require_administrator(self, actor: Actor, catalog: Catalog) -> None:
        """Refuse everybody but administrators."""
        if not self.is_administrator(actor, catalog):
            raise AccessDenied("Only administrators may do this.", code="administrators_only")


def _is_drawn_from_none(field: FieldSpec) -> bool:
    return not field.copy_of and (not field.derived or bool(field.readable_because))
