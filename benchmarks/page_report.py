"""The budgets of pages, and what was found beside them: results/pages.md to read, pages.json for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.page_answers import Press
from benchmarks.page_weights import Weight

BUDGETS: Mapping[str, tuple[float, float]] = {
    "kilobytes": (200, 30),
    "largest paint": (2_500, 1_500),
    "shift": (0.05, 0.05),
    "nodes": (3_500, 3_500),
}
"""Cold and warm: kilobytes over the wire, milliseconds, the sum of layout shifts, nodes of the page."""

ABOUT = """\
Written by `make bench-pages`. A phone of 390 px, 1.6 Mbit/s down, 150 ms away and four times slower than this machine opens pages of
a site with the demo data, in Persian: medians of three visits, with an empty cache (cold) and after another page (warm).
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What the visits of one page took, in the middle."""

    name: str
    warm: bool
    figures: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """All that was measured."""

    taken: Sequence[Taken]
    weights: Sequence[Weight]
    presses: Sequence[Press]
    about: Mapping[str, str]

    @property
    def broken(self) -> list[str]:
        """The budgets that are not kept."""
        pages = [
            f"{one.name} {_state(one)}: {figure}"
            for one in self.taken
            for figure in over(one.figures, one.warm)
        ]
        return [*pages, *(one.name for one in (*self.weights, *self.presses) if not one.kept)]


def over(figures: Mapping[str, float], warm: bool) -> list[str]:
    """Return the figures that are above their budget."""
    return [name for name, budget in BUDGETS.items() if figures[name] > budget[warm]]


def write(folder: Path, found: Found) -> str:
    """Write both files; return the text of the first."""
    text = "\n".join(_lines(found)) + "\n"
    folder.mkdir(exist_ok=True)
    (folder / "pages.md").write_text(text, encoding="utf-8")
    told = json.dumps({**asdict(found), "broken": found.broken}, indent=1, ensure_ascii=False)
    (folder / "pages.json").write_text(told + "\n", encoding="utf-8")
    return text


def _lines(found: Found) -> Iterator[str]:
    yield ABOUT
    yield "| page | KB over the wire | largest paint, ms | layout shift | nodes |"
    yield "|---|---|---|---|---|"
    for state, warm in (("cold", False), ("warm", True)):
        kilobytes, paint, shift, nodes = (f"{budget[warm]:,}" for budget in BUDGETS.values())
        yield f"| *budget, {state}* | {kilobytes} | {paint} | {shift} | {nodes} |"
    for one in found.taken:
        kilobytes, paint, shift, nodes = one.figures.values()
        yield f"| {one.name}, {_state(one)} | {kilobytes:.1f} | {paint:,.0f} | {shift:.3f} | {nodes:,.0f} |"
    yield ""
    yield "| KB | found | budget |"
    yield "|---|---|---|"
    for weight in found.weights:
        yield f"| {weight.name} | {weight.kilobytes:.1f} | {weight.budget:g} |"
    yield ""
    yield "| milliseconds until a press | found, p95 | budget |"
    yield "|---|---|---|"
    for press in found.presses:
        yield f"| {press.name} | {press.milliseconds:.0f} | {press.budget:g} |"
    yield ""
    yield f"not kept: {'; '.join(found.broken) or 'none'}  "
    yield from (f"{name}: {value}  " for name, value in found.about.items())


def _state(one: Taken) -> str:
    return "warm" if one.warm else "cold"
