"""Search keys: what `<field>_key` stores, so that text is found in any spelling."""

from __future__ import annotations

from core.fields.phones import national_form
from core.fields.rich_policy import as_html, plain_text
from core.i18n import fold
from core.metadata.specs import FieldSpec


def search_key(spec: FieldSpec, value: object) -> str | None:
    """Return the folded key of a textual value, or None for an empty one."""
    if not isinstance(value, str) or not value:
        return None
    key = fold(plain_text(as_html(value)) if spec.type == "rich_text" else value)
    if spec.type == "phone":
        # People look for 0912…, the number is stored as +98912….
        key = " ".join(fold(form) for form in (value, national_form(value)) if form)
    return key or None
