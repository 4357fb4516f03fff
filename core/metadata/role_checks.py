"""What roles name must exist: entities, actions, fields, other roles."""

from __future__ import annotations

from collections.abc import Mapping

from core.metadata.actions import ACTIONS, ADMINISTER, ANY_TRANSITION, PUBLIC, SCOPES, TRANSITION, is_action
from core.metadata.dependencies import Dependencies
from core.metadata.documents import Document, Path
from core.metadata.findings import Findings
from core.metadata.layers import items, mapping, text, texts
from core.metadata.merge import Merged
from core.metadata.names import suggestions
from core.metadata.role_merge import implied
from core.metadata.specs import EntitySpec, Json


def check_roles(merged: Merged, dependencies: Dependencies, findings: Findings) -> None:
    """Check every grant (entity, actions, scope and field names) and every implied role."""
    for role in merged.roles.values():
        for document in merged.sources("role", role.name):
            for index, name in enumerate(texts(document.body.get("implies"))):
                _check_implied(merged, dependencies, findings, (document, index), (role.name, name))
            for index, value in enumerate(items(document.body.get("grants"))):
                _check_grant(merged, findings, document, index, value)


def _check_implied(
    merged: Merged,
    dependencies: Dependencies,
    findings: Findings,
    written: tuple[Document, int],
    step: tuple[str, str],
) -> None:
    """Check that an implied role is there, that its module may be named, and that it does not imply this one."""
    (document, index), (role, name) = written, step
    at = ("implies", str(index))
    other = merged.roles.get(name)
    if other is None:
        unknown_role(merged, findings, document, at, name)
    elif not dependencies.sees(document.owner, other.owner):
        findings.add(
            document,
            at,
            "undeclared_dependency",
            "{owner} names {name} of {other} without requiring {other} in its manifest.",
            owner=document.owner,
            name=name,
            other=other.owner,
        )
    elif _makes_administrators(merged, document, name):
        findings.add(
            document,
            at,
            "protected",
            "{name} makes administrators; only {owner} or the site can say so of {role}.",
            name=name,
            owner=merged.roles[role].owner,
            role=role,
        )
    elif role in implied(merged.roles, (name,)):
        findings.add(
            document,
            at,
            "role_cycle",
            "{role} implies {name}, which implies {role} again. Take one of the two away.",
            role=role,
            name=name,
        )


def _makes_administrators(merged: Merged, document: Document, name: str) -> bool:
    """Tell whether a module would make the holders of another's role administrators."""
    foreign = document.kind == "extend" and not document.is_site
    return foreign and any(merged.roles[one].administrator for one in implied(merged.roles, (name,)))


def unknown_role(merged: Merged, findings: Findings, document: Document, at: Path, name: str) -> None:
    """Note the name of a role that does not exist, with the nearest that do."""
    findings.add(
        document,
        at,
        "unknown_role",
        "There is no role {name}. Perhaps: {nearest}.",
        name=name,
        nearest=suggestions(name, merged.roles),
    )


def _check_grant(merged: Merged, findings: Findings, document: Document, index: int, value: Json) -> None:
    body, at = mapping(value), ("grants", str(index))
    entity = merged.entities.get(text(body.get("entity")))
    if entity is None:
        findings.unknown_entity(document, (*at, "entity"), text(body.get("entity")), merged.entities)
    for action in texts(body.get("actions")):
        if action.startswith(TRANSITION):
            _check_transition(merged, findings, document, (*at, "actions"), (action, entity))
        elif not is_action(action):
            findings.add(
                document,
                (*at, "actions"),
                "unknown_action",
                "{action} is not an action. There are: {known}.",
                action=action,
                known=(*ACTIONS, "transition:<name>", "operation:<name>"),
            )
    scope = text(body.get("scope"), "all")
    if scope not in SCOPES:
        findings.add(
            document,
            (*at, "scope"),
            "unknown_scope",
            "{scope} is not a scope. There are: {known}.",
            scope=scope,
            known=SCOPES,
        )
    if ADMINISTER in texts(body.get("actions")):
        _check_administer(findings, document, at, body)
    if entity is not None:
        _check_granted_fields(entity, mapping(body.get("fields")), findings, document, (*at, "fields"))


def _check_transition(
    merged: Merged, findings: Findings, document: Document, at: Path, granted: tuple[str, EntitySpec | None]
) -> None:
    """Check that a granted transition is one of the entity's."""
    action, entity = granted
    known = [
        f"{TRANSITION}{name}"
        for workflow in merged.workflows.values()
        if entity is not None and workflow.entity == entity.name
        for name in (*workflow.transitions, *workflow.disabled)
    ]
    if entity is not None and action not in (ANY_TRANSITION, *known):
        findings.add(
            document,
            at,
            "unknown_transition",
            "{entity} has no {action}. Perhaps: {nearest}.",
            entity=entity.name,
            action=action,
            nearest=suggestions(action, known),
        )


def _check_administer(findings: Findings, document: Document, at: Path, body: Mapping[str, Json]) -> None:
    """Check that a grant to administer is about the whole entity."""
    narrowing = {"scope": text(body.get("scope"), "all") != "all", "when": bool(text(body.get("when")))}
    for key, narrows in narrowing.items():
        if narrows:
            findings.add(
                document,
                (*at, key),
                "of_no_record",
                "administer is about the definitions of {entity} and not about records: grant it apart, without {key}.",
                entity=text(body.get("entity")),
                key=key,
            )


def _check_granted_fields(
    entity: EntitySpec, fields: Mapping[str, Json], findings: Findings, document: Document, at: Path
) -> None:
    for key in ("read", "edit"):
        for name in texts(fields.get(key)):
            bare = name.removeprefix("!")
            if bare != "*" and bare not in entity.fields:
                findings.unknown_field(document, (*at, key), entity, bare)
    for name in mapping(fields.get("masked")):
        if name not in entity.fields:
            findings.unknown_field(document, (*at, "masked", name), entity, name)
        elif name in PUBLIC:
            findings.add(
                document,
                (*at, "masked", name),
                "not_maskable",
                "{name} is known of every record that may be read; it cannot be masked.",
                name=name,
            )
