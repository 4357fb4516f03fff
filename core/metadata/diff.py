"""What differs between two catalogs: the entities and fields that a storage plan must follow."""

from __future__ import annotations

from dataclasses import dataclass

from core.metadata.catalog import Catalog
from core.metadata.documents import canonical
from core.metadata.entity_specs import field_shape
from core.metadata.specs import EntitySpec, FieldSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """A field whose shape differs; labels and help do not count."""

    old: FieldSpec
    new: FieldSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityChange:
    """An entity that is in both catalogs and differs in shape."""

    old: EntitySpec
    new: EntitySpec
    added: tuple[FieldSpec, ...] = ()
    removed: tuple[FieldSpec, ...] = ()
    changed: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogDiff:
    """Entities that came, went or changed shape, each sorted by name."""

    added: tuple[EntitySpec, ...] = ()
    removed: tuple[EntitySpec, ...] = ()
    changed: tuple[EntityChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where nothing about storage or expressions differs."""
        return not (self.added or self.removed or self.changed)


def diff(old: Catalog | None, new: Catalog) -> CatalogDiff:
    """Return what differs; without an old catalog everything is new."""
    before = old.entities if old is not None else {}
    both = sorted(before.keys() & new.entities.keys())
    return CatalogDiff(
        added=tuple(new.entities[name] for name in sorted(new.entities.keys() - before.keys())),
        removed=tuple(before[name] for name in sorted(before.keys() - new.entities.keys())),
        changed=tuple(
            entity_change(before[name], new.entities[name])
            for name in both
            if before[name].digest != new.entities[name].digest
        ),
    )


def entity_change(old: EntitySpec, new: EntitySpec) -> EntityChange:
    """Return which fields of an entity came, went or changed shape."""
    both = [name for name in new.fields if name in old.fields]
    return EntityChange(
        old=old,
        new=new,
        added=tuple(f for name, f in new.fields.items() if name not in old.fields),
        removed=tuple(f for name, f in old.fields.items() if name not in new.fields),
        changed=tuple(
            FieldChange(old=old.fields[n], new=new.fields[n])
            for n in both
            if canonical(field_shape(old.fields[n])) != canonical(field_shape(new.fields[n]))
        ),
    )
