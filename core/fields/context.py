"""`LoadContext`: what reading a value needs to know besides the field itself."""

from __future__ import annotations

from dataclasses import dataclass

from core.fields.refusal import FieldRefused
from core.i18n import Style
from core.metadata.catalog import Catalog


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadContext:
    """Who writes and what is meant where nothing is said.

    ``style`` is needed for typed and imported text only: digits, calendar and money unit of the reader.
    ``currency`` is meant by amounts without one, ``region`` by phone numbers without a country code, and
    ``area_code`` (with its leading zero) by local numbers without one.
    """

    style: Style | None = None
    currency: str = "IRR"
    catalog: Catalog | None = None
    channel: str = ""
    region: str = "IR"
    area_code: str = ""

    @property
    def reader(self) -> Style:
        """Return the style that typed text is read in."""
        if self.style is None:
            raise FieldRefused(
                "no_style", "Typed text can only be read for a person with a language and a calendar."
            )
        return self.style
