"""Pages as a person without JavaScript meets them: what is on them, and forms that can be filled in and sent."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from werkzeug.datastructures import MultiDict

VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "use", "path"}
)
CLOSED_BY = {"option": {"option"}, "li": {"li"}}


class Element:
    """One element with its attributes and children; text is a child too."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None = None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute, or the default where there is none."""
        return self.attributes.get(name, default)

    def has(self, name: str) -> bool:
        """Tell whether there is the attribute."""
        return name in self.attributes

    def all(self, tag: str = "", *, cls: str = "", **wanted: str) -> list[Element]:
        """Return the elements inside with this tag, class and these attributes (``_`` stands for a hyphen)."""
        asked = {
            name.strip("_").replace("_", "-") if name != "__row" else name: value
            for name, value in wanted.items()
        }
        return [
            e
            for e in self.walk()
            if (not tag or e.tag == tag)
            and (not cls or cls in e.get("class").split())
            and all(e.has(n) and (v is ... or e.get(n) == v) for n, v in asked.items())
        ]

    def one(self, tag: str = "", *, cls: str = "", **wanted: str) -> Element:
        """Return the only such element."""
        found = self.all(tag, cls=cls, **wanted)
        assert len(found) == 1, f"{len(found)} of {tag} {cls} {wanted}"
        return found[0]

    def walk(self) -> Iterator[Element]:
        """Yield all elements inside, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    @property
    def text(self) -> str:
        """The text inside, with single spaces."""
        return " ".join(" ".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("script", "template", "style"):
                yield from child._texts()

    def inside(self, tag: str) -> bool:
        """Tell whether some element around this one has the tag."""
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))


class Page(Element):
    """A whole page."""

    def __init__(self, html: str) -> None:
        super().__init__("#page", {})
        self.html = html
        _Reader(self).feed(html)

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.one("head").one("title").text

    @property
    def main(self) -> Element:
        """What the page is about."""
        return self.one("main")

    def form(self, **wanted: str) -> Form:
        """Return the only form with these attributes, ready to be filled in."""
        return Form(self.one("form", **wanted))

    def form_to(self, address: str) -> Form:
        """Return the only form that is sent to this address."""
        return self.form(action=address)

    @property
    def problems(self) -> list[str]:
        """What the page refuses, in its words."""
        return [e.text for e in self.all(role="alert")]

    def rows(self) -> list[list[str]]:
        """Return the texts of the cells of a list, without the boxes to choose rows."""
        return [
            [td.text for td in tr.all("td")][1:] for tr in self.one("table", cls="tbl").one("tbody").all("tr")
        ]


class Form:
    """A form as it stands on its page: what would be sent if a person just pressed the button."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.get("action")
        self.data: MultiDict[str, Any] = MultiDict(_successful(element))

    def __getitem__(self, name: str) -> str:
        return str(self.data[name])

    def names(self) -> set[str]:
        """Return the names that would be sent."""
        return set(self.data)

    def filled(self, values: dict[str, Any]) -> MultiDict[str, Any]:
        """Return what is sent after these values were typed; None empties a box, a list chooses several."""
        data = self.data.copy()
        for name, value in values.items():
            data.poplist(name)
            for one in value if isinstance(value, list) else [] if value is None else [value]:
                data.add(name, one)
        return data


def _successful(form: Element) -> Iterator[tuple[str, str]]:
    for e in form.walk():
        name = e.get("name")
        if not name or e.has("disabled") or e.inside("template"):
            continue
        if e.tag == "select":
            options = e.all("option")
            chosen = [o for o in options if o.has("selected")] or options[:1]
            yield from ((name, o.get("value", o.text)) for o in chosen)
        elif e.tag == "textarea":
            yield name, "".join(c for c in e.children if isinstance(c, str)).removeprefix("\n")
        elif e.tag == "input" and e.get("type") in ("checkbox", "radio"):
            if e.has("checked"):
                yield name, e.get("value", "on")
        elif e.tag == "input" and e.get("type") not in ("file", "submit", "button"):
            yield name, e.get("value")


class _Reader(HTMLParser):
    def __init__(self, root: Element) -> None:
        super().__init__(convert_charrefs=True)
        self._at = root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._at.tag in CLOSED_BY.get(tag, ()):
            self._at = self._at.parent or self._at
        made = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.children.append(made)
        if tag not in VOID:
            self._at = made

    def handle_endtag(self, tag: str) -> None:
        at: Element | None = self._at
        while at is not None and at.tag != tag:
            at = at.parent
        if at is not None and at.parent is not None:
            self._at = at.parent

    def handle_data(self, data: str) -> None:
        self._at.children.append(data)
