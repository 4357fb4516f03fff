"""Whatever stands in a cell comes back as it was: guarded, quoted, spread over columns, told as lines."""

from __future__ import annotations

import io
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.exchange.csv_writing import write_csv
from core.exchange.emptiness import NOTHING
from core.exchange.export_columns import ExportColumn
from core.exchange.line_text import looks_like_lines, read_lines, write_lines
from core.exchange.opening import open_table
from core.exchange.row_reading import _parts
from core.exchange.sheets import sheet_title
from core.exchange.workbook_writing import write_workbook
from core.fields.lists import _in_quotes
from core.i18n.formulas import guarded, unguarded
from tests.exchange.conftest import counts

SIGNS = (
    "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n'\",;|\u060c\\:_x0041 \u200f\u202a\u200c#N/A\u0661\u0646\U0001f600a"
)
TEXTS = st.one_of(
    st.text(st.sampled_from(SIGNS), max_size=12),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"]), max_size=20),
)
STYLE = SimpleNamespace(dir="rtl", _=str)
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(TEXTS)
@example("'=1")
@example("  \u200f=1+1")
@example("''\uff20x")
def test_a_mark_against_formulas_is_taken_away_again(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in (
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "\uff1d",
        "\uff0b",
        "\uff0d",
        "\uff20",
    )


def columns(*names):
    return [
        ExportColumn(header=name, field=SimpleNamespace(name=name, type="text"), cell=lambda value: value)
        for name in names
    ]


def back(rows, kind):
    """Write rows of two columns and return what is read of them."""
    told = [{"=one": one, "two": two} for one, two in rows]
    pieces = (
        write_workbook("=1", columns("=one", "two"), lambda: iter(told), STYLE)
        if kind == "xlsx"
        else write_csv(columns("=one", "two"), told, STYLE)
    )
    table = open_table(io.BytesIO(b"".join(pieces)), f"file.{kind}")
    assert table.header == ("=one", "two")
    return [cells for _, cells in table.rows()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@FEW
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_text_comes_back_out_of_every_kind_of_file(kind, texts):
    kept = [text.replace("\r", "") for text in texts]  # no field keeps one
    found = [cells[0] for cells in back([(text, "x") for text in kept], kind)]
    assert found == [text if text.strip() else None for text in kept]


NUMBERS = st.one_of(st.booleans(), st.integers(-(2**50), 2**50), st.decimals(-9999, 9999, places=4))


@FEW
@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_numbers_and_answers_are_real_ones_in_workbooks(values):
    found = [cells[0] for cells in back([(value, "x") for value in values], "xlsx")]
    assert [isinstance(one, bool) for one in found] == [isinstance(value, bool) for value in values]
    assert [Decimal(repr(one)) if isinstance(one, float) else one for one in found] == values


@pytest.mark.parametrize(
    "text", ["x" * 32_767, "x" * 32_768, "y" * 100_000, "\U0001f600" * 20_000, "z" * 32_766 + "\U0001f600="]
)
def test_text_that_no_cell_holds_goes_on_beside_it(text):
    assert back([("short", "a"), (text, "b"), ("=1", "c")], "xlsx") == [
        ("short", "a"),
        (text, "b"),
        ("=1", "c"),
    ]


LABELS = st.text(st.sampled_from("ab:|\\ \u0646"), min_size=1, max_size=6).map(str.strip).filter(bool)
VALUES = st.text(st.sampled_from("ab:|\\\n \u0646=;,"), min_size=1, max_size=12).map(str.strip).filter(bool)


@FEW
@given(st.lists(st.lists(st.tuples(LABELS, VALUES), min_size=1, max_size=4), max_size=4))
def test_lines_come_back_with_all_that_they_say(lines):
    text = write_lines(lines)
    assert [*read_lines(text)] == lines
    assert looks_like_lines(text) is bool(lines)


@FEW
@given(st.lists(TEXTS.map(lambda text: " ".join(text.split())).filter(bool), unique=True, max_size=5))
def test_names_come_back_one_by_one(names):
    assert _parts(", ".join(map(_in_quotes, names))) == names


def test_names_of_sheets_hold_no_more_than_they_may():
    assert sheet_title("=cmd|'/c'!A1") == "cmd|' c'!A1"
    assert sheet_title("'[a]:*?/\\'") == "a"
    assert len(sheet_title("\U0001f600" * 40).encode("utf-16-le")) <= 62
    assert sheet_title("\t=\r") == "Sheet"


def test_lines_in_a_cell_become_those_of_the_record_and_are_not_doubled(office):
    cell = "Kind: Mobile | Number: 0912 123 4567 | Main: yes\nkind: place | Town: Yazd | Street: a\\|b"
    sheet = f'Last name,Code,Points\nStone,1,"{cell}"\nReed,2,\n'
    assert office.inspect(sheet).mapping["Points"] == "points"
    assert counts(office.run(sheet)) == {"created": 2}
    (person, _) = office.people("mobile", "points")
    assert person["mobile"] == "+989121234567"
    assert [(line["kind"], line["street"]) for line in person["points"]] == [
        ("mobile", None),
        ("place", "a|b"),
    ]
    assert counts(office.run(sheet, mode="upsert", key="code")) == {"skipped": 2}
    wrong = office.run(
        'Last name,Points\nHill,"Colour: red"\n', mapping={"Last name": "last_name", "Points": "points"}
    )
    assert wrong["rows"][0]["problems"][0]["code"] == "unknown_part"


def test_a_column_that_is_only_called_like_a_list_is_not_taken_for_one(office):
    assert "Points" not in office.inspect("Last name,Points\nStone,12\n").mapping


def test_a_dash_says_that_a_value_is_empty_where_nothing_said_means_another(office):
    assert counts(office.run(f"Last name,Keeper\nStone,{NOTHING}\nReed,\n")) == {"created": 2}
    stone, reed = office.people("keeper")
    assert (stone["keeper"], reed["keeper"]) == (None, office.actor.id)
