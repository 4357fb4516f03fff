"""Dashboards as written, with the cards that modules add and what the site changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from core.metadata.dashboard_specs import CardSpec, DashboardSpec
from core.metadata.documents import Document
from core.metadata.findings import Findings
from core.metadata.layers import Layers, Override, Setting, mapping, text, texts
from core.metadata.names import humanized
from core.metadata.specs import Json, Label


def merge_dashboard(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> DashboardSpec:
    """Return the frozen dashboard with what others add to it, in the order of modules, the site last."""
    layers = Layers(base.name, findings, overrides)
    tree = layers.apply(dict(base.body), list(_settings(extends)))
    written = {
        name: document for document in (base, *extends) for name in mapping(document.body.get("cards"))
    }
    cards = (
        _card(name, mapping(body), written.get(name, base))
        for name, body in mapping(tree.get("cards")).items()
        if mapping(body).get("hidden") is not True
    )
    weight = tree.get("weight")
    return DashboardSpec(
        name=base.name,
        label=_label(tree.get("label"), base.name),
        cards=tuple(cards),
        roles=texts(tree.get("roles")),
        weight=weight if isinstance(weight, int) else 100,
        owner=base.owner,
        place=base.place,
    )


def _settings(extends: Sequence[Document]) -> Iterator[Setting]:
    for document in extends:
        for key, value in document.body.items():
            if key == "cards":
                for name, card in mapping(value).items():
                    for part, inner in mapping(card).items():
                        at = ("cards", name, part)
                        yield Setting(document=document, path=at, at=at, value=inner)
            elif key in ("label", "roles", "weight"):
                yield Setting(document=document, path=(key,), at=(key,), value=value)


def _card(name: str, body: Mapping[str, Json], document: Document) -> CardSpec:
    limit = body.get("limit")
    return CardSpec(
        name=name,
        label=_label(body.get("label"), name),
        kind=text(body.get("kind"), "count"),
        entity=text(body.get("entity")),
        where=text(body.get("where")),
        measure=text(body.get("measure")) or "count()",
        group_by=text(body.get("group_by")),
        by=text(body.get("by")) or "month",
        look=text(body.get("chart")) or "bar",
        columns=texts(body.get("columns")),
        sort=texts(body.get("sort")),
        limit=limit if isinstance(limit, int) else 5,
        place=document.place_of("cards", name),
    )


def _label(value: Json, name: str) -> Label:
    if isinstance(value, Mapping):
        return MappingProxyType({k: v for k, v in value.items() if isinstance(v, str)})
    return text(value) or humanized(name.rpartition(".")[2])
