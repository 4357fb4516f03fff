"""The columns to which people from other programs are brought, and `PersonRow`, which fills them and loses nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from core.sdk import ascii_digits

COLUMNS: Mapping[str, str] = {
    "Salutation": "salutation",
    "First name": "first_name",
    "Last name": "last_name",
    "Company": "company",
    "Position": "position",
    "Job title": "job_title",
    "Department": "department",
    "Mobile": "mobile",
    "Phone": "phone",
    "Fax": "fax",
    "E-mail": "email",
    "Web page": "web",
    "Birth date": "birth_date",
    "Gender": "gender",
    "National ID": "national_code",
    "Code": "code",
    "Street": "street",
    "City": "city",
    "Province": "province",
    "Postal code": "postal_code",
    "Country": "country",
    "Street at home": "home_street",
    "City at home": "home_city",
    "Province at home": "home_province",
    "Postal code at home": "home_postal_code",
    "Country at home": "home_country",
    "Source": "source",
    "Tags": "tags",
    "Owner": "owner",
    "Notes": "notes",
    "ID in the other program": "external_id",
}
"""What each column is imported into; their names are the labels of the fields, so that an error file is understood."""

ADDRESS = ("Street", "City", "Province", "Postal code", "Country")
NUMBERS = ("Mobile", "Phone", "Fax")

_DAY = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[T ].*)?")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MOBILE = re.compile(r"(?:\+98|0098|98|0)?9\d{9}")
_FEW_DIGITS = 7
_SEVERAL = re.compile('[",;|\u060c\u061b]')


class PersonRow:
    """One person on the way into the columns. What finds no place of its own is written into the notes."""

    def __init__(self) -> None:
        self._cells: dict[str, object] = {}
        self._several: dict[str, dict[str, None]] = {}
        self._notes: list[str] = []

    def put(self, column: str, value: object, told_as: str = "") -> None:
        """Fill a column; a second value for it goes into the notes."""
        value = _kept(value)
        if value is None or self._cells.get(column) == value:
            return
        if column in self._cells:
            self.note(told_as or column, value)
        else:
            self._cells[column] = value

    def add(self, column: str, value: object) -> None:
        """Add a value to a column that takes several."""
        text = _text(value)
        if text:
            self._several.setdefault(column, {})[text] = None

    def tag(self, value: object) -> None:
        """Add a tag that may hold what stands between several in a cell."""
        text = _text(value)
        doubled = text.replace('"', '""')
        self.add("Tags", f'"{doubled}"' if _SEVERAL.search(text) else text)

    def line(self, column: str, line: str) -> None:
        """Add a line to a column that holds lines of a list."""
        self._several.setdefault(column, {})[line] = None

    def note(self, label: str, value: object) -> None:
        """Write something into the notes, with what it is."""
        text = _text(value)
        if text:
            self._notes.append(f"{label}: {text}" if label else text)

    def number(self, kind: str, value: object) -> None:
        """Add a telephone number; what it is follows from the words for its kind, else from itself."""
        text, words = _text(value), kind.casefold()
        digits = re.sub(r"[^\d+]", "", ascii_digits(text))
        if not digits:
            self.note(kind or "Phone", text)
        elif "fax" in words:
            self.add("Fax", text)
        elif len(digits) < _FEW_DIGITS:
            self.add("Phone", text)
        elif any(word in words for word in ("mobile", "cell", "iphone", "handy")) or _MOBILE.fullmatch(
            digits
        ):
            self.add("Mobile", text)
        else:
            self.add("Phone", text)

    def email(self, value: object) -> None:
        """Add an address of e-mail; names within a firm's own system are none."""
        text = _text(value)
        if "@" in text and " " not in text:
            self.add("E-mail", text)
        else:
            self.note("E-mail", text)

    def birthday(self, value: object, *, american: bool = False) -> None:
        """Give the birth date; one without a year is kept in the notes, one of nothing but noughts is none."""
        if isinstance(value, (date, datetime)):
            self.put("Birth date", value)
            return
        text = ascii_digits(_text(value))
        found, other = _DAY.fullmatch(text), _AMERICAN.fullmatch(text) if american else None
        if found:
            self.put("Birth date", f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}")
        elif other:
            month, day = sorted((int(other[1]), int(other[2]))) if int(other[1]) > 12 else other.group(1, 2)
            self.put("Birth date", f"{other[3]}-{int(month):02}-{int(day):02}")
        elif text.strip("0/-. "):
            self.note("Birth date", text)

    def address(self, values: Mapping[str, object], *, home: bool) -> None:
        """Give a postal address; a third one is kept in the notes."""
        known = {name: _text(values.get(name)) for name in ADDRESS}
        known["Street"] = ", ".join(filter(None, known["Street"].split("\n")))
        if not any(known.values()):
            return
        for suffix in (" at home", "") if home else ("", " at home"):
            if not any(f"{name}{suffix}" in self._cells for name in ADDRESS):
                for name, text in known.items():
                    self.put(f"{name}{suffix}", text)
                return
        self.note("Address", ", ".join(filter(None, known.values())))

    def work(self, company: object, title: object) -> None:
        """Give where the person works, and as what."""
        self.put("Company", company)
        self.put("Position" if _text(company) else "Job title", title, "Job title")

    def cells(self, *instead: object) -> Mapping[str, object]:
        """Return the row; a person without a last name goes by what is there instead."""
        several = {name: "\n".join(values) for name, values in self._several.items() if values}
        cells: dict[str, object] = {**self._cells, **several}
        if not (cells or self._notes or any(map(_text, instead))):
            return {}
        if "Last name" not in cells:
            others = (cells.pop("First name", None), *instead, cells.get("Company"), cells.get("E-mail"))
            names = (*others, cells.get("Mobile"), cells.get("Phone"))
            name = next((text for text in map(_text, names) if text), "")
            cells["Last name"] = name.split("\n")[0] or None
        written = _text(cells.get("Notes"))
        notes = "\n".join(filter(None, (written, *self._notes)))
        return {**cells, "Notes": notes or None}


def _kept(value: object) -> object:
    return value if isinstance(value, (date, datetime)) else _text(value) or None


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    lines = str(value if value is not None else "").replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
