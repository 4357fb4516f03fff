"""`Catalog`: everything that is known of a site at one version, merged, checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from core.errors import BadRequest, NotFound, Problem
from core.metadata.dashboard_specs import DashboardSpec
from core.metadata.names import nearest
from core.metadata.specs import (
    EntitySpec,
    FieldSpec,
    MenuSpec,
    ModuleSpec,
    RestrictionSpec,
    RoleSpec,
    ViewSpec,
)
from core.metadata.workflow_specs import WorkflowSpec


def unknown_entity(name: str) -> NotFound:
    """Return the answer for an entity that is not there, or that the actor may not know of: both read alike."""
    return NotFound("There is no entity {name}.", code="unknown_entity", name=name[:80])


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All specs of the enabled modules and of the site, at one version.

    ``restrictions`` are those in force, ``resting`` those that are not. ``diagnostics`` tells which documents are
    dormant and why; nothing in them can stop the boot.
    """

    version: int
    entities: Mapping[str, EntitySpec]
    views: Mapping[str, ViewSpec] = field(default_factory=lambda: MappingProxyType({}))
    menus: Mapping[str, MenuSpec] = field(default_factory=lambda: MappingProxyType({}))
    roles: Mapping[str, RoleSpec] = field(default_factory=lambda: MappingProxyType({}))
    restrictions: Mapping[str, RestrictionSpec] = field(default_factory=lambda: MappingProxyType({}))
    resting: Mapping[str, RestrictionSpec] = field(default_factory=lambda: MappingProxyType({}))
    workflows: Mapping[str, WorkflowSpec] = field(default_factory=lambda: MappingProxyType({}))
    dashboards: Mapping[str, DashboardSpec] = field(default_factory=lambda: MappingProxyType({}))
    modules: Mapping[str, ModuleSpec] = field(default_factory=lambda: MappingProxyType({}))
    diagnostics: tuple[Problem, ...] = ()
    digest: str = ""

    def entity(self, name: str) -> EntitySpec:
        """Return the entity, or raise `NotFound` in the words used for records out of sight."""
        try:
            return self.entities[name]
        except KeyError:
            raise unknown_entity(name) from None

    def field(self, entity: str, name: str) -> FieldSpec:
        """Return a field, or raise `BadRequest` with the nearest names."""
        fields = self.entity(entity).fields
        try:
            return fields[name]
        except KeyError:
            raise BadRequest(
                "There is no field {name}. Perhaps: {nearest}.",
                code="unknown_field",
                name=name[:80],
                nearest=nearest(name, fields),
            ) from None

    def view(self, entity: str, kind: str) -> ViewSpec | None:
        """Return the written view of this kind, or None where it is to be generated."""
        return self.views.get(f"{entity}.{kind}")

    def workflows_of(self, entity: str) -> tuple[WorkflowSpec, ...]:
        """Return the workflows that records of an entity go through, mostly none or one."""
        return self._by_entity.get(entity, ())

    def workflow_of(self, entity: str, name: str) -> WorkflowSpec | None:
        """Return the workflow whose state a field holds, or None."""
        return next((w for w in self.workflows_of(entity) if w.field == name), None)

    def workflows_over(self, entity: str) -> tuple[WorkflowSpec, ...]:
        """Return the workflows whose states are records of an entity."""
        return tuple(
            workflow
            for workflow in self.workflows.values()
            if workflow.kind and self.entities[workflow.entity].fields[workflow.field].option("to") == entity
        )

    @cached_property
    def _by_entity(self) -> Mapping[str, tuple[WorkflowSpec, ...]]:
        found: dict[str, tuple[WorkflowSpec, ...]] = {}
        for workflow in self.workflows.values():
            found[workflow.entity] = (*found.get(workflow.entity, ()), workflow)
        return found
