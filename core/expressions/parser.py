"""Tokens → syntax tree, by precedence climbing; depth, size and lists are limited while reading."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from core.errors import Word
from core.expressions.lexer import Token, tokens
from core.expressions.limits import MAX_DEPTH, MAX_ITEMS, MAX_NESTING, MAX_NODES
from core.expressions.nodes import (
    Binary,
    Call,
    Flag,
    Given,
    Items,
    Logic,
    Node,
    Null,
    Number,
    Path,
    Position,
    Text,
    Unary,
    walk,
)
from core.expressions.problems import ExpressionInvalid, refuse

POWERS = {
    "or": 1,
    "and": 2,
    "==": 4,
    "!=": 4,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "in": 4,
    "not in": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
}
"""How tightly each operator binds; `unparse` writes parentheses by the same table."""
NOT, COMPARED, MINUS, ATOM = 3, 4, 7, 8

_WORDS: dict[str, Callable[[Position], Node]] = {
    "true": lambda at: Flag(True, at=at),
    "false": lambda at: Flag(False, at=at),
    "null": lambda at: Null(at=at),
}


def parse(text: str) -> Node:
    """Read ``text`` into a syntax tree, or raise `ExpressionInvalid` with line, column and what was expected.

    >>> parse("amount > 1_000 and state == 'open'")
    Logic(op='and', operands=(Binary(op='>', left=Path(parts=('amount',)), right=Number(value=1000)), \
Binary(op='==', left=Path(parts=('state',)), right=Text(value='open'))))
    """
    return _Parser(tokens(text)).whole()


class _Parser:
    """Reads one text; ``nested`` counts calls of itself, ``made`` the nodes so far."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0
        self._nested = 0
        self._made = 0

    def whole(self) -> Node:
        node = self._expression(0)
        if self._now.kind != "end":
            raise self._unexpected(Word("an operator or the end"))
        for below, depth in walk(node):
            if depth > MAX_DEPTH:
                raise _too_deep(below.at)
        return node

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _next(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _is(self, source: str) -> bool:
        return self._now.source == source and self._now.kind in ("sign", "word")

    def _take(self, source: str, expected: str) -> Token:
        if not self._is(source):
            raise self._unexpected(expected)
        return self._next()

    def _unexpected(self, expected: str) -> ExpressionInvalid:
        token = self._now
        if token.kind == "end":
            return refuse(
                "unexpected_end",
                "{line}:{column}: expected {expected}, but the expression ends here.",
                token.at,
                expected=expected,
            )
        return refuse(
            "unexpected",
            "{line}:{column}: expected {expected}, found {found}.",
            token.at,
            expected=expected,
            found=token.shown(),
        )

    def _counted(self, node: Node) -> Node:
        self._made += 1
        if self._made > MAX_NODES:
            raise refuse(
                "too_large",
                "{line}:{column}: the expression has more than {limit} parts.",
                node.at,
                limit=MAX_NODES,
            )
        return node

    def _expression(self, floor: int) -> Node:
        """Read an expression whose operators bind at least as tightly as ``floor``."""
        self._nested += 1
        if self._nested > MAX_NESTING:
            raise _too_deep(self._now.at)
        left = self._operand(floor)
        while (op := self._operator()) and POWERS[op] >= floor:
            left = self._combined(op, left)
        self._nested -= 1
        return left

    def _operator(self) -> str:
        """Return the operator that comes next, without taking it."""
        token = self._now
        if token.kind not in ("sign", "word"):
            return ""
        if token.source == "not":
            after = self._tokens[self._place + 1]
            return "not in" if after.kind == "word" and after.source == "in" else ""
        return token.source if token.source in POWERS else ""

    def _combined(self, op: str, left: Node) -> Node:
        at = self._next().at
        if op == "not in":
            self._next()
        power = POWERS[op]
        if power < NOT:
            operands = [left, self._expression(power + 1)]
            while self._operator() == op:
                self._next()
                operands.append(self._expression(power + 1))
            return self._counted(Logic(op, tuple(operands), at=at))
        node = self._counted(Binary(op, left, self._expression(power + 1), at=at))
        if power == COMPARED and POWERS.get(self._operator()) == COMPARED:
            raise refuse(
                "chained",
                "{line}:{column}: comparisons are not chained; join two of them with and.",
                self._now.at,
            )
        return node

    def _operand(self, floor: int) -> Node:
        token = self._now
        if self._is("not"):
            if floor > NOT:
                raise refuse(
                    "loose_not", "{line}:{column}: put not with what it denies in parentheses.", token.at
                )
            self._next()
            return self._counted(Unary("not", self._expression(NOT), at=token.at))
        if self._is("-"):
            self._next()
            if self._now.kind == "number":
                return self._number(token.at, minus=True)
            return self._counted(Unary("-", self._expression(MINUS), at=token.at))
        return self._atom(token)

    def _number(self, at: Position, *, minus: bool = False) -> Node:
        value = self._next().value
        assert isinstance(value, (int, Decimal))  # what the lexer gives with this kind
        return self._counted(Number(_negative(value) if minus else value, at=at))

    def _atom(self, token: Token) -> Node:
        if token.kind == "number":
            return self._number(token.at)
        if token.kind == "text":
            return self._counted(Text(str(self._next().value), at=token.at))
        if token.kind == "word" and token.source in _WORDS:
            return self._counted(_WORDS[self._next().source](token.at))
        if token.kind == "given":
            self._next()
            return self._counted(Given(token.source[1:], self._dotted(), at=token.at))
        if token.kind == "name":
            return self._named(self._next())
        if self._is("["):
            return self._counted(Items(self._listed(self._next(), "]"), at=token.at))
        if self._is("("):
            self._next()
            inside = self._expression(0)
            self._take(")", Word("an operator or )"))
            return inside
        raise self._unexpected(Word("a value"))

    def _named(self, token: Token) -> Node:
        if self._is("("):
            return self._counted(Call(token.source, self._listed(self._next(), ")"), at=token.at))
        parts = (token.source, *self._dotted())
        if self._is("("):  # a function of a module
            return self._counted(Call(".".join(parts), self._listed(self._next(), ")"), at=token.at))
        return self._counted(Path(parts, at=token.at))

    def _dotted(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self._is("."):
            self._next()
            if self._now.kind != "name":
                raise self._unexpected(Word("a field name"))
            parts.append(self._next().source)
        return tuple(parts)

    def _listed(self, opened: Token, closing: str) -> tuple[Node, ...]:
        """Read what stands between the bracket just taken and its partner; constants of a list are not counted."""
        found: list[Node] = []
        while not self._is(closing):
            if found:
                self._take(",", Word("a comma or {closing}", closing=closing))
            found.append(self._expression(0))
            if len(found) > MAX_ITEMS:
                raise refuse(
                    "long_list",
                    "{line}:{column}: a list has at most {limit} items.",
                    opened.at,
                    limit=MAX_ITEMS,
                )
            if closing == "]" and isinstance(found[-1], (Number, Text)):
                self._made -= 1
        self._next()
        return tuple(found)


def _negative(value: int | Decimal) -> int | Decimal:
    return -value if isinstance(value, int) else value.copy_negate()


def _too_deep(at: Position) -> ExpressionInvalid:
    return refuse(
        "too_deep",
        "{line}:{column}: the expression is nested deeper than {limit} levels.",
        at,
        limit=MAX_DEPTH,
    )
