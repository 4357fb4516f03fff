"""Imports run strictly downward through the rooms, stand at the top of the file, and the contracts do bite."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, paragraphs, python_files, read

WITHOUT_SQL = ("core/cli/", "core/web/", "core/api/", "modules/")
SQL = {"sqlalchemy", "psycopg", "alembic"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            return [node.module or ""]
        case _:
            return []


def late_imports(tree: ast.Module) -> set[str]:
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {name for function in functions for node in ast.walk(function) for name in imported(node)}


@pytest.fixture
def copy_of_sources(tmp_path):
    for top in ("core", "modules"):
        shutil.copytree(
            ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__", "tests", "assets")
        )
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    return tmp_path


def test_the_import_contracts_are_kept():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("where", "line", "contract"),
    [
        ("core/metadata/names.py", "import core.storage.tables", "Rooms import strictly downward"),
        ("core/new_room.py", "", "Rooms import strictly downward"),
        ("core/errors.py", "import modules.base", "The core knows no module"),
        ("modules/base/hooks.py", "import core.errors", "Modules import nothing of the core but"),
        ("modules/base/hooks.py", "import sqlalchemy", "Modules write no SQL"),
        ("core/metadata/names.py", "import yaml", "The metadata room needs the standard library only"),
    ],
)
def test_a_contract_that_is_broken_is_named(copy_of_sources, where, line, contract):
    path = copy_of_sources / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")
    done = lint(copy_of_sources)
    assert done.returncode != 0
    assert any(contract in shown and "BROKEN" in shown for shown in done.stdout.splitlines()), done.stdout


def test_imports_inside_functions_are_exactly_those_allowed():
    allowed = set(paragraphs(read("tests/architecture/late_imports.txt")))
    found = {
        f"{source.name}: {name}"
        for source in python_files("core", "modules")
        if not source.is_test
        for name in late_imports(source.tree)
    }
    assert found == allowed


def test_screens_commands_routes_and_modules_write_no_sql():
    found = [
        f"{source.name}:{node.lineno} {name}"
        for source in python_files("core", "modules")
        if source.name.startswith(WITHOUT_SQL) and not source.is_test
        for node in ast.walk(source.tree)
        for name in imported(node)
        if name.partition(".")[0] in SQL
    ]
    assert not found
