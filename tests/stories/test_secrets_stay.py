"""What opens the door is nowhere to be read: not in the database, not in the log, not in what leaves the site."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from core.identity import Identity
from core.storage import Database
from core.testing.site import PASSWORD, actor_of, make_account
from tests.api.conftest import new_key
from tests.web.conftest import Person

pytestmark = pytest.mark.modules

LOGIN = "mina@example.com"
TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"


def signs_in(person: Person, password: str) -> int:
    opened = person.opens("/sign-in")
    return person.submits(
        opened, opened.page.form_to("/sign-in"), {"login": LOGIN, "password": password}
    ).status


def stored(site) -> str:
    """Return all that the database holds, as text."""
    with site.get(Database).engine.begin() as connection:
        tables = connection.exec_driver_sql(TABLES).scalars().all()
        return "\n".join(
            row
            for table in tables
            for row in connection.exec_driver_sql(f'select t::text from "{table}" t').scalars()
        )


def given_away(person: Person, key: str) -> str:
    """Return what people and programs may take along of accounts."""
    headers = {"Authorization": f"Bearer {key}"}
    taken = [
        person.client.get(f"/api/v1{path}", headers=headers)
        for path in ("/records/base.user", "/exports?entity=base.user&format=csv", "/access/me")
    ]
    taken += [person.client.get(path) for path in ("/records/base.user", "/preferences")]
    assert {answer.status_code for answer in taken} == {200}
    return "\n".join(answer.text for answer in taken)


@pytest.mark.covers("SE-01")
def test_passwords_sessions_and_keys_are_kept_as_hashes_and_told_to_nobody(site, app, monkeypatch):
    make_account(site, LOGIN, ["base.administrator"], password=PASSWORD)
    person = Person(app)
    with capture_logs() as log:
        signs_in(person, f"{PASSWORD}, but wrong")
        assert signs_in(person, PASSWORD) == 200
        session = person.client.get_cookie("payvand_session").value
        key = new_key(site, actor_of(site, LOGIN))
        taken = given_away(person, key)
        with monkeypatch.context() as broken:
            broken.setattr(Identity, "sign_in", lambda *_arguments, **_options: 1 / 0)
            assert signs_in(Person(app), PASSWORD) == 500
    kept = stored(site)
    assert "page_broke" in str(log)
    assert LOGIN in kept
    assert "$argon2id$" in kept
    for secret in (PASSWORD, session, key):
        assert secret not in kept
        assert secret not in str(log)
        assert secret not in taken
    assert "$argon2id$" not in taken
