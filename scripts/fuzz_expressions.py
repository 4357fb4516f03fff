"""Throw texts at the parser of expressions and at its check: each is an expression or refused, at once, and never fails.

python scripts/fuzz_expressions.py [--count 1000000] [--seed 1]; the texts are drawn by hypothesis from `tests/expressions/fuzzing.py`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the generator lives with the tests

from tests.expressions.fuzzing import held, inputs

PIECE = 200
"""Texts for each draw of hypothesis."""
DRAWS = 500
"""Draws that hypothesis makes in one go, so that it need not remember all of them."""
WHOLE = 20
"""Of so many texts one is also written as SQL."""


def main() -> int:
    """Run, tell what was found, and fail where a text did anything else."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    found = options.parse_args()
    started, done, wrong = time.monotonic(), 0, list[str]()

    def throw(seed: int) -> None:
        nonlocal done
        for number, text in enumerate(inputs(Random(seed), PIECE)):  # noqa: S311  # texts to fail on, no secrets
            done += 1
            wrong.extend(filter(None, [held(text, sql=number % WHOLE == 0)]))

    for first in range(0, -(-found.count // PIECE), DRAWS):
        draws = min(DRAWS, -(-(found.count - done) // PIECE))
        if draws > 0:
            _drawn(throw, found.seed + first, draws)
        print(f"\r{done} of {found.count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for one in sorted(set(wrong), key=len)[:20]:
        print(one)
    print(f"{done} texts, {len(set(wrong))} failures, {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def _drawn(throw: object, seed: int, draws: int) -> None:
    """Let hypothesis choose what the texts are made from."""
    assert callable(throw)
    chosen = settings(
        max_examples=draws,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    wide = st.integers(0, 2**64 - 1)
    hypothesis.seed(seed)(chosen(given(wide)(throw)))()


if __name__ == "__main__":
    sys.exit(main())
