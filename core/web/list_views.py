"""The list of an entity as one reader gets it: only what they may ask stands in its sort and its filters."""

from __future__ import annotations

from dataclasses import replace

from core.access import Access, key_of
from core.errors import BadRequest
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.compiled import Kept
from core.records.filters import ReaderSchema, read_filter
from core.records.reading import Reading
from core.views import ListView, list_view

MOST = 512


class ListViews:
    """Makes the views of lists, each once for all who have the same rights."""

    def __init__(self, site: Site) -> None:
        self._access = site.get(Access)
        self._reading = site.get(Reading)
        self._kept: Kept[ListView] = Kept(MOST)

    def of(self, actor: Actor, entity: EntitySpec, catalog: Catalog) -> ListView:
        """Return the list of an entity for this reader."""
        key = (catalog.version, catalog.digest, key_of(actor), entity.name)
        return self._kept.get(key, lambda: self._make(actor, entity, catalog))

    def _make(self, actor: Actor, entity: EntitySpec, catalog: Catalog) -> ListView:
        view = list_view(catalog, entity, self._access.fields(actor, entity.name, catalog).readable)
        schema = self._reading.reader_schema(self._reading.eyes(actor, catalog))
        # What stays out would be refused with the name of a field that this reader must not learn.
        return replace(view, filters=tuple(f for f in view.filters if _askable(f.where, entity, schema)))


def _askable(where: str, entity: EntitySpec, schema: ReaderSchema) -> bool:
    try:
        return not where or bool(read_filter(where, entity.name, schema))
    except BadRequest:
        return False
