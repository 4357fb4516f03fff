"""Print which requirement rows and scenarios the last test run has shown, by group.

    python scripts/coverage_map.py [REPORT …]      a report is written by: pytest --covers-report REPORT

A row counts as shown when at least one test claims it and every test that claims it passed.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "tests" / "requirements.txt"
REPORTS = ".coverage-map*.json"


@dataclass(slots=True)
class Group:
    """A group of requirement rows in the order of the list."""

    name: str
    title: str
    rows: list[str] = field(default_factory=list)


def read_groups(text: str) -> list[Group]:
    """Read the list of rows: ``[CD] title`` begins a group, ``CD-01 name`` is a row of it."""
    groups: list[Group] = []
    for line in text.splitlines():
        if line.startswith("["):
            name, _, title = line[1:].partition("] ")
            groups.append(Group(name, title))
        elif line and not line.startswith("#"):
            groups[-1].rows.append(line.split(" ", 1)[0])
    return groups


def outcomes(report: list[dict[str, object]]) -> dict[str, list[bool]]:
    """Return for each claimed row whether each of its tests passed."""
    found: dict[str, list[bool]] = defaultdict(list)
    for test in report:
        covers = test["covers"]
        if isinstance(covers, list):
            for row in covers:
                found[str(row)].append(test["outcome"] == "passed")
    return found


def table(groups: list[Group], found: dict[str, list[bool]]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'group':<64} {'rows':>5} {'shown':>6} {'red':>4}  rows shown"]
    total = [0, 0, 0]
    for group in groups:
        shown = [row for row in group.rows if found.get(row) and all(found[row])]
        red = [row for row in group.rows if found.get(row) and not all(found[row])]
        numbers = " ".join(row.partition("-")[2] for row in shown)
        label = f"{group.name} {group.title}"
        lines.append(f"{label[:64]:<64} {len(group.rows):>5} {len(shown):>6} {len(red):>4}  {numbers}")
        total = [total[0] + len(group.rows), total[1] + len(shown), total[2] + len(red)]
    lines.append(f"{'all':<64} {total[0]:>5} {total[1]:>6} {total[2]:>4}")
    return lines


def main(arguments: list[str]) -> int:
    """Print the table; fail for a claim on a row that does not exist, or for a red one."""
    paths = [Path(name) for name in arguments] or sorted(ROOT.glob(REPORTS))
    if not paths or not all(path.exists() for path in paths):
        print("There is no report of the tests yet: run make test first.")
        return 1
    groups = read_groups(REQUIREMENTS.read_text(encoding="utf-8"))
    found = outcomes([test for path in paths for test in json.loads(path.read_text(encoding="utf-8"))])
    print("\n".join(table(groups, found)))
    known = {row for group in groups for row in group.rows}
    unknown = sorted(set(found) - known)
    if unknown:
        print(f"Claimed by tests, but not in {REQUIREMENTS.name}: {', '.join(unknown)}")
    return 1 if unknown or any(not all(passed) for passed in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
