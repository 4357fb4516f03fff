"""Restrictions as written, with what modules and the site change of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.metadata.actions import is_action
from core.metadata.documents import Document
from core.metadata.findings import Findings
from core.metadata.layers import Layers, Override, text, texts
from core.metadata.role_merge import label_of, open_settings
from core.metadata.specs import Json, RestrictionSpec

MODULES_OPEN = frozenset({"label", "except"})
SITE_OPEN = frozenset({*MODULES_OPEN, "when", "actions", "disabled"})


def restriction_tree(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> Mapping[str, Json]:
    """Return what is written of a restriction, with what modules and then the site change of it."""
    modules = [document for document in extends if not document.is_site]
    site = [document for document in extends if document.is_site]
    settings = [
        *open_settings(base, modules, MODULES_OPEN, (), findings),
        *open_settings(base, site, SITE_OPEN, (), findings),
    ]
    return Layers(base.name, findings, overrides).apply(dict(base.body), settings)


def merge_restriction(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> RestrictionSpec:
    """Return the frozen restriction, in force or not."""
    tree = restriction_tree(base, extends, findings, overrides)
    actions = texts(tree.get("actions"))
    return RestrictionSpec(
        name=base.name,
        label=label_of(tree.get("label"), base.name),
        entity=text(tree.get("entity")),
        when=text(tree.get("when")),
        # Of a name that is no action nobody knows what it is to restrict: everything.
        actions=actions if all(map(is_action, actions)) else (),
        excepted=texts(tree.get("except")),
        in_force=tree.get("disabled") is not True,
        owner=base.owner,
        place=base.place,
    )
