"""A module leads only to entities of modules that it requires: else disabling those would break it unforeseen."""

from __future__ import annotations

from collections.abc import Iterator

from core.metadata.dependencies import Dependencies
from core.metadata.documents import Document, Path
from core.metadata.findings import Findings
from core.metadata.layers import added, mapping, text, texts
from core.metadata.merge import Merged


def check_visible(merged: Merged, dependencies: Dependencies, findings: Findings) -> None:
    """Refuse relations to entities of modules that the document's owner does not require."""
    for (kind, name), base in merged.documents.items():
        if kind != "entity":
            continue
        for document in (base, *merged.extends.get(name, ())):
            for at, target in _targets(document):
                entity = merged.entities.get(target)
                if entity is not None and not dependencies.sees(document.owner, entity.owner):
                    findings.add(
                        document,
                        at,
                        "undeclared_dependency",
                        "{owner} leads to {name} of {other} without requiring {other} in its manifest.",
                        owner=document.owner,
                        name=target,
                        other=entity.owner,
                    )


def _targets(document: Document) -> Iterator[tuple[Path, str]]:
    """Yield the entities that the fields of a document lead to, as written in this document."""
    for name, body in mapping(document.body.get("fields")).items():
        for key in ("to", "of"):
            written = mapping(body).get(key)
            adding = added(written)
            for target in texts(written if adding is None else adding):
                yield ("fields", name, key), target
        source = text(mapping(mapping(body).get("rollup")).get("from"))
        if source:
            yield ("fields", name, "rollup", "from"), source
