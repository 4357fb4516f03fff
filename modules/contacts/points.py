"""Ways to reach somebody: each kind in the one spelling by which equal ones are known."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import FieldRefused, UnitOfWork, ValidationFailed, fold, read_value

NUMBERS = frozenset({"mobile", "phone", "fax", "whatsapp"})
"""Kinds that are phone numbers."""

READ_AS = {"email": "email", "url": "url"}
"""Kinds that are read as a type of field."""


def normal_point(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object] | None:
    """Return the normal form of a contact point, or refuse what cannot be one of its kind."""
    kind, value = values.get("kind"), values.get("value")
    if not isinstance(kind, str) or not isinstance(value, str):
        return None
    try:
        normal = _normal(kind, value, uow)
    except FieldRefused as refused:
        raise ValidationFailed(problems=[refused.problem("value")]) from refused
    return {"normal": normal, "number": normal if kind in NUMBERS else None}


def _normal(kind: str, value: str, uow: UnitOfWork) -> object:
    if kind in NUMBERS:
        return read_value(uow, "phone", value, allow_short=kind == "phone")
    if kind in READ_AS:
        return read_value(uow, READ_AS[kind], value)
    return fold(value.strip().removeprefix("@")) or value
