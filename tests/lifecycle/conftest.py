"""Modules written for one test, beside the ones of the fixtures."""

from __future__ import annotations

import importlib
import sys
import textwrap
from pathlib import Path

import pytest

from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import close_site, open_site, prepare_site

FIXTURE_MODULES = Path(__file__).parent.parent / "fixtures" / "modules"
SYSTEM = system_actor("a test")


class House:
    """A site with the fixture module ``kit``, and a folder in which a test writes modules of its own."""

    def __init__(self, url: str, home: Path, folder: Path) -> None:
        self.url, self.home, self.folder = url, home, folder
        self.site = self.open()

    def open(self):
        """Return another process's view of the same site."""
        return open_site(self.url, self.home, [FIXTURE_MODULES, self.folder])

    def write(self, module: str, files: dict[str, str] | None = None, **manifest: str) -> None:
        """Write a module: its manifest, and files by their paths; it comes before any other of its name."""
        forget(module, outside=self.folder)
        head = {
            "module": module,
            "version": "1.0.0",
            "label": module.title(),
            "requires": '{core: ">=0.1,<1"}',
        }
        lines = [f"{key}: {value}" for key, value in {**head, **manifest}.items()]
        for path, text in {"manifest.yaml": "\n".join(lines), "__init__.py": "", **(files or {})}.items():
            place = self.folder / module / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(textwrap.dedent(text), encoding="utf-8")

    @property
    def lifecycle(self) -> Lifecycle:
        return self.site.get(Lifecycle)

    @property
    def catalog(self):
        return self.site.get(Catalogs).current()

    def install(self, *names: str):
        return self.lifecycle.install(SYSTEM, names)

    def states(self) -> dict[str, str]:
        return {s.spec.name: s.state for s in self.lifecycle.states()}

    def state(self, name: str):
        return next(s for s in self.lifecycle.states() if s.spec.name == name)

    def create(self, entity: str, *rows, site=None) -> list[int]:
        site = site or self.site
        with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
            return [saved.id for saved in site.get(Records).create(SYSTEM, entity, rows, uow=uow)]

    def find(self, entity: str, *fields: str, site=None, **query):
        site = site or self.site
        page = site.get(Reading).find(
            SYSTEM, entity, Query(fields=fields, **query), catalog=site.get(Catalogs).current()
        )
        return page.items

    def column(self, entity: str, field: str, **query) -> list[object]:
        return [item[field] for item in self.find(entity, field, sort=("id",), **query)]

    def execute(self, statement: str):
        with self.site.get(Database).engine.begin() as connection:
            return connection.exec_driver_sql(statement)

    def scalar(self, statement: str):
        return self.execute(statement).scalar()


@pytest.fixture
def house(pg, tmp_path):
    """A site of its own for each test."""
    folder = tmp_path / "modules"
    folder.mkdir()
    # Other tests have modules of the same names: this folder comes before theirs.
    sys.path.insert(0, str(folder))
    home = tmp_path / "home"

    def build(url: str) -> None:
        template = open_site(url, home, [FIXTURE_MODULES])
        try:
            prepare_site(template, ["kit"])
        finally:
            close_site(template)

    with pg.database(pg.template("lifecycle kit", build)) as url:
        house = House(url, home, folder)
        try:
            yield house
        finally:
            close_site(house.site)
            sys.path.remove(str(folder))
            for written in folder.iterdir():
                forget(written.name)


def forget(package: str, *, outside: Path | None = None) -> None:
    """Have a package read anew when it is next imported; one that lies in the folder ``outside`` is kept."""
    places = [str(place) for place in getattr(sys.modules.get(package), "__path__", ())]
    if outside is not None and places == [str(outside / package)]:
        return
    for name in [n for n in sys.modules if n == package or n.startswith(f"{package}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
