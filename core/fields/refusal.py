"""`FieldRefused`: why one value is not acceptable, in a sentence for the person who entered it."""

from __future__ import annotations

import re

from core.errors import Param, PayvandError, Problem
from core.metadata.specs import FieldSpec

_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class FieldRefused(PayvandError):
    """A value cannot be stored in its field; ``code`` names the reason, the sentence says what to enter."""

    status, message = 422, "This value is not acceptable."

    def __init__(self, code: str, message: str, **params: Param) -> None:
        super().__init__(message, code=code, problems=(), **params)
        # The class says "error" for the whole tree; here each refusal has a reason of its own.
        self.__dict__["code"] = code

    def problem(self, field: str) -> Problem:
        """Return the refusal as a problem of ``field``."""
        return Problem(code=self.reason, message=self.message, params=self.params, field=field)


def shown(text: str, limit: int = 60) -> str:
    """Return entered text in a form that is safe to repeat in an answer: short and printable."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", cut)


def spec_problem(spec: FieldSpec, code: str, message: str, **params: Param) -> Problem:
    """Return a problem of the definition of a field; ``{field}`` in the sentence is ``entity.field``."""
    named: dict[str, Param] = {"field": f"{spec.entity}.{spec.name}", **params}
    return Problem(code=code, message=message, params=named, field=spec.name, place=spec.place)


def required_problem(field: str) -> Problem:
    """Return the problem of an empty field that must have a value."""
    return Problem(code="required", message="This value is required.", field=field)
