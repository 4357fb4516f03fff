"""Expressions: text ↔ tree, type check, and three readings with equal results: Python, SQL, and in the browser."""

from core.expressions.binding import env_parameters, parameters
from core.expressions.brought import ExpressionFunction, Functions
from core.expressions.cache import ExpressionCache
from core.expressions.checked import (
    Checked,
    all_of,
    alternatives,
    any_of,
    apart,
    asks_for_span,
    column_of,
    constant,
    denied,
    env_used,
    fields_used,
    follows_only,
    one_of,
    only_equates,
    reads_own_values,
)
from core.expressions.checker import check, compile_text
from core.expressions.function_literals import moment
from core.expressions.functions import FUNCTIONS
from core.expressions.nodes import Node, and_all, not_, or_all
from core.expressions.parser import parse
from core.expressions.problems import ExpressionInvalid
from core.expressions.python import compile_python
from core.expressions.shapes import parametrize, shape_key
from core.expressions.sql import to_sql, to_sql_money
from core.expressions.tree import to_tree
from core.expressions.types import Type
from core.expressions.unparse import unparse
from core.expressions.views import Env, Schema, SqlScope, View

__all__ = [
    "FUNCTIONS",
    "Checked",
    "Env",
    "ExpressionCache",
    "ExpressionFunction",
    "ExpressionInvalid",
    "Functions",
    "Node",
    "Schema",
    "SqlScope",
    "Type",
    "View",
    "all_of",
    "alternatives",
    "and_all",
    "any_of",
    "apart",
    "asks_for_span",
    "column_of",
    "check",
    "compile_python",
    "compile_text",
    "constant",
    "denied",
    "env_parameters",
    "env_used",
    "fields_used",
    "follows_only",
    "moment",
    "not_",
    "one_of",
    "only_equates",
    "or_all",
    "parameters",
    "parametrize",
    "parse",
    "reads_own_values",
    "shape_key",
    "to_sql",
    "to_sql_money",
    "to_tree",
    "unparse",
]
