"""How constants travel to SQL: the type each is bound with, and the names of the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

import sqlalchemy as sa

from core.expressions.checked import Checked
from core.expressions.limits import MAX_BIGINT
from core.expressions.terms import Constant, EnvValue, Param, Value
from core.expressions.types import Type
from core.expressions.views import Env, Sql

SqlType: TypeAlias = sa.types.TypeEngine[Any]

_FORMS: Mapping[str, SqlType] = MappingProxyType(
    {
        "integer": sa.BigInteger(),
        "number": sa.Numeric(),
        "text": sa.Text(),
        "date": sa.Date(),
        "datetime": sa.TIMESTAMP(timezone=True),
        "boolean": sa.Boolean(),
    }
)
_FORM_OF: Mapping[str, str] = MappingProxyType(
    {
        "reference": "integer",
        "choice": "text",
        "money": "number",
        "ids": "integer",
        "list": "integer",
        "reference_any": "integer",
        "file": "integer",
        "rich_text": "text",
        "multi_choice": "text",
    }
)
_ENV: Mapping[str, SqlType] = MappingProxyType(
    {
        "user": sa.BigInteger(),
        "team": sa.BigInteger(),
        "teams": sa.ARRAY(sa.BigInteger()),
        "teams_below": sa.ARRAY(sa.BigInteger()),
        "now": sa.TIMESTAMP(timezone=True),
        "today": sa.Date(),
    }
)


def form_of(type_: Type, value: Constant) -> str:
    """Return the form a constant is bound in; whole numbers are bound as such, so that indexes serve them."""
    if isinstance(value, tuple):
        return _form(type_, value) + "[]"
    return _form(type_, (value,))


def _form(type_: Type, values: Iterable[Constant]) -> str:
    if type_.kind == "number":
        return "integer" if all(isinstance(v, int) and abs(v) <= MAX_BIGINT for v in values) else "number"
    return _FORM_OF.get(type_.kind, type_.kind)


def bindable(form: str, value: Constant) -> object:
    """Return a constant as the driver takes it; a list of numbers is of one type, or PostgreSQL would round some."""
    if isinstance(value, tuple):
        return [bindable(form.removesuffix("[]"), one) for one in value]
    if form == "number" and isinstance(value, int):
        return Decimal(value)
    return value


def sql_type(form: str) -> SqlType:
    """Return the SQL type of a form."""
    return sa.ARRAY(_FORMS[form[:-2]]) if form.endswith("[]") else _FORMS[form]


def null_of(type_: Type) -> Sql:
    """Return the empty value of a type."""
    return sa.cast(sa.null(), _FORMS[_FORM_OF.get(type_.kind, type_.kind)])


def bound(term: Value | Param) -> Sql:
    """Return a constant as a parameter: anonymous where it still has its value, ``p0``, ``p1`` … where it was taken out."""
    if isinstance(term, Param):
        return sa.bindparam(f"p{term.index}", type_=sql_type(term.form))
    form = form_of(term.type, term.value)
    return sa.bindparam(None, bindable(form, term.value), type_=sql_type(form), unique=True)


def env_bound(term: EnvValue) -> Sql:
    """Return a constant of the evaluation as a parameter, ``env_user`` for ``$user``."""
    return sa.bindparam(f"env_{term.name}", type_=_ENV[term.name])


def like_pattern(needle: str) -> str:
    """Return the LIKE pattern that finds ``needle`` anywhere."""
    for special in ("\\", "%", "_"):
        needle = needle.replace(special, "\\" + special)
    return f"%{needle}%"


def env_parameters(checked: Checked, env: Env) -> dict[str, object]:
    """Return the parameters for the constants of the evaluation that the expression reads."""
    found: dict[str, object] = {}
    for name in checked.env - {"old"}:
        value: int | tuple[int, ...] | date | datetime | None = getattr(env, name)
        found[f"env_{name}"] = list(value) if isinstance(value, tuple) else value
    return found


def parameters(values: Iterable[object], first: int = 0) -> dict[str, object]:
    """Return the parameters for the values that `parametrize` took out."""
    return {f"p{index}": value for index, value in enumerate(values, first)}
