"""The reference page says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from core.expressions import FUNCTIONS, parse, unparse

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "expressions.md").read_text(encoding="utf-8")


def test_the_page_lists_exactly_the_functions_there_are() -> None:
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert dict(rows) == {signature.written: signature.meaning for signature in FUNCTIONS.values()}


def test_examples_on_the_page_are_expressions() -> None:
    examples = re.findall(r"^    (\S.*)$", PAGE.partition("## For programmers")[0], re.MULTILINE)
    assert len(examples) >= 7
    for text in examples:
        assert parse(unparse(parse(text))) == parse(text)
