"""Styles are written for both directions of writing: inline-start and inline-end, never left and right."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import paragraphs, read, repository_files

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-\w+)?|left|right"
    r"|border-(?:top|bottom)-(?:left|right)-radius)\s*:[^;}]*"
    r"|(?<![\w-])(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)


def physical(css: str) -> list[str]:
    return [" ".join(found.split()) for found in PHYSICAL.findall(COMMENT.sub("", css))]


def test_styles_name_no_physical_side():
    allowed = set(paragraphs(read("tests/architecture/physical_sides.txt")))
    found = {
        f"{name}: {one}"
        for name in repository_files()
        if name.endswith(".css")
        for one in physical(read(name))
    }
    assert found == allowed


def test_templates_carry_no_style_of_their_own():
    inline = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", re.IGNORECASE)
    templates = [
        name
        for name in repository_files()
        if name.endswith(".html") and name.startswith(("core/", "modules/", "themes/"))
    ]
    assert not [name for name in templates if inline.search(read(name))]


@pytest.mark.parametrize(
    ("css", "count"),
    [
        ("a { margin-left: 1px; right: 0; text-align: left }", 3),
        ("a { margin-inline-start: 1px; inset-inline-end: 0; text-align: start }", 0),
        ("a { border-top-left-radius: 2px } /* left: 0 */", 1),
        ("a { --left: 1px; border-start-start-radius: 2px; transform: translateX(1px) }", 0),
    ],
)
def test_the_search_for_sides_finds_them(css, count):
    assert len(physical(css)) == count
