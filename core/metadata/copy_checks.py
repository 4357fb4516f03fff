"""What must hold of a field that keeps a copy: it names what it was taken from, and nobody can type it or lead it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from core.metadata.findings import Findings
from core.metadata.merge import Merged
from core.metadata.specs import EntitySpec, FieldSpec


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


def check_copies(merged: Merged, entity: EntitySpec, findings: Findings) -> None:
    """Check every field of an entity that says ``copy_of``."""
    for field in entity.fields.values():
        if not field.copy_of:
            continue
        document, at = merged.origin(entity.name, "fields", field.name)
        wrong = _wrong(merged.entities, entity, field)
        if wrong:
            findings.add(document, (*at, "copy_of"), "bad_copy", wrong, name=field.name, way=field.copy_of)


def _wrong(known: Mapping[str, EntitySpec], entity: EntitySpec, field: FieldSpec) -> str:
    """Return what is wrong with a copy; nothing where all is well."""
    by, _, name = field.copy_of.partition(".")
    reference = entity.fields.get(by)
    if reference is None or reference.type != "reference" or not name or "." in name:
        return N_(
            "{way} is not <reference>.<field>: a reference of this entity, and a field of what it refers to."
        )
    if not (field.read_only and reference.read_only) or field.derived:
        return N_(
            "{name} and the reference in {way} must be read_only and not computed: who could change them would read what they may not."
        )
    target = known.get(str(reference.option("to")))
    source = target.fields.get(name) if target is not None else None
    if source is None:
        return N_("{way} leads to no field.")
    if source.type != field.type:
        return N_("{name} is not of the type of {way}.")
    return N_("{name} is a copy of itself, over {way}.") if _goes_round(known, field) else ""


def _goes_round(known: Mapping[str, EntitySpec], field: FieldSpec) -> bool:
    """Tell whether a copy leads back to itself, over copies of copies."""
    seen, at = {(field.entity, field.name)}, copied(known, field)
    while at is not None and (at.entity, at.name) not in seen:
        seen.add((at.entity, at.name))
        at = copied(known, at)
    return at is not None


def copied(known: Mapping[str, EntitySpec], field: FieldSpec) -> FieldSpec | None:
    """Return the field whose values a field keeps; None where it keeps none, or names none."""
    by, _, name = field.copy_of.partition(".")
    here = known.get(field.entity)
    reference = here.fields.get(by) if here is not None and name else None
    target = known.get(str(reference.option("to"))) if reference is not None else None
    return target.fields.get(name) if target is not None else None
