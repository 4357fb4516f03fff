"""People as vCards, in version 3.0, which every address book takes, or 4.0.

What a card has no place for stands in properties of our own, which other programs pass over: whole lines of ways to
reach somebody, of addresses and positions. The usual properties that tell the same are then marked as told, so that a
card that comes back brings nothing twice. Who keeps a person, and by which codes, is no business of a card.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from core.sdk import Ref, Style
from modules.contacts.address_books import PERSON, Row
from modules.contacts.person_rows import PersonRow
from modules.contacts.vcard_text import escaped, folded

FIELDS = (
    "id", "first_name", "last_name", "full_name", "salutation", "account", "job_title", "department", "birth_date",
    "gender", "preferred_language", "preferred_channel", "notes", "email", "mobile", "tags", "points", "addresses",
    "companies", "photo",
)  # fmt: skip
MARK = "X-PAYVAND"
TOLD = f";{MARK}=told"
OWN = {"points": f"{MARK}-POINT", "addresses": f"{MARK}-ADDRESS", "companies": f"{MARK}-POSITION"}
"""Properties that hold a line of a list each."""

_OF_LINES = {
    "points": ("kind", "value", "ext", "label", "is_primary", "invalid", "invalid_reason"),
    "addresses": ("kind", "country", "province", "county", "city", "street", "plaque", "unit", "postal_code"),
    "companies": ("account", "role", "is_primary", "from_date", "to_date", "inactive"),
}
SAID = {"job_title": f"{MARK}-JOB-TITLE", "preferred_language": f"{MARK}-LANGUAGE", "preferred_channel": f"{MARK}-CHANNEL"}  # fmt: skip
GENDERS = {"female": "F", "male": "M", "other": "O"}

_KINDS = {"3.0": {"mobile": "TEL;TYPE=CELL", "phone": "TEL;TYPE=WORK,VOICE", "fax": "TEL;TYPE=FAX",
                  "email": "EMAIL;TYPE=INTERNET", "url": "URL"},
          "4.0": {"mobile": "TEL;TYPE=cell", "phone": 'TEL;TYPE="work,voice"', "fax": "TEL;TYPE=fax",
                  "email": "EMAIL", "url": "URL"}}  # fmt: skip
_PREFERRED = {"3.0": ",PREF", "4.0": ";PREF=1"}
_COLUMNS = {"mobile": "Mobile", "phone": "Phone", "fax": "Fax", "email": "E-mail", "url": "Web page"}
_SHOWN_BY = {"mobile": "mobile", "email": "email"}
"""The field that shows the main one of a kind: whoever may not take that along gets none of the kind."""

_PLACES = {"home": "HOME", "main": "WORK"}
_PARTS = ("street", "city", "province", "postal_code", "country")


def write_vcards(version: str) -> Callable[[Iterable[Row], Style], Iterator[bytes]]:
    """Return what writes a card of a version for each person."""
    return partial(_cards, version)


def _cards(version: str, rows: Iterable[Row], _style: Style) -> Iterator[bytes]:
    for row in rows:
        yield "".join(map(folded, _lines(row, version))).encode()


def _lines(row: Row, version: str) -> Iterator[str]:
    first, last, salutation = (_said(row, name) for name in ("first_name", "last_name", "salutation"))
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"FN:{_said(row, 'full_name') or first or last}"
    yield f"N:{last};{first};;{salutation};"
    yield from _work(row)
    yield from _points(row, version)
    yield from _addresses(row)
    if row.get("birth_date"):
        yield f"BDAY:{row['birth_date']}"
    gender = GENDERS.get(str(row.get("gender")))
    if gender:
        yield f"{'GENDER' if version == '4.0' else 'X-GENDER'}:{gender}"
    yield from (
        f"{SAID[name]}:{_said(row, name)}" for name in SAID if name != "job_title" and _said(row, name)
    )
    tags = row.get("tags")
    if isinstance(tags, Sequence) and tags:
        yield "CATEGORIES:" + ",".join(escaped(str(one.title)) for one in tags if isinstance(one, Ref))
    if _said(row, "notes"):
        yield f"NOTE:{_said(row, 'notes')}"
    yield from _photo(row, version)
    yield f"UID{';VALUE=text' if version == '4.0' else ''}:payvand:{PERSON}:{row['id']}"
    yield "END:VCARD"


def _work(row: Row) -> Iterator[str]:
    """Yield where somebody works and as what; several positions, or one with dates, have lines of their own."""
    lines = _lines_of(row, "companies")
    company, department, job = (_said(row, name) for name in ("account", "department", "job_title"))
    role = next((_said(line, "role") for line in lines if line.get("is_primary")), "") if company else ""
    whole = bool(company) and (
        len(lines) > 1
        or any(_is_more(line, "companies", ("account", "role", "is_primary")) for line in lines)
    )
    if whole:
        yield from _whole("companies", lines)
    if company or department:
        yield f"ORG{TOLD if whole else ''}:{company}" + (f";{department}" if department else "")
    if company and job:
        yield f"{SAID['job_title']}:{job}"
    if role:
        yield f"TITLE{TOLD if whole else ''}:{role}"
    elif job:
        yield f"TITLE{TOLD if company else ''}:{job}"


def _points(row: Row, version: str) -> Iterator[str]:
    """Yield the ways to reach somebody; those of a kind that do not all read back as they are have whole lines."""
    lines = sorted(_lines_of(row, "points"), key=lambda line: not line.get("is_primary"))
    shown = [line for line in lines if _is_shown(row, str(line.get("kind")))]
    whole = {str(line.get("kind")) for line in shown if not _reads_back(line)}
    for line in shown:
        kind, value = str(line.get("kind")), _said(line, "value")
        mark = TOLD if kind in whole else ""
        if mark:
            yield from _whole("points", [line])
        if value and kind in _KINDS[version]:
            preferred = _PREFERRED[version] if line.get("is_primary") and kind != "url" else ""
            yield f"{_KINDS[version][kind]}{preferred}{mark}:{value}"
        elif value:
            yield f"IMPP{mark}:{kind}:{value}"


def _is_shown(row: Row, kind: str) -> bool:
    return kind not in _SHOWN_BY or bool(row.get(_SHOWN_BY[kind]))


def _reads_back(line: Row) -> bool:
    """Tell whether a way to reach somebody comes back out of its usual property as what it is."""
    kind, value = str(line.get("kind")), str(line.get("value") or "")
    if kind not in _COLUMNS or _is_more(line, "points", ("kind", "value", "is_primary")):
        return False
    person = PersonRow()
    if kind == "email":
        person.email(value)
    elif kind == "url":
        person.add("Web page", value)
    else:
        person.number({"mobile": "cell", "phone": "voice work", "fax": "fax"}[kind], value)
    cells = person.cells("-")
    return cells.get(_COLUMNS[kind]) == value and not any(
        mark in value for mark in (",", ";", "،", "؛", ":::")
    )


def _addresses(row: Row) -> Iterator[str]:
    lines = _lines_of(row, "addresses")
    kinds = [str(line.get("kind")) for line in lines]
    whole = any(
        kind not in _PLACES or kinds.count(kind) > 1 or _is_more(line, "addresses", ("kind", *_PARTS))
        for kind, line in zip(kinds, lines, strict=True)
    )
    if whole:
        yield from _whole("addresses", lines)
    for kind, line in zip(kinds, lines, strict=True):
        parts = ";".join(_said(line, name) for name in _PARTS)
        yield f"ADR;TYPE={_PLACES.get(kind, 'POSTAL')}{TOLD if whole else ''}:;;{parts}"


def _photo(row: Row, version: str) -> Iterator[str]:
    content = row.get("photo")
    if isinstance(content, bytes) and content:
        kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
        text = base64.b64encode(content).decode()
        usual = f"PHOTO;ENCODING=b;TYPE={kind.upper()}:{text}"
        yield f"PHOTO:data:image/{kind};base64,{text}" if version == "4.0" else usual


def _whole(name: str, lines: Iterable[Row]) -> Iterator[str]:
    """Yield lines with all that they say, in the form in which a cell holds lines."""
    for line in lines:
        parts = {key: _text(line.get(key)) for key in _OF_LINES[name]}
        told = [f"{key}: {bar(text)}" for key, text in parts.items() if text]
        yield f"{OWN[name]}:{escaped(' | '.join(told))}"


def bar(text: str) -> str:
    """Return a value of a line as a cell of lines holds it."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else ""
        case Ref():
            return value.title or ""
        case None:
            return ""
        case _:
            return str(value)


def _is_more(line: Row, name: str, told: Sequence[str]) -> bool:
    """Tell whether a line says anything that a usual property has no place for."""
    return any(_text(line.get(key)) for key in _OF_LINES[name] if key not in told)


def _lines_of(row: Row, name: str) -> list[Mapping[str, object]]:
    lines = row.get(name)
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, (list, tuple)) else []


def _said(row: Row, name: str) -> str:
    value = row.get(name)
    return escaped(str(value.title or "") if isinstance(value, Ref) else str(value)) if value else ""
