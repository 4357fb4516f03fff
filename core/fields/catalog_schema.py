"""`CatalogSchema`: the fields of a catalog as the expression checker asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.expressions import ExpressionFunction
from core.expressions.types import Type
from core.fields.base import FieldType
from core.metadata.catalog import Catalog

NONE: Mapping[str, ExpressionFunction] = MappingProxyType({})


class CatalogSchema:
    """Answers `core.expressions.Schema` from a catalog and the field types; fields of unknown type do not exist."""

    def __init__(
        self,
        catalog: Catalog,
        types: Mapping[str, FieldType],
        functions: Mapping[str, ExpressionFunction] = NONE,
    ) -> None:
        self._catalog = catalog
        self._types = types
        self._functions = functions

    def type_of(self, entity: str, name: str) -> Type | None:
        """Return what a field is in expressions, or None where there is no such field."""
        owner = self._catalog.entities.get(entity)
        spec = owner.fields.get(name) if owner else None
        kind = self._types.get(spec.type) if spec else None
        return kind.expression_type(spec) if kind and spec else None

    def names(self, entity: str) -> Iterable[str]:
        """Return the names of the fields of an entity."""
        owner = self._catalog.entities.get(entity)
        return owner.fields if owner else ()

    @property
    def functions(self) -> Mapping[str, ExpressionFunction]:
        """The functions that modules bring, by name."""
        return self._functions
