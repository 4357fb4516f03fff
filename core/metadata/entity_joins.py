"""Entities that behaviours bring among the targets of open references to any of several entities."""

from __future__ import annotations

from collections.abc import Mapping

from core.metadata.documents import Behaviour
from core.metadata.entity_merge import MergedEntity, Origin
from core.metadata.findings import Findings
from core.metadata.layers import texts
from core.metadata.relations import OPEN


def join_entities(
    trees: Mapping[str, MergedEntity], behaviours: Mapping[str, Behaviour], findings: Findings
) -> None:
    """Add every entity to the references that its behaviours join; whatever is wrong is in the findings."""
    for name, tree in sorted(trees.items()):
        for asked, origin in tree.asked.items():
            for target, field in behaviours[asked].joins.items():
                if _is_open(trees.get(target), field):
                    _join(trees[target], field, name, origin.owner)
                else:
                    _closed(findings, origin, asked, f"{target}.{field}")


def _is_open(tree: MergedEntity | None, field: str) -> bool:
    return tree is not None and tree.fields.get(field, {}).get("type") == OPEN


def _join(tree: MergedEntity, field: str, entity: str, owner: str) -> None:
    body = tree.fields[field]
    known = texts(body.get("to"))
    if entity not in known:
        body["to"] = [*known, entity]
        tree.joined.setdefault(field, {})[entity] = owner


def _closed(findings: Findings, origin: Origin, behaviour: str, field: str) -> None:
    findings.add(
        origin.document,
        origin.at,
        "nothing_to_join",
        "The behaviour {name} joins {field}, which is no reference to any of several entities.",
        name=behaviour,
        field=field,
    )
