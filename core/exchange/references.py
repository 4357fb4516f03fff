"""References in cells: records named by their title, or by a unique field, each looked up once for the whole import."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from core.access import Access
from core.errors import PayvandError
from core.fields import FieldRefused, FieldTypes, LoadContext
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec
from core.records.matching import Matching
from core.records.service import Records
from core.storage import UnitOfWork

_ID = re.compile("#?[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Named:
    """A record as a cell names it: which entity, by which of its fields, the text and what is compared of it."""

    entity: str
    by: str
    text: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    ids: tuple[int, ...]


class References:
    """Finds the records that cells name, with the importing person's eyes."""

    def __init__(
        self,
        actor: Actor,
        catalog: Catalog,
        types: FieldTypes,
        context: LoadContext,
        *,
        matching: Matching,
        records: Records,
        access: Access,
        create_missing: bool,
        label: Callable[[str], str],
    ) -> None:
        self._actor = actor
        self._catalog = catalog
        self._types = types
        self._context = context
        self._matching = matching
        self._records = records
        self._access = access
        self._create_missing = create_missing
        self._label = label
        self._known: dict[tuple[str, str, str], _Found] = {}

    def named(self, entity: str, by: str, text: str) -> Named:
        """Return what a cell names; raise `FieldRefused` where such a name cannot be."""
        spec = self._field(entity, by)
        key = self._types.get(spec.type).key(spec, self._value(spec, text))
        if key is None:
            raise FieldRefused(
                "no_such_record", "There is no {entity} named {text}.", entity=self._label(entity), text=text
            )
        return Named(entity, spec.name, text, key)

    def look_up(self, wanted: Iterable[Named], uow: UnitOfWork) -> None:
        """Find all that are not known yet; one statement for each field that names them."""
        missing: dict[tuple[str, str], dict[str, Named]] = {}
        for one in wanted:
            if (one.entity, one.by, one.key) not in self._known:
                missing.setdefault((one.entity, one.by), {})[one.key] = one
        for (entity, by), named in missing.items():
            spec = self._field(entity, by)
            kind = self._types.get(spec.type)
            found: dict[str, list[int]] = {}
            values = [self._value(spec, one.text) for one in named.values()]
            for record in self._matching.find(self._actor, entity, {by: values}, [by], uow=uow):
                key = kind.key(spec, record.get(by))
                if key is not None:
                    found.setdefault(key, []).append(int(str(record["id"])))
            numbers = self._by_number(
                entity, by, [one for key, one in named.items() if key not in found], uow
            )
            for key, one in named.items():
                self._known[entity, by, key] = _Found(ids=tuple(found.get(key) or numbers.get(one.text, ())))

    def _by_number(
        self, entity: str, by: str, named: Iterable[Named], uow: UnitOfWork
    ) -> Mapping[str, tuple[int, ...]]:
        """Return the records that are named by their ids, with or without a ``#``, where no title says otherwise."""
        if by != self._catalog.entity(entity).title:
            return {}
        numbers = {one.text: int(one.text.removeprefix("#")) for one in named if _ID.fullmatch(one.text)}
        found = self._matching.find(self._actor, entity, {"id": list(numbers.values())}, ["id"], uow=uow)
        there = {int(str(record["id"])) for record in found}
        return {text: (number,) for text, number in numbers.items() if number in there}

    def make_missing(self, wanted: Iterable[Named], uow: UnitOfWork) -> Mapping[tuple[str, str, str], int]:
        """Create what nobody has, if that was asked for and the actor may; return what was created."""
        made: dict[tuple[str, str, str], int] = {}
        for one in wanted:
            place = (one.entity, one.by, one.key)
            if (
                self._create_missing
                and place not in made
                and not self._known[place].ids
                and self._may_make(one)
            ):
                made[place] = self._make(one, uow)
        return {place: number for place, number in made.items() if number}

    def remember(self, made: Mapping[tuple[str, str, str], int]) -> None:
        """Know what was created, now that it is committed."""
        for place, number in made.items():
            self._known[place] = _Found(ids=(number,))

    def get(self, one: Named, made: Mapping[tuple[str, str, str], int]) -> Ref:
        """Return the record that a cell names; raise `FieldRefused` where there is none, or more than one."""
        place = (one.entity, one.by, one.key)
        ids = self._known[place].ids or ((made[place],) if place in made else ())
        if len(ids) == 1:
            return Ref(ids[0])
        sentence = (
            "There is no {entity} named {text}." if not ids else "There are several {entity} named {text}."
        )
        raise FieldRefused(
            "several_records" if ids else "no_such_record",
            sentence,
            entity=self._label(one.entity),
            text=one.text[:80],
        )

    def _make(self, one: Named, uow: UnitOfWork) -> int:
        try:
            with uow.savepoint():
                return self._records.create(self._actor, one.entity, [{one.by: one.text}], uow=uow)[0].id
        except PayvandError:
            return 0  # the row is told that there is no such record

    def _may_make(self, one: Named) -> bool:
        entity = self._catalog.entity(one.entity)
        editable = self._access.fields(self._actor, one.entity, self._catalog).editable
        return (
            one.by == entity.title
            and one.by in editable
            and self._access.may(self._actor, one.entity, "create", self._catalog)
        )

    def _field(self, entity: str, by: str) -> FieldSpec:
        spec = self._catalog.entity(entity)
        return spec.fields[by or spec.title]

    def _value(self, spec: FieldSpec, text: str) -> object:
        """Return what a text means as a value of the field; a derived one takes any text."""
        return text if spec.derived else self._types.get(spec.type).parse(spec, text, self._context)
