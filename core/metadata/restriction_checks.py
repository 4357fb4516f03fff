"""What restrictions name must exist. One that is wrong stays in force: it refuses what it cannot read."""

from __future__ import annotations

from core.metadata.actions import ACTIONS, is_action
from core.metadata.dependencies import Dependencies
from core.metadata.documents import RESTRICTION_TARGET, Document
from core.metadata.findings import Findings
from core.metadata.layers import added, items, text, texts
from core.metadata.merge import Merged
from core.metadata.role_checks import unknown_role
from core.metadata.specs import Json


def is_restriction(document: Document) -> bool:
    """Tell whether a document restricts, or changes what does."""
    extends = document.kind == "extend" and document.name.startswith(RESTRICTION_TARGET)
    return extends or document.kind == "restriction"


def check_restrictions(merged: Merged, dependencies: Dependencies, findings: Findings) -> None:
    """Check what restrictions name: entity, actions and excepted roles; the expression is checked with all others."""
    for (kind, name), document in merged.documents.items():
        if kind == "restriction":
            _check_entity(merged, dependencies, findings, document)
            for source in merged.sources("restriction", name):
                _check_names(merged, findings, source)


def _check_entity(merged: Merged, dependencies: Dependencies, findings: Findings, document: Document) -> None:
    name = text(document.body.get("entity"))
    entity = merged.entities.get(name)
    if entity is None:
        findings.unknown_entity(document, ("entity",), name, merged.entities)
    elif not dependencies.sees(document.owner, entity.owner):
        findings.add(
            document,
            ("entity",),
            "undeclared_dependency",
            "{owner} names {name} of {other} without requiring {other} in its manifest.",
            owner=document.owner,
            name=name,
            other=entity.owner,
        )
    if not text(document.body.get("when")).strip():
        findings.add(
            document,
            ("when",),
            "missing",
            "Without an expression {name} refuses every record.",
            name=document.name,
        )


def _check_names(merged: Merged, findings: Findings, document: Document) -> None:
    for action in texts(document.body.get("actions")):
        if not is_action(action):
            findings.add(
                document,
                ("actions",),
                "unknown_action",
                "{action} is not an action. There are: {known}.",
                action=action,
                known=(*ACTIONS, "transition:<name>", "operation:<name>"),
            )
    for name in _written(document.body.get("except")):
        if name not in merged.roles:
            unknown_role(merged, findings, document, ("except",), name)


def _written(value: Json) -> tuple[str, ...]:
    adding = added(value)
    return texts(items(value) if adding is None else adding)
