"""The code in the documents: fenced blocks, and the file that each of them is said to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.new_module import make_module
from tests.architecture.sources import read, repository_files

FENCE = re.compile(
    r"(?:^`(?P<file>[\w./]+)`(?:[^\n`]*)\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
OF_THE_TEMPLATE = ("entities/item.yaml", "views/item_list.yaml", "demo/items.yaml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block of a document; ``file`` is the path in backquotes on the line before, if there is one."""

    page: str
    number: int
    language: str
    text: str
    file: str = ""

    def __str__(self) -> str:
        return f"{self.page}#{self.number}"


def pages() -> list[str]:
    """Return the documents for people."""
    return [
        name
        for name in repository_files()
        if name.endswith(".md")
        and name.startswith(("docs/", "README", "CONTRIBUTING", "SECURITY", "changes/README"))
    ]


def blocks(*languages: str, page: str = "") -> list[Block]:
    """Return the blocks in these languages, of one page or of all."""
    return [
        Block(
            page=name, number=number, language=found["language"], text=found["text"], file=found["file"] or ""
        )
        for name in ([page] if page else pages())
        for number, found in enumerate(FENCE.finditer(read(name)), 1)
        if found["language"] in languages
    ]


def write_module(page: str, name: str, folder: Path, *, fresh: bool = False) -> Path:
    """Make the module that a guide tells of: the template, and over it the files of the guide, under another name.

    ``fresh`` takes the example of the template out first.
    """
    place = make_module(name, "entity", folder)
    for file in OF_THE_TEMPLATE if fresh else ():
        (place / file).unlink()
    for block in blocks("yaml", "python", "markdown", "po", "html", page=page):
        path = block.file.removeprefix("modules/")
        if path.startswith("library/"):
            target = place / path.removeprefix("library/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text.replace("library", name), encoding="utf-8")
    return place
