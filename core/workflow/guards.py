"""`Guards`: the functions that modules register to say why a move is not possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import MetadataConflict, Problem
from core.metadata.catalog import Catalog
from core.metadata.names import suggestions
from core.workflow.move import Move

Check = Callable[[Move, Any], "Iterable[Problem] | None"]
"""Gets the move and the unit of work; returns what stands in the way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """A named question about a move: ``check(move, uow)`` returns the problems that stand in its way.

    It is asked before a move and when moves are offered, so it reads and never writes.
    """

    name: str
    check: Check


class Guards:
    """The registered guards of one site, by name."""

    def __init__(self) -> None:
        self.fill()

    def fill(self) -> None:
        """Forget all of them: the enabled modules register theirs anew."""
        self._guards: dict[str, Guard] = {}

    def register(self, guard: Guard) -> None:
        """Take a guard; a name that is taken sets the module aside."""
        if self._guards.setdefault(guard.name, guard) is not guard:
            raise MetadataConflict("There are two guards named {name}.", code="guard_taken", name=guard.name)

    def find(self, name: str) -> Guard | None:
        """Return the guard of this name, or None where its module does not answer."""
        return self._guards.get(name)

    @property
    def names(self) -> frozenset[str]:
        """The names of all guards."""
        return frozenset(self._guards)

    def check_catalog(self, catalog: Catalog) -> Iterable[Problem]:
        """Name every guard that workflows ask for and nobody registered (a `Checker`)."""
        for workflow in catalog.workflows.values():
            for transition in workflow.transitions.values():
                for guard in transition.guards:
                    if guard.function and guard.function not in self._guards:
                        yield Problem(
                            code="unknown_guard",
                            message="There is no guard {name}. Perhaps: {nearest}.",
                            params={
                                "name": guard.function[:80],
                                "nearest": suggestions(guard.function, self._guards),
                            },
                            place=guard.place,
                        )
