"""Restrictions as written, with what modules and the site change of them."""

from __future__ import annotations

from collections.abc import Sequence

from core.metadata.actions import is_action
from core.metadata.documents import Document
from core.metadata.findings import Findings
from core.metadata.layers import Layers, Override, text, texts
from core.metadata.role_merge import label_of, open_settings
from core.metadata.specs import RestrictionSpec

MODULES_OPEN = frozenset({"label", "except"})
SITE_OPEN = frozenset({*MODULES_OPEN, "when", "actions", "disabled"})


def merge_restriction(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> RestrictionSpec | None:
    """Return the frozen restriction, or None where the site has put it out of force."""
    modules = [document for document in extends if not document.is_site]
    site = [document for document in extends if document.is_site]
    settings = [
        *open_settings(base, modules, MODULES_OPEN, (), findings),
        *open_settings(base, site, SITE_OPEN, (), findings),
    ]
    tree = Layers(base.name, findings, overrides).apply(dict(base.body), settings)
    if tree.get("disabled") is True:
        return None
    actions = texts(tree.get("actions"))
    return RestrictionSpec(
        name=base.name,
        label=label_of(tree.get("label"), base.name),
        entity=text(tree.get("entity")),
        when=text(tree.get("when")),
        # Of a name that is no action nobody knows what it is to restrict: everything.
        actions=actions if all(map(is_action, actions)) else (),
        excepted=texts(tree.get("except")),
        owner=base.owner,
        place=base.place,
    )
