"""The scripts behind `make`: they do what is missing, choose the right tests and count honestly."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

LIST = "[CD] Contacts\nCD-01 Record\nCD-02 Name\nCD-03 Mail\n\n[AS] Scenarios\nAS-01 Shop\n"
CLAIMS = """
    import pytest
    @pytest.mark.covers("CD-01", "AS-01")
    def test_good(): pass
    @pytest.mark.covers("CD-02")
    def test_bad(): assert False
    @pytest.fixture
    def broken(): raise RuntimeError
    @pytest.mark.covers("CD-02", "CD-03")
    def test_broken(broken): pass
    def test_other(): pass
"""


def script(name):
    return runpy.run_path(str(ROOT / "scripts" / f"{name}.py"))


def run_pytest(folder, *arguments):
    (folder / "test_claims.py").write_text(
        "\n".join(line.removeprefix("    ") for line in CLAIMS.splitlines())
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "core.testing.covers",
        "--covers-report",
        "report.json",
    ]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, *arguments], cwd=folder, env=alone, capture_output=True, check=False)
    return json.loads((folder / "report.json").read_text())


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2")])
def test_the_report_tells_the_worst_outcome_of_each_claim(tmp_path, arguments):
    report = {
        row["test"].partition("::")[2]: (row["outcome"], row["covers"])
        for row in run_pytest(tmp_path, *arguments)
    }
    assert report == {
        "test_good": ("passed", ["CD-01", "AS-01"]),
        "test_bad": ("failed", ["CD-02"]),
        "test_broken": ("failed", ["CD-02", "CD-03"]),
    }


def test_a_row_counts_only_when_all_its_tests_pass():
    module = script("coverage_map")
    found = {"CD-01": [True], "CD-02": [True, False], "AS-01": [True, True]}
    lines = module["table"](module["read_groups"](LIST), found)
    assert [line.split()[-4:] for line in lines[1:3]] == [["3", "1", "1", "01"], ["1", "1", "0", "01"]]
    assert lines[-1].split() == ["all", "4", "2", "1"]


def test_the_list_of_requirements_is_whole():
    groups = script("coverage_map")["read_groups"]((ROOT / "tests" / "requirements.txt").read_text())
    rows = [row for group in groups for row in group.rows]
    assert len(rows) == len(set(rows)) == 634
    assert all(row.startswith(f"{group.name}-") for group in groups for row in group.rows)


def test_a_change_calls_the_tests_of_its_room_and_module():
    affected = script("affected_tests")["affected"]
    existing = [
        "tests/records",
        "tests/records_reading",
        "tests/access",
        "tests/web",
        "modules/base/tests",
        "tests/architecture",
    ]
    changed = [
        "core/records/rows.py",
        "modules/base/hooks.py",
        "tests/access/test_rights.py",
        "README.md",
        "core/gone/x.py",
    ]
    assert affected(changed, existing) == [
        "modules/base/tests",
        "tests/access",
        "tests/architecture",
        "tests/records",
        "tests/records_reading",
    ]


def test_setup_does_a_step_again_only_when_its_sources_changed(tmp_path, monkeypatch):
    module = script("setup")
    fresh, stamp = module["fresh"], module["stamp"]
    for function in (fresh, stamp):
        monkeypatch.setitem(function.__globals__, "STAMPS", tmp_path)
    made = tmp_path / "made"
    assert not fresh("step", "one", made)
    stamp("step", "one")
    assert not fresh("step", "one", made), "what the step makes is missing"
    made.write_text("")
    assert fresh("step", "one", made)
    assert not fresh("step", "two", made)


def test_setup_refuses_a_python_that_is_too_old_in_one_sentence(tmp_path, monkeypatch):
    module = script("setup")
    find = module["_new_enough_python"]
    monkeypatch.setitem(find.__globals__, "_version", lambda *_: (3, 10))
    with pytest.raises(module["CannotSetUp"], match=r"needs Python 3\.11 or newer"):
        find()


def test_setup_takes_node_of_the_wheel_where_the_machine_has_none_or_an_old_one(tmp_path, monkeypatch):
    module = script("setup")
    find = module["_node"]
    monkeypatch.setitem(find.__globals__, "_version", lambda *_: (18, 19, 0))
    monkeypatch.setitem(find.__globals__, "_node_wheel", lambda: tmp_path)
    node, npm = find()
    assert node == str(tmp_path / "bin" / "node")
    assert npm == [node, str(tmp_path / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
