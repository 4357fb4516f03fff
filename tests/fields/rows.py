"""The shape of a row of the contract: everything that is expected of one kind of field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.fields import FieldType, FieldTypes, LoadContext
from core.metadata.catalog import Catalog
from core.metadata.specs import Choice, EntitySpec, FieldSpec
from tests.fields.readers import READERS

TYPES = FieldTypes()
CONTEXT = LoadContext(currency="IRR", region="IR", area_code="021")
CONTEXTS = {code: replace(CONTEXT, style=style) for code, style in READERS.items()}

CHOICES = (
    Choice(name="new", label="New", hue="blue"),
    Choice(name="old", label={"en": "Aged", "fa": "قديمي"}, hue="gray"),
    Choice(name="lost", label="Lost deal", hue="red"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one kind of field must do; texts are ``(reader, …)``, refusals are codes."""

    type: str
    spec: Mapping[str, object] = field(default_factory=dict)
    values: tuple[object, ...]
    good: tuple[tuple[object, object], ...] = ()
    bad: tuple[tuple[object, str], ...]
    wire: tuple[tuple[object, object], ...]
    typed: tuple[tuple[str, object, object], ...]
    typed_bad: tuple[tuple[str, object, str], ...] = ()
    same: tuple[tuple[object, object], ...] = ()
    different: tuple[tuple[object, object], ...] = ()
    shown: tuple[tuple[str, object, str], ...]
    exported: tuple[tuple[str, object, object], ...]
    control: str
    returns: bool = True
    """Whether what was exported can be imported again."""

    @property
    def kind(self) -> FieldType:
        return TYPES.get(self.type)

    def make(self, **more: object) -> FieldSpec:
        """Return the field of this row, for column ``f`` of ``m.thing``."""
        return make(self.type, **{**self.spec, **more})


def make(kind: str, *, name: str = "f", entity: str = "m.thing", **more: object) -> FieldSpec:
    """Return a field spec."""
    return FieldSpec(name=name, entity=entity, type=kind, label=name, **more)


def entity(name: str, *fields: FieldSpec) -> EntitySpec:
    """Return an entity with these fields."""
    return EntitySpec(
        name=name,
        label=name,
        plural=name,
        title=fields[0].name if fields else "id",
        owner=name.partition(".")[0],
        fields={f.name: f for f in fields},
    )


def catalog(*entities: EntitySpec) -> Catalog:
    """Return a catalog of these entities."""
    return Catalog(version=1, entities={e.name: e for e in entities})
