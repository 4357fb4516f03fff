"""The reading of the browser, run in Node, on the golden vectors and beside Python's on random expressions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from random import Random

import pytest
import sqlalchemy as sa

from core.expressions import check, parse
from core.i18n import fold
from tests.expressions.browser import Browser
from tests.expressions.conformance import Conformance, same
from tests.expressions.rows import TEXTS
from tests.expressions.vectors import VECTORS, golden_world
from tests.expressions.world import WorldSchema

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


def test_random_expressions_read_alike_in_python_postgresql_and_the_browser(
    engine: sa.Engine, browser: Browser
) -> None:
    outcome = Conformance(engine, 20260322, browser).run(300)
    assert outcome.differences == []
    assert outcome.true > 1000, "the comparison means nothing where all is false"
