"""vCards of people: read in the versions 2.1, 3.0 and 4.0, written in 3.0, which every address book takes, and in 4.0."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.sdk import FieldRefused, FileFormat
from modules.contacts.address_books import PERSON, Row
from modules.contacts.person_rows import COLUMNS, PersonRow
from modules.contacts.vcard_text import Card, Property, read_cards
from modules.contacts.vcard_writing import FIELDS, GENDERS, MARK, OWN, SAID, bar, write_vcards

MOST_OF_A_PHOTO = 2 * 2**20
"""Bytes of a photo; larger ones are told instead of taken."""

_LABEL = re.compile(r"_\$!<(.+)>!\$_")
_GENDERS = {letter: name for name, letter in GENDERS.items()}
_MESSENGERS = frozenset({"telegram", "bale", "eitaa", "whatsapp"})
_SAID_IN = {"job_title": "Job title", "preferred_language": "Preferred language", "preferred_channel": "Preferred channel"}  # fmt: skip
_LINES_IN = {"points": "Ways to reach them", "addresses": "Addresses", "companies": "Companies"}
_FURTHER = {
    "Preferred language": "preferred_language",
    "Preferred channel": "preferred_channel",
    **{label: name for name, label in _LINES_IN.items()},
}
"""Columns that only our own cards fill: what a card has no usual place for."""

_OWN_LINES = {OWN[name]: label for name, label in _LINES_IN.items()}
_OWN_WORDS = {SAID[name]: label for name, label in _SAID_IN.items()}
_PASSED = frozenset(
    {
        "VERSION", "PRODID", "REV", "KIND", "SORT-STRING", "PROFILE", "CLASS", "X-ABLABEL", "X-ABADR", "CLIENTPIDMAP",
        "FN", "N", "ORG", "TITLE", "BDAY", "NOTE", "UID", "PHOTO", *_OWN_LINES, *_OWN_WORDS, "X-ABSHOWAS", "X-ABUID", "X-IMAGETYPE",
    }
)  # fmt: skip
_ORDERED = frozenset({"TEL", "EMAIL", "URL"})


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
    if _is_told(card, "ORG"):
        company = ""
    for name, column in _OWN_WORDS.items():
        person.put(column, card.first(name))
    person.work(company, "" if _is_told(card, "TITLE") else card.first("TITLE"))
    person.put("Department", department)
    person.birthday(card.first("BDAY"))
    person.put("Notes", "\n".join(one.text for one in card.all("NOTE")))
    for name, column in _OWN_LINES.items():
        for one in card.all(name):
            person.line(column, one.text)
    person.put("ID in the other program", card.first("UID"))
    labels = {one.group: one.text for one in card.all("X-ABLABEL") if one.group}
    for one in sorted(card.properties, key=_rank):
        _take(person, one, _LABEL.sub(r"\1", labels.get(one.group, "")))
    return {**person.cells(card.first("FN"), card.first("NICKNAME")), **_photo(card)}


def _parts(card: Card, name: str, count: int) -> list[str]:
    first = next(iter(card.all(name)), None)
    return [*(first.parts() if first else ()), *[""] * count][:count]


def _is_told(card: Card, name: str) -> bool:
    """Tell whether the first property of a name repeats what a line of our own says."""
    return any(MARK in one.params for one in card.all(name)[:1])


def _rank(one: Property) -> int:
    """Return the place of a property among those of its name: what is preferred comes first."""
    if one.name not in _ORDERED:
        return 0
    preferred = one.params.get("PREF", "")
    return (
        int(preferred) if preferred.isdecimal() and len(preferred) < 4 else 1 if "pref" in one.types else 101
    )


def _take(person: PersonRow, one: Property, label: str) -> None:
    if MARK in one.params:
        return
    if one.name == "IMPP" and one.text.partition(":")[0].lower() in _MESSENGERS:
        kind, _, address = one.text.partition(":")
        person.line(_LINES_IN["points"], f"kind: {kind.lower()} | value: {bar(address)}")
    elif one.name == "TEL":
        number = one.text.removeprefix("tel:").replace(";ext=", " ext. ")
        person.number(" ".join((*sorted(one.types), label)).strip(), number)
    elif one.name == "EMAIL":
        person.email(one.text.removeprefix("mailto:"))
    elif one.name == "URL":
        person.add("Web page", one.text)
    elif one.name == "CATEGORIES":
        for category in one.parts(","):
            person.tag(category)
    elif one.name == "ADR":
        _, extended, street, city, province, code, country = [*one.parts(), *[""] * 7][:7]
        lines = "\n".join(filter(None, (street, extended)))
        place = (("Street", lines), ("City", city), ("Province", province), ("Postal code", code))
        person.address({**dict(place), "Country": country}, home="home" in one.types)
    elif one.name in ("GENDER", "X-GENDER"):
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


VCARD = FileFormat(
    name="contacts.vcard",
    label="vCard",
    entity=PERSON,
    suffix=".vcf",
    mime="text/vcard",
    recognises=lambda head: head.lstrip(b"\xef\xbb\xbf \r\n\t")[:11].upper() == b"BEGIN:VCARD",
    columns={**COLUMNS, **_FURTHER, "Photo": "photo"},
    read=read_vcards,
    fields=FIELDS,
    write=write_vcards("3.0"),
)
VCARD_4 = FileFormat(
    name="contacts.vcard4",
    label="vCard 4.0",
    entity=PERSON,
    suffix=".vcf",
    code="vcf4",
    mime="text/vcard",
    fields=FIELDS,
    write=write_vcards("4.0"),
)
