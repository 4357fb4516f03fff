"""Kill the making of a field before and after each of its statements, and look what is left.

Usage: kill_field.py; runs on PAYVAND_TEST_PG, else on an embedded PostgreSQL.
The figures are those of ``docs/reference/reliability.md``.
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hammer import depot

from core.log import set_up
from tests.reliability.kills import kill_field


def main() -> int:
    """Kill at every point; any half state stops with an error."""
    set_up("error")
    begun = time.monotonic()
    for after in (False, True):
        with depot() as lent:
            found = kill_field(lent, itertools.count(1), after=after)
        print(f"killed {'after' if after else 'before'} each statement: {dict(found)}, none half", flush=True)
    print(f"all well, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
