"""The syntax tree: what was written, with its place, before anybody asked what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class Position(NamedTuple):
    """Line and column, 1-based; zeros mean that nobody wrote it."""

    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything that can be written; positions take no part in equality."""

    at: Position = field(default=Position(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number, exactly as written."""

    value: int | Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A text in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Null(Node):
    """``null``, the empty value."""


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A field, or a field behind references: ``account.tier.name``."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given(Node):
    """A constant of the evaluation, ``$user``, or a path on the record before the change, ``$old.state``."""

    name: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list of constants: ``['new', 'open']``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``not x`` or ``-x``."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """A comparison (also ``in`` and ``not in``) or a step of arithmetic."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and`` or ``or`` between two operands or more."""

    op: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function from the closed list, with its arguments."""

    name: str
    args: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below ``node``."""
    match node:
        case Items(items=below) | Logic(operands=below) | Call(args=below):
            return below
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Yield every node with its depth (1 for the root), without recursion."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting.extend((child, depth + 1) for child in children(current))


def and_all(nodes: Iterable[Node]) -> Node:
    """Return the tree that holds where all of ``nodes`` hold; nothing given always holds."""
    return _join("and", tuple(nodes), Flag(True))


def or_all(nodes: Iterable[Node]) -> Node:
    """Return the tree that holds where one of ``nodes`` holds; nothing given never holds."""
    return _join("or", tuple(nodes), Flag(False))


def not_(node: Node) -> Node:
    """Return the tree that holds exactly where ``node`` does not."""
    return node.operand if isinstance(node, Unary) and node.op == "not" else Unary("not", node)


def _join(op: str, nodes: tuple[Node, ...], nothing: Node) -> Node:
    return Logic(op, nodes) if len(nodes) > 1 else nodes[0] if nodes else nothing
