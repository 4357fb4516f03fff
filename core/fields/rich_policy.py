"""What formatted text may hold: the one allow-list, held on every write and again wherever such text is shown.

What is no HTML is plain text, with an empty line between paragraphs: so a text that was there before its field could be
formatted, and one that somebody types without a script, read as they were written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

import nh3
from markupsafe import Markup

TAGS = frozenset(
    [
        "p",
        "br",
        "strong",
        "em",
        "u",
        "s",
        "code",
        "pre",
        "blockquote",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "hr",
        "a",
    ]
)
"""What the editor makes, and no more: it would lose anything else as soon as somebody edits the text."""

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
LONGEST_ADDRESS = 2000
REL = "noopener noreferrer nofollow"

_DIRECTED = ("p", "h3", "h4", "ul", "ol", "blockquote")
_LEADING = frozenset({"ul", "ol", "blockquote"})
_LED = re.compile(rf"<(/?)({'|'.join(_DIRECTED)})\b[^>]*>")
_SILENT = frozenset(
    [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "svg",
        "math",
        "noscript",
        "title",
        "textarea",
        "select",
        "head",
    ]
)
"""Elements whose content is no text of the document."""

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_SILENT),
    attributes={"a": {"href"}, "ol": {"start"}, "*": set()},  # unless told, all elements keep title and lang
    attribute_filter=lambda _tag, name, value: _ATTRIBUTES[name](value) if name in _ATTRIBUTES else value,
    url_schemes=set(SCHEMES),
    url_relative="deny",
    link_rel=REL,
    # Persian and English paragraphs stand side by side, each in its own direction.
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in _DIRECTED},
)
_KNOWN = "|".join(
    sorted((*TAGS, "b", "i", "del", "strike", "div", "span", "h1", "h2", "table", "tr", "td", "img"))
)
_MARKUP = re.compile(rf"</?(?:{_KNOWN}|script|style|html|body)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:p|h3|h4|ul|ol|li|blockquote|pre|hr)\b")
_OTHERS = {
    "b": "strong",
    "i": "em",
    "del": "s",
    "strike": "s",
    "div": "p",
    "h1": "h3",
    "h2": "h3",
    "h5": "h4",
    "h6": "h4",
}
_OTHER = re.compile(rf"<(/?)({'|'.join(_OTHERS)})(?=[\s/>])", re.IGNORECASE)
_CELL, _ROW = re.compile(r"</t[dh]\s*>", re.IGNORECASE), re.compile(r"</tr\s*>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_UNFIT = re.compile(r"""[\s<>"'`\\\x00-\x20\x7f-\x9f]""")
_TAG = re.compile(r"<(/?)([a-z][^\s<>/]*)[^<>]*>?", re.IGNORECASE)
_SINGLE = frozenset(
    [
        "br",
        "hr",
        "img",
        "input",
        "meta",
        "link",
        "col",
        "wbr",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "dt",
        "dd",
        "option",
        "o:p",
    ]
)
"""Elements without an end, and those whose end people leave out."""

_REOPENED = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)

DEEPEST = 60
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


def _address(value: str) -> str | None:
    address = value.strip()
    return None if len(address) > LONGEST_ADDRESS or _UNFIT.search(address) else address


def _start(value: str) -> str | None:
    return value if _NUMBER.fullmatch(value) else None


_ATTRIBUTES: dict[str, Callable[[str], str | None]] = {"href": _address, "start": _start}


def sanitized(markup: str) -> str:
    """Return markup with nothing in it but what the policy allows, whatever it was; twice is the same as once."""
    for _ in range(4):
        found = _led_by_lists(_CONTROL.sub("", _CLEANER.clean(markup)))
        if found == markup:
            break
        markup = found
    return markup if found == markup else _from_plain(plain_text(found))


def _led_by_lists(markup: str) -> str:
    """Take the direction of their own from what stands in lists and quotations.

    These have that of the first letter in them, and to a browser what has a direction of its own is not in them: the
    marks of a Persian list would stand on the left.
    """
    depth = 0

    def led(tag: re.Match[str]) -> str:
        nonlocal depth
        if tag[2] not in _LEADING:
            return tag[0].replace(' dir="auto"', "") if depth else tag[0]
        depth += -1 if tag[1] else 1
        return tag[0]

    return _LED.sub(led, markup)


def is_html(text: str) -> bool:
    """Tell whether a text holds any element that documents are made of."""
    return _MARKUP.search(text) is not None


def as_html(text: str) -> str:
    """Return a text, formatted or plain, as clean markup; elements of other kinds become those nearest to them."""
    if not is_html(text):
        return _from_plain(text)
    if _is_deep(text):
        return _from_plain(html.unescape(_TAG.sub("", text)))
    known = _ROW.sub("<br>", _CELL.sub(" ", text))
    found = sanitized(_OTHER.sub(lambda found: f"<{found[1]}{_OTHERS[found[2].lower()]}", known))
    # Text in no paragraph has no direction of its own, and in no element it would be taken for plain text next time.
    return sanitized(f"<p>{found}</p>") if found and not _BLOCK.search(found) else found


def _is_deep(text: str) -> bool:
    """Tell whether elements are nested so deeply that reading them would take minutes: no real text is."""
    still_open: list[str] = []
    for closing, written in _TAG.findall(text):
        name = written.lower()
        if closing and name in still_open:
            at = len(still_open) - 1 - still_open[::-1].index(name)
            # Browsers close what is inside, but open what only formats anew behind it; and that closes nothing else.
            inside = still_open[at + 1 :]
            still_open[at:] = inside if name in _REOPENED else [one for one in inside if one in _REOPENED]
        elif not closing and name not in _SINGLE:
            still_open.append(name)
            if len(still_open) > DEEPEST:
                return True
    return False


def _from_plain(text: str) -> str:
    paragraphs = (part for part in _PARAGRAPHS.split(text.strip()) if part)
    return sanitized(
        "".join(f"<p>{html.escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in paragraphs)
    )


def rich_markup(text: str) -> Markup:
    """Return formatted or plain text for a page or paper, cleaned again whatever the database holds."""
    return Markup(as_html(text))  # noqa: S704  # the one place where markup of users reaches a page, cleaned right here


def plain_text(markup: str) -> str:
    """Return the words of markup, one block a line, items of lists with a mark."""
    reader = _Words()
    reader.feed(markup)
    reader.close()
    return "\n".join(line.rstrip() for line in "".join(reader.found).strip().split("\n"))


class _Words(HTMLParser):
    """Gathers the words of clean markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._lists: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line where a block begins."""
        if tag in ("ul", "ol"):
            self._line(1)
            self._lists.append(0 if tag == "ul" else int(dict(attrs).get("start") or 1))
        elif tag == "li":
            self._line(1)
            self.found.append(self._mark())
        elif tag == "br":
            self.found.append("\n")
        elif tag == "hr":
            self._line(1)
            self.found.append("—\n")
        elif tag in ("p", "h3", "h4", "pre", "blockquote") and not self._after_mark():
            self._line(1)

    def handle_endtag(self, tag: str) -> None:
        """End a line where a block ends; an empty line stands between paragraphs."""
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in ("p", "h3", "h4", "pre", "blockquote", "ul", "ol"):
            self._line(1 if self._lists else 2)

    def handle_data(self, data: str) -> None:
        """Take text as it stands."""
        self.found.append(data)

    def _mark(self) -> str:
        if not self._lists or not self._lists[-1]:
            return "• "
        number = self._lists[-1]
        self._lists[-1] += 1
        return f"{number}. "

    def _after_mark(self) -> bool:
        return bool(self.found) and self.found[-1].endswith((". ", "• ")) and bool(self._lists)

    def _line(self, breaks: int) -> None:
        """End the line, with so many breaks in all."""
        while self.found and not self.found[-1]:
            self.found.pop()
        if not self.found:
            return
        there = len(self.found[-1]) - len(self.found[-1].rstrip("\n"))
        self.found.append("\n" * max(breaks - there, 0))
