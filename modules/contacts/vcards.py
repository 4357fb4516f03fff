"""vCards of people: read in the versions 2.1, 3.0 and 4.0, written in 3.0, which every address book takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.sdk import FieldRefused, FileFormat, Ref, Style
from modules.contacts.address_books import PERSON, Row
from modules.contacts.person_rows import COLUMNS, PersonRow
from modules.contacts.vcard_text import Card, Property, escaped, folded, read_cards

MOST_OF_A_PHOTO = 2 * 2**20
"""Bytes of a photo; larger ones are told instead of taken."""

_LABEL = re.compile(r"_\$!<(.+)>!\$_")
_PASSED = frozenset(
    {
        "VERSION", "PRODID", "REV", "KIND", "SORT-STRING", "PROFILE", "CLASS", "X-ABLABEL", "X-ABADR", "CLIENTPIDMAP",
        "FN", "N", "ORG", "TITLE", "BDAY", "NOTE", "UID", "PHOTO", "X-ABSHOWAS", "X-ABUID", "X-IMAGETYPE",
    }
)  # fmt: skip
_GENDERS = {"M": "male", "F": "female", "O": "other"}


def read_vcards(text: str) -> Iterator[Row]:
    """Yield each card as a row."""
    for card in read_cards(text):
        if card.broken is not None:
            yield {"Last name": _broken(card.broken)}
        else:
            yield _row(card) or {"Last name": FieldRefused("empty_card", "The card is empty.")}


def _broken(line: int) -> FieldRefused:
    if line:
        return FieldRefused("broken_card", "Line {number} of the file is no line of a card.", number=line)
    return FieldRefused("unfinished_card", "The card has no end.")


def _row(card: Card) -> Row:
    person = PersonRow()
    family, given, middle, prefix, suffix = _parts(card, "N", 5)
    person.put("Salutation", prefix)
    person.put("First name", " ".join(filter(None, (given, middle))))
    person.put("Last name", " ".join(filter(None, (family, suffix))))
    company, department = _parts(card, "ORG", 2)
    person.work(company, card.first("TITLE"))
    person.put("Department", department)
    person.birthday(card.first("BDAY"))
    person.put("Notes", "\n".join(one.text for one in card.all("NOTE")))
    person.put("ID in the other program", card.first("UID"))
    labels = {one.group: one.text for one in card.all("X-ABLABEL") if one.group}
    for one in card.properties:
        _take(person, one, _LABEL.sub(r"\1", labels.get(one.group, "")))
    return {**person.cells(card.first("FN"), card.first("NICKNAME")), **_photo(card)}


def _parts(card: Card, name: str, count: int) -> list[str]:
    first = next(iter(card.all(name)), None)
    return [*(first.parts() if first else ()), *[""] * count][:count]


def _take(person: PersonRow, one: Property, label: str) -> None:
    if one.name == "TEL":
        number = one.text.removeprefix("tel:").replace(";ext=", " ext. ")
        person.number(" ".join((*sorted(one.types), label)).strip(), number)
    elif one.name == "EMAIL":
        person.email(one.text.removeprefix("mailto:"))
    elif one.name == "URL":
        person.add("Web page", one.text)
    elif one.name == "CATEGORIES":
        for category in one.parts(","):
            person.add("Tags", category)
    elif one.name == "ADR":
        _, extended, street, city, province, code, country = [*one.parts(), *[""] * 7][:7]
        lines = "\n".join(filter(None, (street, extended)))
        place = (("Street", lines), ("City", city), ("Province", province), ("Postal code", code))
        person.address({**dict(place), "Country": country}, home="home" in one.types)
    elif one.name == "GENDER":
        person.put("Gender", _GENDERS.get(one.value[:1].upper()))
    elif one.name not in _PASSED:
        person.note(label or one.name, one.text)


def _photo(card: Card) -> Row:
    """Return the photo, or why it is not taken."""
    for one in card.all("PHOTO"):
        if len(one.value) > 2 * MOST_OF_A_PHOTO:
            return {"Photo": _too_large()}
        content = one.content()
        if content is not None:
            return {"Photo": content if len(content) <= MOST_OF_A_PHOTO else _too_large()}
    return {}


def _too_large() -> FieldRefused:
    return FieldRefused(
        "large_photo",
        "The photo has more than {maximum} MB; make it smaller, or leave its column out.",
        maximum=MOST_OF_A_PHOTO // 2**20,
    )


# Writing

FIELDS = (
    "id", "first_name", "last_name", "full_name", "salutation", "account", "job_title", "department", "birth_date",
    "gender", "notes", "email", "mobile", "tags", "points", "addresses", "companies",
)  # fmt: skip
_KINDS = {"mobile": "TEL;TYPE=CELL", "phone": "TEL;TYPE=WORK,VOICE", "fax": "TEL;TYPE=FAX", "email": "EMAIL;TYPE=INTERNET",
          "url": "URL"}  # fmt: skip
_SHOWN_BY = {"mobile": "mobile", "email": "email"}
"""The field that shows the main one of a kind: whoever may not take that along gets none of the kind."""

_PLACES = {"home": "HOME", "main": "WORK"}


def write_vcards(rows: Iterable[Row], _style: Style) -> Iterator[bytes]:
    """Yield a card for each person."""
    for row in rows:
        yield "".join(map(folded, _lines(row))).encode()


def _lines(row: Row) -> Iterator[str]:
    first, last, salutation = (_said(row, name) for name in ("first_name", "last_name", "salutation"))
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield f"FN:{_said(row, 'full_name') or first or last}"
    yield f"N:{last};{first};;{salutation};"
    position = _main(_lines_of(row, "companies"))
    company, department = _said(row, "account"), _said(row, "department")
    if company or department:
        yield f"ORG:{company}" + (f";{department}" if department else "")
    title = _said(row, "job_title") or (_said(position, "role") if company else "")
    if title:
        yield f"TITLE:{title}"
    for point in sorted(_lines_of(row, "points"), key=lambda line: not line.get("is_primary")):
        yield from _point(row, point)
    for address in _lines_of(row, "addresses"):
        parts = (_said(address, name) for name in ("street", "city", "province", "postal_code", "country"))
        yield f"ADR;TYPE={_PLACES.get(str(address.get('kind')), 'POSTAL')}:;;{';'.join(parts)}"
    if row.get("birth_date"):
        yield f"BDAY:{row['birth_date']}"
    tags = row.get("tags")
    if isinstance(tags, Sequence) and tags:
        yield "CATEGORIES:" + ",".join(escaped(str(one.title)) for one in tags if isinstance(one, Ref))
    if _said(row, "notes"):
        yield f"NOTE:{_said(row, 'notes')}"
    yield f"UID:payvand:{PERSON}:{row['id']}"
    yield "END:VCARD"


def _point(row: Row, point: Row) -> Iterator[str]:
    kind = str(point.get("kind"))
    if _SHOWN_BY.get(kind) and not row.get(_SHOWN_BY[kind]):
        return
    value = _said(point, "value")
    if not value or kind not in _KINDS:
        if value:
            yield f"IMPP:{kind}:{value}"
        return
    mark = ",PREF" if point.get("is_primary") and kind != "url" else ""
    yield f"{_KINDS[kind]}{mark}:{value}"


def _lines_of(row: Row, name: str) -> list[Mapping[str, object]]:
    lines = row.get(name)
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, (list, tuple)) else []


def _main(lines: Sequence[Row]) -> Row:
    return next((line for line in lines if line.get("is_primary")), {})


def _said(row: Row, name: str) -> str:
    value = row.get(name)
    return escaped(str(value.title if isinstance(value, Ref) else value)) if value is not None else ""


VCARD = FileFormat(
    name="contacts.vcard",
    label="vCard",
    entity=PERSON,
    suffix=".vcf",
    mime="text/vcard",
    recognises=lambda head: head.lstrip(b"\xef\xbb\xbf \r\n\t")[:11].upper() == b"BEGIN:VCARD",
    columns={**COLUMNS, "Photo": "photo"},
    read=read_vcards,
    fields=FIELDS,
    write=write_vcards,
)
