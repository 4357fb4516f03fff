"""Print the test folders that belong to what was changed since the last commit (or since REVISION).

python scripts/affected_tests.py [REVISION]
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = "tests/architecture"


def changed(revision: str) -> list[str]:
    """Return the changed and the new files."""
    names: list[str] = []
    for command in (["diff", "--name-only", revision], ["ls-files", "--others", "--exclude-standard"]):
        done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True)
        names += done.stdout.splitlines()
    return names


def affected(names: Iterable[str], existing: Iterable[str]) -> list[str]:
    """Return the test folders for these files: a room's, a module's, or the test file itself."""
    folders = set(existing)
    found = {ALWAYS}
    for name in names:
        match PurePosixPath(name).parts:
            case ("core", room, *_):
                stem = room.removesuffix(".py")
                found |= {f for f in folders if f == f"tests/{stem}" or f.startswith(f"tests/{stem}_")}
            case ("modules", module, *_):
                found.add(f"modules/{module}/tests")
            case ("tests", room, *_):
                found.add(f"tests/{room}")
            case _:
                pass
    return sorted(found & (folders | {ALWAYS}))


def main(arguments: list[str]) -> int:
    """Print them in one line, for pytest."""
    existing = [
        str(path.relative_to(ROOT))
        for pattern in ("tests/*/", "modules/*/tests/")
        for path in ROOT.glob(pattern)
    ]
    print(" ".join(affected(changed(arguments[0] if arguments else "HEAD"), existing)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
