"""What the database is to refuse by itself and does not any more is built anew, unless rows stand in its way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.storage.beside_check import is_kept, keep_again
from core.storage.doctor import inspect_physical
from core.storage.indexes import build_links_index
from core.storage.physical import read_physical
from core.storage.promises import promise_again, promises
from tests.storage.test_beside import WORLD, is_right
from tests.storage.test_doctor import SHOP

CONSTRAINTS = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('c', 'f')
AND conrelid::regclass::text LIKE 'shop_%' ORDER BY 1"""


@pytest.fixture
def shop(lab):
    lab.change(SHOP)
    return lab


def run(lab, *statements):
    with lab.unit() as uow:
        for statement in statements:
            uow.connection.exec_driver_sql(statement)


def found(lab):
    with lab.database.engine.connect() as connection:
        return inspect_physical(connection, lab.catalog, lab.types)


def again(lab, name):
    (promise,) = (one for one in promises(lab.catalog, lab.types) if one.name == name)
    promise_again(lab.database.engine, promise)


def test_every_constraint_comes_back_as_it_was_made(shop):
    before = shop.rows(CONSTRAINTS)
    names = [name for name, _ in before]
    assert set(names) == {one.name for one in promises(shop.catalog, shop.types)}
    for name in names:
        run(shop, f"ALTER TABLE {_table(shop, name)} DROP CONSTRAINT {name}")
    assert {problem.code for problem in found(shop)} == {"check_missing", "reference_missing"}
    for name in names:
        again(shop, name)
    assert shop.rows(CONSTRAINTS) == before
    assert found(shop) == []


def test_one_that_was_never_proven_is_missed_and_proven(shop):
    name = "shop_person_boss_fkey"
    run(
        shop,
        f"ALTER TABLE shop_person DROP CONSTRAINT {name}",
        f"ALTER TABLE shop_person ADD CONSTRAINT {name} FOREIGN KEY (boss) REFERENCES shop_person NOT VALID",
    )
    assert [problem.code for problem in found(shop)] == ["reference_missing"]
    again(shop, name)
    assert found(shop) == []


@pytest.mark.parametrize(
    ("name", "row", "mended"),
    [
        ("shop_person_boss_fkey", "boss) VALUES (4711)", "boss = NULL"),
        ("v__shop_person__fee_currency", "fee, fee_currency) VALUES (1, 'USD')", "fee_currency = 'EUR'"),
        ("c__shop_person__from", "from__shop_person, from__shop_tag) VALUES (1, 1)", "from__shop_tag = NULL"),
    ],
)
def test_rows_in_the_way_are_counted_and_left_alone(shop, name, row, mended):
    run(
        shop,
        "INSERT INTO shop_tag (name) VALUES ('a')",
        "INSERT INTO shop_person (name) VALUES ('a')",
        f"ALTER TABLE shop_person DROP CONSTRAINT {name}",
        f"INSERT INTO shop_person ({row}",
    )
    (problem,) = found(shop)
    assert (problem.code, problem.params["count"]) == ("records_in_the_way", 1)
    with pytest.raises(sa.exc.IntegrityError):
        again(shop, name)
    run(shop, "UPDATE shop_person SET name = 'still to be changed'")
    run(shop, f"UPDATE shop_person SET {mended}")
    again(shop, name)
    assert found(shop) == []


def test_the_index_of_links_comes_back(shop):
    name = "i__shop_person__tags__target"
    before = shop.rows(f"SELECT indexdef FROM pg_indexes WHERE indexname = '{name}'")
    assert before
    run(shop, f"DROP INDEX {name}")
    (problem,) = found(shop)
    assert (problem.code, problem.params["index"]) == ("links_index_missing", name)
    build_links_index(shop.database.engine, str(problem.params["table"]))
    assert shop.rows(f"SELECT indexdef FROM pg_indexes WHERE indexname = '{name}'") == before


def test_a_table_without_its_key_is_told(shop):
    run(shop, "ALTER TABLE shop_tag DROP CONSTRAINT shop_tag_pkey CASCADE")
    assert [problem.code for problem in found(shop)].count("key_missing") == 1


@pytest.mark.parametrize(
    "breaking",
    [
        "DROP TRIGGER b__shop_book__size__part ON shop_loan",
        "ALTER TABLE shop_loan DISABLE TRIGGER USER",
        "DROP FUNCTION b__shop_book__size__record__moved() CASCADE",
        "DROP INDEX b__shop_book__size__whom",
        "DELETE FROM shop_book__beside__size WHERE part = 1",
        "UPDATE shop_book__beside__size SET value = 77",
        "DROP TABLE shop_book__beside__size",
    ],
)
def test_what_is_kept_beside_parts_is_held_against_them_and_made_anew(lab, breaking):
    lab.change(WORLD)
    run(
        lab,
        "INSERT INTO shop_book (owner, name, size) VALUES (1, 'b', 3), (1, 'a', 1)",
        "INSERT INTO shop_loan (book__shop_book, whom) VALUES (1, 7), (2, 8)",
    )
    assert found(lab) == []
    run(lab, breaking)
    assert "beside_broken" in [problem.code for problem in found(lab)]
    with lab.database.engine.connect() as connection:
        kept = [one for one in read_physical(connection, lab.types).indexes.values() if one.kind == "beside"]
    for spec in kept:
        keep_again(lab.database.engine, spec)
    with lab.database.engine.connect() as connection:
        assert all(is_kept(connection, spec) for spec in kept)
    assert found(lab) == []
    run(lab, "UPDATE shop_book SET size = 9 WHERE id = 1", "DELETE FROM shop_loan WHERE id = 2")
    assert is_right(lab)


def _table(lab, name):
    ((table,),) = lab.rows(f"SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = '{name}'")
    return table
