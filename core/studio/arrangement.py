"""What of a change of definitions is arrangement: all that whoever administers one entity may do, and nothing else.

The documents before and after are compared, whatever led from one to the other. What is allowed is listed; all else is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from core.errors import AccessDenied, BadRequest, Conflict
from core.lifecycle.changes import Definitions
from core.metadata.catalog import Catalog
from core.metadata.documents import Document, plain
from core.metadata.layers import mapping, text
from core.metadata.specs import NOTHING, SITE, EntitySpec, FieldSpec, Json
from core.metadata.view_merge import split_view_name

Body: TypeAlias = Mapping[str, Json]
Reads: TypeAlias = Callable[[str], bool]
"""Tells whether a field of the entity, or one behind its references, is read on every record that is read at all."""

ReadsText: TypeAlias = Callable[[str], bool]
"""Tells the same of all that an expression on the entity looks at."""

OF_ENTITY = frozenset({"label", "plural"})
OF_FIELD = frozenset({"label", "help", "choices", "choice_order"})
OF_CHOICE = frozenset({"label", "hue", "hidden"})
OF_VIEW = frozenset({"label", "sort", "items", "sections", "filters"})
OF_SECTION = frozenset({"label", "items"})
OF_FILTER = frozenset({"label", "hidden"})
BESIDE = frozenset({"extends", "base"})
"""Keys that the studio writes beside what somebody changes: the target, and what they saw of it."""

PLAIN_TYPES = (
    "text",
    "long_text",
    "rich_text",
    "integer",
    "decimal",
    "percent",
    "money",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "email",
    "phone",
    "url",
)
"""Types of fields that hold what was typed and lead nowhere."""
OF_PLAIN = frozenset({"type", "max_length", "minimum", "maximum", "digits", "decimals"}) | OF_FIELD
MOST_PLAIN = 100
"""Fields of the site's own on one entity, beyond which only administrators add more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arranger:
    """Who arranges: the entity, and what they read of it."""

    entity: EntitySpec
    catalog: Catalog
    reads: Reads
    reads_text: ReadsText

    def judge(self, old: Definitions, new: Definitions) -> None:
        """Refuse a change that is more than arranging the entity, or about what cannot be read."""
        if (old.modules, old.disabled) != (new.modules, new.disabled) or new.site_may_sleep:
            raise more_than_arranged("modules")
        before, after = ({d.key: d for d in one.documents} for one in (old, new))
        for key in sorted(before.keys() | after.keys()):
            was, now = before.get(key), after.get(key)
            if was is None or now is None or was.digest != now.digest:
                self._document(key, _body(was), _body(now))

    def _document(self, key: tuple[str, str, str], was: Body, now: Body) -> None:
        owner, kind, name = key
        if owner == SITE and name == self.entity.name and kind in ("entity", "extend") and (was or now):
            if kind == "entity" and not (was and now):
                raise more_than_arranged(name)
            self._entity(was, now)
        elif owner == SITE and kind == "extend" and split_view_name(name)[0] == self.entity.name:
            self._view(name, was, now)
        else:
            raise more_than_arranged(name)

    # --- entity and fields ------------------------------------------------------------------------

    def _entity(self, was: Body, now: Body) -> None:
        for key in _changed(was, now):
            if key == "fields":
                self._fields(mapping(was.get(key)), mapping(now.get(key)))
            elif key not in OF_ENTITY | BESIDE:
                raise more_than_arranged(key)

    def _fields(self, was: Body, now: Body) -> None:
        for name in _changed(was, now):
            before, after = mapping(was.get(name)), mapping(now.get(name))
            if "type" in after and name not in was:
                self._new(name, after)
            elif "type" in before and name not in now:
                self._known(name)
                require_plain(name, before)
            elif ("type" in before) != ("type" in after):
                raise more_than_arranged(f"{name}.type")
            else:
                self._changed_field(name, before, after)
        if len([n for n in now if "type" in mapping(now[n])]) > max(MOST_PLAIN, len(was)):
            raise Conflict(
                "There are {number} fields of your own already; only administrators add more.",
                code="too_many_fields",
                number=MOST_PLAIN,
            )

    def _new(self, name: str, body: Body) -> None:
        if name in self.entity.fields:
            raise Conflict("There is already a field {name}.", code="taken", name=name)
        require_plain(name, body)

    def _changed_field(self, name: str, before: Body, after: Body) -> None:
        self._known(name)
        for key in _changed(before, after):
            if key not in OF_FIELD:
                raise more_than_arranged(f"{name}.{key}")
            if key == "choices":
                self._choices(name, mapping(before.get(key)), mapping(after.get(key)))

    def _choices(self, field: str, was: Body, now: Body) -> None:
        """Options are added, called otherwise and hidden; they stay, and so do the states of a workflow."""
        known = {choice.name for choice in self.entity.fields[field].choices}
        states = self.catalog.workflow_of(self.entity.name, field) is not None
        for name in _changed(was, now):
            if name not in now and name in known:
                raise Conflict(
                    "The option {name} stays, because records may have it; hide it instead.",
                    code="option_stays",
                    name=name,
                )
            before, after = _choice(was.get(name)), _choice(now.get(name))
            keys = set(_changed(before, after))
            if not keys <= OF_CHOICE:
                raise more_than_arranged(f"{field}.choices.{name}")
            if states and (name not in known or "hidden" in keys):
                raise more_than_arranged(f"{field}.choices.{name}")

    def _known(self, name: str) -> None:
        field = self.entity.fields.get(name)
        if field is None or field.system or not self.reads(name):
            raise unknown_field(name)

    # --- views ------------------------------------------------------------------------------------

    def _view(self, view: str, was: Body, now: Body) -> None:
        for key in _changed(was, now):
            if key not in OF_VIEW | BESIDE:
                raise more_than_arranged(key)
        for name in _new_texts(was.get("sort"), now.get("sort")):
            if not self.reads(name.removeprefix("-")):
                raise unknown_field(name)
        self._items(_operations(was), _operations(now))
        before, after = mapping(was.get("sections")), mapping(now.get("sections"))
        for name in _changed(before, after):
            section = mapping(after.get(name))
            if not section.keys() <= OF_SECTION or section.get("items"):
                raise more_than_arranged(f"sections.{name}")
        self._filters(view, mapping(was.get("filters")), mapping(now.get("filters")))

    def _items(self, was: list[Body], now: list[Body]) -> None:
        """Fields that one reads are added, hidden and shown; where something stands tells nobody anything."""
        for verbs in (("add",), ("hide", "show")):
            before, after = _standing(was, verbs), _standing(now, verbs)
            if not all(map(self.reads, _changed(before, after))):
                raise more_than_arranged("items")
        before, after = _columns(was), _columns(now)
        if any(name in after for name in _changed(before, after)):
            raise more_than_arranged("items.columns")

    def _filters(self, view: str, was: Body, now: Body) -> None:
        spec = self.catalog.views.get(view)
        offered = mapping(spec.options.get("filters")) if spec is not None else NOTHING
        for name in _changed(was, now):
            present, after = mapping(offered.get(name)), mapping(now.get(name))
            where = text(present.get("where"))
            same = name in now and set(_changed(_body_of(present), _body_of(after))) <= OF_FILTER
            if not same or not where or not self.reads_text(where):
                raise more_than_arranged(f"filters.{name}")


def require_plain(name: str, body: Body) -> None:
    """Refuse a field that is more than a place for what people type: whatever is drawn, decides, leads or must be."""
    if body.get("type") not in PLAIN_TYPES:
        raise more_than_arranged(f"{name}.type")
    for key in body:
        if key not in OF_PLAIN:
            raise more_than_arranged(f"{name}.{key}")


def is_plain_field(spec: FieldSpec) -> bool:
    """Tell whether a field is one that whoever administers the entity may have added, as far as it shows."""
    decides = (spec.visible_when, spec.required_when, spec.read_only_when, spec.readable_because, spec.merge)
    flags = (spec.required, spec.unique, spec.search, spec.duplicate_key, spec.read_only, spec.derived)
    bare = not any(decides) and not any(flags) and spec.default is None and not spec.import_names
    return bare and spec.type in PLAIN_TYPES and spec.options.keys() <= OF_PLAIN


def unknown_field(name: str) -> BadRequest:
    """Return the answer for a field that is not there, or that cannot be read: nothing tells the two apart."""
    return BadRequest("There is no field {name}.", code="unknown_field", name=name[:80])


def more_than_arranged(part: str) -> AccessDenied:
    """Return the answer for a change that is more than arranging."""
    return AccessDenied(
        "To arrange an entity is not to change this: {part}. Only administrators may.",
        code="not_arrangement",
        part=part[:120],
    )


def _changed(was: Body, now: Body) -> Iterator[str]:
    """Yield the keys under which two mappings differ."""
    for key in sorted(was.keys() | now.keys()):
        if key not in was or key not in now or was[key] != now[key]:
            yield key


def _body(document: Document | None) -> Body:
    return mapping(plain(document.body)) if document is not None else NOTHING


def _body_of(value: Json) -> Body:
    return mapping(plain(value))


def _choice(value: Json) -> Body:
    return {"label": value} if isinstance(value, str) else mapping(value)


def _operations(body: Body) -> list[Body]:
    written = body.get("items")
    return [mapping(one) for one in written] if isinstance(written, (list, tuple)) else []


def _standing(operations: list[Body], verbs: tuple[str, ...]) -> dict[str, Json]:
    """Return by name the last of these that is said of an item."""
    return {text(one[verb]): verb for one in operations for verb in verbs if verb in one}


def _columns(operations: list[Body]) -> dict[str, Json]:
    """Return by name what of each line of a list is shown where it was added."""
    return {text(one.get("add")): one["columns"] for one in operations if "columns" in one}


def _new_texts(was: Json, now: Json) -> list[str]:
    """Return the texts of a list that were not in it before."""
    known = {*was} if isinstance(was, (list, tuple)) else {was}
    return [str(one) for one in (now if isinstance(now, (list, tuple)) else ()) if one not in known]
