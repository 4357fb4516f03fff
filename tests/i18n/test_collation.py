"""Order of text: equal in Python and in PostgreSQL."""

from __future__ import annotations

import unicodedata

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n import PLAIN, Collation, sort_key, sort_key_ddl

SHUFFLED = Collation(name="shuffled", source="abc'ß", target='cab"s', drop="-\u200c")
LETTERS = "".join(
    chr(code)
    for code in range(0x20, 0x2FFF)
    if unicodedata.category(chr(code))[0] in "LMNPSZ" and chr(code) not in "\u2028\u2029"
)


@pytest.fixture(scope="module")
def database(pg):
    url = pg.empty()
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        yield connection
    pg.drop(url)


def answers(database: psycopg.Connection, texts: list[str]) -> list[str]:
    rows = database.execute(
        "SELECT public.sort_key(t) FROM unnest(%s::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n", (texts,)
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize("collation", [PLAIN, SHUFFLED], ids=str)
def test_python_and_sql_agree_on_every_letter(database: psycopg.Connection, collation: Collation) -> None:
    database.execute(sort_key_ddl(collation))
    texts = [f"{letter}{letter} x" for letter in LETTERS]
    assert answers(database, texts) == [sort_key(text, collation) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "İSTANBUL",
        "ISPARTA ıI",
        "Straße ẞ",
        "ΟΔΥΣΣΕΥΣ ΣΑΣ",
        "Σ",
        "ǅ ǆ Ǆ",
        "Éa e\u0301",
        "علی ي ك",
        "𐐀 😀",
        "Ⅷ Ⓐ",
        "it's a-b",
    ],
)
def test_python_and_sql_agree_on_awkward_words(database: psycopg.Connection, text: str) -> None:
    database.execute(sort_key_ddl(SHUFFLED))
    assert answers(database, [text]) == [sort_key(text, SHUFFLED)]


def test_the_database_orders_as_python_does(database: psycopg.Connection) -> None:
    database.execute(sort_key_ddl(SHUFFLED))

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.text(st.sampled_from(LETTERS), max_size=8), max_size=20))
    def same_order(texts: list[str]) -> None:
        rows = database.execute("SELECT t FROM unnest(%s::text[]) t ORDER BY public.sort_key(t), t", (texts,))
        assert [row[0] for row in rows] == sorted(texts, key=lambda text: (sort_key(text, SHUFFLED), text))

    same_order()


def test_sort_key_may_be_indexed(database: psycopg.Connection) -> None:
    database.execute(sort_key_ddl())
    database.execute("CREATE TEMPORARY TABLE word (name text)")
    database.execute("CREATE INDEX ON word (public.sort_key(name))")


@pytest.mark.parametrize(("source", "target", "drop"), [("ab", "a", ""), ("aa", "bc", ""), ("a", "b", "a")])
def test_contradictory_collations_are_refused(source: str, target: str, drop: str) -> None:
    with pytest.raises(ValueError, match="A collation"):
        Collation(source=source, target=target, drop=drop)


@pytest.mark.parametrize("letter", ["$", "\\", "%"])
def test_letters_that_would_break_the_statement_are_refused(letter: str) -> None:
    with pytest.raises(ValueError, match="does not move"):
        sort_key_ddl(Collation(source=letter, target="a"))
