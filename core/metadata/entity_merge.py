"""One entity from many documents: its own, its behaviours, what other modules add, what the site changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import Place
from core.metadata.documents import Behaviour, Document, Path, canonical
from core.metadata.findings import CONFLICT, Findings
from core.metadata.layers import PARKED, Layers, Override, Setting, added, items, mapping, texts
from core.metadata.names import FIELD_NAME, RESERVED_FIELDS, RESERVED_WORDS, SITE_PREFIX, suggestions
from core.metadata.specs import Json

ENTITY_OPEN = frozenset({"label", "plural", "icon", "title", "image", "duplicates"})
"""Properties of an entity that other documents may set; behaviours and what `ADDED_TO` names are added to."""

ADDED_TO = frozenset({"unique_together", "indexes"})
"""Lists of an entity that other documents may add to."""

FIELD_OPEN = frozenset(
    {
        "label",
        "help",
        "required",
        "unique",
        "search",
        "duplicate_key",
        "read_only",
        "default",
        "choices",
        "choice_order",
        "visible_when",
        "required_when",
        "read_only_when",
        "max_length",
        "minimum",
        "maximum",
        "import_names",
        "merge",
    }
)
"""Properties of a field that other documents may set; the rest decides what is stored and stays with the owner."""

RULE_OPEN = frozenset({"message", "on"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who declared a part of an entity, and where; for a behaviour's part, where the behaviour was asked for."""

    owner: str
    document: Document
    at: Path

    @property
    def place(self) -> Place:
        """Where it was written."""
        return self.document.place_of(*self.at)


@dataclass(kw_only=True)
class MergedEntity:
    """The tree of one entity after the merge, with the origin of every field, rule and import column.

    ``asked`` tells who asked for a behaviour; ``joined`` which entities behaviours added to a field, and for whom.
    """

    document: Document
    tree: dict[str, Json]
    behaviours: tuple[str, ...] = ()
    asked: dict[str, Origin] = field(default_factory=dict)
    joined: dict[str, dict[str, str]] = field(default_factory=dict)
    fields: dict[str, dict[str, Json]] = field(default_factory=dict)
    rules: dict[str, dict[str, Json]] = field(default_factory=dict)
    import_columns: dict[str, dict[str, Json]] = field(default_factory=dict)
    origins: dict[Path, Origin] = field(default_factory=dict)
    own_required: frozenset[str] = frozenset()

    def parts(self, group: str) -> dict[str, dict[str, Json]]:
        """Return what is declared in a group: fields, rules or import columns."""
        return {"fields": self.fields, "rules": self.rules, "import_columns": self.import_columns}[group]


class EntityMerge:
    """Merges the documents of one entity; ``extends`` come in the order of modules, the site's last."""

    def __init__(
        self,
        document: Document,
        extends: Sequence[Document],
        behaviours: Mapping[str, Behaviour],
        findings: Findings,
        overrides: list[Override],
    ) -> None:
        self._base = document
        self._extends = extends
        self._known = behaviours
        self._findings = findings
        self._overrides = overrides
        self._merged = MergedEntity(document=document, tree=dict(document.body))

    def merge(self) -> MergedEntity:
        """Return the merged tree; whatever is wrong is in the findings."""
        merged = self._merged
        self._declare(self._base, self._base.body, owner_declares=True)
        merged.behaviours = self._add_behaviours()
        for document in self._extends:
            self._declare(document, document.body, owner_declares=False)
        merged.own_required = frozenset(
            n for n, body in merged.fields.items() if body.get("required") is True
        )
        tree: dict[str, Json] = {**merged.tree, "fields": dict(merged.fields), "rules": dict(merged.rules)}
        layers = Layers(merged.document.name, self._findings, self._overrides)
        tree = layers.apply(tree, self._settings())
        merged.tree = tree
        merged.fields = {n: dict(mapping(body)) for n, body in mapping(tree["fields"]).items()}
        merged.rules = {n: dict(mapping(body)) for n, body in mapping(tree["rules"]).items()}
        return merged

    # --- what is declared anew -------------------------------------------------------------------

    def _declare(self, document: Document, body: Mapping[str, Json], *, owner_declares: bool) -> None:
        for name, written in mapping(body.get("fields")).items():
            if "type" in mapping(written) and self._may_name(document, name, owner_declares):
                origin = Origin(owner=document.owner, document=document, at=("fields", name))
                self._add(("fields", name), origin, _with_choices(mapping(written)))
        for name, written in mapping(body.get("rules")).items():
            if "refuse_when" in mapping(written):
                origin = Origin(owner=document.owner, document=document, at=("rules", name))
                self._add(("rules", name), origin, dict(mapping(written)))
        for name, written in mapping(body.get("import_columns")).items():
            origin = Origin(owner=document.owner, document=document, at=("import_columns", name))
            self._add(("import_columns", name), origin, dict(mapping(written)))

    def _add(self, part: Path, origin: Origin, body: dict[str, Json]) -> None:
        group, name = part
        first = self._merged.origins.get(part)
        if first is None:
            self._merged.parts(group)[name] = body
            self._merged.origins[part] = origin
            return
        self._findings.add(
            origin.document,
            origin.at,
            CONFLICT if first.owner != origin.owner else "duplicate",
            "{second} declares {property} of {target}, but {first} declares it already ({place}).",
            second=origin.owner,
            first=first.owner,
            property=f"{group}.{name}",
            target=self._merged.document.name,
            place=str(first.place),
        )

    def _may_name(self, document: Document, name: str, owner_declares: bool) -> bool:
        at = ("fields", name)
        if not FIELD_NAME.fullmatch(name):
            self._findings.add(
                document,
                at,
                "bad_name",
                "{name} cannot be a field name: small letters, digits and _, at most 48, a letter first.",
                name=name,
            )
        elif name in RESERVED_FIELDS or name in RESERVED_WORDS:
            self._findings.add(
                document, at, "reserved", "{name} is reserved; choose another field name.", name=name
            )
        elif document.is_site and not owner_declares and not name.startswith(SITE_PREFIX):
            self._findings.add(
                document, at, "bad_name", "Fields added at the site start with x_: x_{name}.", name=name
            )
        else:
            return True
        return False

    # --- behaviours ------------------------------------------------------------------------------

    def _add_behaviours(self) -> tuple[str, ...]:
        names: list[Json] = []
        for document in (self._base, *self._extends):
            written = document.body.get("behaviours")
            at: Path = ("behaviours", "list_add") if isinstance(written, Mapping) else ("behaviours",)
            adding = added(written)
            for index, name in enumerate(texts(written if adding is None else adding)):
                if name in self._known and name not in names:
                    names.append(name)
                    self._add_behaviour(self._known[name], document, (*at, str(index)))
                elif name not in self._known:
                    self._findings.add(
                        document,
                        (*at, str(index)),
                        "unknown_behaviour",
                        "There is no behaviour {name}. Perhaps: {nearest}.",
                        name=name,
                        nearest=suggestions(name, self._known),
                    )
        return texts(names)

    def _add_behaviour(self, behaviour: Behaviour, document: Document, at: Path) -> None:
        self._merged.asked[behaviour.name] = Origin(owner=document.owner, document=document, at=at)
        origin = Origin(owner=behaviour.owner, document=document, at=at)
        for group, written in (("fields", behaviour.fields), ("rules", behaviour.rules)):
            for name, body in written.items():
                self._shared((group, name), origin, _with_choices(body))

    def _shared(self, part: Path, origin: Origin, body: dict[str, Json]) -> None:
        """Add a part of a behaviour; two behaviours may bring the very same."""
        first = self._merged.origins.get(part)
        known = self._merged.parts(part[0])
        if first is None or first.at[0] != "behaviours" or canonical(known[part[1]]) != canonical(body):
            self._add(part, origin, body)

    # --- what is set on something that exists ----------------------------------------------------

    def _settings(self) -> Iterator[Setting]:
        yield from self._part_settings(self._base)
        for document in self._extends:
            for key, value in document.body.items():
                if key in ENTITY_OPEN:
                    yield Setting(document=document, path=(key,), at=(key,), value=value)
                elif key in ADDED_TO:
                    yield Setting(document=document, path=(key,), at=(key,), value={"list_add": items(value)})
                elif key not in ("extends", "fields", "rules", "import_columns", "behaviours", "base"):
                    self._protected(document, (key,), key, ENTITY_OPEN)
            yield from self._part_settings(document)

    def _part_settings(self, document: Document) -> Iterator[Setting]:
        for group, declares, opened in (("fields", "type", FIELD_OPEN), ("rules", "refuse_when", RULE_OPEN)):
            known = self._merged.parts(group)
            for name, written in mapping(document.body.get(group)).items():
                if declares in mapping(written):
                    continue
                if name in known:
                    yield from self._properties(document, (group, name), mapping(written), opened)
                else:
                    self._missing(document, (group, name), known, declares)

    def _properties(
        self, document: Document, at: Path, body: Mapping[str, Json], opened: frozenset[str]
    ) -> Iterator[Setting]:
        for key, value in body.items():
            if key == "choices":
                yield from _choice_settings(document, at, mapping(value))
            elif key in opened or (key == "to" and isinstance(value, Mapping)):
                yield Setting(document=document, path=(*at, key), at=(*at, key), value=value)
            else:
                self._protected(document, (*at, key), key, opened)

    def _missing(self, document: Document, at: Path, known: Iterable[str], declares: str) -> None:
        if document.is_site and document is not self._base:
            self._overrides.append(
                Override(target=self._merged.document.name, path=at, own=document.body[at[0]], state=PARKED)
            )
            return
        self._findings.add(
            document,
            at,
            "unknown_part",
            "{target} has no {name} to change. Perhaps: {nearest}. To add it, give it its {declares}.",
            target=self._merged.document.name,
            name=".".join(at),
            nearest=suggestions(at[1], known),
            declares=declares,
        )

    def _protected(self, document: Document, at: Path, key: str, opened: frozenset[str]) -> None:
        self._findings.add(
            document,
            at,
            "protected",
            "{property} of {target} belongs to {owner} and cannot be changed from outside. "
            "What can be: {open}.",
            property=key,
            target=".".join((self._merged.document.name, *at[:-1])),
            owner=self._merged.document.owner,
            open=tuple(sorted(opened)),
        )


def _with_choices(body: Mapping[str, Json]) -> dict[str, Json]:
    """Return a field's body with its choices in their long form."""
    copy = dict(body)
    if isinstance(copy.get("choices"), Mapping):
        copy["choices"] = {name: _choice(value) for name, value in mapping(copy["choices"]).items()}
    return copy


def _choice(value: Json) -> dict[str, Json]:
    return {"label": value} if isinstance(value, str) else dict(mapping(value))


def _choice_settings(document: Document, at: Path, choices: Mapping[str, Json]) -> Iterator[Setting]:
    for name, value in choices.items():
        where = (*at, "choices", name)
        for key, inner in (_choice(value) or {"label": ""}).items():
            yield Setting(
                document=document,
                path=(*where, key),
                value=inner,
                at=(*where, key) if isinstance(value, Mapping) else where,
            )
