"""Text files with separated values: which encoding, which separator, which rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from unicodedata import category

from core.exchange.limits import MAX_UNPACKED
from core.exchange.refusal import refused
from core.exchange.table import Cells, Table, make_table
from core.i18n.formulas import unguarded

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = (",", ";", "\t", "|", "\u061b")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
_LETTERS = re.compile("[\u0600-\u06ff]")
"""Letters that text in Windows-1256 hardly ever shows by chance when it is read as UTF-8."""

_NO_LETTERS = frozenset({"Cn", "Co", "Cs"})
_SAMPLE = 2**16
_MARKUP = re.compile(
    r"\s*<(!doctype|!--|\?xml|(html|head|body|meta|style|script|table|div|svg)\b)", re.IGNORECASE
)

csv.field_size_limit(MAX_UNPACKED)
"""A cell may be as long as the file: the table refuses one that is too long, and knows where it stands."""


def read_csv(file: BinaryIO, name: str) -> Table:
    """Return the rows of a text file."""
    text = decoded(file)
    if _MARKUP.match(text):
        raise refused(
            "markup",
            "This is a page or a drawing and no table, whatever its name says; open it in a spreadsheet program, save it as .xlsx or .csv and try again.",
        )
    found = _SEPARATOR_LINE.match(text)
    separator = found[1] if found else _separator(text[:_SAMPLE])
    body = text[found.end() :] if found else text

    def raw() -> Iterator[Cells]:
        for row in csv.reader(io.StringIO(body, newline=""), delimiter=separator):
            yield [unguarded(cell) if cell[:1] == "'" else cell for cell in row]

    return make_table((name,), name, raw)


def decoded(file: BinaryIO) -> str:
    """Return the text of a file in the encoding that it names, or in which it makes sense."""
    data = file.read(MAX_UNPACKED + 1)
    if len(data) > MAX_UNPACKED:
        raise refused(
            "too_large",
            "The file is larger than {maximum} MB; divide it into several.",
            maximum=MAX_UNPACKED // 2**20,
        )
    encodings: Sequence[str] = ("utf-8", "cp1256")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            encodings = (encoding,)
    if len(encodings) > 1 and 0 in data:  # no text has zeros but that of two bytes a letter
        encodings = ("utf-16-le",) if data[1::2].count(0) > data[::2].count(0) else ("utf-16-be",)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            _refuse_mixture(data)
            continue
        if not _CONTROLS.search(text) and all(
            category(letter) not in _NO_LETTERS for letter in text[:_SAMPLE]
        ):
            return text
    raise refused(
        "not_a_table",
        "This is neither an Excel workbook nor a text file with columns; save the sheet as .xlsx or .csv and try again.",
    )


def _refuse_mixture(data: bytes) -> None:
    """Refuse a file of which some lines are UTF-8 and others are not: read in either way, some would be nonsense."""
    strange, plain = 0, False
    for number, line in enumerate(data.splitlines(), start=1):
        if line.isascii():
            continue
        try:
            plain = len(_LETTERS.findall(line.decode())) > 1 or plain
        except UnicodeDecodeError:
            strange = strange or number
        if plain and strange:
            raise refused(
                "mixed_encodings",
                "The lines of the file are encoded in different ways, see line {number}; save it anew as UTF-8.",
                number=strange,
            )


def _separator(sample: str) -> str:
    """Return the separator that cuts the first rows into the same number of pieces, and most of them."""
    best, score = ",", (0, 0)
    for separator in _SEPARATORS:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row][:20]
        counts = [len(row) for row in rows[:-1] or rows]
        usual = max(set(counts), key=counts.count, default=1)
        found = (counts.count(usual) * (usual > 1), usual)
        if found > score:
            best, score = separator, found
    return best
