"""Fields that follow from others are there for old records, too, soon after they were added or changed."""

from __future__ import annotations

import pytest

from core.app.work import work
from core.kernel.actor import system_actor
from core.storage import Database
from core.studio import Studio
from core.testing.site import actor_of, make_account
from tests.security.conftest import MODULES

SYSTEM = system_actor("a test")
CASE = "vault.case"


@pytest.fixture(scope="session")
def site_modules():
    return ("vault",)


@pytest.fixture(scope="session")
def site_folders():
    return [MODULES]


@pytest.fixture
def studio(site):
    make_account(site, "chief@example.com", ["vault.chief"])
    return Studying(site)


class Studying:
    """An administrator who changes fields, and a worker who does what follows."""

    def __init__(self, site):
        self.site, self.studio = site, site.get(Studio)
        self.actor = actor_of(site, "chief@example.com")

    def add(self, name, **body):
        self.studio.add_field(self.actor, CASE, {"name": name, "label": name, **body})

    def change(self, name, **body):
        self.studio.change_field(self.actor, CASE, name, body)

    def work(self):
        work(self.site, wait=False)

    def rows(self, sql):
        with self.site.get(Database).reading() as reader:
            return reader.rows(sql)


@pytest.fixture
def cases(desk):
    rows = [
        {"name": f"c{n}", "pages": n, "seal": str(n), "lines": [{"text": "x", "weight": n}]} for n in (1, 2)
    ]
    ids = desk.create(CASE, *rows)
    desk.delete(CASE, ids[1])
    desk.restore(CASE, ids[1])
    return ids


def test_computed_fields_and_roll_ups_are_filled_in_their_order(studio, desk, cases):
    before = [(entry.id, entry.at) for entry in desk.history(CASE, cases[0])]
    studio.add("x_sum", type="integer", rollup={"from": "vault.line", "by": "case", "sum": "weight"})
    studio.add("x_double", type="integer", computed="pages * 2")
    studio.add("x_all", type="integer", computed="x_double + x_sum")
    assert desk.column(CASE, "x_all") == [None, None]
    studio.work()
    assert desk.column(CASE, "x_sum") == [1, 2]
    assert desk.column(CASE, "x_all") == [3, 6]
    assert desk.column(CASE, "id", filter="x_all > 3") == [cases[1]]
    assert desk.column(CASE, "version") == [1, 3]
    assert [(entry.id, entry.at) for entry in desk.history(CASE, cases[0])] == before


def test_a_field_that_is_computed_in_another_way_is_filled_again(studio, desk, cases):
    studio.add("x_double", type="integer", computed="pages * 2")
    studio.add("x_more", type="integer", computed="x_double + 1")
    studio.work()
    studio.change("x_double", computed="pages * 3")
    studio.work()
    assert desk.column(CASE, "x_double") == [3, 6]
    assert desk.column(CASE, "x_more") == [4, 7]


def test_records_in_the_trash_are_filled_as_well(studio, desk, cases):
    desk.delete(CASE, cases[1])
    studio.add("x_double", type="integer", computed="pages * 2")
    studio.work()
    assert studio.rows("SELECT x_double FROM vault_case ORDER BY id") == [(2,), (4,)]


def test_more_records_than_one_step_are_all_filled_and_counted(studio, desk, cases):
    desk.create(CASE, *({"name": f"n{n}", "pages": 7, "seal": f"s{n}"} for n in range(600)))
    studio.add("x_double", type="integer", computed="pages * 2")
    studio.work()
    assert studio.rows("SELECT count(*) FROM vault_case WHERE x_double IS NULL") == [(0,)]
    assert studio.rows("SELECT state, result->>'filled' FROM core_job WHERE kind = 'records.fill'") == [
        ("done", "602")
    ]


def test_a_field_that_is_searched_from_now_on_finds_old_records(studio, desk, cases):
    desk.update(CASE, cases[0], verdict="Guilty as charged")
    studio.change("verdict", search=True)
    studio.work()
    assert desk.column(CASE, "id", search="guilty") == [cases[0]]


def test_nothing_is_promised_where_nothing_is_to_be_filled(studio, desk, cases):
    studio.add("x_plain", type="text")
    studio.change("verdict", label="Judgement")
    assert studio.rows("SELECT count(*) FROM core_job WHERE kind = 'records.fill'") == [(0,)]
