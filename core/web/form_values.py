"""From a posted form to Python values: typed text is read in the person's digits, calendar and unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from core.errors import Problem
from core.fields import FieldRefused, FieldTypes, LoadContext
from core.fields.references import targets
from core.i18n import fold
from core.kernel.values import AnyRef, FileRef, Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.lines import REMOVED

FindByTitle = Callable[[str, str], list[Ref]]
"""``find(entity, text)``: the records whose title is the text, as the person may see them."""

StoreFile = Callable[[FileStorage], int]
MAX_ROWS = 500
WAS = "__was"
TEXT = "__text"


@dataclass(slots=True)
class FormValues:
    """What could be read, what could not, and what was typed."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)


class FormReader:
    """Reads the fields of one entity from a form."""

    def __init__(
        self,
        *,
        types: FieldTypes,
        context: LoadContext,
        catalog: Catalog,
        find: FindByTitle,
        store: StoreFile,
    ) -> None:
        self._types = types
        self._context = context
        self._catalog = catalog
        self._find = find
        self._store = store

    def read(
        self,
        entity: EntitySpec,
        names: Sequence[str],
        form: MultiDict[str, str],
        files: MultiDict[str, FileStorage],
        *,
        prefix: str = "",
        columns: Mapping[str, Sequence[str]] | None = None,
    ) -> FormValues:
        """Read the named fields. Inputs carry ``prefix``; ``columns`` names the fields of each sub-table."""
        found = FormValues()
        for name in names:
            spec = entity.fields[name]
            key = f"{prefix}{name}"
            if f"{key}__shown" not in form:
                continue  # the field was not on the page, so nothing is said about it
            found.raw[key] = form.get(key + TEXT, form.get(key, ""))
            try:
                if spec.type == "list":
                    found.values[name] = self._lines(
                        spec, form, files, found, (columns or {}).get(name, ()), key
                    )
                else:
                    found.values[name] = self._value(spec, form, files, key)
            except FieldRefused as refused:
                found.problems.append(
                    Problem(code=refused.code, message=refused.message, params=refused.params, field=key)
                )
        return found

    def _value(
        self, spec: FieldSpec, form: MultiDict[str, str], files: MultiDict[str, FileStorage], key: str
    ) -> Any:
        match spec.type:
            case "boolean":
                return form.get(key) == "1"
            case "multi_choice":
                return self._types.get(spec.type).load(
                    spec, [v for v in form.getlist(key) if v], self._context
                )
            case "reference" | "reference_any":
                return self._reference(spec, form, key)
            case "links":
                return self._links(spec, form, key)
            case "file" | "image":
                return self._file(form, files, key)
            case _:
                return self._types.get(spec.type).parse(spec, form.get(key, ""), self._context)

    def _reference(self, spec: FieldSpec, form: MultiDict[str, str], key: str) -> Ref | AnyRef | None:
        """Take the id that the script chose; where the text was changed without it, look the title up."""
        chosen, typed, was = (
            form.get(key, ""),
            form.get(key + TEXT, "").strip(),
            form.get(key + WAS, "").strip(),
        )
        if not typed:
            return None
        if chosen and typed == was:
            return _chosen(spec, chosen, typed)
        entities = spec.option("to")
        for target in (entities,) if isinstance(entities, str) else tuple(entities or ()):  # type: ignore[arg-type]  # a checked option
            found = [ref for ref in self._find(str(target), typed) if fold(ref.title or "") == fold(typed)]
            if len(found) > 1:
                raise FieldRefused(
                    "ambiguous",
                    "There are several records named {text}; choose one from the list.",
                    text=typed,
                )
            if found:
                return AnyRef(str(target), found[0].id, typed) if spec.type == "reference_any" else found[0]
        raise FieldRefused("not_found", "{text} was not found; choose a record from the list.", text=typed)

    def _links(self, spec: FieldSpec, form: MultiDict[str, str], key: str) -> tuple[Ref, ...]:
        refs = [Ref(_id(v)) for v in form.getlist(key) if v]
        typed = form.get(key + TEXT, "").strip()
        if typed:
            found = [
                r for r in self._find(str(spec.option("to")), typed) if fold(r.title or "") == fold(typed)
            ]
            if not found:
                raise FieldRefused(
                    "not_found", "{text} was not found; choose a record from the list.", text=typed
                )
            refs.append(found[0])
        return tuple({ref.id: ref for ref in refs}.values())

    def _file(
        self, form: MultiDict[str, str], files: MultiDict[str, FileStorage], key: str
    ) -> FileRef | None:
        upload = files.get(key)
        if upload is not None and upload.filename:
            return FileRef(self._store(upload))
        kept = form.get(f"{key}__kept", "")
        if form.get(f"{key}__remove") == "1" or not kept:
            return None
        number = whole(kept)
        if number is None:
            raise FieldRefused("no_such_file", "There is no file {id} that you could put here.", id=kept[:20])
        return FileRef(number)

    def _lines(
        self,
        spec: FieldSpec,
        form: MultiDict[str, str],
        files: MultiDict[str, FileStorage],
        found: FormValues,
        columns: Sequence[str],
        key: str,
    ) -> list[dict[str, Any]]:
        """Read the rows of a sub-table; empty new rows are nobody's, those marked for deletion say so.

        What was typed is kept under the place that the row has in the answer, where it is shown again.
        """
        child = self._catalog.entity(str(spec.option("of")))
        given = {whole(n) for n in form.getlist(f"{key}__row")}
        numbers = sorted(n for n in given if n is not None)
        if len(numbers) > MAX_ROWS:
            raise FieldRefused("too_many", "At most {maximum} rows can be sent at once.", maximum=MAX_ROWS)
        rows: list[dict[str, Any]] = []
        for number in numbers:
            prefix, place = f"{key}-{number}-", f"{key}-{len(rows)}-"
            line = self.read(child, columns, form, files, prefix=prefix)
            record_id, removed = form.get(f"{prefix}id", ""), form.get(f"{prefix}delete") == "1"
            if not record_id and (removed or self._is_blank(child, line)):
                continue
            found.raw.update({place + name.removeprefix(prefix): typed for name, typed in line.raw.items()})
            if not removed:
                found.problems.extend(
                    replace(p, field=place + str(p.field).removeprefix(prefix)) for p in line.problems
                )
            named = _named(record_id, form.get(f"{prefix}version", "")) if record_id else {}
            rows.append({**line.values, **named, **({REMOVED: True} if removed else {})})
        return rows

    def _is_blank(self, child: EntitySpec, line: FormValues) -> bool:
        """Tell whether nothing was written in a new row: what stands there is at most its defaults."""
        return not line.problems and all(
            value in (None, False, "", ()) or spec.type == "choice" or value == self._default(spec)
            for spec, value in ((child.fields[name], value) for name, value in line.values.items())
        )

    def _default(self, spec: FieldSpec) -> Any:
        if spec.default is None or str(spec.default).startswith("$"):
            return None
        return self._types.get(spec.type).load(spec, spec.default, self._context)


def whole(text: str) -> int | None:
    """Return the number that a page of ours has put into a form, None for what it never writes."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _id(text: str, title: str = "") -> int:
    number = whole(text)
    if number is None:
        raise FieldRefused(
            "not_found", "{text} was not found; choose a record from the list.", text=title or text[:40]
        )
    return number


def _named(record_id: str, version: str) -> dict[str, int]:
    """Return which line is meant, and which version of it the person has seen."""
    number, seen = whole(record_id), whole(version)
    if number is None:
        raise FieldRefused("no_such_line", "A line named here is not one of this record, or is named twice.")
    return {"id": number} if seen is None else {"id": number, "version": seen}


def _chosen(spec: FieldSpec, chosen: str, title: str) -> Ref | AnyRef:
    entity, _, number = chosen.rpartition(":")
    if spec.type != "reference_any":
        return Ref(_id(chosen, title), title)
    if entity not in targets(spec):
        raise FieldRefused("not_found", "{text} was not found; choose a record from the list.", text=title)
    return AnyRef(entity, _id(number, title), title)
