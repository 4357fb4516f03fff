"""A module brings a kind of field: it is stored, asked for, refused, imported and shown like those of the core."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ValidationFailed
from core.fields import FieldRefused, FieldTypes, LoadContext
from core.i18n import Localization
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs

FILM = "starry.film"


@pytest.fixture(scope="session")
def site_modules():
    return ("starry",)


@pytest.fixture(scope="session")
def site_folders():
    return [Path("tests/fixtures/modules")]


@pytest.fixture
def critic(site, actor_as):
    return actor_as("starry.critic")


@pytest.fixture
def write(site, critic):
    def one(**values):
        with site.get(Database).unit(site.get(Catalogs).current(), critic) as uow:
            return site.get(Records).create(critic, FILM, [values], uow=uow)[0].id

    return one


def test_values_are_stored_and_asked_for_as_what_the_type_derives_from(site, critic, write):
    for name, stars in (("Roma", 3), ("Ran", 5), ("Ida", None)):
        write(name=name, stars=stars)
    query = Query(fields=("name", "stars"), filter="stars >= 3", sort=("-stars",))
    page = site.get(Reading).find(critic, FILM, query, catalog=site.get(Catalogs).current())
    assert [(film["name"], film["stars"]) for film in page.items] == [("Ran", 5), ("Roma", 3)]


@pytest.mark.parametrize("stars", [0, 6, "five", 2.5, [1]])
def test_what_the_type_refuses_is_told_at_the_field(write, stars):
    with pytest.raises(ValidationFailed) as refused:
        write(name="Ran", stars=stars)
    assert [problem.field for problem in refused.value.problems] == ["stars"]


def test_text_is_read_and_values_are_shown_by_the_type(site, critic):
    catalog, kind = site.get(Catalogs).current(), site.get(FieldTypes).get("starry_stars")
    spec = catalog.entity(FILM).fields["stars"]
    style = site.get(Localization).style(critic.preferences, site.settings)
    context = LoadContext(style=style, catalog=catalog)
    assert [kind.parse(spec, text, context) for text in ("★★", "4", "")] == [2, 4, None]
    assert kind.show(spec, 4, style) == "★★★★"
    with pytest.raises(FieldRefused, match="one to five"):
        kind.parse(spec, "★★★★★★", context)
