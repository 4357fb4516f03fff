"""View models of fields: what a template needs to show one value, or to let a person write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from core.fields import FieldType, FieldTypes, fixed_currency, targets, typed_text
from core.i18n import Style
from core.kernel.values import AnyRef, FileRef, Money, Ref
from core.metadata.specs import Choice, FieldSpec

DIALOG = "d-"
"""Begins the ids of inputs in a dialog: the form under it may have fields of the same names."""


@dataclass(kw_only=True, slots=True)  # not frozen: a form makes dozens, which takes three times as long then
class FieldView:
    """One field on a screen. ``text`` is how it reads, ``raw`` what stands in its input."""

    name: str
    input: str
    id: str
    label: str
    help: str
    control: str
    type: str
    required: bool
    read_only: bool
    value: Any
    text: str
    raw: str
    choices: tuple[tuple[str, str, str], ...] = ()
    retired: frozenset[str] = frozenset()
    """Choices that are not offered; whoever has one keeps it."""
    url: str = ""
    targets: tuple[str, ...] = ()
    unit: str = ""
    own: str | None = None
    """An amount as the ledger holds it, where its reader counts in another unit; empty without an amount."""
    span: bool = False
    errors: tuple[str, ...] = ()
    conditional: bool = False
    """Depends on what is typed elsewhere on the form."""
    hidden: bool = False
    locked: bool = False
    columns: tuple[str, ...] = ()
    rows: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


Same: TypeAlias = "dict[int, tuple[FieldSpec, Mapping[str, Any]]]"
"""What all values of a field have in common, by the identity of its definition."""


class FieldViews:
    """Makes view models in one reader's style; the ids of their inputs begin with ``ids``.

    Where ``today`` is given, days near to it are told in few words. ``same`` is what was worked out for others who
    read in this style.
    """

    def __init__(
        self,
        types: FieldTypes,
        style: Style,
        currency: str,
        *,
        ids: str = "f-",
        today: date | None = None,
        same: Same | None = None,
    ) -> None:
        self.types = types
        self.style = style
        self.currency = currency
        self.ids = ids
        self.today = today
        self._same: Same = {} if same is None else same

    def text(self, spec: FieldSpec, value: Any) -> str:
        """Return how a value reads."""
        return self.types.get(spec.type).show(spec, value, self.style)

    def reads(self, spec: FieldSpec, value: Any) -> str:
        """Return how a value reads here: days near to today in few words."""
        if self.today is not None and isinstance(value, date):
            return self._near(value, "", self.today)
        return self.text(spec, value)

    def cell(self, spec: FieldSpec, value: Any) -> FieldView:
        """Return a value as a list or a read-only form shows it."""
        return self._build(spec, value, None, read_only=True, prefix="", errors=())

    def field(
        self,
        spec: FieldSpec,
        value: Any,
        *,
        raw: str | None = None,
        read_only: bool = False,
        prefix: str = "",
        errors: Sequence[str] = (),
        span: bool = False,
    ) -> FieldView:
        """Return a field of a form; ``raw`` is what the person had typed, kept where it was refused."""
        return self._build(
            spec, value, raw, read_only=read_only, prefix=prefix, errors=tuple(errors), span=span
        )

    def _build(
        self,
        spec: FieldSpec,
        value: Any,
        raw: str | None,
        *,
        read_only: bool,
        prefix: str,
        errors: tuple[str, ...],
        span: bool = False,
    ) -> FieldView:
        kind = self.types.get(spec.type)
        text = kind.show(spec, value, self.style)
        input_name = f"{prefix}{spec.name}"
        return FieldView(
            **self._of_all(spec, kind),
            input=input_name,
            id=f"{self.ids}{input_name}",
            read_only=read_only or spec.read_only or spec.derived or spec.type == "sequence",
            value=value,
            text=text if self.today is None else self._near(value, text, self.today),
            raw=self._raw(kind, spec, value, text) if raw is None else raw,
            unit=self._unit(spec, value),
            own=self.own(spec, value),
            span=span or spec.type in ("long_text", "rich_text", "list"),
            errors=errors,
        )

    def _near(self, value: Any, text: str, today: date) -> str:
        """Return a day or a moment in as few words as tell it today, anything else as it reads."""
        style = self.style
        if isinstance(value, datetime):
            day = style.near_date(style.today(value), today)
            return f"{day}{style.language.list_separator}{style.time(value)}"
        return style.near_date(value, today) if isinstance(value, date) else text

    def _of_all(self, spec: FieldSpec, kind: FieldType) -> Mapping[str, Any]:
        """Return what all values of a field have in common, worked out once."""
        known = self._same.get(id(spec))
        if known is None:
            label = self.style.label
            known = self._same[id(spec)] = (
                spec,  # as long as it is kept nothing else has its id
                {
                    "name": spec.name,
                    "label": label(spec.label),
                    "help": label(spec.help) if spec.help else "",
                    "control": kind.control,
                    "type": spec.type,
                    "required": spec.required,
                    "choices": tuple(self._choice(c) for c in spec.choices),
                    "retired": frozenset(c.name for c in spec.choices if c.hidden),
                    "targets": _targets(spec),
                    "conditional": bool(spec.visible_when or spec.required_when or spec.read_only_when),
                },
            )
        return known[1]

    def _choice(self, choice: Choice) -> tuple[str, str, str]:
        return (choice.name, self.style.label(choice.label), choice.hue)

    def own(self, spec: FieldSpec, value: Any) -> str | None:
        """Return an amount as the ledger holds it; None where that is how the reader counts anyway."""
        if spec.type != "money":
            return None
        amount = value if isinstance(value, Money) else None
        told = self.style.money_own(amount or Money(Decimal(0), fixed_currency(spec) or self.currency))
        return told if amount is not None or told is None else ""

    def _unit(self, spec: FieldSpec, value: Any) -> str:
        if spec.type == "percent":
            return self.style.form.percent
        if spec.type != "money":
            return ""
        currency = value.currency if isinstance(value, Money) else fixed_currency(spec) or self.currency
        return self.style.money_unit_name(currency)

    def _raw(self, kind: FieldType, spec: FieldSpec, value: Any, text: str) -> str:
        """Return what a person would type for this value."""
        if value is None:
            return ""
        match value:
            case Money():
                return self.style.money_digits(value)
            case Ref():
                return value.title or ""
            case AnyRef():
                return value.title or ""
            case FileRef():
                return ""
            case bool():
                return "1" if value else ""
            case tuple():
                return ""
        if spec.type == "choice":
            return str(value)
        if spec.type == "percent":
            return self.style.number(value)
        if spec.type == "rich_text":
            return typed_text(value)
        return text


def _targets(spec: FieldSpec) -> tuple[str, ...]:
    if spec.type == "reference_any":
        return targets(spec)
    if spec.type in ("reference", "links"):
        return (str(spec.option("to")),)
    return ()
