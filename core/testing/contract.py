"""`ModuleContract`: what every module promises, held in three lines of its own tests.

    class TestLibrary(ModuleContract):
        module = "library"

The module is looked up where the site would find it, compiled with nothing but what it requires, and installed on a
site of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa

from core.app.demo import load_demo
from core.app.extensions import Extensions
from core.config import Settings
from core.declaration import Compiler, ModuleSource
from core.errors import Conflict
from core.fields import FieldTypes
from core.hooks import Plugins
from core.i18n import Localization, Messages
from core.jobs import Jobs
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.lifecycle import Discovery, Lifecycle
from core.lifecycle.resolve import order
from core.metadata.catalog import Catalog
from core.metadata.specs import Json
from core.records.query import Query
from core.records.reading import Reading
from core.storage import Database, Tables
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres
from core.testing.quality import check_quality
from core.testing.site import close_site, make_importable, open_site, prepare_site
from core.workflow import Guards

TEXTS = frozenset({"label", "plural", "help", "message", "summary", "group"})
"""Keys of documents whose texts people read."""

LOCALIZATION = "l10n_"
"""Modules that bring a language: every module speaks the languages that are here."""

SYSTEM = system_actor("the contract of a module")


class ModuleContract:
    """Tests that every module passes; name the module, and the folders where it lies if it is not installed."""

    module: ClassVar[str] = ""
    folders: ClassVar[Sequence[Path] | None] = None

    @pytest.fixture
    def contract_site(self, pg: TestPostgres, tmp_path: Path) -> Iterator[Site]:
        """A site with the module and what it requires."""

        def build(url: str) -> None:
            template = open_site(url, tmp_path, self.folders)
            try:
                prepare_site(template, [self.module])
            finally:
                close_site(template)

        with pg.database(pg.template(f"contract {self.module} {self.folders}", build)) as url:
            site = open_site(url, tmp_path, self.folders)
            try:
                yield site
            finally:
                close_site(site)

    def test_it_compiles_with_nothing_but_what_it_requires(self) -> None:
        """All documents are right, views show fields that exist, grants and menus name entities that exist."""
        sources = self._sources()
        modules = [
            sources[name].manifest
            for name in order(sources, {name: source.manifest for name, source in sources.items()}, ())
        ]
        types, plugins, guards = FieldTypes(), Plugins(), Guards()
        extensions = Extensions(
            plugins=plugins,
            types=types,
            localization=Localization(Messages()),
            messages=Messages(),
            discovery=self._discovery(),
            jobs=Jobs(Database(Settings(), "postgresql://nobody@localhost/nothing"), ()),
            registries={"register_guards": guards},
        )
        extensions(modules)
        documents = [document for source in sources.values() for document in source.documents]
        compiler = Compiler(types, behaviours=extensions.behaviours, checkers=(guards.check_catalog,))
        built = compiler.compile(documents, modules, 1, strict=True)
        assert not built.problems
        assert not plugins.quarantined

    def test_every_text_is_translated_into_the_languages_that_are_here(self) -> None:
        """Labels, help, sentences of rules and names of menu groups."""
        here = self._discovery().locations()
        source = self._sources()[self.module]
        texts = {text for document in source.documents for text in texts_of(document.body)}
        texts |= {text for text in (source.manifest.label, source.manifest.summary) if isinstance(text, str)}
        messages = Messages([source.path / "translations"])
        for language in (name.removeprefix(LOCALIZATION) for name in here if name.startswith(LOCALIZATION)):
            if self.module != f"{LOCALIZATION}{language}" or source.documents:
                missing = sorted(texts - messages.entries(language).keys() - {""})
                assert not missing, f"not translated into {language}"

    def test_its_lists_can_be_read_through_menus_and_roles(self, contract_site: Site) -> None:
        """Every entry of the menu that names an entity opens its list, for administrators and for each role that reads it."""
        catalog = contract_site.get(Catalogs).current()
        reading = contract_site.get(Reading)
        for menu in (m for m in catalog.menus.values() if m.owner == self.module and m.entity):
            reading.find(SYSTEM, menu.entity, Query(limit=1, count=True), catalog=catalog)
        for role in (r for r in catalog.roles.values() if r.owner == self.module):
            actor = Actor(
                id=1, login="reader", roles=frozenset({role.name}), team=1, teams=(1,), teams_below=(1,)
            )
            for entity in {grant.entity for grant in role.grants if "read" in grant.actions}:
                reading.find(actor, entity, Query(limit=1), catalog=catalog)

    def test_its_demo_loads_once(self, contract_site: Site) -> None:
        """What there is to play with is accepted by the rules, and never loaded twice."""
        load_demo(contract_site)
        counts = counted(contract_site)
        load_demo(contract_site)
        assert counted(contract_site) == counts

    def test_disabled_and_enabled_again_it_has_the_same_definitions_and_data(
        self, contract_site: Site
    ) -> None:
        """Disabling takes nothing away, and leaves nothing broken."""
        lifecycle = contract_site.get(Lifecycle)
        load_demo(contract_site)
        before, counts = contract_site.get(Catalogs).current(), counted(contract_site)
        if before.modules[self.module].always:
            with pytest.raises(Conflict):
                lifecycle.disable(SYSTEM, self.module)
            return
        without = lifecycle.disable(SYSTEM, self.module)
        assert not any(entity.owner == self.module for entity in without.entities.values())
        assert not without.diagnostics
        after = lifecycle.enable(SYSTEM, self.module)
        assert shape(after) == shape(before)
        assert counted(contract_site) == counts

    def test_its_quality_file_answers_every_rule_and_says_what_is_true(self) -> None:
        """`quality.yaml`: done where it can be proven, and reasons for the rest."""
        assert not check_quality(self._discovery().read(self.module))

    def _discovery(self) -> Discovery:
        make_importable(self.folders or ())
        return Discovery(self.folders)

    def _sources(self) -> dict[str, ModuleSource]:
        """Read the module and, as far as they are here, all it requires and all that is always there."""
        discovery = self._discovery()
        here = discovery.locations()
        waiting = [self.module, *(name for name in here if discovery.is_always(name))]
        sources: dict[str, ModuleSource] = {}
        while waiting:
            name = waiting.pop()
            if name not in sources:
                sources[name] = discovery.read(name)
                waiting.extend(required for required in sources[name].manifest.requires if required in here)
        return sources


def texts_of(body: Json) -> Iterator[str]:
    """Yield every text of a document that people read."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            if key in TEXTS and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from texts_of(value)


def counted(site: Site) -> dict[str, int]:
    """Return how many records each entity has, trash included."""
    catalog, tables = site.get(Catalogs).current(), site.get(Tables)
    with site.get(Database).engine.connect() as connection:
        return {
            entity.name: connection.scalar(sa.select(sa.func.count()).select_from(tables.of(entity))) or 0
            for entity in catalog.entities.values()
        }


def shape(catalog: Catalog) -> dict[str, object]:
    """Return what can be compared of two catalogs."""
    return {
        "entities": {name: entity.digest for name, entity in catalog.entities.items()},
        "views": sorted(catalog.views),
        "menus": sorted(catalog.menus),
        "roles": sorted(catalog.roles),
    }
