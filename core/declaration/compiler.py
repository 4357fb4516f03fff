"""`Compiler`: documents of the enabled modules and of the site → a catalog, with every room's checkers."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from core.declaration.expression_checks import expression_checker
from core.errors import Problem
from core.fields import FieldTypes
from core.metadata.build import Built, Checker, build
from core.metadata.catalog import Catalog
from core.metadata.documents import Behaviour, Document
from core.metadata.generated import generated_view
from core.metadata.merge import DefaultView
from core.metadata.specs import ModuleSpec


class Compiler:
    """Hands the checkers of field types and expressions, and those of rooms above, to `metadata.build`.

    ``behaviours`` and ``field_types`` are asked at each compile, because they follow the enabled modules; ``names``
    are what the checkers of rooms above look names up in.
    """

    def __init__(
        self,
        field_types: FieldTypes,
        *,
        behaviours: Callable[[], Iterable[Behaviour]] = tuple,
        checkers: Iterable[Checker] = (),
        default_view: DefaultView = generated_view,
        names: Callable[[], object] = tuple,
    ) -> None:
        self._field_types = field_types
        self._behaviours = behaviours
        self._checkers = tuple(checkers)
        self._default_view = default_view
        self._names = names

    def basis(self) -> object:
        """Return what a catalog depends on besides its documents and modules: equal where catalogs must be equal."""
        kinds = {name: type(kind) for name, kind in self._field_types.as_mapping().items()}
        return tuple(self._behaviours()), kinds, self._names()

    def compile(
        self,
        documents: Iterable[Document],
        modules: Iterable[ModuleSpec],
        version: int = 0,
        strict: bool = True,
        *,
        may_sleep: Container[str] = (),
    ) -> Built:
        """Return the catalog of these documents; see `core.metadata.build.build`."""
        return build(
            documents,
            modules,
            self._behaviours(),
            self.checkers,
            version,
            strict=strict,
            may_sleep=may_sleep,
            default_view=self._default_view,
        )

    @property
    def checkers(self) -> tuple[Checker, ...]:
        """All checkers, in the order in which they are asked."""
        return (self._check_fields, expression_checker(self._field_types.schema), *self._checkers)

    def _check_fields(self, catalog: Catalog) -> Iterable[Problem]:
        return self._field_types.check_catalog(catalog)
