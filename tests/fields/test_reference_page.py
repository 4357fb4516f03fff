"""The reference page says what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from core.fields import FieldRefused
from tests.fields.rows import CONTEXTS, TYPES, make

PAGE = Path(__file__).parents[2].joinpath("docs/reference/fields.md").read_text(encoding="utf-8")


def rows_of(name):
    return [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]


@pytest.mark.parametrize("kind", tuple(TYPES), ids=lambda kind: kind.name)
def test_every_type_stands_there_as_it_is(kind):
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind.name}` | {kind.about} |"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[2:] == [
        f"`{kind.control}`",
        *(
            "yes" if flag else ""
            for flag in (
                kind.sortable,
                kind.groupable,
                kind.textual,
                kind.identifying,
                kind.derivable,
                kind.preset,
            )
        ),
    ]


def test_the_type_written_there_reads_shows_and_refuses(tmp_path):
    file = tmp_path / "stars.py"
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    file.write_text(example, encoding="utf-8")
    stars = runpy.run_path(str(file))["Stars"]()
    spec = make("stars")
    assert stars.load(spec, 4, CONTEXTS["en"]) == stars.parse(spec, "۴", CONTEXTS["fa"]) == 4
    assert stars.show(spec, 4, CONTEXTS["fa"].reader) == "۴"
    for wrong in (6, "4", 4.5):
        with pytest.raises(FieldRefused, match="one to five"):
            stars.load(spec, wrong, CONTEXTS["en"])
    with pytest.raises(FieldRefused):
        stars.parse(spec, "4.5", CONTEXTS["en"])


@pytest.mark.parametrize("kind", tuple(TYPES), ids=lambda kind: kind.name)
def test_every_option_stands_there(kind):
    written = {row[1].strip("`"): row[-1] for row in rows_of(kind.name) if len(row) == 5}
    assert written == {option.name: option.about for option in kind.options.values()}
