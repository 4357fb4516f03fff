"""A workflow as a picture: boxes for states in layers from where one starts, curves for the steps between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.metadata.workflow_specs import WorkflowSpec

BOX, TALL = 132, 40
GAP, ROW = 148, 66
MARGIN, LINE = 16, 18
LETTER = 7
"""Measures in units of the picture; a letter of a label is about so wide."""

Ways = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A state; ``x`` and ``y`` are its corner, ``middle`` and ``line`` where its name stands."""

    state: str
    x: int
    y: int
    initial: bool
    final: bool

    @property
    def middle(self) -> int:
        """The middle of its name."""
        return self.x + BOX // 2

    @property
    def line(self) -> int:
        """The line on which its name stands."""
        return self.y + TALL // 2 + 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrow:
    """The steps from one state to another; ``path`` is the curve, ``x`` and ``y`` the middle of their names."""

    steps: tuple[str, ...]
    source: str
    target: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture of this width and height."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def picture(
    workflow: WorkflowSpec, states: Sequence[str], labels: Mapping[str, str], *, rtl: bool
) -> Picture:
    """Return the picture of a workflow; ``labels`` are the names of its steps, ``rtl`` turns it around."""
    ways: dict[tuple[str, str], list[str]] = {}
    for step in workflow.transitions.values():
        for source in step.source:
            ways.setdefault((source, step.target), []).append(step.name)
    return _Drawing(workflow, _layers(workflow.initial, states, ways), labels, rtl=rtl).draw(ways)


def _layers(
    initial: Iterable[str], states: Sequence[str], ways: Iterable[tuple[str, str]]
) -> list[list[str]]:
    """Return the states by how many steps lead to them; those that none leads to stand last."""
    ways, layers, seen = tuple(ways), [[s for s in states if s in tuple(initial)]], set(initial)
    while layers[-1]:
        reached = {target for source, target in ways if source in layers[-1]} - seen
        seen |= reached
        layers.append([s for s in states if s in reached])
    layers[-1] = [s for s in states if s not in seen]
    return [layer for layer in layers if layer]


class _Drawing:
    """One picture in the making; ``taken`` are the names of steps that stand already: middle, line, width."""

    def __init__(
        self, workflow: WorkflowSpec, layers: list[list[str]], labels: Mapping[str, str], *, rtl: bool
    ) -> None:
        self.workflow, self.layers, self.labels, self.rtl = workflow, layers, labels, rtl
        self.taken: list[tuple[int, int, int]] = []
        self.places = {
            state: (MARGIN + column * (BOX + GAP), MARGIN + 2 * LINE + row * ROW)
            for column, layer in enumerate(layers)
            for row, state in enumerate(layer)
        }
        self.columns = {state: column for column, layer in enumerate(layers) for state in layer}
        self.width = 2 * MARGIN + len(layers) * BOX + max(0, len(layers) - 1) * GAP
        self.floor = MARGIN + 2 * LINE + max(map(len, layers), default=0) * ROW

    def draw(self, ways: Ways) -> Picture:
        arrows = tuple(
            self._arrow(source, target, tuple(names))
            for (source, target), names in ways.items()
            if source in self.places and target in self.places
        )
        boxes = tuple(
            Box(
                state=state,
                x=self._across(x, BOX),
                y=y,
                initial=state in self.workflow.initial,
                final=state in self.workflow.states and self.workflow.states[state].final,
            )
            for state, (x, y) in self.places.items()
        )
        lowest = max((y for _, y, _ in self.taken), default=0)
        return Picture(
            width=self.width, height=max(self.floor, lowest + LINE) + MARGIN, boxes=boxes, arrows=arrows
        )

    def _across(self, x: int, width: int = 0) -> int:
        """Return a place counted from the side where the reader begins."""
        return self.width - x - width if self.rtl else x

    def _arrow(self, source: str, target: str, names: tuple[str, ...]) -> Arrow:
        (x1, y1), (x2, y2) = self.places[source], self.places[target]
        ahead = self.columns[target] - self.columns[source]
        if source == target:
            points, label = _loop(x1, y1)
        elif ahead > 0:
            points, label = _forward(x1 + BOX, y1 + TALL // 2, x2, y2 + TALL // 2)
        elif ahead == 0:
            points, label = _beside(x1 + BOX, y1 + TALL // 2, y2 + TALL // 2)
        else:
            points, label = _back(x1 + BOX // 2, y1 + TALL, x2 + BOX // 2, y2 + TALL, self.floor)
        text = " · ".join(self.labels.get(name, name) for name in names)
        x, y = self._free(self._across(label[0]), label[1], len(text) * LETTER)
        (start, *rest) = [(self._across(px), py) for px, py in points]
        curve = " ".join(f"{px} {py}" for px, py in rest)
        return Arrow(
            steps=names, source=source, target=target, path=f"M{start[0]} {start[1]} C{curve}", x=x, y=y
        )

    def _free(self, x: int, y: int, width: int) -> tuple[int, int]:
        """Return a place for a name at which no other stands."""
        while any(
            abs(y - other) < LINE and abs(x - at) < (width + wide) // 2 for at, other, wide in self.taken
        ):
            y += LINE
        self.taken.append((x, y, width))
        return x, y


Points = list[tuple[int, int]]


def _forward(x1: int, y1: int, x2: int, y2: int) -> tuple[Points, tuple[int, int]]:
    bend = (x2 - x1) // 2
    return [(x1, y1), (x1 + bend, y1), (x2 - bend, y2), (x2 - 4, y2)], ((x1 + x2) // 2, (y1 + y2) // 2 - 6)


def _beside(x: int, y1: int, y2: int) -> tuple[Points, tuple[int, int]]:
    return [(x, y1), (x + 44, y1), (x + 44, y2), (x + 4, y2)], (x + 48, (y1 + y2) // 2 + 4)


def _back(x1: int, y1: int, x2: int, y2: int, floor: int) -> tuple[Points, tuple[int, int]]:
    deep = floor + LINE
    return [(x1, y1), (x1, deep), (x2, deep), (x2, y2 + 4)], ((x1 + x2) // 2, floor + LINE // 2)


def _loop(x: int, y: int) -> tuple[Points, tuple[int, int]]:
    return [
        (x + BOX // 3, y),
        (x + BOX // 3, y - 28),
        (x + 2 * BOX // 3, y - 28),
        (x + 2 * BOX // 3, y - 4),
    ], (x + BOX // 2, y - 24)
