"""`Catalogs`: the catalog of the present version, compiled once in each process when the version moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Protocol, TypeAlias

import sqlalchemy as sa

from core.errors import Unavailable
from core.log import get_logger
from core.metadata.build import Built
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec
from core.storage.database import Database
from core.storage.documents import DocumentStore, read_modules
from core.storage.reader import Reader
from core.storage.shared_catalogs import SharedCatalogs
from core.storage.unit import driver_of

VERSION = "SELECT version FROM core_catalog"

READS = 5
"""How often the documents are read again because they changed while being read."""

Prepare: TypeAlias = Callable[[Sequence[ModuleSpec]], None]
"""Called with the enabled modules before each compile: plugins, field types and messages follow there."""


class Compiles(Protocol):
    """What makes a catalog of documents: `core.declaration.Compiler`."""

    def compile(
        self, documents: Sequence[Document], modules: Sequence[ModuleSpec], version: int, *, strict: bool
    ) -> Built:
        """Return the catalog; not strict, what offends sleeps with a diagnostic."""

    def basis(self) -> object:
        """Return what the result depends on besides, to be compared by equality."""


class Catalogs:
    """Keeps the newest catalog. A version that differs from it makes one thread compile while the others wait."""

    def __init__(
        self,
        database: Database,
        compiler: Compiles,
        prepare: Prepare | None = None,
        shared: SharedCatalogs | None = None,
    ) -> None:
        self._database = database
        self._compiler = compiler
        self._prepare = prepare
        self._shared = shared
        self._documents = DocumentStore(None if shared is None else shared.documents)
        self._catalog: Catalog | None = None
        self._lock = Lock()

    def at(self, version: int) -> Catalog:
        """Return the catalog for a request that read this version; it may be newer, never older."""
        catalog = self._catalog
        if catalog is not None and catalog.version == version:
            return catalog
        with self._lock, self._database.reading() as reader:
            catalog = self._catalog
            if catalog is None or catalog.version != reader.value(VERSION):
                catalog = self._catalog = self._build(reader)
            return catalog

    def current(self, connection: Reader | sa.Connection | None = None) -> Catalog:
        """Read the version and return its catalog."""
        if connection is None:
            with self._database.reading() as reader:
                version = reader.value(VERSION)
            return self.at(version)  # not while holding a connection: compiling takes one of its own
        reader = connection if isinstance(connection, Reader) else Reader(driver_of(connection))
        return self.at(reader.value(VERSION))

    def documents(self, reader: Reader) -> tuple[Document, ...]:
        """Return the documents as a connection sees them; only those that are not known here are read."""
        return self._documents.read(reader)

    def publish(self, catalog: Catalog) -> None:
        """Take a catalog that this process has just compiled and committed, instead of compiling it again."""
        with self._lock:
            if self._catalog is None or self._catalog.version < catalog.version:
                self._catalog = catalog

    def forget(self) -> None:
        """Compile anew at the next request, whatever the version."""
        with self._lock:
            self._catalog = None

    def _build(self, reader: Reader) -> Catalog:
        started = time.perf_counter()
        version, modules, documents = self._read(reader)
        if self._prepare is not None:
            self._prepare(modules)
        built = self._compile(documents, modules, version)
        get_logger("storage").info(
            "catalog_compiled",
            version=version,
            entities=len(built.catalog.entities),
            dormant=len(built.problems),
            milliseconds=round((time.perf_counter() - started) * 1000),
        )
        return built.catalog

    def _compile(
        self, documents: tuple[Document, ...], modules: tuple[ModuleSpec, ...], version: int
    ) -> Built:
        def compile_them() -> Built:
            return self._compiler.compile(documents, modules, version, strict=False)

        if self._shared is None:
            return compile_them()
        return self._shared.compile(documents, modules, version, self._compiler.basis(), compile_them)

    def _read(self, reader: Reader) -> tuple[int, tuple[ModuleSpec, ...], tuple[Document, ...]]:
        """Read version, modules and documents that belong together: the version moves with every change."""
        for _ in range(READS):
            version = int(reader.value(VERSION))
            modules, documents = read_modules(reader), self._documents.read(reader)
            if version == reader.value(VERSION):
                return version, modules, documents
        raise Unavailable("The definitions are being changed; try again.", code="try_again")
