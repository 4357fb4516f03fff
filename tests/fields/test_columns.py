"""Values of every kind through the columns of a real table."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fields import rows_numbers, rows_records, rows_text, rows_times
from tests.fields.rows import TYPES, Row, make
from tests.fields.strategies import VALUES
from tests.fields.test_properties import SPECS

ROWS = tuple(
    row
    for row in (*rows_text.ROWS, *rows_numbers.ROWS, *rows_times.ROWS, *rows_records.ROWS)
    if row.kind.storable
)


@pytest.fixture(scope="module")
def connection(pg):
    with pg.database() as url:
        engine = sa.create_engine(url, connect_args={"options": "-c timezone=UTC"})
        with engine.connect() as opened:
            yield opened
        engine.dispose()


@pytest.fixture
def table_of(connection):
    """Make the temporary table of a field and forget it after the test."""
    made: list[sa.Table] = []

    def build(kind, spec):
        columns = [sa.Column(c.name, c.sa_type, nullable=c.nullable, quote=True) for c in kind.columns(spec)]
        table = sa.Table(
            "m_thing", sa.MetaData(), sa.Column("n", sa.Integer), *columns, prefixes=["TEMPORARY"]
        )
        connection.execute(sa.schema.CreateTable(table))
        made.append(table)
        return table

    yield build
    connection.rollback()
    assert made


def stored(connection, table, kind, spec, values):
    """Write values through the columns of their field and read them back."""
    connection.execute(sa.delete(table))
    cells = [{"n": number, **kind.to_columns(spec, value)} for number, value in enumerate(values)]
    if cells:
        connection.execute(sa.insert(table), cells)
    rows = connection.execute(sa.select(table).order_by(table.c.n)).mappings()
    return [kind.from_columns(spec, row) for row in rows]


@pytest.mark.parametrize("search", [False, True])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_values_survive_their_columns(connection, table_of, row: Row, search):
    kind, spec = row.kind, row.make(search=search and row.kind.textual)
    table = table_of(kind, spec)
    values = [*row.values, None]
    again = stored(connection, table, kind, spec, values)
    assert [kind.equal(left, right) for left, right in zip(again, values, strict=True)] == [True] * len(
        values
    )
    assert [type(value) for value in again] == [type(value) for value in values]
    assert again[:-1] == [kind.from_columns(spec, kind.to_columns(spec, value)) for value in row.values]


@pytest.mark.parametrize("name", sorted(name for name in VALUES if TYPES.get(name).storable))
def test_random_values_survive_their_columns(connection, table_of, name):
    kind, spec = TYPES.get(name), make(name, **SPECS.get(name, {}))
    table = table_of(kind, spec)

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.lists(VALUES[name], max_size=20))
    def check(values):
        again = stored(connection, table, kind, spec, values)
        assert all(kind.equal(left, right) for left, right in zip(again, values, strict=True))

    check()


def test_search_keys_find_phones_in_national_and_in_international_form(connection, table_of):
    kind, spec = TYPES.get("phone"), make("phone", search=True)
    table = table_of(kind, spec)
    stored(connection, table, kind, spec, ["+989121234567", "+982188888888"])
    for needle, found in (("09121234567", 1), ("+98912", 1), ("0218888", 1), ("98", 2), ("0935", 0)):
        hits = connection.scalar(sa.select(sa.func.count()).where(table.c.f_key.contains(needle)))
        assert hits == found, needle


def test_foreign_keys_name_their_table():
    pointing = {
        "reference": ({"to": "m.other"}, ["m_other"]),
        "reference_any": ({"to": ["m.other", "m.third"]}, ["m_other", "m_third"]),
        "file": ({}, ["core_file"]),
        "text": ({}, [None]),
    }
    for name, (options, tables) in pointing.items():
        columns = TYPES.columns(make(name, options=options))
        assert [column.references for column in columns] == tables
