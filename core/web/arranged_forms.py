"""What is typed on the pages on which an entity is arranged: labels in each language, options, places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from core.i18n import Style
from core.metadata.layers import mapping
from core.metadata.names import SITE_PREFIX
from core.metadata.specs import Choice, FieldSpec, Json, Label
from core.studio import Arranged
from core.web.form_values import whole

LANGUAGES = ("fa", "en")
LAST = 10_000
"""The place of what is given none: behind all others."""

Typed = MultiDict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """A label on a page: what the site says in each language, and how it reads."""

    said: Mapping[str, str]
    shown: str
    lang: str


def texts(label: Label, style: Style) -> Texts:
    """Return a label to be typed; what a module says is shown, and typed over."""
    said = label if isinstance(label, Mapping) else {}
    return Texts(said=said, shown=style.label(label) if label else "", lang=style.lang)


def typed_label(form: Typed, stem: str, present: Label) -> dict[str, str]:
    """Return a label as it was typed; nothing where nothing was typed, or where that is what is said already."""
    typed = {lang: form.get(f"{stem}_{lang}", "").strip() for lang in LANGUAGES}
    found = {lang: text for lang, text in typed.items() if text}
    if not found or (isinstance(present, Mapping) and dict(present) == found):
        return {}
    kept = {"en": present} if isinstance(present, str) and present else {}
    others = {k: v for k, v in present.items() if k not in LANGUAGES} if isinstance(present, Mapping) else {}
    return {**kept, **others, **found}


def field_changes(form: Typed, spec: FieldSpec, said: Mapping[str, Json]) -> dict[str, Json]:
    """Return what changes of a field by what was typed on its page."""
    found: dict[str, Json] = {}
    for key, present in (("label", spec.label), ("help", spec.help)):
        if label := typed_label(form, key, present):
            found[key] = label
    if spec.choices:
        found |= _options(form, spec, said)
    return found


def _options(form: Typed, spec: FieldSpec, said: Mapping[str, Json]) -> dict[str, Json]:
    """Return all that the site says of the options afterwards, and their order where that moved."""
    before = {name: _long(value) for name, value in mapping(said.get("choices")).items()}
    options = {name: dict(value) for name, value in before.items()}
    for choice in spec.choices:
        if changed := _option(form, choice):
            options[choice.name] = {**options.get(choice.name, {}), **changed}
    options |= dict(new_options(form.get("choices", ""), [c.name for c in spec.choices]))
    names = [choice.name for choice in spec.choices]
    order = sorted(names, key=lambda name: (_place(form, name), names.index(name)))
    found: dict[str, Json] = {"choices": options} if options != before else {}
    return {**found, "choice_order": order} if order != names else found


def _option(form: Typed, choice: Choice) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if label := typed_label(form, f"option-{choice.name}", choice.label):
        found["label"] = label
    hue = form.get(f"hue-{choice.name}", choice.hue)
    if hue != choice.hue:
        found["hue"] = hue
    hidden = form.get(f"offered-{choice.name}") != "1"
    if hidden != choice.hidden:
        found["hidden"] = hidden
    return found


def new_options(text: str, known: Iterable[str]) -> list[tuple[str, dict[str, Json]]]:
    """Return options from lines ``name = label``; a line without a name gets one that is free."""
    found: dict[str, dict[str, Json]] = {}
    taken = set(known)
    for line in filter(None, map(str.strip, text.splitlines())):
        name, separator, label = (part.strip() for part in line.partition("="))
        if not separator:
            number = len(taken) + 1
            while f"option_{number}" in taken:
                number += 1
            name, label = f"option_{number}", line
        found[name] = {"label": label}
        taken.add(name)
    return list(found.items())


def view_changes(form: Typed, view: Arranged) -> dict[str, Json]:
    """Return how a view is wanted by what was typed on its page."""
    names = [name for section in view.sections for name in section.items] + list(view.others)
    shown = [name for name in names if form.get(f"show-{name}") == "1"]
    shown.sort(key=lambda name: (_place(form, name), names.index(name)))
    found: dict[str, Json] = {}
    if view.kind == "form":
        sections = _sections(form, view, shown)
        if sections != [{"name": s.name, "items": [*s.items]} for s in view.sections]:
            found["sections"] = sections
    elif shown != [name for section in view.sections for name in section.items]:
        found["columns"] = shown
    if view.kind == "list" and (sort := _sort(form, view)) != [*view.sort]:
        found["sort"] = sort
    filters = _filters(form, view)
    return {**found, "filters": filters} if filters else found


def _sort(form: Typed, view: Arranged) -> list[str]:
    """Return the order of records: by what was chosen first, then as before."""
    by = form.get("sort", "")
    first = [f"-{by}" if form.get("descending") == "1" else by] if by else []
    return [*first, *(n for n in view.sort[1:] if by and n.removeprefix("-") != by)]


def _sections(form: Typed, view: Arranged, shown: list[str]) -> list[dict[str, Json]]:
    """Return the sections as they are wanted; those of the site's own that are empty go."""
    home = {name: section.name for section in view.sections for name in section.items}
    known = [section.name for section in view.sections]
    fallback = known[-1] if known else "main"
    placed: dict[str, list[str]] = {name: [] for name in known}
    for name in shown:
        wanted = form.get(f"section-{name}", "") or home.get(name, fallback)
        placed.setdefault(wanted, []).append(name)
    labels = {s.name: typed_label(form, f"title-{s.name}", s.label) for s in view.sections}
    found: list[dict[str, Json]] = []
    for name, items in placed.items():
        if not items and name.startswith(SITE_PREFIX):
            continue
        body: dict[str, Json] = {"name": name, "items": items}
        found.append({**body, "label": labels[name]} if labels.get(name) else body)
    if title := typed_label(form, "new", ""):
        number = next(n for n in range(1, LAST) if f"x_section_{n}" not in known)
        found.append({"name": f"x_section_{number}", "items": [], "label": title})
    return found


def _filters(form: Typed, view: Arranged) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for one in view.filters:
        hidden = form.get(f"offered-{one.name}") != "1"
        label = typed_label(form, f"filter-{one.name}", one.label)
        changes: dict[str, Json] = {**({"label": label} if label else {})}
        if hidden != one.hidden:
            changes["hidden"] = hidden
        if changes:
            found[one.name] = changes
    return found


def _place(form: Typed, name: str) -> int:
    return whole(form.get(f"place-{name}", "")) or LAST


def _long(value: Json) -> dict[str, Json]:
    return {"label": value} if isinstance(value, str) else dict(mapping(value))
