"""Lines count as covered where a test has shown them without a browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.architecture.sources import ROOT

CODE = "def shown():\n    return 1\n\n\ndef driven():\n    return 2\n"
TESTS = """
import pytest

import measured


@pytest.mark.browser
def test_one():
    assert measured.driven() == 2


def test_two():
    assert measured.shown() == 1
"""


def test_what_only_a_browser_has_reached_is_not_covered(tmp_path):
    (tmp_path / "measured.py").write_text(CODE)
    (tmp_path / "test_measured.py").write_text(TESTS)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST"))}
    env = {**inherited, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "core.testing.covers", "test_measured.py"]
    for words in (["run", "--include=measured.py", *tests], ["json", "-q", "-o", "found.json"]):
        command = [sys.executable, "-m", "coverage", *words]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "found.json").read_text())["files"]["measured.py"]
    assert (found["executed_lines"], found["missing_lines"]) == ([1, 2, 5], [6])
