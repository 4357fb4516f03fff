"""`SharedCatalogs`: what the sites of one process have compiled, so that sites with equal documents share it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from core.metadata.build import Built
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec

LIMIT = 32
"""Sets of documents whose catalogs are kept; the one that was not asked for the longest goes first."""


MOST_DOCUMENTS = 20_000
"""Documents that are kept for sites that come later; those that are in use stay with their sites."""


class _Documents(dict[tuple[object, str], Document]):
    """Begins anew where it is full: sites that change their definitions for years leave nothing behind."""

    def __setitem__(self, key: tuple[object, str], document: Document) -> None:
        if len(self) >= MOST_DOCUMENTS:
            self.clear()
        super().__setitem__(key, document)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A catalog and all that it was compiled of; holding the documents keeps their ids their own."""

    documents: tuple[Document, ...]
    modules: tuple[ModuleSpec, ...]
    basis: object
    built: Built


class SharedCatalogs:
    """Documents and catalogs by content; both never change, so that several sites may hold the same.

    A document is known by its names and the digest of its body; sites that share must find their modules in the same
    folders, because the place of a document belongs to neither.
    """

    def __init__(self) -> None:
        self.documents: dict[tuple[object, str], Document] = _Documents()
        self._kept: OrderedDict[tuple[int, ...], _Kept] = OrderedDict()
        self._lock = Lock()

    def compile(
        self,
        documents: Sequence[Document],
        modules: Sequence[ModuleSpec],
        version: int,
        basis: object,
        compile_them: Callable[[], Built],
    ) -> Built:
        """Return the catalog of these documents under this version, compiled only where none is kept.

        ``basis`` is compared by equality: all else that the result depends on.
        """
        key = tuple(map(id, documents))
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.modules != tuple(modules) or kept.basis != basis:
                kept = _Kept(tuple(documents), tuple(modules), basis, compile_them())
                self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > LIMIT:
                self._kept.popitem(last=False)
        return replace(kept.built, catalog=_at(kept.built.catalog, version))


def _at(catalog: Catalog, version: int) -> Catalog:
    return catalog if catalog.version == version else replace(catalog, version=version)
