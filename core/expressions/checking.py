"""What the parts of the type check ask of its centre, so that they need not know each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from core.expressions.brought import ExpressionFunction
from core.expressions.nodes import Node
from core.expressions.problems import Report
from core.expressions.terms import Field, Term


class Place(NamedTuple):
    """Where a part of the tree stands: on a record of which entity, inside how many lists."""

    entity: str
    lists: int = 0


class Checking(Protocol):
    """One type check under way."""

    report: Report
    asks_database: bool
    """The expression is a question to the database, where functions of the server alone cannot run."""

    def brought(self) -> Mapping[str, ExpressionFunction]:
        """Return the functions that modules bring, by name."""

    def term(self, node: Node, place: Place) -> Term:
        """Return what a node means; what is wrong is reported and comes back as `WRONG`."""

    def condition(self, node: Node, place: Place) -> Term:
        """Return what a node means where yes or no is expected."""

    def field(self, node: Node, place: Place) -> Field | None:
        """Return the field that a path names, or None after reporting why it names none."""
