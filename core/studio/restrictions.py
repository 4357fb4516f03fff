"""`RestrictionStudio`: restrictions that the site makes, and what it changes of those of modules."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Conflict, NotFound, PayvandError, Problem
from core.kernel.actor import Actor
from core.lifecycle.changes import Definitions
from core.metadata.catalog import Catalog
from core.metadata.documents import RESTRICTION_TARGET, Document, canonical, plain
from core.metadata.findings import Findings
from core.metadata.layers import mapping
from core.metadata.restriction_merge import SITE_OPEN, restriction_tree
from core.metadata.specs import NOTHING, Json, RestrictionSpec
from core.studio.rights_documents import Body, RightsDocuments


class RestrictionStudio(RightsDocuments[RestrictionSpec]):
    """Changes what the site says of restrictions. Of a module's it keeps only what differs from what the module says."""

    kind = "restriction"
    keys = ("label", "entity", "when", "actions", "except", "disabled")

    def specs(self, catalog: Catalog) -> Mapping[str, RestrictionSpec]:
        """Return all restrictions, in force or not."""
        return {**catalog.restrictions, **catalog.resting}

    def written(self, actor: Actor, name: str) -> tuple[Body, Body]:
        """Return what holds of a restriction as it is written, and what modules alone say of it."""
        self._require(actor)
        self._key(name)
        documents = self._documents()
        return _tree(documents, name, site=True), _tree(documents, name, site=False)

    def _unknown(self, name: str) -> PayvandError:
        return NotFound("There is no restriction {name}.", code="unknown_restriction", name=name[:80])

    def _taken(self, name: str) -> PayvandError:
        return Conflict("There is already a restriction {name}.", code="taken", name=name)

    def _bad_name(self) -> Problem:
        return Problem(
            code="bad_name",
            field="name",
            message="Names of your own restrictions look like x.own_region.",
        )

    def _cleaned(self, body: Body, name: str, definitions: Definitions | None) -> Body:
        """Return what says something: of the site's own all but what is empty, of a module's what is different."""
        if definitions is None:
            return {key: value for key, value in body.items() if value or key == "when"}
        lower = _tree(definitions.documents, name, site=False)
        return {
            key: value
            for key, value in body.items()
            if value is not None and canonical(value) != canonical(lower.get(key, _UNSAID.get(key)))
        }

    def _more(self, old: Definitions, name: str, said: Body, present: Document | None) -> Body:
        """Return what modules said when the site said otherwise, so that an upgrade can tell where they move."""
        lower = _tree(old.documents, name, site=False)
        before = mapping(mapping(plain(present.body)).get("base")) if present is not None else NOTHING
        seen: dict[str, Json] = {key: before.get(key, lower.get(key)) for key in said if key in SITE_OPEN}
        return {"base": seen}


_UNSAID: Body = {"actions": [], "except": [], "disabled": False}
"""What it means to say nothing."""


def _tree(documents: tuple[Document, ...], name: str, *, site: bool) -> Body:
    """Return what is written of a restriction, with or without the changes of the site."""
    base = next((d for d in documents if (d.kind, d.name) == ("restriction", name)), None)
    if base is None:
        return NOTHING
    extends = [
        d
        for d in documents
        if (d.kind, d.name) == ("extend", RESTRICTION_TARGET + name) and (site or not d.is_site)
    ]
    return mapping(plain(restriction_tree(base, extends, Findings(), [])))
