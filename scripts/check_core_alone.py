"""Run the core's own tests where there is no module at all: the core must not need a business.

python scripts/check_core_alone.py [arguments for pytest]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from check_wheel import copy_of_sources

ROOT = Path(__file__).resolve().parent.parent
SELECTION = "not browser and not modules"
WHOLE_PRODUCT = {"app", "api", "cli", "web"}
"""Rooms whose tests look at the product with its modules. Single tests elsewhere say so by the marker `modules`."""


def rooms() -> set[str]:
    """Return the names of the core's rooms."""
    return {path.stem for path in (ROOT / "core").iterdir() if not path.name.startswith((".", "_"))}


def folders_of_core_tests() -> list[str]:
    """Return the test folders named after a room, or after a part of one (``records_reading``)."""
    known = rooms() - WHOLE_PRODUCT
    folders = sorted(path for path in (ROOT / "tests").iterdir() if path.is_dir())
    return [
        f"tests/{path.name}" for path in folders if path.name in known or path.name.partition("_")[0] in known
    ]


def main(arguments: list[str]) -> int:
    """Copy everything, put an empty package in the place of the modules, run."""
    with tempfile.TemporaryDirectory(prefix="payvand-core-") as name:
        folder = copy_of_sources(Path(name) / "sources")
        shutil.rmtree(folder / "modules", ignore_errors=True)
        # An empty package hides the modules of the checkout, which an editable install would still find.
        (folder / "modules").mkdir()
        (folder / "modules" / "__init__.py").touch()
        chosen = folders_of_core_tests()
        print(f"core alone: {len(chosen)} folders of tests, no modules", flush=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "auto",
            "-m",
            SELECTION,
            *chosen,
            *arguments,
        ]
        environment = os.environ | {"PYTHONPATH": str(folder)}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
