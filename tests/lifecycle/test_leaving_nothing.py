"""A module that sleeps leaves nothing that anybody could meet: no menu, no address, no field, no right, no work."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from core.jobs import Jobs
from core.lifecycle import Lifecycle
from tests.api.conftest import Caller, new_key
from tests.lifecycle.conftest import SYSTEM
from tests.web.conftest import Person, app, kept, person

__all__ = ["app", "kept", "person"]

PAINT = {
    "entities/pot.yaml": """
        entity: paint.pot
        label: Pot
        fields:
          name: {type: text, label: Name, required: true}
    """,
    "entities/thing.yaml": """
        extends: kit.thing
        fields:
          colour: {type: text, label: Colour}
    """,
    "menus.yaml": """
        menus:
          paint.pots: {label: Pots of paint, entity: paint.pot, group: Kit, icon: box, weight: 30}
    """,
    "access.yaml": """
        roles:
          paint.painter:
            label: Painter
            grants:
              - {entity: paint.pot, actions: [create, read, update]}
    """,
    "hooks.py": """
        from core.sdk import Task, hookimpl


        @hookimpl
        def register_jobs() -> tuple[Task, ...]:
            return (Task(name="paint.dry", run=lambda context: {}),)
    """,
}


@pytest.fixture
def site(house):
    house.write("paint", PAINT, requires='{core: ">=0.1", kit: ">=1"}')
    house.install("paint")
    return house.site


@pytest.fixture
def chief(person):
    return person("kit.chief", login="chief@example.com")


@pytest.fixture
def api(site, app, chief):
    return Caller(client=app.test_client(), actor=chief.actor, key=new_key(site, chief.actor))


@pytest.fixture
def painter(site, app, person):
    anna = person("paint.painter", login="anna@example.com").actor
    return Caller(client=app.test_client(), actor=anna, key=new_key(site, anna))


def met(site, chief: Person, api: Caller, painter: Caller) -> dict[str, bool]:
    """Return in which ways somebody meets the module."""
    return {
        "menu": "Pots of paint" in chief.opens("/records/kit.thing").page.text,
        "page": chief.opens("/records/paint.pot").status == 200,
        "address": api("GET", "/records/paint.pot").status_code == 200,
        "description": "paint.pot" in api("GET", "/openapi.json").text,
        "field": "colour" in api("GET", "/metadata/entities/kit.thing/fields").text,
        "right": "paint.pot" in painter.get("/access/me")["entities"],
        "work": does(site, "paint.dry"),
    }


def does(site, task: str) -> bool:
    try:
        site.get(Jobs).task(task)
    except NotFound:
        return False
    return True


@pytest.mark.covers("PL-18")
def test_a_module_that_sleeps_is_met_nowhere_and_one_that_wakes_up_everywhere(site, chief, api, painter):
    everywhere = met(site, chief, api, painter)
    assert all(everywhere.values()), everywhere
    site.get(Lifecycle).disable(SYSTEM, "paint")
    assert met(site, chief, api, painter) == dict.fromkeys(everywhere, False)
    site.get(Lifecycle).enable(SYSTEM, "paint")
    assert met(site, chief, api, painter) == everywhere
