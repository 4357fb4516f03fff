"""The dialog of an operation on a screen: its fields as inputs, and what was typed as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from core.contributions.operations import Offered
from core.errors import Problem
from core.fields import FieldTypes
from core.kernel.site import Site
from core.storage import Database
from core.web.fields import DIALOG, FieldView, FieldViews
from core.web.form_values import FormReader, FormValues
from core.web.listing import context_of
from core.web.lookups import find_by_title, store_upload
from core.web.visit import Visit


def typed_in_dialog(site: Site, present: Visit, offered: Offered) -> FormValues:
    """Read what was typed into the dialog of an operation."""
    reader = FormReader(
        types=site.get(FieldTypes),
        context=context_of(site, present),
        catalog=present.catalog,
        find=lambda name, text: find_by_title(site, present, name, text),
        store=lambda upload: store_upload(site, present, upload),
    )
    return reader.read(offered.dialog, offered.fields, request.form, request.files)


def first_values(site: Site, present: Visit, offered: Offered, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values a dialog opens with: those that the operation gives, else the defaults."""
    types, context = site.get(FieldTypes), context_of(site, present)
    live = {"$today": present.style.today(site.get(Database).now()), "$now": site.get(Database).now()}
    values: dict[str, Any] = {}
    for name in offered.fields:
        spec = offered.dialog.fields[name]
        if name in given:
            values[name] = given[name]
        elif isinstance(spec.default, str) and spec.default in live:
            values[name] = live[spec.default]
        elif spec.default is not None and not str(spec.default).startswith("$"):
            values[name] = types.get(spec.type).load(spec, spec.default, context)
    return values


def dialog_fields(
    site: Site,
    present: Visit,
    offered: Offered,
    values: Mapping[str, Any],
    raw: Mapping[str, str],
    problems: Iterable[Problem],
) -> tuple[list[FieldView], list[str]]:
    """Return the inputs with the problems at their places, and the problems that have none."""
    views = FieldViews(site.get(FieldTypes), present.style, site.settings.currency, ids=DIALOG)
    told = [(problem.field or "", present.style.problem(problem)) for problem in problems]
    shown = [
        views.field(
            offered.dialog.fields[name],
            values.get(name),
            raw=raw.get(name),
            errors=[text for field, text in told if field == name],
        )
        for name in offered.fields
    ]
    known = {*offered.fields, "reason"}
    return shown, [text for field, text in told if field not in known]
