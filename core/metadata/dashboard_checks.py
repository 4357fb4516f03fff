"""What dashboards name must exist and fit."""

from __future__ import annotations

from core.metadata.collection_checks import GROUPS, check_measure
from core.metadata.dashboard_specs import CardSpec
from core.metadata.documents import Document
from core.metadata.findings import Findings
from core.metadata.layers import mapping, texts
from core.metadata.merge import Merged


def check_dashboards(merged: Merged, findings: Findings) -> None:
    """Check what cards name: entities, fields, measures and roles."""
    for name, dashboard in merged.dashboards.items():
        for document in merged.sources("dashboard", name):
            for role in texts(document.body.get("roles")):
                if role not in merged.roles:
                    findings.add(document, ("roles",), "unknown_role", "There is no role {name}.", name=role)
            for card in dashboard.cards:
                if card.name in mapping(document.body.get("cards")):
                    _check_card(merged, card, document, findings)


def _check_card(merged: Merged, card: CardSpec, document: Document, findings: Findings) -> None:
    at = ("cards", card.name)
    entity = merged.entities.get(card.entity)
    if entity is None:
        findings.unknown_entity(document, (*at, "entity"), card.entity, merged.entities)
        return
    check_measure(merged, card.entity, document, findings, (*at, "measure"), card.measure)
    named = [*(("columns", n) for n in card.columns), *(("sort", n.removeprefix("-")) for n in card.sort)]
    if card.kind == "chart":
        named.append(("group_by", card.group_by))
    for key, field in named:
        if not entity.has(field):
            findings.unknown_field(document, (*at, key), entity, field)
        elif key == "group_by" and entity.fields[field].type not in GROUPS:
            findings.add(
                document,
                (*at, key),
                "wrong_type",
                "{name} is a {type}; here only {known} will do.",
                name=field,
                type=entity.fields[field].type,
                known=tuple(sorted(GROUPS)),
            )
