"""All documents of a site sorted by what they are about, in the order of modules, and merged into specs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from core.metadata.base_amounts import add_base_amounts
from core.metadata.beside import with_beside
from core.metadata.dashboard_merge import merge_dashboard
from core.metadata.dashboard_specs import DashboardSpec
from core.metadata.dependencies import Dependencies
from core.metadata.documents import (
    DASHBOARD_TARGET,
    MENU_TARGET,
    RESTRICTION_TARGET,
    ROLE_TARGET,
    TARGETS,
    WORKFLOW_TARGET,
    Behaviour,
    Document,
    Path,
)
from core.metadata.entity_joins import join_entities
from core.metadata.entity_merge import EntityMerge, MergedEntity
from core.metadata.entity_specs import entity_spec
from core.metadata.findings import CONFLICT, Findings
from core.metadata.layers import PARKED, Override, text
from core.metadata.names import ENTITY_NAME, SITE_ENTITY_PREFIX, suggestions
from core.metadata.restriction_merge import merge_restriction
from core.metadata.role_merge import merge_menu, merge_role
from core.metadata.specs import EntitySpec, MenuSpec, RestrictionSpec, RoleSpec, ViewSpec
from core.metadata.view_merge import ViewMerge, split_view_name
from core.metadata.workflow_merge import merge_workflow
from core.metadata.workflow_specs import WorkflowSpec

DefaultView: TypeAlias = Callable[[EntitySpec, str], "ViewSpec | None"]
"""Gives the generated view of an entity, which stands until someone writes one; None for an unknown kind."""


@dataclass(kw_only=True)
class Merged:
    """The specs of one merge, with the documents they came from."""

    entities: dict[str, EntitySpec] = field(default_factory=dict)
    views: dict[str, ViewSpec] = field(default_factory=dict)
    menus: dict[str, MenuSpec] = field(default_factory=dict)
    roles: dict[str, RoleSpec] = field(default_factory=dict)
    restrictions: dict[str, RestrictionSpec] = field(default_factory=dict)
    resting: dict[str, RestrictionSpec] = field(default_factory=dict)
    workflows: dict[str, WorkflowSpec] = field(default_factory=dict)
    dashboards: dict[str, DashboardSpec] = field(default_factory=dict)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    extends: dict[str, list[Document]] = field(default_factory=dict)
    origins: dict[tuple[str, str, str], tuple[Document, Path]] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)

    def origin(self, entity: str, group: str, name: str) -> tuple[Document, Path]:
        """Return which document declared a field or rule, and where in it."""
        return self.origins[(entity, group, name)]

    def sources(self, kind: str, name: str) -> tuple[Document, ...]:
        """Return the documents that make up a view, menu, role or workflow, in order."""
        prefix = TARGETS.get(kind, "")
        base = self.documents.get((kind, name))
        return (*((base,) if base else ()), *self.extends.get(prefix + name, ()))


class Merge:
    """Merges documents; the order in which they come does not matter."""

    def __init__(
        self,
        documents: Iterable[Document],
        dependencies: Dependencies,
        behaviours: Mapping[str, Behaviour],
        default_view: DefaultView,
        findings: Findings,
    ) -> None:
        self._documents = sorted(
            documents,
            key=lambda d: (dependencies.position(d.owner), d.kind, d.name, d.place.file, d.place.line),
        )
        self._dependencies = dependencies
        self._behaviours = behaviours
        self._default_view = default_view
        self._findings = findings
        self._merged = Merged()

    def merge(self) -> Merged:
        """Return all specs; whatever is wrong is in the findings."""
        self._sort()
        self._merge_entities()
        self._merge_views()
        self._merge_roles_and_menus()
        self._merge_workflows()
        self._merge_dashboards()
        for target, documents in self._merged.extends.items():
            if target not in self._known_targets():
                for document in documents:
                    self._no_target(document, target)
        return self._merged

    def _sort(self) -> None:
        seen: dict[tuple[str, str, str], Document] = {}
        for document in self._documents:
            if document.key in seen:
                self._twice(seen[document.key], document)
                continue
            seen[document.key] = document
            if document.kind == "extend":
                self._merged.extends.setdefault(document.name, []).append(document)
            elif document.kind != "module":
                known = self._merged.documents.setdefault((document.kind, document.name), document)
                if known is not document:
                    self._twice(known, document)

    def _twice(self, first: Document, second: Document) -> None:
        self._findings.add(
            second,
            (),
            CONFLICT if first.owner != second.owner else "duplicate",
            "{second} declares the {kind} {name}, but {first} declares it already ({place}).",
            second=second.owner,
            first=first.owner,
            kind=second.kind,
            name=second.name,
            place=str(first.place),
        )

    def _merge_entities(self) -> None:
        trees: dict[str, MergedEntity] = {}
        for (kind, name), document in self._merged.documents.items():
            if kind == "entity" and self._may_name(document):
                extends = [d for d in self._merged.extends.get(name, ()) if self._may_touch(d, document)]
                trees[name] = EntityMerge(
                    document, extends, self._behaviours, self._findings, self._merged.overrides
                ).merge()
        join_entities(trees, self._behaviours, self._findings)
        for name, merged in trees.items():
            add_base_amounts(merged, self._findings)
            self._merged.entities[name] = entity_spec(merged, self._findings)
            for (group, part), origin in ((at, o) for at, o in merged.origins.items() if len(at) == 2):
                self._merged.origins[(name, group, part)] = (origin.document, origin.at)
        self._merged.entities.update(with_beside(self._merged.entities))

    def _may_name(self, document: Document) -> bool:
        match = ENTITY_NAME.fullmatch(document.name)
        prefix = SITE_ENTITY_PREFIX.rstrip(".") if document.is_site else document.owner
        if match and match[1] in (prefix, SITE_ENTITY_PREFIX.rstrip(".")):
            return True
        self._findings.add(
            document,
            ("entity",),
            "bad_name",
            "{name} cannot be an entity of {owner}: write {prefix}.<singular>, in small letters.",
            name=document.name,
            owner=document.owner,
            prefix=prefix,
        )
        return False

    def _may_touch(self, document: Document, base: Document) -> bool:
        if self._dependencies.sees(document.owner, base.owner):
            return True
        self._findings.add(
            document,
            ("extends",),
            "undeclared_dependency",
            "{owner} extends {name} of {other} without requiring {other} in its manifest.",
            owner=document.owner,
            name=base.name,
            other=base.owner,
        )
        return False

    def _merge_views(self) -> None:
        names = [name for kind, name in self._merged.documents if kind == "view"]
        names += [t for t in self._merged.extends if split_view_name(t)[0] and t not in names]
        for name in names:
            base = self._merged.documents.get(("view", name)) or self._generated(name)
            if base is not None and self._view_entity(base):
                extends = self._merged.extends.get(name, [])
                if isinstance(base, Document):
                    extends = [d for d in extends if self._may_touch(d, base)]
                self._merged.views[name] = ViewMerge(
                    base, extends, self._findings, self._merged.overrides
                ).merge()

    def _generated(self, name: str) -> ViewSpec | None:
        entity, kind = split_view_name(name)
        spec = self._merged.entities.get(entity)
        return self._default_view(spec, kind) if spec is not None else None

    def _view_entity(self, base: Document | ViewSpec) -> bool:
        if not isinstance(base, Document):
            return True
        entity, _ = split_view_name(base.name)
        written = text(base.body.get("entity"), entity)
        if not entity or written != entity:
            self._findings.add(
                base,
                ("view",),
                "bad_name",
                "A view is named <entity>.<kind>; {name} does not fit the entity {entity}.",
                name=base.name,
                entity=written,
            )
        elif entity not in self._merged.entities:
            self._findings.unknown_entity(base, ("view",), entity, self._merged.entities)
        else:
            return True
        return False

    def _merge_roles_and_menus(self) -> None:
        merged = self._merged
        for (kind, name), document in merged.documents.items():
            if kind == "role":
                extends = merged.extends.get(ROLE_TARGET + name, [])
                merged.roles[name] = merge_role(document, extends, self._findings, merged.overrides)
            elif kind == "restriction":
                extends = merged.extends.get(RESTRICTION_TARGET + name, [])
                seen = [d for d in extends if self._may_touch(d, document)]
                restriction = merge_restriction(document, seen, self._findings, merged.overrides)
                (merged.restrictions if restriction.in_force else merged.resting)[name] = restriction
            elif kind == "menu":
                extends = merged.extends.get(MENU_TARGET + name, [])
                menu = merge_menu(document, extends, self._findings, merged.overrides)
                if menu is not None:
                    merged.menus[name] = menu

    def _merge_workflows(self) -> None:
        for (kind, name), document in self._merged.documents.items():
            if kind == "workflow":
                extends = self._merged.extends.get(WORKFLOW_TARGET + name, [])
                seen = [d for d in extends if self._may_touch(d, document)]
                self._merged.workflows[name] = merge_workflow(
                    document, seen, self._findings, self._merged.overrides
                )

    def _merge_dashboards(self) -> None:
        for (kind, name), document in self._merged.documents.items():
            if kind == "dashboard":
                extends = self._merged.extends.get(DASHBOARD_TARGET + name, [])
                seen = [d for d in extends if self._may_touch(d, document)]
                self._merged.dashboards[name] = merge_dashboard(
                    document, seen, self._findings, self._merged.overrides
                )

    def _known_targets(self) -> frozenset[str]:
        return frozenset(TARGETS.get(kind, "") + name for kind, name in self._merged.documents) | set(
            self._merged.views
        )

    def _no_target(self, document: Document, target: str) -> None:
        if document.is_site:
            self._merged.overrides.append(
                Override(target=target, path=(), own=dict(document.body), state=PARKED)
            )
            return
        self._findings.add(
            document,
            ("extends",),
            "unknown_target",
            "There is no {target} to extend. Perhaps: {nearest}.",
            target=target,
            nearest=suggestions(target, self._known_targets()),
        )
