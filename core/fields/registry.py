"""`FieldTypes`: all kinds of field a site knows, the core's own and those of modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.errors import MetadataConflict, MetadataInvalid, Problem
from core.expressions import Functions
from core.expressions.types import Type
from core.fields.addresses import EmailField, PhoneField, UrlField
from core.fields.base import ColumnSpec, FieldType
from core.fields.booleans import BooleanField
from core.fields.catalog_schema import CatalogSchema
from core.fields.choices import ChoiceField, MultiChoiceField
from core.fields.derivations import check_circles, check_expressions
from core.fields.derived import check_derived
from core.fields.files import FileField, ImageField
from core.fields.lists import LinksField, ListField
from core.fields.money import MoneyField
from core.fields.numbers import DecimalField, IntegerField
from core.fields.percents import PercentField
from core.fields.physical import check_physical
from core.fields.references import ReferenceAnyField, ReferenceField
from core.fields.refusal import spec_problem
from core.fields.rich_text import RichTextField
from core.fields.sequences import SequenceField
from core.fields.text import LongTextField, TextField
from core.fields.times import DateField, DateTimeField
from core.metadata.catalog import Catalog
from core.metadata.names import nearest
from core.metadata.specs import FieldSpec


def standard_types() -> tuple[FieldType, ...]:
    """Return the kinds of field that the core brings."""
    return (
        TextField(),
        LongTextField(),
        RichTextField(),
        IntegerField(),
        DecimalField(),
        PercentField(),
        MoneyField(),
        BooleanField(),
        DateField(),
        DateTimeField(),
        ChoiceField(),
        MultiChoiceField(),
        ReferenceField(),
        ReferenceAnyField(),
        ListField(),
        LinksField(),
        EmailField(),
        PhoneField(),
        UrlField(),
        FileField(),
        ImageField(),
        SequenceField(),
    )


class FieldTypes:
    """The kinds of field by name, and the functions of expressions; modules add theirs by hook."""

    def __init__(self, extra: Iterable[FieldType] = ()) -> None:
        self.functions = Functions()
        self.fill(extra)

    def fill(self, extra: Iterable[FieldType] = ()) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self._types: dict[str, FieldType] = {kind.name: kind for kind in standard_types()}
        for kind in extra:
            self.register(kind)

    def register(self, kind: FieldType) -> None:
        """Add a kind of field; a name that is taken stops the compile."""
        taken = self._types.get(kind.name)
        if taken is not None and type(taken) is not type(kind):
            raise MetadataConflict(
                "There are two field types named {name}.", code="field_type_taken", name=kind.name
            )
        self._types[kind.name] = kind

    def get(self, name: str) -> FieldType:
        """Return the kind of this name, or raise `MetadataInvalid` with the nearest names."""
        try:
            return self._types[name]
        except KeyError:
            raise MetadataInvalid(
                "There is no field type {name}. Perhaps: {nearest}.",
                code="unknown_type",
                name=name[:80],
                nearest=nearest(name, self._types) or self.names,
            ) from None

    def find(self, name: str) -> FieldType | None:
        """Return the kind of this name, or None."""
        return self._types.get(name)

    def __iter__(self) -> Iterator[FieldType]:
        return iter(self._types.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all kinds."""
        return tuple(self._types)

    def as_mapping(self) -> Mapping[str, FieldType]:
        """Return all kinds by name."""
        return dict(self._types)

    def schema(self, catalog: Catalog) -> CatalogSchema:
        """Return the fields of ``catalog`` as expressions see them."""
        return CatalogSchema(catalog, self._types, self.functions.as_mapping())

    def expression_type(self, spec: FieldSpec) -> Type:
        """Return what a field is in expressions."""
        return self.get(spec.type).expression_type(spec)

    def columns(self, spec: FieldSpec) -> tuple[ColumnSpec, ...]:
        """Return the columns of a field."""
        return self.get(spec.type).columns(spec)

    def check(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        """Check the definition of one field; name everything that is wrong."""
        kind = self._types.get(spec.type)
        if kind is None:
            close = nearest(spec.type, self._types) or self.names
            yield spec_problem(
                spec,
                "unknown_type",
                "{field}: there is no field type {type}. Perhaps: {nearest}.",
                type=spec.type[:80],
                nearest=close,
            )
            return
        yield from kind.check(spec, catalog)
        if spec.derived:
            problems = tuple(check_derived(spec, kind, catalog, self._types))
            yield from problems or check_expressions(spec, kind, self.schema(catalog))

    def check_catalog(self, catalog: Catalog) -> Iterable[Problem]:
        """Check all fields of all entities, and that their columns have room beside one another (a `Checker`)."""
        for entity in catalog.entities.values():
            wrong = [
                p for spec in entity.fields.values() if not spec.system for p in self.check(spec, catalog)
            ]
            yield from wrong or check_physical(entity, self._types)
        yield from check_circles(catalog, self._types, self.schema(catalog))
