"""Run the core's own tests where there is no module at all: the core must not need a business.

python scripts/check_core_alone.py [--measured] [arguments for pytest]

``--measured`` keeps the lines that were run beside those of other measured tests, in ``.coverage``.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from check_wheel import copy_of_sources

ROOT = Path(__file__).resolve().parent.parent
MEASURED = "--measured"
RULES = runpy.run_path(str(ROOT / "tests" / "conftest.py"))
"""Which folders hold the core's own tests, and the marker that those of them get which need no module."""


def main(arguments: list[str]) -> int:
    """Copy everything, put an empty package in the place of the modules, run."""
    measuring = ["coverage", "run", "-m"] if MEASURED in arguments else []
    with tempfile.TemporaryDirectory(prefix="payvand-core-") as name:
        folder = copy_of_sources(Path(name) / "sources")
        shutil.rmtree(folder / "modules", ignore_errors=True)
        # An empty package hides the modules of the checkout, which an editable install would still find.
        (folder / "modules").mkdir()
        (folder / "modules" / "__init__.py").touch()
        chosen = sorted(f"tests/{path.name}" for path in RULES["folders_of_core_tests"]())
        print(f"core alone: {len(chosen)} folders of tests, no modules", flush=True)
        rest = [one for one in arguments if one != MEASURED]
        command = [
            *(sys.executable, "-m", *measuring, "pytest"),
            *("-q", "-n", "auto", "--dist", "worksteal", "-m", RULES["CORE_ALONE"], *chosen, *rest),
        ]
        environment = os.environ | {
            "PYTHONPATH": str(folder),
            "COVERAGE_FILE": str(ROOT / ".coverage" / "data"),
        }
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
