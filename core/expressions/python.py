"""The Python reading: a checked expression becomes closures, made once and called for each record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.expressions import exact
from core.expressions.checked import Checked
from core.expressions.python_compare import comparison
from core.expressions.python_values import (
    FUNCTIONS,
    NORMAL,
    PREDICATES,
    STEPS,
    Reading,
    aggregated,
    field_value,
    joined,
    picked,
    record,
)
from core.expressions.terms import (
    DRAWN,
    Aggregate,
    Arithmetic,
    Brought,
    Choose,
    Compare,
    Empty,
    EnvValue,
    Field,
    First,
    Folded,
    Function,
    Holds,
    Linked,
    Logic,
    Member,
    Not,
    Refers,
    Round,
    Term,
    Value,
)
from core.expressions.views import Env, View
from core.i18n.folding import fold
from core.kernel.values import Money


def compile_python(checked: Checked) -> Reading:
    """Return ``read(view, env)``: True or False for conditions, else the value, None where it is empty."""
    if checked.type.kind == "boolean":
        return condition(checked.term)
    read = value(checked.term)
    if checked.type.kind in ("number", "money"):
        bound: Callable[[Any], Any] = exact.bounded if checked.type.kind == "number" else exact.bounded_money
        return lambda view, env: bound(read(view, env))
    return read


def condition(term: Term) -> Reading:
    """Return the reading of a boolean term where only True counts."""
    make = _CONDITIONS.get(type(term))
    if make is not None:
        made: Reading = make(term)
        return made
    if isinstance(term, Field) and not term.path and not term.old:
        name = term.name
        return lambda view, _env: view.value(name) is True
    read = value(term)
    return lambda view, env: read(view, env) is True


def value(term: Term) -> Reading:
    """Return the reading of any term."""
    make = _VALUES.get(type(term)) or _CONDITIONS[type(term)]
    made: Reading = make(term)
    return made


def _empty(term: Empty) -> Reading:
    operand = term.operand
    if isinstance(operand, Field) and not operand.path and not operand.old:
        name = operand.name
        if operand.type.kind in NORMAL:
            return lambda view, _env: not view.value(name)
        return lambda view, _env: view.value(name) is None
    read = value(operand)
    return lambda view, env: read(view, env) is None


def _logic(term: Logic) -> Reading:
    parts = tuple(condition(one) for one in term.operands)
    if term.op == "and":

        def both(view: View, env: Env) -> bool:
            for part in parts:  # noqa: SIM110  # all() with a generator takes three times as long
                if not part(view, env):
                    return False
            return True

        return both

    def either(view: View, env: Env) -> bool:
        for part in parts:  # noqa: SIM110  # any() with a generator takes three times as long
            if part(view, env):
                return True
        return False

    return either


def _not(term: Not) -> Reading:
    denied = condition(term.operand)
    return lambda view, env: not denied(view, env)


def _member(term: Member) -> Reading:
    read = value(term.operand)
    if isinstance(term.options, EnvValue):
        name = term.options.name
        return lambda view, env: read(view, env) in getattr(env, name)
    listed = term.options.value if isinstance(term.options, Value) else ()
    options = frozenset(listed) if isinstance(listed, tuple) else frozenset()
    return lambda view, env: read(view, env) in options


def _holds(term: Holds) -> Reading:
    whole, item = value(term.operand), value(term.item)
    return lambda view, env: item(view, env) in (whole(view, env) or ())


def _records(field: Field) -> Callable[[View, Env], Any]:
    reached, name = record(field), field.name

    def found(view: View, env: Env) -> Any:
        owner = reached(view, env)
        return () if owner is None else owner.items(name)

    return found


def _linked(term: Linked) -> Reading:
    records, item = _records(term.items), value(term.item)

    def linked(view: View, env: Env) -> bool:
        wanted = item(view, env)
        return wanted is not None and any(one.value("id") == wanted for one in records(view, env))

    return linked


def _refers(term: Refers) -> Reading:
    read, entity = value(term.reference), term.entity
    item = None if term.item is None else value(term.item)

    def refers(view: View, env: Env) -> bool:
        found = read(view, env)
        return found is not None and found[0] == entity and (item is None or found[1] == item(view, env))

    return refers


def _folded(term: Folded) -> Reading:
    read, needle = value(term.field), value(term.needle)

    def found(view: View, env: Env) -> bool:
        text = read(view, env)
        return text is not None and needle(view, env) in fold(text)

    return found


def _aggregate(term: Aggregate) -> Reading:
    records, function = _records(term.items), term.function
    if function in DRAWN:
        assert term.body is not None  # the check lets none through without
        body, kind = value(term.body), term.type.kind
        return lambda view, env: aggregated(function, kind, [body(one, env) for one in records(view, env)])
    holds: Reading = (lambda _view, _env: True) if term.body is None else condition(term.body)
    if function == "count":
        return lambda view, env: sum(holds(one, env) for one in records(view, env))
    if function == "all":
        return lambda view, env: all(holds(one, env) for one in records(view, env))
    wanted = function == "any"
    return lambda view, env: any(holds(one, env) for one in records(view, env)) is wanted


def _constant(term: Value) -> Reading:
    constant = term.value
    return lambda _view, _env: constant


def _env(term: EnvValue) -> Reading:
    name = term.name
    return lambda _view, env: getattr(env, name) or None


def _arithmetic(term: Arithmetic) -> Reading:
    step = STEPS[term.left.type.kind, term.op, term.right.type.kind]
    return _filled(step, (value(term.left), value(term.right)))


def _round(term: Round) -> Reading:
    places = term.places

    def rounded(found: Any) -> Any:
        if isinstance(found, Money):
            return exact.money(exact.round_to(found.amount, places), found.currency)
        return exact.round_to(found, places)

    return _filled(rounded, (value(term.operand),))


def _filled(function: Callable[..., Any], args: tuple[Reading, ...]) -> Reading:
    """Return a function of values that is empty where one of them is."""

    def called(view: View, env: Env) -> Any:
        found = [arg(view, env) for arg in args]
        return None if None in found else function(*found)

    return called


def _function(term: Function) -> Reading:
    args = tuple(value(arg) for arg in term.args)
    if term.name in PREDICATES:
        holds = _filled(PREDICATES[term.name], args)
        return lambda view, env: holds(view, env) is True
    if term.name in ("least", "greatest"):
        name = term.name
        return lambda view, env: picked(name, [arg(view, env) for arg in args])
    if term.name == "concat":
        return lambda view, env: joined("", tuple(arg(view, env) for arg in args))
    if term.name == "join":

        def put_together(view: View, env: Env) -> str | None:
            between, *texts = (arg(view, env) for arg in args)
            return None if between is None else joined(between, tuple(texts))

        return put_together
    return _filled(FUNCTIONS[term.name], args)


def _brought(term: Brought) -> Reading:
    return _filled(term.function.python, tuple(value(arg) for arg in term.args))


def _choose(term: Choose) -> Reading:
    holds, then, otherwise = condition(term.condition), value(term.then), value(term.otherwise)
    return lambda view, env: then(view, env) if holds(view, env) else otherwise(view, env)


def _first(term: First) -> Reading:
    operands = tuple(value(one) for one in term.operands)

    def first(view: View, env: Env) -> Any:
        for operand in operands:
            found = operand(view, env)
            if found is not None:
                return found
        return None

    return first


Make = Callable[[Any], Reading]
_CONDITIONS: Mapping[type[Term], Make] = MappingProxyType(
    {
        Compare: lambda term: comparison(term, value),
        Empty: _empty,
        Logic: _logic,
        Not: _not,
        Member: _member,
        Holds: _holds,
        Linked: _linked,
        Refers: _refers,
        Folded: _folded,
    }
)
_VALUES: Mapping[type[Term], Make] = MappingProxyType(
    {
        Value: _constant,
        Field: field_value,
        EnvValue: _env,
        Arithmetic: _arithmetic,
        Function: _function,
        Brought: _brought,
        Round: _round,
        Choose: _choose,
        First: _first,
        Aggregate: _aggregate,
    }
)
