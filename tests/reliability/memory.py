"""What processes take over time, and whether it grows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean

from tests.reliability.product import Product

EACH = 10.0
"""Seconds between two looks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """One process: MiB at the beginning and the end (means of thirds), the most, the slope in MiB an hour."""

    name: str
    first: float
    last: float
    most: float
    slope: float

    @property
    def ratio(self) -> float:
        """The last third by the first."""
        return self.last / self.first

    def as_json(self) -> dict[str, float | str]:
        """Return it with its ratio."""
        return {**asdict(self), "ratio": self.ratio}


@dataclass
class Watch:
    """Looks at the processes of a product; a process that was started again is a mistake, for it would hide what grew."""

    product: Product
    at: list[float] = field(default_factory=list)
    sizes: dict[str, list[float]] = field(default_factory=dict)
    pids: Mapping[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """Write down what each process takes now, in MiB of memory that is resident."""
        found = self.product.processes()
        if self.pids and found != self.pids:
            raise RuntimeError(f"a process died: {self.pids} became {found}")
        self.pids = found
        self.at.append(time.monotonic())
        for name, pid in found.items():
            self.sizes.setdefault(name, []).append(resident(pid))

    def growth(self, warm_up: float) -> list[Growth]:
        """Return how each process grew after so many seconds of warming up."""
        begin = next(n for n, at in enumerate(self.at) if at - self.at[0] >= warm_up)
        hours = [(at - self.at[begin]) / 3600 for at in self.at[begin:]]
        return [growth_of(name, hours, sizes[begin:]) for name, sizes in self.sizes.items()]


def growth_of(name: str, hours: Sequence[float], sizes: Sequence[float]) -> Growth:
    """Return how one process grew."""
    third = max(1, len(sizes) // 3)
    return Growth(
        name=name,
        first=fmean(sizes[:third]),
        last=fmean(sizes[-third:]),
        most=max(sizes),
        slope=_slope(hours, sizes),
    )


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the slope of the line nearest to these points."""
    middle_x, middle_y = fmean(xs), fmean(ys)
    spread = sum((x - middle_x) ** 2 for x in xs)
    return (
        sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True)) / spread if spread else 0.0
    )
