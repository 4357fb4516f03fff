"""What every page must be: whole, named, in its direction, without anything inline, and in one language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tests.web.page import Element, Page

DIRECTIONS = {"fa": "rtl", "en": "ltr"}
BRANDS = {"fa": "پیوند", "en": "Payvand"}
INLINE = re.compile(r"<[a-z][^>]*\s(?:style|on[a-z]+)\s*=|javascript:", re.IGNORECASE)
UNFILLED = re.compile(r"\bNone\b|\bUndefined\b|\bTrue\b|\bFalse\b|\{\w*\}|%\(\w+\)s|&lt;|&amp;|#<")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list")
SPOKEN = ("aria-label", "placeholder", "title", "alt", "data-label", "data-confirm", "aria-description")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
CODE = re.compile(r"[a-z]+[_.][a-z]+|[A-Z]-\d{4}")
APART = re.compile("\u2068[^\u2069]*\u2069|[+0-9][0-9 -]{6,}")
"""What somebody wrote, set apart within a sentence; and telephone numbers."""

NAMES = frozenset(
    ("Excel", "CSV", "API", "PDF", "xlsx", "csv", "Ctrl", "Esc", "Alt", "Tab", "Shift", "Payvand")
)
"""Words that are the same in every language: formats and keys."""


def faults(page: Page, language: str, foreign: Collection[str] = ()) -> Iterator[str]:
    """Tell what is wrong with a whole page; ``foreign`` texts are those that nobody has translated on purpose."""
    html = page.one("html")
    if (html.get("lang"), html.get("dir")) != (language, DIRECTIONS[language]):
        yield f"lang and dir are {html.get('lang')} {html.get('dir')}"
    title = page.title
    if not title.endswith(f" · {BRANDS[language]}") or title.startswith(" ·"):
        yield f"the title is “{title}”"
    for tag in ("h1", "main"):
        if len(page.all(tag)) != 1:
            yield f"{len(page.all(tag))} of <{tag}>"
    yield from faults_of_part(page, language, foreign)
    known = {e["id"] for e in page.walk() if e.has("id")}
    for element in page.walk():
        for name in REFERENCES:
            for wanted in element.get(name).split():
                if wanted not in known and not element.inside("template"):
                    yield f"{name}={wanted} names nothing"


def faults_of_part(page: Page, language: str, foreign: Collection[str] = ()) -> Iterator[str]:
    """Tell what is wrong with a page or a piece of one."""
    for found in INLINE.findall(page.html):
        yield f"inline: {found[:80]}"
    for script in page.all("script"):
        if not script.has("src") and script.get("type") != "application/json":
            yield "an inline script"
    ids = [e["id"] for e in page.walk() if e.has("id") and not e.inside("template")]
    yield from (f"id twice: {one}" for one in sorted({one for one in ids if ids.count(one) > 1}))
    for form in page.all("form", method="post"):
        if not form.all("input", name="csrf"):
            yield f"no token in the form to {form.get('action')}"
    yield from _levels(page)
    for element, text in said(page):
        if UNFILLED.search(text):
            yield f"not filled in: “{text[:80]}”"
        if language == "fa" and text.partition(" (")[0] not in foreign:
            yield from _left(element, text)


def _levels(page: Page) -> Iterator[str]:
    main = page.all("main")
    before = 1
    for heading in (e for e in (main[0] if main else page).walk() if re.fullmatch("h[1-6]", e.tag)):
        level = int(heading.tag[1])
        if level > before + 1:
            yield f"<{heading.tag}> after <h{before}>: {heading.text}"
        before = level


def said(page: Page) -> Iterator[tuple[Element, str]]:
    """Yield what a page itself says, with the element: not what people wrote, nor what is data."""
    for element in page.walk():
        if _is_data(element):
            continue
        for child in element.children:
            if isinstance(child, str) and child.strip():
                yield element, child.strip()
        for name in SPOKEN:
            if element.get(name) and not (name == "data-label" and "merge" in _table(element)):
                yield element, element[name]


def _table(cell: Element) -> str:
    """Return the class of the table around a cell."""
    return cell.get("class") if cell.tag == "table" or cell.parent is None else _table(cell.parent)


def _is_data(element: Element) -> bool:
    """Tell whether its text is set apart: written by people, of another language or direction, or for machines."""
    if element.tag == "title" and element.inside("head"):
        return True
    if element.tag == "option" and element.get("value").isdigit():
        return True
    if element.tag == "input" and element.inside("tbody"):  # its name carries the title of the row
        return True
    at: Element | None = element
    while at is not None:
        if at.tag in ("script", "bdi", "time", "textarea", "code") or "av" in at.get("class").split():
            return True
        if at.get("dir") in ("ltr", "auto") or (at.has("lang") and at.tag != "html"):
            return True
        at = at.parent
    return False


def _left(element: Element, text: str) -> Iterator[str]:
    """Tell what stands in English on a Persian page: a word, or a digit."""
    text = APART.sub("", text)
    words = set(ENGLISH.findall(text)) - NAMES
    if words and not re.search("[آ-ی]", text) and not CODE.search(text):
        yield f"English in <{element.tag}>: “{text[:60]}”"
    if re.search("[0-9]", text) and not CODE.search(text):
        yield f"English digits in <{element.tag} class={element.get('class')}>: “{text[:60]}”"
