"""`ValueField`: a field type as marshmallow sees it, bound to one field by closures (marshmallow 4 has no context)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from core.fields.refusal import FieldRefused, required_problem


class ValueField(fields.Field[Any]):
    """Read and write one value; what is refused is a `Problem`, not a bare sentence."""

    def __init__(
        self,
        name: str,
        read: Callable[[object], object],
        write: Callable[[object], object],
        *,
        required: bool,
        expected: bool,
    ) -> None:
        """Bind the field: ``required`` refuses empty values, ``expected`` refuses a missing one."""
        missing = [required_problem(name)]
        super().__init__(
            required=expected, allow_none=not required, error_messages={"required": missing, "null": missing}
        )
        self._name = name
        self._read = read
        self._write = write
        self._refuses_empty = required

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> object:
        try:
            loaded = self._read(value)
        except FieldRefused as refused:
            raise ValidationError([refused.problem(self._name)]) from None
        if self._refuses_empty and loaded in (None, ()):
            raise ValidationError([required_problem(self._name)])
        return loaded

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> object:
        return self._write(value)
