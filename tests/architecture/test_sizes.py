"""Files stay below 400 lines and functions below 50, so that each can be read in one go."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.sources import python_files, read, repository_files

FILE_LIMIT, FUNCTION_LIMIT = 400, 50
TOPS = ("core", "modules", "scripts", "tests", "benchmarks")


@pytest.mark.parametrize("suffix", [".py", ".ts", ".mjs", ".css", ".html"])
def test_no_file_is_longer_than_400_lines(suffix):
    names = [name for name in repository_files() if name.endswith(suffix)]
    long = {name: lines for name in names if (lines := len(read(name).splitlines())) > FILE_LIMIT}
    assert not long


def test_no_function_is_longer_than_50_lines():
    long = [
        f"{source.name}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for source in python_files(*TOPS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= FUNCTION_LIMIT
    ]
    assert not long
