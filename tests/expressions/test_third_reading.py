"""The reading of the browser, run in Node, on the golden vectors and beside Python's on random expressions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from core.expressions import check, parse, to_tree
from core.i18n import clean, fold
from core.i18n.numbers import NumberForm, read_number, read_percent, write_number, write_percent
from tests.expressions.browser import Browser
from tests.expressions.conformance import Conformance, same
from tests.expressions.rows import TEXTS
from tests.expressions.vectors import VECTORS, golden_world
from tests.expressions.world import WorldSchema


def _form(zero: str, decimal: str, group: str, minus: str) -> NumberForm:
    digits = {48 + n: chr(ord(zero) + n) for n in range(10)}
    table = {**digits, ord("."): decimal, ord(","): group}
    own = minus != "-"
    return NumberForm(
        table=table,
        decimal=decimal,
        group=group,
        minus=minus,
        percent="٪" if own else "%",
        percent_mark="\u061c" if own else "",
    )


FORMS = (_form("0", ".", ",", "-"), _form("۰", "٫", "٬", "\u200e\u2212"), _form("0", ",", ".", "-"))


def told_marks(form: NumberForm) -> dict[str, str]:
    """Return how numbers are written as a page hands it out."""
    return {
        "zero": form.table[48],
        "decimal": form.decimal,
        "group": form.group,
        "minus": form.minus,
        "before": form.percent_mark,
        "percent": form.percent,
    }


pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


def test_the_browser_gives_every_golden_value(browser: Browser) -> None:
    browser.shows(golden_world())
    wrong = []
    for text, full, empty in VECTORS:
        found = browser.reads(check(parse(text), WorldSchema(), "w.thing"))
        wrong += [] if same(full, found[1]) and same(empty, found[2]) else [(text, found)]
    assert wrong == []


def test_the_browser_folds_texts_as_the_server_does(browser: Browser) -> None:
    random = Random(1)
    letters = [chr(c) for c in range(1, 0x3000)] + ["ﻼ", "ﷲ", "ẞ", "Ꭰ", "ꭰ", "😀", "日", "𐐀"]
    letters = [c for c in letters if unicodedata.category(c) not in ("Cs", "Cn", "Co")]
    odd = ["\u200c", "\u200d", "\u200b", "\u00ac", "\u0640", "ي", "ك", "ة", "ئ", "۵", "٥", "é", "ß", " "]
    texts = [*TEXTS, *letters]
    texts += ["".join(random.choices([*odd, "ع", "a", "B"], k=random.randint(2, 8))) for _ in range(2000)]
    keys = browser.asks("fold", texts)
    assert [(t, k, fold(t)) for t, k in zip(texts, keys, strict=True) if k != fold(t)] == []


def test_what_is_typed_is_read_as_the_server_reads_it_or_left_to_it(browser: Browser) -> None:
    random = Random(2)
    marks = ["-", "+", ".", ",", " ", "٫", "٬", "،", "\u2212", "\u200e", "x", "'"]
    typed = [
        "",
        " ",
        "1,250,000",
        "۱٬۲۵۰٬۰۰۰٫۵",
        "-12.50",
        "\u2212۷",
        "1,25",
        "1e3",
        ".5",
        "5.",
        "0.12345678901",
        "+3",
    ]
    typed += [
        "".join(random.choices([*"0123456789۰۵٣", *marks], k=random.randint(1, 9))) for _ in range(1500)
    ]
    read = 0
    for form in FORMS:
        for text, found in zip(typed, browser.asks("figures", [typed, told_marks(form)]), strict=True):
            if isinstance(found, str):
                assert Decimal(found) == read_number(form, text), text
                read += 1
    assert read > 500, "most of what is plain is read here"
    words = [
        "علی",
        "a  b",
        " x ",
        "علي",
        "می\u200cروم",
        "é",
        "e\u0301",
        "۵",
        "a\nb",
        "\u00a0",
        "😀",
        "",
        "  ",
    ]
    words += ["".join(random.choices([*"ab ی", "\u200c", "ك", "\u200e"], k=5)) for _ in range(500)]
    for text, line in zip(words, browser.asks("lines", words), strict=True):
        if line is None or isinstance(line, str):
            assert line == (clean(text) or None), ascii(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("b and n > 3", False),
        ("n > 3 and b", None),
        ("is_empty(t)", False),
        ("t == null or b", False),
        ("is_empty(lower(t))", None),
        ("t == 'x'", None),
        ("is_empty(n2)", True),
        ("group.n > 1", None),
        ("any(lines)", None),
        ("is_empty($old.n)", True),
    ],
)
def test_what_a_page_does_not_know_it_does_not_tell(browser: Browser, text: str, told: bool | None) -> None:
    tree = to_tree(check(parse(text), WorldSchema(), "w.thing"))
    found = browser.asks("page", {"expression": tree, "values": {"b": False, "n2": None}, "some": ["t"]})
    assert found == (None if told is None else {"told": told})


@pytest.mark.parametrize(
    "tree", [{"version": 2}, {"term": ["call", "toString", ["value", "text", "x"]]}, {"term": ["later"]}]
)
def test_a_tree_of_another_time_is_left_to_the_server(browser: Browser, tree: dict[str, object]) -> None:
    plain = {"version": 1, "kind": "boolean", "term": ["value", "boolean", True]}
    assert browser.asks("page", {"expression": plain | tree, "values": {}, "some": []}) is None


def test_numbers_are_written_as_the_server_writes_them(browser: Browser) -> None:
    numbers = ["0", "7", "-7", "1234", "1234567.5", "-0.25", "999", "1000000", "0.0000000001"]
    for form in FORMS:
        written = browser.asks("numbers", [numbers, told_marks(form)])
        assert written == [write_number(form, Decimal(one)) for one in numbers]


def test_numbers_of_percent_are_written_as_the_server_writes_them(browser: Browser) -> None:
    numbers = ["0", "12.5", "-7", "1250", "99.999"]
    for form in FORMS:
        written = browser.asks("percents", [numbers, told_marks(form)])
        assert written == [write_percent(form, Decimal(one)) for one in numbers]


def test_typed_percent_is_read_as_the_server_reads_it_or_left_to_it(browser: Browser) -> None:
    random = Random(3)
    typed = ["", " ", "%", "12.5%", "۱۲٫۵٪", "\u061c۱۲٫۵٪", "٪۱۲", "12 %", "5%%", "۱۲ درصد", "-5\uff05"]
    typed += ["".join(random.choices("0123456789۰۵٣%٪.,٫ -", k=random.randint(1, 7))) for _ in range(1500)]
    read = 0
    for form in FORMS:
        for text, found in zip(typed, browser.asks("percentages", [typed, told_marks(form)]), strict=True):
            if isinstance(found, str):
                assert Decimal(found) == read_percent(form, text), text
                read += 1
            elif found is None:
                assert not text.strip(), text
    assert read > 300, "most of what is plain is read here"


def test_random_expressions_read_alike_in_python_postgresql_and_the_browser(
    engine: sa.Engine, browser: Browser
) -> None:
    outcome = Conformance(engine, 20260322, browser).run(300)
    assert outcome.differences == []
    assert outcome.true > 1000, "the comparison means nothing where all is false"
