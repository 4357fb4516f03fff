"""What a form is handed to tell by itself while somebody types: when fields show or are required, what is computed.

Only what reads nothing but fields that the reader may read leaves the server, and only what lies on the record itself
can be told there. The server has the last word: it is asked as well, and checks again when the form is saved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from core.expressions.tree import written
from core.i18n import Style
from core.kernel.actor import Actor
from core.kernel.values import Money
from core.metadata.specs import FieldSpec
from core.records.compiled import Kept
from core.storage import Database
from core.web.form_open import OpenForm
from core.web.form_pieces import Piece, pieces_of
from core.web.form_told_lines import are_told, currency_of, field_type, open_lists, told_lines
from core.web.form_values import FormValues

WRITTEN: Kept[str] = Kept(1024)
"""What is alike for all records of an entity, as JSON: by catalog, entity, style, and what may be told."""


def told(form: OpenForm, values: Mapping[str, Any], typed: FormValues | None) -> str:
    """Return what a form can tell by itself as JSON for ``<ui-look>``; empty where there is nothing."""
    catalog, entity = form.present.catalog, form.entity
    kept = pieces_of(form.site, catalog, entity.name)
    if not kept or not form.writable:
        return ""
    shown = frozenset(name for name, mask in form.rights.readable.items() if mask is True)
    pieces = [one for one in kept if one.name in shown and one.needs <= shown]
    lists = open_lists(form, pieces, typed)
    pieces = [one for one in pieces if are_told(one, lists)]
    if not pieces:
        return ""
    needs = sorted(frozenset().union(*(one.needs for one in pieces)) - lists.keys())
    given = frozenset().union(*(one.env for one in pieces), *(one.env for one in lists.values()))
    money = [entity.fields[name] for name in (*needs, *(one.name for one in pieces))]
    money += [spec for one in lists.values() for spec in one.of_type("money")]
    found: dict[str, object] = {
        "env": _env(form, given - {"old"}),
        "fields": dict(_fields(form, needs, values, typed)),
        "units": _units(form, money, values),
    }
    if lists:
        found["lists"] = {name: told_lines(form, one, typed) for name, one in lists.items()}
    if "old" in given and form.number:
        found["old"] = {name: written(form.record.get(name)) for name in needs}
    way = (catalog.version, catalog.digest, entity.name, form.present.style)
    alike = WRITTEN.get((*way, tuple((one.name, one.what) for one in pieces)), lambda: _alike(form, pieces))
    return f"{_json(found)[:-1]},{alike[1:]}"


def _json(found: Mapping[str, object]) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _alike(form: OpenForm, pieces: Sequence[Piece]) -> str:
    """Return what is told of every record: the trees, and how numbers are written."""
    return _json(
        {
            "computed": [_computed(form, one) for one in pieces if one.what == "computed"],
            "visible": {one.name: one.tree for one in pieces if one.what == "visible"},
            "required": {one.name: one.tree for one in pieces if one.what == "required"},
            "marks": _marks(form.present.style),
        }
    )


def _env(form: OpenForm, names: Iterable[str]) -> dict[str, object]:
    """Return the constants that are read, as they were when the form was opened."""
    actor: Actor = form.present.actor
    now = form.site.get(Database).now()
    known = {
        "user": None if actor.id is None else str(actor.id),
        "team": None if actor.team is None else str(actor.team),
        "teams": [str(one) for one in actor.teams],
        "teams_below": [str(one) for one in actor.teams_below or actor.teams],
        "now": written(now),
        "today": written(form.present.style.today(now)),
    }
    return {name: known[name] for name in sorted(names)}


def _fields(
    form: OpenForm, needs: Sequence[str], values: Mapping[str, Any], typed: FormValues | None
) -> Iterable[tuple[str, dict[str, object]]]:
    """Yield the fields that are read, with their kind and what stands in their inputs; what is worked out is left out.

    What stands there unread, because it was refused, has no value.
    """
    for name in needs:
        spec = form.entity.fields[name]
        if spec.computed or spec.exchanged:
            continue
        field = field_type(form, spec)
        if typed is None or name not in typed.raw:
            field["value"] = written(values.get(name))
        elif name in typed.values:
            field["value"] = written(typed.values[name])
        yield name, field


def _computed(form: OpenForm, piece: Piece) -> dict[str, object]:
    """Return a computed field; where its text can be written without the server, with the way to."""
    spec = form.entity.fields[piece.name]
    found: dict[str, object] = {"name": piece.name, "tree": piece.tree}
    if spec.type in ("text", "integer", "decimal", "percent", "money"):
        found["show"] = "number" if spec.type in ("integer", "decimal") else spec.type
    elif spec.type == "choice":
        label = form.present.style.label
        found["show"] = {choice.name: label(choice.label) for choice in spec.choices}
    return found


def _marks(style: Style) -> dict[str, str] | None:
    """Return how the reader writes numbers; None where that is another way than in most languages."""
    form, digits = style.form, style.digits.digits
    if form.grouping != (3, 3) or [ord(one) - ord(digits[0]) for one in digits] != list(range(10)):
        return None
    return {
        "zero": digits[0],
        "decimal": form.decimal,
        "group": form.group,
        "minus": form.minus,
        "before": form.percent_mark,
        "percent": form.percent,
    }


def _units(form: OpenForm, fields: Iterable[FieldSpec], values: Mapping[str, Any]) -> dict[str, list[object]]:
    """Return for each currency that can be met how much of it one of the reader's units is, what that is called, and its decimals."""
    specs = [spec for spec in fields if spec.type == "money"]
    met = {currency_of(form, spec) for spec in specs}
    met |= {value.currency for spec in specs if isinstance(value := values.get(spec.name), Money)}
    amounts, found = form.present.style.amounts, dict[str, list[object]]()
    for currency in sorted(met):
        unit = amounts.unit_of(currency)
        factor = unit.factor if unit else Decimal(1)
        places = 0 if unit else get_currency_precision(currency)
        found[currency] = [format(factor, "f"), amounts.short_name(currency), places]
    return found
