"""The reference page says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from core.expressions import FUNCTIONS, parse, unparse
from core.expressions.tree import VERSION

WHOLE = (Path(__file__).parents[2] / "docs" / "reference" / "expressions.md").read_text(encoding="utf-8")
PAGE = WHOLE.partition("## For programmers")[0]


def test_the_page_lists_exactly_the_functions_there_are() -> None:
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert dict(rows) == {signature.written: signature.meaning for signature in FUNCTIONS.values()}


def test_examples_on_the_page_are_expressions() -> None:
    examples = re.findall(r"^    (\S.*)$", PAGE, re.MULTILINE)
    assert len(examples) >= 7
    for text in examples:
        assert parse(unparse(parse(text))) == parse(text)


def test_the_page_and_the_browser_speak_of_the_same_version_of_the_tree() -> None:
    interpreter = Path(__file__).parents[2] / "themes" / "src" / "expression.ts"
    assert f'{{"version": {VERSION}, ' in WHOLE
    assert f"export const VERSION = {VERSION};" in interpreter.read_text(encoding="utf-8")
