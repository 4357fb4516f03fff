"""What the architecture tests look at: the files of the repository, parsed once."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file with its tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def is_test(self) -> bool:
        return "tests" in Path(self.name).parts


@cache
def repository_files() -> tuple[str, ...]:
    """Return the names of all files that belong to the repository, also those not committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(sorted({name for name in listed if name and (ROOT / name).is_file()}))


@cache
def python_files(*tops: str) -> tuple[Source, ...]:
    """Return the Python files below these top folders, parsed."""
    names = [name for name in repository_files() if name.endswith(".py") and name.split("/", 1)[0] in tops]
    return tuple(Source(name, text, ast.parse(text)) for name in names if (text := read(name)) is not None)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def words_of(identifier: str) -> list[str]:
    """Split an identifier into its words: ``newDealCount`` and ``new_deal_count`` are new, deal, count."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def identifiers(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every name that a file defines or uses, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.Name():
                yield node.id, node.lineno
            case ast.Attribute():
                yield node.attr, node.lineno
            case ast.arg() | ast.keyword():
                yield node.arg or "", node.lineno
            case ast.alias():
                yield node.asname or node.name, node.lineno
            case _:
                pass


def paragraphs(text: str) -> Iterator[str]:
    """Yield the lines of a list file, without comments."""
    for line in text.splitlines():
        content = line.partition("#")[0].strip()
        if content:
            yield content
