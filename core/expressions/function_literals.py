"""The type check of functions whose arguments are written out: dates, folded words, names of entities."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, fitted, is_unknown
from core.expressions.nodes import Call, Given, Node, Path, Text
from core.expressions.terms import Field, Folded, Refers, Term, Value
from core.expressions.types import BOOLEAN, DATE, DATETIME, TEXT, Type
from core.i18n.folding import fold

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def date_of(checking: Checking, node: Call, _place: Place) -> Term:
    """Return the date written in the text."""
    text = _text(node.args[0])
    if text is not None and _DATE.fullmatch(text):
        try:
            return Value(DATE, date.fromisoformat(text))
        except ValueError:
            pass  # a day that no calendar has: told below
    checking.report.add("bad_date", "{line}:{column}: a date is written date('2026-03-21').", node.args[0].at)
    return WRONG


def moment(text: str) -> datetime | None:
    """Return the moment that is written so, in UTC; None where it is none."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # no such day or hour, or outside the years 1 to 9999


def datetime_of(checking: Checking, node: Call, _place: Place) -> Term:
    """Return the moment written in the text, in UTC."""
    text = _text(node.args[0])
    found = None if text is None else moment(text)
    if found is not None:
        return Value(DATETIME, found)
    checking.report.add(
        "bad_moment",
        "{line}:{column}: a moment is written datetime('2026-03-21T08:00:00Z').",
        node.args[0].at,
    )
    return WRONG


def folded(checking: Checking, node: Call, place: Place) -> Term:
    """Return whether a field's search key holds the folded words."""
    field = _field(checking, node.args[0], place)
    words = _text(node.args[1])
    if words is None:
        checking.report.add(
            "words_expected",
            "{line}:{column}: what is searched for is a text between quotes.",
            node.args[1].at,
        )
    if field is None or words is None:
        return WRONG
    if field.type.kind != "text" or field.type.folded is False:
        checking.report.add(
            "not_searchable",
            "{line}:{column}: {name} is no searchable text field.",
            node.args[0].at,
            name=field.name,
        )
        return WRONG
    needle = fold(words)
    if not needle:
        checking.report.add(
            "nothing_to_find", "{line}:{column}: there is no letter or digit to search for.", node.args[1].at
        )
        return WRONG
    return Folded(BOOLEAN, field, Value(TEXT, needle))


def refers(checking: Checking, node: Call, place: Place) -> Term:
    """Return whether a reference to any of several entities points to a record of one of them."""
    field = _field(checking, node.args[0], place)
    if field is None:
        return WRONG
    entity = _text(node.args[1]) or ""
    if field.type.kind != "reference_any" or entity not in field.type.entities:
        checking.report.unknown(
            "bad_target",
            "{line}:{column}: {field} does not refer to {name}.",
            "{line}:{column}: {field} does not refer to {name}. Perhaps: {nearest}.",
            node.args[1].at,
            entity,
            field.type.entities,
            field=field.name,
        )
        return WRONG
    if len(node.args) == 2:
        return Refers(BOOLEAN, field, entity, None)
    item = fitted(
        checking.report, checking.term(node.args[2], place), Type("reference", entity), node.args[2].at
    )
    return WRONG if is_unknown(item) else Refers(BOOLEAN, field, entity, item)


def _text(node: Node) -> str | None:
    return node.value if isinstance(node, Text) else None


def _field(checking: Checking, node: Node, place: Place) -> Field | None:
    if isinstance(node, (Path, Given)):
        return checking.field(node, place)
    checking.report.add("field_expected", "{line}:{column}: expected the name of a field.", node.at)
    return None
