"""Functions that modules bring to expressions: with all readings and with vectors, or for the server alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import MetadataConflict, MetadataInvalid, Word
from core.expressions.views import Sql

KINDS = frozenset({"text", "number", "boolean", "date", "datetime"})
"""What such functions may take and give."""

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpressionFunction:
    """A function of a module in expressions, called by its qualified name; empty where one of its arguments is.

    ``takes`` and ``gives`` are kinds: text, number, boolean, date, datetime. ``sql`` writes it with the operators of
    the values that it gets, ``browser`` says that the module's script registers it under its name. With
    ``server_only`` there is only the reading of Python. ``vectors`` are arguments with what comes of them.
    """

    name: str
    meaning: str
    takes: Sequence[str]
    gives: str
    python: Callable[..., Any]
    vectors: Sequence[tuple[tuple[object, ...], object]]
    sql: Callable[..., Sql] | None = None
    browser: bool = False
    server_only: bool = False

    @property
    def written(self) -> str:
        """How it is called, such as ``kit.points(number)``."""
        return f"{self.name}({', '.join(self.takes)})"


class Functions:
    """The functions of the enabled modules by name."""

    def __init__(self) -> None:
        self.fill()

    def fill(self, extra: Iterable[ExpressionFunction] = ()) -> None:
        """Take these in place of those before."""
        self._known: dict[str, ExpressionFunction] = {}
        for one in extra:
            self.register(one)

    def register(self, function: ExpressionFunction) -> None:
        """Take a function; refuse one of which a reading is missing, or whose own vectors do not hold."""
        reason = _unfit(function)
        if reason is not None:
            raise MetadataInvalid(
                "The function {name} of expressions is not taken: {reason}.",
                code="function_unfit",
                name=function.name[:80],
                reason=reason,
            )
        if function.name in self._known:
            raise MetadataConflict(
                "There are two functions of expressions named {name}.",
                code="function_taken",
                name=function.name,
            )
        self._known[function.name] = function

    def as_mapping(self) -> Mapping[str, ExpressionFunction]:
        """Return all functions by name."""
        return self._known


def _unfit(function: ExpressionFunction) -> str | None:
    """Return why a function cannot be taken, None where it can."""
    if not _NAME.fullmatch(function.name):
        return Word("it is named by its module and a word, such as kit.points")
    unknown = {*function.takes, function.gives} - KINDS
    if unknown or not function.takes:
        return Word("it takes and gives {kinds}", kinds=tuple(sorted(KINDS)))
    if function.server_only and (function.sql is not None or function.browser):
        return Word("it has readings beside that of the server, although it is for the server alone")
    if not function.server_only and (function.sql is None or not function.browser):
        return Word("it has no reading in SQL or in the browser; it may be for the server alone")
    if not function.meaning.strip():
        return Word("it does not say what it means")
    if not function.vectors:
        return Word("it comes without vectors")
    for args, result in function.vectors:
        if "" in (*args, result) or None in args:
            return Word(
                "its vector {vector} holds an empty text: what is empty is None, and no function is called with it",
                vector=repr((args, result)),
            )
        if len(args) != len(function.takes) or function.python(*args) != result:
            return Word("its vector {vector} does not hold", vector=repr(args))
    return None
