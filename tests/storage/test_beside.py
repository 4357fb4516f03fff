"""Values of records kept beside the parts by which they are reached: whatever is written, and by whom, they are there."""

from __future__ import annotations

from threading import Thread

import psycopg
import pytest

from core.i18n.collation import Collation
from core.storage.beside import filled, spec_of
from core.storage.collations import apply_collation
from core.storage.doctor import inspect_physical

BOOK = {
    "owner": {"type": "integer"},
    "name": {"type": "text"},
    "size": {"type": "integer"},
    "*indexes": [["owner", "size"], ["owner", "-name"]],
}
LOAN = {
    "book": {"type": "reference_any", "to": ["shop.book"]},
    "whom": {"type": "integer"},
    "desk": {"type": "text"},
    "ends": {"type": "datetime"},
    "*part_of": "book",
    "*reached": {"by": ["whom", "desk"], "until": "ends"},
}
WORLD = {"shop.book": BOOK, "shop.loan": LOAN}
KEPT = "SELECT part, record, value, whom, desk FROM shop_book__beside__size ORDER BY part"
RIGHT = """SELECT l.id, b.id, b.size, l.whom, l.desk FROM shop_loan l JOIN shop_book b ON b.id = l.book__shop_book
WHERE l.deleted_at IS NULL ORDER BY l.id"""


@pytest.fixture
def lent(lab):
    """Three books, of which there are loans."""
    lab.change(WORLD)
    run(lab, "INSERT INTO shop_book (owner, name, size) VALUES (1, 'b', 3), (1, 'a', 1), (2, 'c', 2)")
    run(
        lab,
        "INSERT INTO shop_loan (book__shop_book, whom, desk) VALUES (1, 7, null), (2, null, 'x'), (1, 8, null)",
    )
    return lab


def run(lab, *statements):
    with lab.unit() as uow:
        for statement in statements:
            uow.connection.exec_driver_sql(statement)


def is_right(lab):
    return lab.rows(KEPT) == lab.rows(RIGHT)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_book SET size = 9 WHERE id = 1",
        "UPDATE shop_book SET size = NULL",
        "UPDATE shop_book SET name = 'other'",
        "UPDATE shop_loan SET book__shop_book = 3, whom = 5 WHERE id = 1",
        "UPDATE shop_loan SET book__shop_book = NULL WHERE id = 1",
        "UPDATE shop_loan SET deleted_at = now() WHERE id = 1",
        "DELETE FROM shop_loan WHERE id = 2",
        "TRUNCATE shop_loan",
        "DELETE FROM shop_book WHERE id = 1",
        "INSERT INTO shop_loan (book__shop_book, whom) SELECT id, 4 FROM shop_book",
    ],
)
def test_what_is_kept_follows_every_write(lent, statement):
    assert len(lent.rows(KEPT)) == 3
    before = lent.rows(RIGHT)
    run(lent, statement)
    assert is_right(lent)
    assert lent.rows(RIGHT) != before or "name = " in statement


def test_what_comes_out_of_the_trash_is_there_again(lent):
    run(lent, "UPDATE shop_loan SET deleted_at = now()", "UPDATE shop_book SET size = size + 1")
    assert lent.rows(KEPT) == []
    run(lent, "UPDATE shop_loan SET deleted_at = NULL")
    assert is_right(lent)


def test_parts_that_were_there_before_are_kept_from_the_beginning(lab):
    plain = {key: value for key, value in BOOK.items() if key != "*indexes"}
    lab.change({"shop.book": plain, "shop.loan": LOAN})
    run(
        lab,
        "INSERT INTO shop_book (owner, size) VALUES (1, 3)",
        "INSERT INTO shop_loan (book__shop_book) VALUES (1), (1)",
    )
    todo = lab.change(WORLD)
    assert [str(step) for step in todo.steps if "beside" in str(step)] == [
        "keep shop_book.size beside what it is reached by (instant; writers wait)",
        "keep shop_book.name beside what it is reached by (instant; writers wait)",
    ]
    assert len(lab.rows(KEPT)) == 2
    assert is_right(lab)


def test_what_nobody_asks_for_is_forgotten_with_all_that_kept_it(lent):
    lent.change({"shop.book": {**BOOK, "*indexes": [["owner", "-name"]]}, "shop.loan": LOAN})
    assert lent.rows(
        "SELECT to_regclass('shop_book__beside__size') IS NULL, to_regclass('shop_book__beside__name') IS NULL"
    ) == [(True, False)]
    assert lent.rows("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%size%' AND NOT tgisinternal") == [
        (0,)
    ]
    run(lent, "UPDATE shop_book SET size = 4", "DELETE FROM shop_loan")


def test_a_field_that_comes_again_with_another_type_is_kept_anew(lent):
    without = {key: value for key, value in BOOK.items() if key not in ("size", "*indexes")}
    lent.change({"shop.book": without, "shop.loan": LOAN})
    lent.change({"shop.book": {**BOOK, "size": {"type": "date"}}, "shop.loan": LOAN})
    run(lent, "UPDATE shop_book SET size = '2026-01-02'")
    assert is_right(lent)
    with lent.database.engine.connect() as connection:
        assert inspect_physical(connection, lent.catalog, lent.types) == []


def test_names_are_kept_in_the_order_of_the_language_also_after_it_changes(lent):
    found = "SELECT indexdef FROM pg_indexes WHERE indexname = 'b__shop_book__name__whom'"
    assert "sort_key(value)" in lent.rows(found)[0][0]
    with lent.unit() as uow:
        assert apply_collation(Collation(name="odd", source="z", target="a"), uow)
    assert "sort_key(value)" in lent.rows(found)[0][0]
    run(lent, "UPDATE shop_book SET name = name || 'q'")
    assert lent.rows("SELECT count(DISTINCT value) FROM shop_book__beside__name") == [(2,)]


def test_what_came_past_the_triggers_is_filled_anew(lent):
    run(lent, "TRUNCATE shop_book__beside__size")
    with lent.unit() as uow:
        rows = uow.connection.exec_driver_sql(
            "SELECT name, table_name, columns FROM core_index WHERE kind = 'beside'"
        ).all()
        for row in rows:
            for statement in filled(spec_of(tuple(row))):
                uow.connection.exec_driver_sql(statement.as_string())
    assert is_right(lent)
    assert len(lent.rows(KEPT)) == 3


@pytest.mark.parametrize("first", ["part", "record"])
def test_a_part_and_its_record_written_at_once_miss_nothing_of_each_other(lent, first):
    """Each waits for the other where it must: neither can read what stood before and write it afterwards."""
    writes = {
        "part": "INSERT INTO shop_loan (book__shop_book, whom) VALUES (1, 9)",
        "record": "UPDATE shop_book SET size = 77 WHERE id = 1",
    }
    address = lent.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    second = next(name for name in writes if name != first)
    with psycopg.connect(address) as one, psycopg.connect(address) as other:
        one.execute(writes[first])
        behind = Thread(target=lambda: (other.execute(writes[second]), other.commit()))
        behind.start()
        while behind.is_alive() and not _waits(lent):
            behind.join(0.02)
        one.commit()
        behind.join(10)
    assert is_right(lent)
    assert {row[2] for row in lent.rows(KEPT) if row[1] == 1} == {77}


def _waits(lab):
    return lab.rows("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1") != []
