"""The options a field type understands: one table that drives the check, the editor's schema and the docs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import Problem
from core.fields.refusal import spec_problem
from core.metadata.names import ENTITY_NAME, FIELD_NAME, nearest
from core.metadata.specs import FieldSpec, Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One option of a field type.

    ``kind`` is text, integer, number, boolean, entity, entities, field, condition (an expression on the record) or
    labelled (true, or a mapping with a label); ``choices`` bounds a text, ``least`` and ``most`` bound an integer. Of
    entities there may be none, where others join.
    """

    name: str
    kind: str
    about: str
    required: bool = False
    default: Json = None
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None

    def accepts(self, value: Json) -> bool:
        """Tell whether a written value fits."""
        match self.kind:
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return _is_integer(value) and self._is_within(value)
            case "number":
                return _is_integer(value) or isinstance(value, float)
            case "entities":
                return _is_names(value)
            case "labelled":
                return isinstance(value, bool) or (isinstance(value, Mapping) and set(value) == {"label"})
            case "entity":
                return isinstance(value, str) and ENTITY_NAME.fullmatch(value) is not None
            case "field":
                return isinstance(value, str) and FIELD_NAME.fullmatch(value) is not None
            case _:
                return isinstance(value, str) and value != "" and (not self.choices or value in self.choices)

    def _is_within(self, value: Json) -> bool:
        assert isinstance(value, int)
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def wanted(self) -> str:
        """Say what may be written, for an error sentence."""
        match self.kind:
            case "integer" if self.least is not None and self.most is not None:
                return f"a whole number from {self.least} to {self.most}"
            case "integer":
                return "a whole number"
            case "number":
                return "a number"
            case "boolean":
                return "true or false"
            case "entity":
                return "the name of an entity"
            case "entities":
                return "a list of names of entities"
            case "field":
                return "the name of a field"
            case "condition":
                return "a condition"
            case "labelled":
                return "true, or a label"
            case _:
                return " | ".join(self.choices) or "text"

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the option, for editors."""
        schema: dict[str, Json] = {"description": self.about}
        match self.kind:
            case "entities":
                schema |= {"type": "array", "items": {"type": "string"}}
            case "labelled":
                labelled: dict[str, Json] = {
                    "type": "object",
                    "properties": {"label": {}},
                    "required": ["label"],
                }
                schema["anyOf"] = [{"type": "boolean"}, labelled]
            case "integer" | "number" | "boolean":
                schema["type"] = self.kind
            case _:
                schema["type"] = "string"
        schema |= {} if self.least is None else {"minimum": self.least}
        schema |= {} if self.most is None else {"maximum": self.most}
        schema |= {"enum": list(self.choices)} if self.choices else {}
        schema |= {} if self.default is None else {"default": self.default}
        return schema


def table(*options: Option) -> Mapping[str, Option]:
    """Return options by name."""
    return {option.name: option for option in options}


def check_options(spec: FieldSpec, options: Mapping[str, Option]) -> Iterable[Problem]:
    """Check the written options of a field against those its type understands."""
    for name, value in spec.options.items():
        option = options.get(name)
        if option is None:
            yield _unknown(spec, name, options)
        elif value is not None and not option.accepts(value):
            yield spec_problem(
                spec,
                "wrong_option",
                "{field}: the option {option} must be {wanted}.",
                option=name,
                wanted=option.wanted,
            )
    for option in options.values():
        if option.required and spec.options.get(option.name) is None:
            yield spec_problem(
                spec,
                "missing_option",
                "{field}: a field of type {type} needs the option {option}: {about}",
                type=spec.type,
                option=option.name,
                about=option.about,
            )


def _unknown(spec: FieldSpec, name: str, options: Mapping[str, Option]) -> Problem:
    close = nearest(name, options) or tuple(sorted(options))
    if not close:
        return spec_problem(
            spec,
            "unknown_option",
            "{field}: the type {type} has no option {option}; it has none at all.",
            type=spec.type,
            option=name,
        )
    return spec_problem(
        spec,
        "unknown_option",
        "{field}: the type {type} has no option {option}. Perhaps: {nearest}.",
        type=spec.type,
        option=name,
        nearest=close,
    )


def options_schema(options: Mapping[str, Option]) -> dict[str, Json]:
    """Return the JSON Schema properties of a type's options."""
    return {name: option.schema() for name, option in options.items()}


def _is_integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_names(value: Json) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(v, str) and ENTITY_NAME.fullmatch(v) is not None for v in value)
    )
