"""The kinds of value in documents, as marshmallow fields that refuse with our sentences and know their JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from marshmallow import INCLUDE, Schema, ValidationError, fields, validates_schema

from core.errors import Param, Problem
from core.metadata.names import nearest
from core.metadata.specs import Json


def refusal(code: str, message: str, **params: Param) -> ValidationError:
    """Return the error for one problem; its place follows from where it is raised."""
    return ValidationError([Problem(code=code, message=message, params=params)])


_OURS: Mapping[str, Any] = {
    "required": [Problem(code="missing", message="This is missing.")],
    "null": [Problem(code="empty", message="Write a value, or leave the key out.")],
}
"""Our sentences in place of marshmallow's."""


class Key(fields.Field[Any]):
    """A key of a form; ``about`` is its one sentence for editors and for the reference.

    ``key`` is how it is written, where Python keeps that word for itself.
    """

    def __init__(self, about: str = "", *, required: bool = False, key: str | None = None) -> None:
        super().__init__(required=required, data_key=key)
        self.error_messages = {**self.error_messages, **_OURS}
        self.about = about

    def json_schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the value."""
        raise NotImplementedError

    def described(self) -> dict[str, Json]:
        """Return the JSON Schema with the sentence."""
        return {**({"description": self.about} if self.about else {}), **self.json_schema()}


class Text(Key):
    """A text; ``choices`` or ``pattern`` narrow it."""

    def __init__(
        self,
        about: str = "",
        *,
        required: bool = False,
        key: str | None = None,
        choices: Sequence[str] = (),
        pattern: str = "",
        example: str = "",
    ) -> None:
        super().__init__(about, required=required, key=key)
        self.choices = tuple(choices)
        self.pattern = pattern
        self.example = example

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise refusal(
                "wrong_type", "Write a text here; put it in quotes if it looks like something else."
            )
        if self.choices and value not in self.choices:
            raise refusal(
                "unknown_value",
                "{value} is not known here. There are: {known}.",
                value=value[:80],
                known=self.choices,
            )
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise refusal(
                "bad_name",
                "{value} does not look as it must, such as {example}.",
                value=value[:80],
                example=self.example,
            )
        return value

    def json_schema(self) -> dict[str, Json]:
        schema: dict[str, Json] = {"type": "string"}
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        return schema


class LabelText(Key):
    """Text for people: English source text, or at the site a text for each language."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        by_language = (
            isinstance(value, Mapping)
            and value
            and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())
        )
        if not (by_language or (isinstance(value, str) and value.strip())):
            raise refusal("wrong_type", "Write a text here, or one for each language.")
        return value

    def json_schema(self) -> dict[str, Json]:
        return {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
            ]
        }


class Flag(Key):
    """Yes or no, written ``true`` or ``false``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise refusal("wrong_type", "Write true or false here.")
        return value

    def json_schema(self) -> dict[str, Json]:
        return {"type": "boolean"}


class Whole(Key):
    """A whole number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise refusal("wrong_type", "Write a whole number here.")
        return value

    def json_schema(self) -> dict[str, Json]:
        return {"type": "integer"}


class Anything(Key):
    """Whatever the field type understands."""

    def __init__(self, about: str = "") -> None:
        super().__init__(about)
        self.allow_none = True

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value

    def json_schema(self) -> dict[str, Json]:
        return {}


class Items(Key):
    """A list; ``adds`` allows ``{list_add: […]}`` as well."""

    def __init__(
        self,
        inner: Key,
        about: str = "",
        *,
        required: bool = False,
        key: str | None = None,
        adds: bool = False,
    ) -> None:
        super().__init__(about, required=required, key=key)
        self.inner = inner
        self.adds = adds

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if self.adds and isinstance(value, Mapping) and set(value) == {"list_add"}:
            errors = _errors_of(self.inner, enumerate(_listed(value["list_add"])))
            if errors:
                raise ValidationError({"list_add": errors})
            return value
        errors = _errors_of(self.inner, enumerate(_listed(value)))
        if errors:
            raise ValidationError(errors)
        return value

    def json_schema(self) -> dict[str, Json]:
        plain: dict[str, Json] = {"type": "array", "items": self.inner.json_schema()}
        if not self.adds:
            return plain
        adding: dict[str, Json] = {
            "type": "object",
            "properties": {"list_add": plain},
            "required": ["list_add"],
            "additionalProperties": False,
        }
        return {"anyOf": [plain, adding]}


class Map(Key):
    """Names with a value each."""

    def __init__(self, inner: Key, about: str = "", *, key: str | None = None) -> None:
        super().__init__(about, key=key)
        self.inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise refusal("wrong_type", "Write names with a value each here.")
        errors = _errors_of(self.inner, value.items())
        if errors:
            raise ValidationError(errors)
        return value

    def json_schema(self) -> dict[str, Json]:
        return {"type": "object", "additionalProperties": self.inner.json_schema()}


class Either(Key):
    """A text, or something longer where a text is not enough."""

    def __init__(self, short: Key, long: Key, about: str = "") -> None:
        super().__init__(about)
        self.short = short
        self.long = long

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return (self.short if isinstance(value, str) else self.long).deserialize(value)

    def json_schema(self) -> dict[str, Json]:
        return {"anyOf": [self.short.json_schema(), self.long.json_schema()]}


class Part(Key):
    """A form within a form."""

    def __init__(self, form: type[Form], about: str = "", *, key: str | None = None) -> None:
        super().__init__(about, key=key)
        self.form = form()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise refusal("wrong_type", "Write here: {known}.", known=tuple(self.form.keys))
        self.form.load(value)
        return value

    def json_schema(self) -> dict[str, Json]:
        return self.form.json_schema()


class Form(Schema):
    """Keys with their kinds of value. Unknown keys are refused with the nearest; ``open`` forms let most pass."""

    class Meta:
        """Unknown keys are kept for our own check."""

        unknown = INCLUDE

    open: ClassVar[bool] = False
    """True where a field type or a kind of view has keys of its own; those near a known key are still refused."""

    @property
    def keys(self) -> dict[str, Key]:
        """The keys as they are written."""
        return {key.data_key or name: key for name, key in self.fields.items() if isinstance(key, Key)}

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown(self, _data: object, written: Mapping[str, Any], **kwargs: Any) -> None:
        known, errors = self.keys, {}
        for name in written:
            if name in known:
                continue
            near = nearest(name, known)  # dear, so for what is not known only
            if self.open and not _is_slip(name, near):
                continue
            errors[name] = [
                Problem(
                    code="unknown_key",
                    message="There is no key {name} here. Perhaps: {nearest}.",
                    params={"name": name[:80], "nearest": near or tuple(sorted(known))},
                )
            ]
        if errors:
            raise ValidationError(errors)

    def json_schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the form."""
        known = self.keys
        schema: dict[str, Json] = {
            "type": "object",
            "properties": {n: k.described() for n, k in known.items()},
        }
        required: list[Json] = [name for name, key in known.items() if key.required]
        if required:
            schema["required"] = required
        if not self.open:
            schema["additionalProperties"] = False
        return schema


def _is_slip(name: str, near: Sequence[str]) -> bool:
    """Tell whether an unknown key is one slip of the fingers away from a known one."""
    return any(
        abs(len(name) - len(known)) <= 1 and _distance(name, known) <= (2 if len(name) > 4 else 1)
        for known in near
    )


def _distance(left: str, right: str) -> int:
    """Return how many letters must be put in, left out or changed to make one of the other."""
    above = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        here = [row]
        for column, other in enumerate(right, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != other)))
        above = here
    return above[-1]


def _listed(value: Any) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise refusal("wrong_type", "Write a list here.")
    return value


def _errors_of(inner: Key, pairs: Any) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for name, value in pairs:
        try:
            inner.deserialize(value)
        except ValidationError as error:
            errors[str(name)] = error.messages
    return errors
