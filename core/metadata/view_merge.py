"""Views: as written, with what other documents add before or after an anchor, hide, move or set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from core.errors import Place
from core.metadata.documents import Document, Path, freeze
from core.metadata.findings import CONFLICT, Findings
from core.metadata.layers import PARKED, Layers, Override, Setting, items, mapping, read, text, texts
from core.metadata.layout import MORE, Group, Layout, Node
from core.metadata.names import humanized, suggestions
from core.metadata.specs import ItemSpec, Json, Label, ViewSpec

COLUMNS = "columns"
"""Name of the only section of a list."""

CARD = "card"
"""Name of the only section of a view made of cards."""

_OWN_KEYS = frozenset({"view", "entity", "sections", COLUMNS, CARD, "items", "extends", "base"})
RELATED = ("counts", "related")
"""Options of a form that hold ``entity.field`` of references that point here; every document adds to them."""

_MERGED_OPTIONS = frozenset({"filters", *RELATED})
_OPERATIONS = ("add", "move", "hide", "show")


def split_view_name(name: str) -> tuple[str, str]:
    """Return entity and kind of a view's name: ``a.b.form`` → (``a.b``, ``form``); empty texts where it is none."""
    parts = name.split(".")
    return (".".join(parts[:2]), ".".join(parts[2:])) if len(parts) >= 3 else ("", "")


class ViewMerge:
    """Merges one view; ``extends`` come in the order of modules, the site's last."""

    def __init__(
        self,
        base: Document | ViewSpec,
        extends: Sequence[Document],
        findings: Findings,
        overrides: list[Override],
    ) -> None:
        self._base = base
        self._extends = extends
        self._findings = findings
        self._overrides = overrides
        self._layout = Layout()
        self._places: dict[str, Place] = {}

    def merge(self) -> ViewSpec:
        """Return the frozen view; whatever is wrong is in the findings."""
        options = self._written() if isinstance(self._base, Document) else self._generated(self._base)
        for document in self._extends:
            self._add_sections(document)
        for document in self._extends:
            self._collect(document)
        for document in self._extends:
            self._operate(document)
        self._refuse_circles()
        layers = Layers(self._base.name, self._findings, self._overrides)
        tree = layers.apply({"options": options, "sections": {}}, self._settings())
        for name, group in self._layout.groups.items():
            group.label = _label(read(tree, ("sections", name, "label"))) or group.label
        entity, kind = split_view_name(self._base.name)
        frozen = {name: freeze(value) for name, value in mapping(tree["options"]).items()}
        return ViewSpec(
            name=self._base.name,
            entity=entity,
            kind=kind.partition(".")[0],
            sections=self._layout.specs(),
            options=MappingProxyType(frozen),
            owner=self._base.owner,
            place=self._base.place,
            places=MappingProxyType(self._places),
        )

    # --- the base --------------------------------------------------------------------------------

    def _written(self) -> dict[str, Json]:
        document = self._base
        assert isinstance(document, Document)  # the other kind of base is generated
        body = document.body
        for only in (COLUMNS, CARD):
            if only in body:
                group = Group(name=only, label="", document=document, at=(only,))
                self._layout.add_group(group)
                self._fill(group, document, items(body[only]), (only,))
        for name, section in mapping(body.get("sections")).items():
            self._add_section(document, name, mapping(section))
        for key, name, _ in _merged_options(body):
            self._places[f"{key}.{name}"] = document.place_of(key, name)
        return {key: _by_name(key, value) for key, value in body.items() if key not in _OWN_KEYS}

    def _generated(self, view: ViewSpec) -> dict[str, Json]:
        document = Document(owner=view.owner, kind="view", name=view.name, body={}, place=view.place)
        for section in view.sections:
            group = Group(name=section.name, label=section.label, document=document, at=())
            self._layout.add_group(group)
            for item in section.items:
                node = Node(item=item, document=document, at=())
                self._layout.know(node)
                group.nodes.append(node)
        return dict(view.options)

    def _add_section(self, document: Document, name: str, body: Mapping[str, Json]) -> None:
        at = ("sections", name)
        group = Group(
            name=name,
            label=_label(body.get("label")) or humanized(name),
            document=document,
            at=at,
            tab=_label(body.get("tab")),
        )
        self._layout.add_group(group)
        self._fill(group, document, items(body.get("items")), (*at, "items"))

    def _fill(self, group: Group, document: Document, written: Sequence[Json], at: Path) -> None:
        for index, value in enumerate(written):
            node = Node(item=_item(value, document.owner), document=document, at=(*at, str(index)))
            if self._know(node):
                group.nodes.append(node)

    def _know(self, node: Node) -> bool:
        if self._layout.know(node):
            return True
        first = self._layout.nodes[node.item.name]
        self._findings.add(
            node.document,
            node.at,
            CONFLICT if first.document.owner != node.document.owner else "duplicate",
            "{second} puts {name} into {target}, but {first} has put it there already ({place}).",
            second=node.document.owner,
            first=first.document.owner,
            name=node.item.name,
            target=self._base.name,
            place=str(first.document.place_of(*first.at)),
        )
        return False

    # --- what others do to it --------------------------------------------------------------------

    def _add_sections(self, document: Document) -> None:
        for name, section in mapping(document.body.get("sections")).items():
            if "items" not in mapping(section):
                continue
            first = self._layout.groups.get(name)
            if first is None:
                self._add_section(document, name, mapping(section))
            else:
                self._findings.add(
                    document,
                    ("sections", name),
                    CONFLICT,
                    "{second} adds the section {name} to {target}, but {first} has one of this name.",
                    second=document.owner,
                    first=first.document.owner,
                    name=name,
                    target=self._base.name,
                )

    def _operations(self, document: Document) -> Iterator[tuple[Path, str, str, Mapping[str, Json]]]:
        for index, value in enumerate(items(document.body.get("items"))):
            body, at = mapping(value), ("items", str(index))
            verbs = [verb for verb in _OPERATIONS if verb in body]
            if len(verbs) == 1:
                yield at, verbs[0], text(body[verbs[0]]), body
            else:
                self._findings.add(
                    document, at, "bad_operation", "Say exactly one of {known}.", known=_OPERATIONS
                )

    def _collect(self, document: Document) -> None:
        """Index all added items first, so that an addition may hang on another module's addition."""
        for at, verb, name, body in self._operations(document):
            if verb == "add" and not (document.is_site and name in self._layout.nodes):
                item = _item({**body, "name": name}, document.owner)
                self._know(Node(item=item, document=document, at=at))

    def _operate(self, document: Document) -> None:
        for index, value in enumerate(items(document.body.get("items"))):
            body, at = mapping(value), ("items", str(index))
            verb = next((v for v in _OPERATIONS if v in body), "")
            name = text(body.get(verb))
            node = self._layout.nodes.get(name)
            if verb and node is None:
                self._lost(document, at, name)
            elif node is not None and verb in ("hide", "show"):
                self._layout.hide(name, hidden=verb == "hide")
            elif node is not None:
                # What the site adds may be there by now, from a module: then it is moved to where the site wants it.
                added = node.document is document and node.at == at
                if added or verb == "move" or document.is_site:
                    self._place(document, at, node, body, detach=not added)

    def _place(
        self, document: Document, at: Path, node: Node, body: Mapping[str, Json], *, detach: bool
    ) -> None:
        if detach:
            self._layout.detach(node)
        for key in ("after", "before"):
            anchor = text(body.get(key))
            if anchor:
                if not self._layout.hang(node, anchor, after=key == "after"):
                    self._lost(document, (*at, key), anchor)
                    self._layout.append(node, self._more(document, at))
                return
        section = text(body.get("section"))
        if section and section not in self._layout.groups:
            self._lost(document, (*at, "section"), section)
        known = section in self._layout.groups
        self._layout.append(node, section if known else self._more(document, at))

    def _more(self, document: Document, at: Path) -> str:
        for only in (COLUMNS, CARD):
            if only in self._layout.groups:
                return only
        if MORE not in self._layout.groups:
            self._layout.add_group(Group(name=MORE, label="More", document=document, at=at))
        return MORE

    def _lost(self, document: Document, at: Path, anchor: str) -> None:
        if document.is_site:
            index = int(at[1])
            self._overrides.append(
                Override(
                    target=self._base.name,
                    path=at[:2],
                    state=PARKED,
                    own=items(document.body.get("items"))[index],
                )
            )
            return
        known = self._layout.anchors()
        self._findings.add(
            document,
            at,
            "lost_anchor",
            "{target} has nothing named {name}. Perhaps: {nearest}. There is: {known}.",
            target=self._base.name,
            name=anchor,
            nearest=suggestions(anchor, known),
            known=known,
        )

    def _refuse_circles(self) -> None:
        placed = self._layout.placed()
        for name, node in self._layout.nodes.items():
            if name not in placed:
                self._findings.add(
                    node.document,
                    node.at,
                    "lost_anchor",
                    "{name} hangs on itself in {target}, by way of what hangs on it.",
                    name=name,
                    target=self._base.name,
                )

    # --- settings --------------------------------------------------------------------------------

    def _settings(self) -> Iterator[Setting]:
        for document in self._extends:
            for name, section in mapping(document.body.get("sections")).items():
                if "label" in mapping(section) and "items" not in mapping(section):
                    yield from self._section_label(document, name, mapping(section))
            for key, name, inner in _merged_options(document.body):
                self._places[f"{key}.{name}"] = document.place_of(key, name)
                yield Setting(document=document, path=("options", key, name), at=(key, name), value=inner)
            for key, value in document.body.items():
                if key not in _OWN_KEYS and key not in _MERGED_OPTIONS:
                    yield Setting(document=document, path=("options", key), at=(key,), value=value)

    def _section_label(self, document: Document, name: str, section: Mapping[str, Json]) -> Iterator[Setting]:
        at = ("sections", name, "label")
        if name in self._layout.groups:
            yield Setting(document=document, path=at, at=at, value=section["label"])
        elif document.is_site:
            self._overrides.append(
                Override(target=self._base.name, path=at, own=section["label"], state=PARKED)
            )
        else:
            self._findings.add(
                document,
                at,
                "lost_anchor",
                "{target} has no section {name}. Perhaps: {nearest}.",
                target=self._base.name,
                name=name,
                nearest=suggestions(name, self._layout.groups),
            )


def _merged_options(body: Mapping[str, Json]) -> Iterator[tuple[str, str, Json]]:
    """Yield what is merged name by name: key, name and value."""
    for key in sorted(_MERGED_OPTIONS):
        for name, value in mapping(_by_name(key, body.get(key))).items():
            yield key, name, value


def _by_name(key: str, value: Json) -> Json:
    """Return what stands as a list of names as a mapping, so that others can add to it."""
    return dict.fromkeys(texts(value), True) if key in RELATED else value


def _item(value: Json, owner: str) -> ItemSpec:
    if isinstance(value, str):
        return ItemSpec(name=value, owner=owner)
    body = mapping(value)
    return ItemSpec(
        name=text(body.get("name")),
        columns=texts(body.get("columns")),
        span=body.get("span") is True,
        hidden=body.get("hidden") is True,
        owner=owner,
    )


def _label(value: Json) -> Label:
    if isinstance(value, Mapping):
        return MappingProxyType({k: v for k, v in value.items() if isinstance(v, str)})
    return text(value)
