"""The goals of the first release, row by row, and whether a run reaches them."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.once import FieldAdded, Pairs
from benchmarks.screens import Figures
from benchmarks.windows import Windows

ONLINE = {
    1: ("read", "read by id", 0.8),
    2: ("list", "list of 50, 12 columns, 2 titles, filter and sort", 0.8),
    3: ("search", "name search in 100,000", 0.8),
    4: ("count", "exact count", 0.8),
    5: ("pipeline", "sum and count by stage", 0.8),
    6: ("update", "update one", 0.5),
    7: ("create", "create one", 0.5),
}
GATES = frozenset({1, 2, 3, 6, 7, 8, 11, 12, 13})
"""The rows that decide; the others are told: times of pages say more about the machine than ratios do."""

PAGE = 0
"""Pages have no row among the goals of operations; their budgets stand in the design of the screens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One goal and what was measured."""

    number: int
    name: str
    goal: str
    measured: str
    reached: bool

    @property
    def gate(self) -> bool:
        """True where the row decides about the run."""
        return self.number in GATES


@dataclass(kw_only=True, slots=True)
class Measured:
    """Everything that one run has found; what was not measured is None."""

    windows: Windows
    batch: Pairs | None = None
    bulk: Pairs | None = None
    import_seconds: float | None = None
    hand_import_seconds: float | None = None
    added: list[FieldAdded] = field(default_factory=list)
    cold: list[float] = field(default_factory=list)
    idle_mib: float = 0.0
    used_mib: float = 0.0
    screens: list[Figures] = field(default_factory=list)


def judge(found: Measured) -> list[Row]:
    """Return the rows of this run."""
    rows = [_online(found.windows, number) for number in ONLINE]
    if found.batch is not None:
        rows.append(_pairs(8, "create 1,000 in one call", found.batch, 4))
    if found.bulk is not None:
        rows.append(_pairs(9, "change 1,000 in one call", found.bulk, 6))
    if found.import_seconds is not None and found.hand_import_seconds is not None:
        rows.append(_import(found.import_seconds, found.hand_import_seconds))
    rows += [_added(found.added), _cold(found.cold), _memory(found.idle_mib, found.used_mib)]
    return [*rows, *map(_screen, (one for one in found.screens if one.budget is not None))]


def _online(windows: Windows, number: int) -> Row:
    operation, name, least = ONLINE[number]
    ratio = windows.ratio("payvand", "hand", operation)
    return Row(
        number=number,
        name=name,
        goal=f"≥ {least:g} × hand",
        measured=f"{ratio:.2f} × hand",
        reached=ratio >= least,
    )


def _screen(one: Figures) -> Row:
    return Row(
        number=PAGE,
        name=one.about,
        goal=f"p95 ≤ {one.budget:g} ms",
        measured=f"{one.p95:.0f} ms" + (f", {one.failed} failed" if one.failed else ""),
        reached=one.reached,
    )


def _pairs(number: int, name: str, pairs: Pairs, most: float) -> Row:
    seconds = sorted(pairs.payvand)[len(pairs.payvand) // 2]
    return Row(
        number=number,
        name=name,
        goal=f"≤ {most:g} × hand's time",
        measured=f"{pairs.ratio:.2f} × hand's time ({seconds:.3f} s)",
        reached=pairs.ratio <= most,
    )


def _import(ours: float, theirs: float) -> Row:
    return Row(
        number=10,
        name="import of 10,000 rows",
        goal="≤ 10 × hand's time",
        measured=f"{ours / theirs:.1f} × hand's time ({ours:.1f} s)",
        reached=ours <= 10 * theirs,
    )


def _added(added: list[FieldAdded]) -> Row:
    seconds = sorted(one.seconds for one in added)[len(added) // 2]
    failed, reads = sum(one.failed for one in added), sum(one.reads for one in added)
    unknown = sum(one.unknown for one in added)
    worst = max(one.worst_during for one in added)
    return Row(
        number=11,
        name="a field more on 100,000 records, under load",
        goal="0 failed reads, ≤ 0.2 s, known to both processes at once",
        measured=f"{failed} of {reads:,} failed, {seconds:.3f} s, {unknown} times unknown, longest read {worst:.3f} s",
        reached=not failed and not unknown and seconds <= 0.2,
    )


def _cold(seconds: list[float]) -> Row:
    middle = sorted(seconds)[len(seconds) // 2]
    return Row(
        number=12,
        name="cold start to the first record",
        goal="≤ 2 s",
        measured=f"{middle:.2f} s",
        reached=middle <= 2,
    )


def _memory(idle: float, used: float) -> Row:
    return Row(
        number=13,
        name="memory of one web process, idle / after all this (PSS)",
        goal="≤ 130 / 160 MiB",
        measured=f"{idle:.0f} / {used:.0f} MiB",
        reached=idle <= 130 and used <= 160,
    )
