"""How soon a page answers whoever presses something: when it shows, and when the server has confirmed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

MOVE = "/kanban/move/"
BOARD, LIST = "/records/sales.opportunity/kanban", "/records/contacts.contact"
MOVES = 6
SHOWN, CONFIRMED = 100, 400
LISTEN = """() => {
  window.presses = [];
  new PerformanceObserver((l) => l.getEntries().forEach((e) => { if (e.interactionId) presses.push(e.duration); }))
    .observe({type: 'event', durationThreshold: 16});
  performance.clearResourceTimings();
}"""
HEARD = """(part) => new Promise((tell) => setTimeout(() => tell([
  presses, performance.getEntriesByType('resource').filter((e) => e.name.includes(part)).map((e) => e.duration)]), 300))"""
MOVABLE = """(most) => [...document.querySelectorAll('.kcol[data-takes] .kc')]
  .filter((c) => c.closest('.kcol').nextElementSibling?.matches('[data-takes]')).slice(0, most).map((c) => c.dataset.id)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """Milliseconds after a press, as most people get them: 95 of a hundred wait no longer."""

    name: str
    milliseconds: float
    budget: float

    @property
    def kept(self) -> bool:
        """Whether it is soon enough."""
        return self.milliseconds <= self.budget

    @classmethod
    def of(cls, name: str, waited: Sequence[float], budget: float) -> Press:
        """Return the time of most; nothing measured is no answer."""
        ranked = sorted(waited) or [float("inf")]
        return cls(
            name=name, milliseconds=ranked[min(len(ranked) - 1, round(len(ranked) * 0.95))], budget=budget
        )


def moves(page: Page, address: str) -> list[Press]:
    """Move cards of a board by keyboard, one after the other: they stand in the other column before the server knows."""
    page.goto(address + BOARD, wait_until="networkidle")
    cards = page.evaluate(MOVABLE, MOVES)
    page.evaluate(LISTEN)
    ahead = "ArrowLeft" if page.evaluate("document.dir") == "rtl" else "ArrowRight"
    for number in cards:
        page.locator(f".kc[data-id='{number}']").focus()
        for key in ("Space", ahead):
            page.keyboard.press(key)
        with page.expect_response(lambda answer: MOVE in answer.url) as answer:
            page.keyboard.press("Space")
        if answer.value.json().get("dialog"):  # the stage asks for more than a move
            page.locator("dialog[open]").wait_for()
            page.keyboard.press("Escape")
        page.locator("dialog[open],.kc[aria-busy]").first.wait_for(state="detached")
    shown, confirmed = page.evaluate(HEARD, MOVE)
    return [
        Press.of("shows that a card has moved, at a desk", shown, SHOWN),
        Press.of("is confirmed by the server, at a desk", confirmed, CONFIRMED),
    ]


def taps(page: Page, address: str) -> Press:
    """Choose rows of a list and open what stands above it."""
    page.goto(address + LIST, wait_until="networkidle")
    page.evaluate(LISTEN)
    for box in page.locator("tbody .ck").all()[:3]:
        box.tap()
    for adder in page.locator("details.adder > summary").all()[1:]:
        adder.tap()
    shown, _ = page.evaluate(HEARD, "/")
    return Press.of("shows a chosen row or an opened menu, on the slow phone", shown, SHOWN)
