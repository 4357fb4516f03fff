"""Text → tokens, in one pass; what people write by habit of other languages is refused with the right spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from core.expressions.limits import DECIMALS, MAX_INTEGER_DIGITS, MAX_TEXT
from core.expressions.nodes import Position
from core.expressions.problems import refuse

WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<number>[0-9](?:_?[0-9])*(?:\.[0-9](?:_?[0-9])*)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<given>\$[A-Za-z_][A-Za-z0-9_]*)
  | (?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
  | (?P<habit>===|!==|<>|&&|\|\||=>|=<|\*\*|//|=(?!=)|!(?!=))
  | (?P<sign>==|!=|<=|>=|[-<>+*/()\[\],.])
    """,
    re.VERBOSE,
)
_HABITS = {
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "&&": "and",
    "||": "or",
    "=": "==",
    "!": "not",
    "=>": ">=",
    "=<": "<=",
}
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What a text may not hold: control characters but tab and line feed, and halves of surrogate pairs."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: ``kind`` is number, text, name, word, given, sign or end."""

    kind: str
    source: str
    at: Position
    value: int | Decimal | str = ""

    def shown(self) -> str:
        """Return the token for an error message."""
        return self.source[:40]


def tokens(text: str) -> list[Token]:
    """Cut ``text`` into tokens, the last of kind ``end``; raise `ExpressionInvalid` at the first that is none."""
    if len(text) > MAX_TEXT:
        raise refuse(
            "too_long",
            "{line}:{column}: the expression has {length} characters; {limit} are allowed.",
            Position(1, 1),
            length=len(text),
            limit=MAX_TEXT,
        )
    found: list[Token] = []
    place, line, line_start = 0, 1, 0
    while place < len(text):
        at = Position(line, place - line_start + 1)
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(text[place:], at)
        source, kind = match.group(), match.lastgroup or ""
        if kind == "space":
            line += source.count("\n")
            line_start = place + source.rfind("\n") + 1 if "\n" in source else line_start
        else:
            found.append(_token(kind, source, at))
        place = match.end()
        if kind == "number" and _TOKEN.match(text, place) and text[place].isalpha():
            raise refuse(
                "bad_number", "{line}:{column}: a number ends before {found}.", at, found=text[place]
            )
    found.append(Token("end", "", Position(line, place - line_start + 1)))
    return found


def _token(kind: str, source: str, at: Position) -> Token:
    match kind:
        case "number":
            return Token(kind, source, at, _number(source, at))
        case "text":
            return Token(kind, source, at, _text(source, at))
        case "habit":
            raise _habit(source, at)
        case "name" if source in WORDS:
            return Token("word", source, at)
        case _:
            return Token(kind, source, at)


def _number(source: str, at: Position) -> int | Decimal:
    whole, _, decimals = source.replace("_", "").partition(".")
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS or len(decimals) > DECIMALS:
        raise refuse(
            "bad_number",
            "{line}:{column}: a number has at most {digits} digits before and {decimals} after the point.",
            at,
            digits=MAX_INTEGER_DIGITS,
            decimals=DECIMALS,
        )
    return Decimal(f"{whole}.{decimals}") if decimals else int(whole)


def _text(source: str, at: Position) -> str:
    def resolved(match: re.Match[str]) -> str:
        char = match.group(1)
        if char not in _ESCAPED:
            raise refuse(
                "bad_escape",
                "{line}:{column}: \\{char} means nothing in a text; a backslash is \\\\.",
                at,
                char=char,
            )
        return _ESCAPED[char]

    value = _ESCAPE.sub(resolved, source[1:-1])
    if _UNFIT.search(value):
        raise refuse("bad_text", "{line}:{column}: the text holds a character that cannot be stored.", at)
    return value


def _habit(source: str, at: Position) -> Exception:
    right = _HABITS.get(source)
    if right is None:
        return refuse("unknown_sign", "{line}:{column}: there is no operator {found}.", at, found=source)
    return refuse(
        "other_language", "{line}:{column}: write {right} instead of {found}.", at, right=right, found=source
    )


def _unreadable(rest: str, at: Position) -> Exception:
    char = rest[0]
    if char in "'\"":
        return refuse(
            "open_text", "{line}:{column}: this text is not closed by {quote} on its line.", at, quote=char
        )
    if char in "“”„‘’«»`´":
        return refuse("curly_quote", "{line}:{column}: write texts between straight quotes, 'like this'.", at)
    if char.isdigit():
        return refuse(
            "bad_digit", "{line}:{column}: write numbers with the digits 0 to 9, not {found}.", at, found=char
        )
    if char.isalpha():
        return refuse(
            "bad_name",
            "{line}:{column}: names are written in Latin letters, texts between quotes; {found} is neither.",
            at,
            found=char,
        )
    return refuse(
        "unknown_character",
        "{line}:{column}: the character {found} means nothing here.",
        at,
        found=char if char.isprintable() else f"U+{ord(char):04X}",
    )
