"""One of several options, or some of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.errors import Problem
from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.context import LoadContext
from core.fields.refusal import FieldRefused, shown, spec_problem
from core.i18n import Style, fold
from core.metadata.catalog import Catalog
from core.metadata.names import FIELD_NAME, nearest
from core.metadata.specs import Choice, FieldSpec, Json

HUES = ("gray", "red", "orange", "amber", "green", "teal", "blue", "violet", "pink")
"""The nine names of the palette; themes decide what they look like."""

_NAMED = 12
"""So many options are named in a refusal; more would bury the sentence."""

_SEPARATORS = re.compile("[,;|\n\u060c\u061b]")


class ChoiceType(FieldType):
    """What both kinds of choice share: the options and how people write them."""

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        if not spec.choices:
            yield spec_problem(
                spec, "no_choices", "{field}: a field of type {type} needs choices.", type=spec.type
            )
        for choice in spec.choices:
            if not FIELD_NAME.fullmatch(choice.name):
                yield spec_problem(
                    spec,
                    "bad_name",
                    "{field}: the choice {choice} must be named in small letters, digits "
                    "and _, beginning with a letter.",
                    choice=shown(choice.name),
                )
            if choice.hue not in HUES:
                yield spec_problem(
                    spec,
                    "unknown_hue",
                    "{field}: the choice {choice} has the hue {hue}; there are: {hues}.",
                    choice=choice.name,
                    hue=shown(choice.hue),
                    hues=HUES,
                )
        names = [choice.name for choice in spec.choices]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield spec_problem(spec, "twice", "{field}: the choice {choice} is there twice.", choice=name)

    def choices_of(self, spec: FieldSpec) -> tuple[str, ...]:
        """Return the names of the options, in their order."""
        return tuple(choice.name for choice in spec.choices)

    def one(self, spec: FieldSpec, value: object) -> str:
        """Return the name of an option, or refuse it with the names that exist."""
        if not isinstance(value, str):
            raise FieldRefused("wrong_type", "Name one of the options, in quotation marks.")
        names = self.choices_of(spec)
        if value in names:
            return value
        raise _unknown(value, names)

    def written(self, spec: FieldSpec, text: str, context: LoadContext) -> str:
        """Return the name of the option that a person wrote by its name or its label, in any spelling."""
        wanted = fold(text)
        for choice in spec.choices:
            if wanted and wanted in (fold(form) for form in _forms(choice, context.style)):
                return choice.name
        labels = tuple(context.reader.label(choice.label) for choice in spec.choices)
        raise _unknown(text, labels)

    def label(self, spec: FieldSpec, name: str, style: Style) -> str:
        """Return the label of an option; options that are gone show their name."""
        return next((style.label(choice.label) for choice in spec.choices if choice.name == name), name)


class ChoiceField(ChoiceType):
    """One of the options that the field declares."""

    name = "choice"
    about = "One of the options that the field declares."
    control = "select"
    groupable = True
    identifying = True

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("choice", choices=self.choices_of(spec))

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.Text()

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        return self.one(spec, value) if value != "" else None

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        return self.written(spec, text, context)

    def from_expression(self, spec: FieldSpec, value: Value) -> Value:
        return value if value in self.choices_of(spec) else None

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return self.label(spec, value, style)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "enum": list(self.choices_of(spec))}


class MultiChoiceField(ChoiceType):
    """Some of the options that the field declares, in the declared order."""

    name = "multi_choice"
    about = "Any number of the options that the field declares."
    control = "chips"
    sortable = False
    derivable = False

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("multi_choice", choices=self.choices_of(spec))

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return postgresql.ARRAY(sa.Text())

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            raise FieldRefused(
                "wrong_type", "Write a list of options, such as {example}.", example='["a", "b"]'
            )
        return self._ordered(spec, {self.one(spec, item) for item in value[:1000]})

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        parts = [part for part in _SEPARATORS.split(text) if part.strip()]
        return self._ordered(spec, {self.written(spec, part, context) for part in parts})

    def _ordered(self, spec: FieldSpec, chosen: set[str]) -> tuple[str, ...] | None:
        return tuple(name for name in self.choices_of(spec) if name in chosen) or None

    def to_column(self, spec: FieldSpec, value: Value) -> object:
        return list(value) or None

    def from_column(self, spec: FieldSpec, cell: Value) -> Value:
        return tuple(cell) or None

    def equal(self, left: Value, right: Value) -> bool:
        return frozenset(left or ()) == frozenset(right or ())

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return list(value)

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return style.joined(tuple(self.label(spec, name, style) for name in value))

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return ",".join(sorted(value)) or None

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {
            "type": "array",
            "items": {"type": "string", "enum": list(self.choices_of(spec))},
            "uniqueItems": True,
        }


def _forms(choice: Choice, style: Style | None) -> Iterable[str]:
    yield choice.name
    if isinstance(choice.label, Mapping):
        yield from choice.label.values()
    else:
        yield choice.label
    if style is not None:
        yield style.label(choice.label)


def _unknown(text: str, names: Sequence[str]) -> FieldRefused:
    offered = tuple(names) if len(names) <= _NAMED else nearest(text, names) or tuple(names[:_NAMED])
    return FieldRefused(
        "unknown_choice",
        "{text} is not one of the options. There are: {choices}.",
        text=shown(text),
        choices=offered,
    )
