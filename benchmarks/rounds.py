"""Interleaved rounds: each operation on each side in turn, in an order that turns around from round to round."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.windows import Side, Windows

WARM_UP = 1.0


def run_rounds(
    windows: Windows, sides: Sequence[Side], operations: Sequence[str], pairs: int, say: Callable[[str], None]
) -> None:
    """Warm everything up, then take ``pairs`` windows of each operation on each side."""
    for side in sides:
        windows.prepare(side, operations)
        for operation in operations:
            windows.take(side, operation, kept=False, seconds=WARM_UP)
    for number in range(pairs):
        for operation in operations:
            taken = {
                side.name: windows.take(side, operation)
                for side in (sides if number % 2 == 0 else tuple(reversed(sides)))
            }
            rates = ", ".join(f"{side.name} {taken[side.name].rate:,.0f}/s" for side in sides)
            say(f"{number + 1}/{pairs} {operation:9} {rates}")
