"""Field types: what each kind of value knows, from the wire to the column, the screen and the spreadsheet."""

from core.fields.base import LIVE_DEFAULTS, ColumnSpec, FieldType, Value, overrides
from core.fields.catalog_schema import CatalogSchema
from core.fields.choices import HUES
from core.fields.context import LoadContext
from core.fields.derived import FUNCTIONS, result_types
from core.fields.keys import search_key
from core.fields.money import MoneyCell, fixed_currency, is_currency
from core.fields.numbers import DecimalField, IntegerField
from core.fields.options import Option, options_schema
from core.fields.percents import PercentCell
from core.fields.physical import link_table
from core.fields.references import on_delete, targets
from core.fields.refusal import FieldRefused, required_problem, shown
from core.fields.registry import FieldTypes, standard_types
from core.fields.rich_policy import as_html, plain_text, rich_markup
from core.fields.rich_text import is_only_words, typed_text
from core.fields.schema import RecordSchema, record_schema
from core.fields.sequences import SequencePattern, pattern_of
from core.fields.text import TextField
from core.fields.times import DateField

__all__ = [
    "FUNCTIONS",
    "HUES",
    "LIVE_DEFAULTS",
    "CatalogSchema",
    "ColumnSpec",
    "DateField",
    "DecimalField",
    "FieldRefused",
    "FieldType",
    "FieldTypes",
    "IntegerField",
    "LoadContext",
    "MoneyCell",
    "Option",
    "PercentCell",
    "RecordSchema",
    "SequencePattern",
    "TextField",
    "Value",
    "as_html",
    "fixed_currency",
    "is_currency",
    "is_only_words",
    "link_table",
    "on_delete",
    "options_schema",
    "overrides",
    "pattern_of",
    "record_schema",
    "plain_text",
    "required_problem",
    "result_types",
    "rich_markup",
    "search_key",
    "shown",
    "standard_types",
    "targets",
    "typed_text",
]
