"""The text of vCards: cards divided into properties, folded lines, escapes and quoted-printable (RFC 6350, 2426, vCard 2.1)."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_LINE = re.compile(
    r'(?:(?P<group>[\w-]+)\.)?(?P<name>[A-Za-z][\w-]*)(?P<params>(?:;(?:"[^"]*"|[^":;])*)*):(?P<value>.*)',
    re.DOTALL,
)
_PARAM = re.compile(r';((?:"[^"]*"|[^";])*)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHARSET = re.compile(r"utf-?8|utf-?16(?:-?[lb]e)?|(?:cp|windows-)125[26]|iso-?8859-\d{1,2}", re.IGNORECASE)
"""What a card may say of how its letters are written; names of codecs that do anything else are not followed."""

_PACKED = frozenset({"b", "base64"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A line of a card: ``TEL;TYPE=cell:…``; names are in capitals, types in small letters."""

    name: str
    value: str
    group: str = ""
    types: frozenset[str] = frozenset()
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value as people read it."""
        return unescaped(self.value)

    def parts(self, mark: str = ";") -> list[str]:
        """Return the parts of a value that has several."""
        found, part = [], ""
        for piece in re.findall(rf"\\.|{mark}|[^\\{mark}]+|\\", self.value, re.DOTALL):
            if piece == mark:
                found.append(part)
                part = ""
            else:
                part += piece
        return [unescaped(one).strip() for one in (*found, part)]

    def content(self) -> bytes | None:
        """Return the bytes that the value holds, None where it only says where they are."""
        value = self.value.strip()
        inline = re.match(r"data:[^,;]*;base64,", value)
        if inline is None and self.params.get("ENCODING", "").lower() not in _PACKED:
            return None
        try:
            return binascii.a2b_base64(value[inline.end() :] if inline else value)
        except binascii.Error:
            return None


@dataclass(kw_only=True, slots=True)
class Card:
    """One card; ``broken`` tells the line at which it cannot be read, 0 where the card has no end."""

    properties: list[Property] = field(default_factory=list)
    broken: int | None = None

    def all(self, *names: str) -> Sequence[Property]:
        """Return the properties of these names."""
        return [one for one in self.properties if one.name in names]

    def first(self, name: str) -> str:
        """Return the text of the first property of a name, empty where there is none."""
        return next((one.text.strip() for one in self.properties if one.name == name), "")


def read_cards(text: str) -> Iterator[Card]:
    """Yield the cards of a file; one that is broken says so, and those after it are read."""
    card: Card | None = None
    for number, line in _unfolded(text):
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            if card is not None:
                card.broken = card.broken or 0
                yield card
            card = Card()
        elif word == "END:VCARD":
            if card is not None:
                yield card
            card = None
        elif card is not None and line.strip():
            found = _property(line)
            if found is not None:
                card.properties.append(found)
            elif card.broken is None:
                card.broken = number
    if card is not None:
        card.broken = card.broken or 0
        yield card


def unescaped(text: str) -> str:
    """Return text without its escapes."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def escaped(text: str) -> str:
    """Return text as a value of a card holds it."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"([\\,;])", r"\\\1", plain).replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a line divided so that none has more than 75 bytes, as every reader takes it."""
    if line.isascii():
        rest = [line[start : start + 74] for start in range(75, len(line), 74)]
        return "\r\n ".join((line[:75], *rest)) + "\r\n"
    pieces, room, piece = [], 75, b""
    for letter in line:
        packed = letter.encode("utf-8", "replace")
        if len(piece) + len(packed) > room:
            pieces.append(piece.decode())
            piece, room = b"", 74
        piece += packed
    pieces.append(piece.decode())
    return "\r\n ".join(pieces) + "\r\n"


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield whole lines with the number of their first one."""
    parts: list[str] = []
    start, soft, packed = 0, False, False
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        goes_on = bool(parts) and (soft or line[:1] in (" ", "\t") or (packed and line and ":" not in line))
        if goes_on:
            parts.append(line if soft else line[1:] if line[:1] in (" ", "\t") else line)
        else:
            if parts:
                yield start, "".join(parts)
            parts, start = [line], number
            head = line.partition(":")[0].upper()
            quoted, packed = "QUOTED-PRINTABLE" in head, "BASE64" in head or "ENCODING=B" in head
        soft = quoted and line.endswith("=")
        if soft:
            parts[-1] = parts[-1][:-1]
    if parts:
        yield start, "".join(parts)


def _property(line: str) -> Property | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    params: dict[str, str] = {}
    types: set[str] = set()
    for given in _PARAM.findall(found["params"]):
        name, equals, value = given.partition("=")
        if not equals or name.upper() == "TYPE":
            types.update(part.strip().lower() for part in (value or name).replace('"', "").split(","))
        else:
            params[name.upper()] = value.strip('"')
    if types & {"quoted-printable", "base64"}:  # vCard 2.1 leaves out what kind of parameter it is
        params["ENCODING"] = next(iter(types & {"quoted-printable", "base64"}))
    value = found["value"]
    if params.get("ENCODING", "").lower() == "quoted-printable":
        value = _unquoted(value, params.get("CHARSET", "utf-8"))
    return Property(
        name=found["name"].upper(),
        value=value,
        group=(found["group"] or "").lower(),
        types=frozenset(types),
        params=params,
    )


def _unquoted(value: str, charset: str) -> str:
    packed = quopri.decodestring(value.encode("utf-8", "surrogatepass"))
    named = (charset,) if _CHARSET.fullmatch(charset.strip()) else ()
    for encoding in (*named, "utf-8", "cp1256"):
        try:
            return packed.decode(encoding).replace("\r\n", "\\n").replace("\n", "\\n")
        except (UnicodeError, LookupError):
            continue
    return packed.decode("utf-8", "replace")
