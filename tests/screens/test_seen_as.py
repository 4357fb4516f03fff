"""Every screen, seen as somebody else: all of them read, and none leaves anything behind."""

from __future__ import annotations

import pytest

from core.storage import Database
from core.testing.site import actor_of, make_account
from tests.screens.listed import DIALOGS, NOBODY, PARTS, SCREENS, screens_of
from tests.screens.world import ADMIN, SELLER, new_session
from tests.web.conftest import Person

pytestmark = pytest.mark.modules

VIEW = "/access/view-as"
APART = ("core_session", "core_history", "core_attempt")
"""What beginning and ending writes; and how often somebody without an account came from a network."""

TRIES = "/merge?"
"""A merge is tried to show what it would do, and taken back; the page says that it cannot be tried."""

TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
)


def dump(site):
    """Return everything that is kept, as one sum for each table."""
    with site.get(Database).reading() as reader:
        tables = [name for (name,) in reader.rows(TABLES) if not name.startswith(APART)]
        sums = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{}" t'
        return {name: reader.rows(sums.format(name)) for name in tables}


@pytest.mark.parametrize("whose", [SELLER, ADMIN])
def test_looking_at_every_screen_as_somebody_else_writes_nothing(world, whose):
    """Also as somebody who may do everything: nothing is out of sight then."""
    login = f"looking-at-{whose}"
    make_account(world.site, login, ["base.administrator"], name="Looking")
    person = Person(world.app, new_session(world.site, login), actor_of(world.site, login), "en")
    paths = [world.path(screen.path) for screen in (*SCREENS, *PARTS) if screen.who != NOBODY]
    paths += [screen.path for screen in screens_of(world.desk.catalog)]
    dialogs = [world.path(screen.path) for screen in DIALOGS if screen.who != NOBODY]
    exports = [f"/api/v1/exports?entity={entity}" for entity in world.desk.catalog.entities]
    asked = person.opens(VIEW)
    person.submits(asked, asked.page.form_to(VIEW), {"user": whose, "reason": "a test"})

    before, opened = dump(world.site), 0
    for path, headers in (
        *((path, {}) for path in (*paths, *exports, "/api/v1/access/me", "/api/v1/openapi.json")),
        *((path, {"X-Fragment": "dialog"}) for path in dialogs),
    ):
        answer = person.opens(path, headers=headers)
        assert answer.status < 500, path
        assert "End it first" not in answer.response.text or TRIES in path, path
        opened += answer.status == 200
    assert opened > 100
    assert dump(world.site) == before
    assert person.opens("/api/v1/access/me").response.json["login"] == whose
