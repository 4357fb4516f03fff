"""The type check: names resolved against a schema, literals coerced, every problem told at once."""

from __future__ import annotations

from collections.abc import Mapping

from core.expressions.arithmetic_check import arithmetic, negated
from core.expressions.brought import ExpressionFunction
from core.expressions.checked import Checked
from core.expressions.checking import Place
from core.expressions.coercion import WRONG, described, fitted, is_null, is_unknown
from core.expressions.comparing import compared
from core.expressions.functions import called
from core.expressions.limits import MAX_FORKS, MAX_HEIGHT, MAX_REFERENCES
from core.expressions.nodes import (
    Binary,
    Call,
    Flag,
    Given,
    Logic,
    Node,
    Null,
    Number,
    Path,
    Position,
    Text,
    Unary,
)
from core.expressions.parser import parse
from core.expressions.problems import ExpressionInvalid, Report
from core.expressions.terms import EnvValue, Field, Term, Value
from core.expressions.terms import Logic as LogicTerm
from core.expressions.terms import Not as NotTerm
from core.expressions.types import ANY_ID, BOOLEAN, DATE, DATETIME, IDS, NULL, NUMBER, TEXT, Type
from core.expressions.views import Schema
from core.expressions.weight import forks, height

GIVEN: dict[str, Type] = {
    "user": ANY_ID,
    "team": ANY_ID,
    "teams": IDS,
    "teams_below": IDS,
    "now": DATETIME,
    "today": DATE,
}
"""The constants of an evaluation; ``$old`` is the record before the change and has the entity's fields."""


def compile_text(
    text: str,
    schema: Schema,
    entity: str,
    expect: Type | str | None = None,
    *,
    old: bool | str = True,
    sql: bool = False,
) -> Checked:
    """Parse and check ``text`` in one go; see `check`."""
    return check(parse(text), schema, entity, expect, old=old, sql=sql)


def check(
    node: Node,
    schema: Schema,
    entity: str,
    expect: Type | str | None = None,
    *,
    old: bool | str = True,
    sql: bool = False,
) -> Checked:
    """Return ``node`` checked against ``entity``, or raise `ExpressionInvalid` with every problem.

    ``expect`` is the type the result must have (``boolean`` for conditions); without it any will do.
    ``old=False`` refuses ``$old``, which only exists while a change is written; the name of an entity tells that
    it is a record of that one. ``sql`` says that the database is asked: functions of the server alone are refused.
    """
    checker = _Checker(schema, entity, old=old, sql=sql)
    term = checker.whole(node, Type(expect) if isinstance(expect, str) else expect)
    if checker.report.problems:
        raise ExpressionInvalid(problems=checker.report.problems)
    return Checked(
        entity=entity,
        type=term.type,
        node=node,
        term=term,
        fields=frozenset(checker.fields),
        env=frozenset(checker.env),
    )


class _Checker:
    """One check; what it meets is gathered in ``fields``, ``env`` and ``report``."""

    def __init__(self, schema: Schema, entity: str, *, old: bool | str, sql: bool) -> None:
        self.report = Report()
        self.asks_database = sql
        self.fields: set[tuple[str, str]] = set()
        self.env: set[str] = set()
        self._schema = schema
        self._root = Place(entity)
        self._old = bool(old)
        self._old_entity = old if isinstance(old, str) else entity

    def whole(self, node: Node, expect: Type | None) -> Term:
        if expect is not None and expect.kind == "boolean":
            term = self.condition(node, self._root)
        else:
            term = self.term(node, self._root)
            term = term if expect is None else fitted(self.report, term, expect, node.at)
            if is_null(term):
                self.report.add(
                    "no_type",
                    "{line}:{column}: null alone has no type; at least one value is needed.",
                    node.at,
                )
        if height(term) > MAX_HEIGHT:
            self.report.add(
                "too_deep_for_sql",
                "{line}:{column}: the expression is nested too deep for the database.",
                node.at,
            )
        if forks(term) > MAX_FORKS:
            self.report.add(
                "too_many_forks",
                "{line}:{column}: choices between money nest at most {limit} deep.",
                node.at,
                limit=MAX_FORKS,
            )
        return term

    def brought(self) -> Mapping[str, ExpressionFunction]:
        """Return the functions that modules bring, by name."""
        return self._schema.functions

    def condition(self, node: Node, place: Place) -> Term:
        """Return what a node means where yes or no is expected."""
        term = self.term(node, place)
        if not is_unknown(term) and term.type.kind != "boolean":
            self.report.add(
                "condition_expected",
                "{line}:{column}: expected a condition, found {found}.",
                node.at,
                found=described(term.type),
            )
            return WRONG
        return term

    def term(self, node: Node, place: Place) -> Term:
        """Return what a node means."""
        match node:
            case Number() | Text() | Flag() | Null():
                return _literal(node)
            case Path():
                return self.field(node, place) or WRONG
            case Given():
                return self._given(node, place)
            case Logic(op=op, operands=operands):
                return self._logic(op, [self.condition(one, place) for one in operands])
            case Unary(op="not", operand=operand):
                term = self.condition(operand, place)
                return term if is_unknown(term) else NotTerm(BOOLEAN, term)
            case Unary():
                return negated(self, node, place)
            case Binary(op=op):
                return arithmetic(self, node, place) if op in "+-*/" else compared(self, node, place)
            case Call():
                return called(self, node, place)
        self.report.add("loose_list", "{line}:{column}: a list stands only after in.", node.at)
        return WRONG

    def _logic(self, op: str, terms: list[Term]) -> Term:
        return WRONG if any(is_unknown(t) for t in terms) else LogicTerm(BOOLEAN, op, tuple(terms))

    def _given(self, node: Given, place: Place) -> Term:
        if node.name == "old" and node.parts:
            return self.field(node, place) or WRONG
        type_ = GIVEN.get(node.name)
        if type_ is not None and not node.parts:
            self.env.add(node.name)
            return EnvValue(type_, node.name)
        self.report.unknown(
            "unknown_given",
            "{line}:{column}: there is no {name}. There are: {known}.",
            "{line}:{column}: there is no {name}. Perhaps: {nearest}. There are: {known}.",
            node.at,
            ".".join(("$" + node.name, *node.parts)),
            [f"${n}" for n in GIVEN],
            known=(*(f"${n}" for n in GIVEN), "$old.field"),
        )
        return WRONG

    def field(self, node: Node, place: Place) -> Field | None:
        """Return the field that a path names, or None after reporting why it names none."""
        if isinstance(node, Given) and node.name == "old" and node.parts:
            self.env.add("old")
            if self._old:
                return self._resolved(node.parts, node.at, self._old_entity, old=True)
            self.report.add("no_old", "{line}:{column}: $old exists only in conditions on a change.", node.at)
            return None
        if isinstance(node, Path):
            return self._resolved(node.parts, node.at, place.entity, old=False)
        self.report.add("field_expected", "{line}:{column}: expected the name of a field.", node.at)
        return None

    def _resolved(self, parts: tuple[str, ...], at: Position, entity: str, *, old: bool) -> Field | None:
        if len(parts) - 1 > MAX_REFERENCES:
            self.report.add(
                "path_too_long",
                "{line}:{column}: a path goes over at most {limit} references.",
                at,
                limit=MAX_REFERENCES,
            )
            return None
        for step in parts[:-1]:
            type_ = self._known(entity, step, at)
            if type_ is None or not self._can_be_followed(type_, step, at):
                return None
            entity = str(type_.entity)
        type_ = self._known(entity, parts[-1], at)
        return None if type_ is None else Field(type_, parts[:-1], parts[-1], old)

    def _known(self, entity: str, name: str, at: Position) -> Type | None:
        type_ = self._schema.type_of(entity, name)
        if type_ is None:
            self.report.unknown(
                "unknown_field",
                "{line}:{column}: {entity} has no field {name}.",
                "{line}:{column}: {entity} has no field {name}. Perhaps: {nearest}.",
                at,
                name,
                self._schema.names(entity),
                entity=entity,
            )
        else:
            self.fields.add((entity, name))
        return type_

    def _can_be_followed(self, type_: Type, name: str, at: Position) -> bool:
        if type_.kind == "reference" and type_.entity:
            return True
        if type_.kind == "list":
            self.report.add(
                "list_followed",
                "{line}:{column}: {name} is a list; write any({name}, …) to look into it.",
                at,
                name=name,
            )
        else:
            self.report.add(
                "not_followed",
                "{line}:{column}: {name} is {found}; a path goes only over references to one entity.",
                at,
                name=name,
                found=described(type_),
            )
        return False


def _literal(node: Number | Text | Flag | Null) -> Value:
    """Return the constant as written; empty text is the empty value."""
    match node:
        case Number(value=number):
            return Value(NUMBER, number)
        case Flag(value=flag):
            return Value(BOOLEAN, flag)
        case Text(value=text) if text:
            return Value(TEXT, text)
        case _:
            return Value(NULL, None)
