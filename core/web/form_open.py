"""`OpenForm`: the form of one record before one person: what they may do, and what they have typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from core.access import Access, FieldRights
from core.errors import NotFound
from core.fields import FieldRefused, FieldTypes
from core.kernel.site import Site
from core.kernel.values import AnyRef, Ref
from core.metadata.specs import FILE_TYPES, EntitySpec, FieldSpec
from core.records.looking import Look
from core.records.reading import Reading
from core.records.search import Searching
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.web.form_model import form_columns
from core.web.form_values import FormReader, FormValues, StoreFile, whole
from core.web.listing import context_of
from core.web.looking import looking
from core.web.lookups import find_by_title
from core.web.status_bar import without_states
from core.web.visit import Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenForm:
    """The form of a record (or of a new one, then ``record`` is empty) before somebody."""

    site: Site
    present: Visit
    entity: EntitySpec
    record: Mapping[str, Any]
    rights: FieldRights

    @property
    def number(self) -> int:
        """Id of the record; 0 for a new one."""
        return int(self.record.get("id") or 0)

    @property
    def trashed(self) -> bool:
        """True where the record is in the trash."""
        return bool(self.record.get("trashed"))

    def may(self, action: str) -> bool:
        """Tell whether there can be a record of this kind on which the person may do this."""
        return self.site.get(Access).may(self.present.actor, self.entity.name, action, self.present.catalog)

    @property
    def arranged(self) -> bool:
        """Tell whether the person may arrange the entity."""
        access = self.site.get(Access)
        return access.administers(self.present.actor, self.entity.name, self.present.catalog)

    @property
    def writable(self) -> bool:
        """Tell whether the person can save."""
        return self.may("update" if self.number else "create") and not self.trashed

    def typed(self, store: StoreFile) -> FormValues:
        """Read what was sent; fields for which somebody chose theirs after a conflict are not said."""
        reader = FormReader(
            types=self.site.get(FieldTypes),
            context=context_of(self.site, self.present),
            catalog=self.present.catalog,
            find=lambda name, text: find_by_title(self.site, self.present, name, text),
            store=store,
        )
        names = [
            name
            for name in self.entity.fields
            if name in self.rights.editable
            and name in self.rights.readable
            and request.form.get(f"keep-{name}") != "theirs"
        ]
        columns = form_columns(self.present.catalog, self.entity, self.rights)
        return reader.read(self.entity, names, request.form, request.files, columns=columns)

    def look(self, values: Mapping[str, Any], *, computed: bool = True) -> Look:
        """Return which fields show, are required or locked with these values, and what is ``computed`` from them.

        Where nothing depends on what is typed, nothing is asked.
        """
        records, catalog = self.site.get(Records), self.present.catalog
        if not records.depends(self.entity.name, catalog, computed=computed):
            return Look()
        with looking(self.site, self.present) as uow:
            return records.look(self.present.actor, self.entity.name, self.number, values, uow=uow)

    def first_values(self) -> dict[str, Any]:
        """Return the record's values, or those a new record would start with, for the eye only."""
        if self.number:
            return dict(self.record)
        types, context = self.site.get(FieldTypes), context_of(self.site, self.present)
        live = {"$today": self.present.style.today(self.site.get(Database).now())}
        values: dict[str, Any] = {}
        for spec in self.entity.fields.values():
            if spec.name in request.args and spec.name in self.rights.editable:
                values[spec.name] = self._given(spec, request.args[spec.name])
            elif spec.default is None or spec.derived:
                continue
            elif isinstance(spec.default, str) and spec.default.startswith("$"):
                values[spec.name] = live.get(spec.default)
            else:
                values[spec.name] = types.get(spec.type).load(spec, spec.default, context)
        return values

    def _given(self, spec: FieldSpec, text: str) -> Any:
        """Return a value that the address brings along, such as the record from whose page one has come."""
        if spec.type in ("reference", "reference_any"):
            entity, _, number = text.rpartition(":")
            return self._reference(spec, entity or str(spec.option("to")), whole(number) or 0)
        if spec.type in FILE_TYPES | {"list", "links"}:
            return None
        if spec.type == "boolean":
            return text == "true"
        try:
            return (
                self.site.get(FieldTypes).get(spec.type).load(spec, text, context_of(self.site, self.present))
            )
        except FieldRefused:
            return None

    def _reference(self, spec: FieldSpec, entity: str, number: int) -> Ref | AnyRef | None:
        reading, catalog, actor = self.site.get(Reading), self.present.catalog, self.present.actor
        to = spec.option("to")
        allowed = (to,) if isinstance(to, str) else tuple(to or ())  # type: ignore[arg-type]  # a checked option
        if entity not in allowed or not number or not reading.may_read(actor, entity, catalog):
            return None
        titles = self.site.get(Searching).titles(actor, entity, [number], catalog=catalog)
        if number not in titles:
            return None
        title = titles[number] or f"#{number}"
        return AnyRef(entity, number, title) if spec.type == "reference_any" else Ref(number, title)


def open_form(site: Site, present: Visit, name: str, number: int) -> OpenForm:
    """Open the form of a record, be it in the trash, or of a new one where ``number`` is 0."""
    access, entity = site.get(Access), present.catalog.entity(name)
    access.require(present.actor, name, "read" if number else "create", present.catalog)
    rights = access.fields(present.actor, name, present.catalog)
    record = read_record(site, present, name, number) if number else {}
    if number and any(mask is not True for mask in rights.readable.values()):
        rights = _on_this(site, present, name, number, rights)
    return OpenForm(
        site=site,
        present=present,
        entity=entity,
        record=record,
        rights=without_states(rights, present.catalog, name, new=not number),
    )


def _on_this(site: Site, present: Visit, name: str, number: int, rights: FieldRights) -> FieldRights:
    """Return the rights without the fields that are masked on this record: what is not shown is not sent either."""
    records = site.get(Records)
    if request.method == "GET":
        with looking(site, present) as uow:
            hidden = records.hidden(present.actor, name, number, uow=uow)
    else:
        with site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
            hidden = records.hidden(present.actor, name, number, uow=uow)
    return FieldRights(
        readable={field: mask for field, mask in rights.readable.items() if field not in hidden},
        editable=rights.editable - hidden,
    )


def read_record(site: Site, present: Visit, name: str, number: int) -> dict[str, Any]:
    """Return a record as its reader sees it, marked where it is in the trash."""
    if request.method != "GET":  # what is sent may write: no look is held beside that
        return _read(site, present, name, number, None)
    with looking(site, present) as uow:
        return _read(site, present, name, number, uow)


def _read(site: Site, present: Visit, name: str, number: int, uow: UnitOfWork | None) -> dict[str, Any]:
    reading = site.get(Reading)
    try:
        return reading.get(present.actor, name, number, catalog=present.catalog, uow=uow)
    except NotFound:
        found = reading.get(present.actor, name, number, catalog=present.catalog, trash=True, uow=uow)
        return {**found, "trashed": True}
