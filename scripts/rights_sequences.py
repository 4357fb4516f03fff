"""Random sequences of requests of an office: nobody comes to read or write more, unless who may grant it acted.

Usage: rights_sequences.py [sequences=300] [acts in each=30] [seed=1]; runs on PAYVAND_TEST_PG, else on an embedded
PostgreSQL. The office and its acts are those of tests/security.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.log import set_up
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import lent_site
from tests.security.circle import FOLDERS, MODULES, Circle
from tests.security.sequences import run

PIECE = 50
"""Sequences on one site, whose contacts are never thrown away."""


def main() -> int:
    """Run the sequences; tell the first act that gave somebody more, or how many were sent."""
    asked = [int(given) for given in sys.argv[1:]]
    sequences, acts, seed = [*asked, *(300, 30, 1)[len(asked) :]]
    set_up("warning")
    begun, sent, done, server = time.monotonic(), 0, 0, open_run()
    try:
        while done < sequences:
            some = min(PIECE, sequences - done)
            with TemporaryDirectory() as home:
                with lent_site(TestPostgres.of_run(server), MODULES, Path(home), FOLDERS) as site:
                    sent += run(Circle(site), some, acts, seed=seed + done).acts
            done += some
            print(f"\r{done} of {sequences}", end="", file=sys.stderr, flush=True)
    finally:
        close_run(server)
    print(f"\n{sequences} sequences of {sent} acts gave nobody more, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
