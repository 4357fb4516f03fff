"""Formatted text on paper: clean as everywhere, each block in the direction of its first letter."""

from __future__ import annotations

import pytest

from core.printing.formatted import on_paper


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("<p>12. the <b>fox</b></p>", '<p dir="ltr">12. the <strong>fox</strong></p>'),
        ("<p><b>روباه</b> fox</p>", '<p dir="rtl"><strong>روباه</strong> fox</p>'),
        ("<p>12</p>", "<p>12</p>"),
        (
            "<ol><li><p>یک</p></li><li><p>two &amp; &lt;3</p><ul><li>سه</li></ul></li></ol>",
            '<ol dir="rtl"><li><p dir="rtl">یک</p></li><li><p dir="ltr">two &amp; &lt;3</p><ul dir="rtl"><li>سه</li></ul></li></ol>',
        ),
        ("one <5\n\nدو", '<p dir="ltr">one &lt;5</p><p dir="rtl">دو</p>'),
        ("<p onclick=x>a<script>alert(1)</script></p>", '<p dir="ltr">a</p>'),
    ],
)
def test_each_block_is_told_its_direction(text, paper):
    assert on_paper(text) == paper
