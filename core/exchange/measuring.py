"""Meters that read the XML of a workbook before anybody else does, and refuse what would take too much memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from core.exchange.limits import MAX_AREA, MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_TEXT
from core.exchange.refusal import broken, refused, too_long_cell, too_many_columns, too_many_rows

_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_VALUES = frozenset({"v", "is"})


class XmlGuard:
    """Reads a part and refuses document types: nothing a spreadsheet needs, and where entities come from."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.EntityDeclHandler = _refuse_doctype

    def feed(self, chunk: bytes) -> None:
        """Read some of the part."""
        try:
            self.parser.Parse(chunk, False)
        except expat.ExpatError as failure:
            raise broken() from failure

    def finish(self) -> None:
        """Look whether the part was whole."""
        try:
            self.parser.Parse(b"", True)
        except expat.ExpatError as failure:
            raise broken() from failure


class TextMeter(XmlGuard):
    """Measures the texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si" or name.endswith(":si"):
            self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)  # what is too long is refused where a cell shows it


class SheetMeter(XmlGuard):
    """Measures the rectangle that the filled cells of a sheet span, and the text in it."""

    def __init__(self, texts: TextMeter) -> None:
        super().__init__()
        self._shared = texts
        self._row = self._column = 0
        self._first_row = self._rows = self._columns = 0
        self._is_shared = self._in_value = False
        self._value = 0
        self._text_length = 0
        self._digits: list[str] = []
        self._in_sets = False
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local in _VALUES:
            self._filled()
            self._in_value = True
            self._digits.clear()
        elif local == "row":
            self._row, self._column = row_number(attributes.get("r"), self._row + 1), 0
        elif local == "sheetDataSet":
            self._in_sets = True
        elif local == "sheetData" and self._in_sets:  # what is kept of sheets of other workbooks, one by one
            self._row = self._first_row = self._rows = self._columns = 0

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self._column += 1
        self._is_shared = attributes.get("t") == "s"
        self._value = 0
        if "r" in attributes:
            self._row, self._column = cell_place(attributes["r"])

    def _filled(self) -> None:
        """Take a cell that holds something into account; styled empty ones cost nothing."""
        if self._row < self._rows:
            raise broken()
        self._first_row = self._first_row or self._row
        self._rows = self._row
        self._columns = max(self._columns, self._column)
        if self._columns > MAX_COLUMNS:
            raise too_many_columns(MAX_COLUMNS)
        if self._rows - self._first_row > MAX_ROWS:
            raise too_many_rows(MAX_ROWS)
        if (self._rows - self._first_row + 1) * self._columns > MAX_AREA:
            raise refused(
                "too_large_sheet",
                "The sheet spans more than {maximum} cells; divide it into several.",
                maximum=MAX_AREA,
            )

    def _text(self, text: str) -> None:
        if not self._in_value:
            return
        if self._is_shared:
            self._digits.append(text)
        else:
            self._value += len(text)
            self._count(len(text))
            self._check_length(self._value)

    def _end(self, name: str) -> None:
        if not self._in_value or name.rpartition(":")[2] not in _VALUES:
            return
        self._in_value = False
        if self._is_shared:
            place = row_number("".join(self._digits).strip(), -1)
            if not 0 <= place < len(self._shared.lengths):
                raise broken()
            self._check_length(self._shared.lengths[place])
            self._count(self._shared.lengths[place])

    def _check_length(self, length: int) -> None:
        if length > MAX_CELL:
            raise too_long_cell(MAX_CELL, f"{column_letters(self._column)}{self._row}")

    def _count(self, characters: int) -> None:
        self._text_length += characters
        if self._text_length > MAX_TEXT:
            raise refused(
                "too_much_text",
                "The sheet holds more than {maximum} million characters; divide it into several.",
                maximum=MAX_TEXT // 10**6,
            )


def cell_place(reference: str) -> tuple[int, int]:
    """Return the row and the column of a reference such as ``B7``, both from one; refuse what is none."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise broken()
    return int(found[2]), _column_number(found[1])


def _refuse_doctype(*_declaration: object) -> None:
    raise refused(
        "doctype",
        "The workbook holds a document type, which no real one does; copy the sheet into a new workbook and try again.",
    )


def row_number(text: str | None, default: int) -> int:
    """Return a number as parts of a workbook write it, or the default where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return how spreadsheets call a column, from one: ``A``, ``Z``, ``AA``."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
