"""Filters of readers: an expression over what this reader may know, with its constants taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import BadRequest
from core.expressions import Checked, ExpressionFunction, Node, Schema, Type, check, parse
from core.expressions.binding import parameters
from core.expressions.nodes import Binary, Call, Path, walk
from core.expressions.shapes import parametrize, shape_key
from core.expressions.types import BOOLEAN
from core.fields import FieldTypes
from core.records.query import MAX_CONDITIONS
from core.records.scopes import Eyes

MAX_FOLLOWED = 5
"""So many other records a filter may look at (each is a join)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A condition without its constants: those of equal ``key`` share one statement."""

    shape: Checked
    key: object
    given: Mapping[str, object]


class ReaderSchema:
    """What a reader may name: an unreadable field is as unknown as one that does not exist."""

    def __init__(self, eyes: Eyes, schema: Schema, types: FieldTypes) -> None:
        self._eyes = eyes
        self._schema = schema
        self._types = types

    def type_of(self, entity: str, name: str) -> Type | None:
        """Return the type of a readable field that can be compared."""
        spec = self._eyes.catalog.entities.get(entity)
        field = spec.fields.get(name) if spec else None
        if field is None or name not in self._eyes.fields(entity).readable:
            return None
        if not field.system and not self._types.get(field.type).filterable:
            return None
        return self._schema.type_of(entity, name)

    def names(self, entity: str) -> Iterable[str]:
        """Return the names of readable fields."""
        return self._eyes.fields(entity).readable

    @property
    def functions(self) -> Mapping[str, ExpressionFunction]:
        """The functions that modules bring, by name."""
        return self._schema.functions


def read_filter(text: str, entity: str, schema: Schema) -> Filter:
    """Parse and check a filter; raise `BadRequest` in the words of the expressions room."""
    node = parse(text)
    _bound(node)
    shape, values = parametrize(check(node, schema, entity, BOOLEAN, old=False, sql=True))
    return Filter(shape=shape, key=shape_key(shape), given=parameters(values))


def _bound(node: Node) -> None:
    """Refuse filters that ask for more than a page is worth."""
    conditions = 0
    followed: set[tuple[str, ...]] = set()
    for one, _depth in walk(node):
        conditions += isinstance(one, Binary | Call)
        if isinstance(one, Path):
            followed |= {one.parts[:i] for i in range(1, len(one.parts))}
    if conditions > MAX_CONDITIONS:
        raise BadRequest(
            "A filter has at most {maximum} conditions.", code="too_many", maximum=MAX_CONDITIONS
        )
    if len(followed) > MAX_FOLLOWED:
        raise BadRequest(
            "A filter looks at most at {maximum} other records.", code="too_many", maximum=MAX_FOLLOWED
        )
