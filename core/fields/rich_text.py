"""Formatted text: kept as clean HTML, written as HTML or as plain text, read as both."""

from __future__ import annotations

from collections.abc import Mapping

from core.expressions.types import Type
from core.fields.base import Value
from core.fields.characters import read_lines, require_text
from core.fields.context import LoadContext
from core.fields.options import Option, table
from core.fields.refusal import FieldRefused
from core.fields.rich_policy import as_html, plain_text
from core.fields.text import SECRET, Textual, cell_text
from core.i18n import Style, fold
from core.metadata.specs import FieldSpec, Json

LIMIT = 50_000
MARKUP = 4
"""Characters of markup that one character of text may bring along, on the way in."""


class RichTextField(Textual):
    """Text with headings, lists, links and the like; what may stand in it is the business of `rich_policy`."""

    name = "rich_text"
    about = 'Formatted text: {"html", "text"}; writes HTML or plain text, which is cleaned.'
    control = "rich"
    sortable = False
    derivable = False
    options = table(
        Option(
            name="max_length",
            kind="integer",
            default=LIMIT,
            least=1,
            most=LIMIT,
            about="Longest text the field takes, in characters as they are read, its formatting aside.",
        ),
        SECRET,
    )

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("rich_text")

    def limit(self, spec: FieldSpec) -> int:
        most = spec.option("max_length")
        return most if isinstance(most, int) else LIMIT

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        if isinstance(value, Mapping):
            if not value or not set(value) <= {"html", "text"}:
                raise FieldRefused(
                    "wrong_type", "Write text, or an object with the HTML of it in {name}.", name="html"
                )
            value = value.get("html", value.get("text"))
            if value is None:
                return None
        return self._read(spec, require_text(value))

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return self.from_json(spec, cell_text(cell), context)

    def _read(self, spec: FieldSpec, text: str) -> str | None:
        limit = self.limit(spec)
        markup = as_html(read_lines(text, MARKUP * limit + 1000) or "")
        for _ in range(4):  # letters may be written as entities, and are known only when these are resolved
            again = as_html(read_lines(markup, 20 * len(markup)) or "") if markup else ""
            if again == markup:
                break
            markup = again
        words = plain_text(markup)
        if len(words) > limit:
            raise FieldRefused(
                "too_long",
                "Enter at most {limit} characters; these are {length}.",
                limit=limit,
                length=len(words),
            )
        return markup if words.strip() else None

    def equal(self, left: Value, right: Value) -> bool:
        # A text that was there before its field could be formatted is the same in its first clothes.
        return left == right or (
            isinstance(left, str) and isinstance(right, str) and as_html(left) == as_html(right)
        )

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        markup = as_html(value)
        return {"html": markup, "text": plain_text(markup)}

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return plain_text(as_html(value))

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return fold(plain_text(as_html(value))) or None

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {
                "html": {"type": "string", "maxLength": MARKUP * self.limit(spec) + 1000},
                "text": {"type": "string"},
            },
        }

    def entered_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"anyOf": [{"type": "string"}, self.wire_schema(spec)]}


def is_only_words(markup: str, words_of: str) -> bool:
    """Tell whether ``markup`` holds the words of ``words_of`` and no formatting: what a list or a file shows of it."""
    words = plain_text(as_html(words_of))
    return plain_text(markup) == words and as_html(words) == markup


def typed_text(markup: str) -> str:
    """Return what stands in an input without a script: plain text where nothing is lost by it, else the markup."""
    clean = as_html(markup)
    words = plain_text(clean)
    return words if as_html(words) == clean else clean
