"""What a form asks while somebody types: which fields show, which are required, what follows, what cannot be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from werkzeug.datastructures import FileStorage

from core.fields import FieldTypes
from core.kernel.site import Site
from core.web.fields import FieldViews
from core.web.form_open import OpenForm, open_form
from core.web.visit import visit


def check(site: Site, name: str, number: int) -> Response:
    """Answer with the state of the fields for what was typed so far; nothing is written."""
    form = open_form(site, visit().require(), name, number)
    typed = form.typed(_unread)
    look = form.look(typed.values)
    shown = frozenset(name for name, mask in form.rights.readable.items() if mask is True)
    errors: defaultdict[str, list[str]] = defaultdict(list)
    for problem in typed.problems:
        errors[(problem.field or "").replace(".", "-")].append(form.present.style.problem(problem))
    return jsonify(
        hidden=sorted(look.hidden & shown),
        required=sorted(look.required & shown),
        locked=sorted(look.read_only & shown),
        computed=_computed(form, {n: v for n, v in look.computed.items() if n in shown})
        | _own(form, typed.values),
        errors=errors,
    )


def _computed(form: OpenForm, values: dict[str, Any]) -> dict[str, str]:
    views = FieldViews(form.site.get(FieldTypes), form.present.style, form.site.settings.currency)
    return {name: views.cell(form.entity.fields[name], value).text for name, value in values.items()}


def _own(form: OpenForm, values: Mapping[str, Any]) -> dict[str, str]:
    """Return amounts as the ledger will hold them, where they are typed in another unit."""
    views = FieldViews(form.site.get(FieldTypes), form.present.style, form.site.settings.currency)
    told = {name: views.own(form.entity.fields[name], value) for name, value in values.items()}
    return {f"{name}.own": text for name, text in told.items() if text is not None}


def _unread(_upload: FileStorage) -> int:
    """Files are kept when the form is saved, not while it is filled in."""
    return 0
