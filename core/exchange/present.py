"""What a record has already: an import that is run again adds no line twice and takes no formatting away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.exchange.plan import ImportPlan
from core.exchange.row_reading import LineKey, ReadRow
from core.fields import FieldTypes, is_only_words
from core.kernel.site import Site
from core.metadata.documents import canonical
from core.metadata.specs import EntitySpec
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.storage import UnitOfWork

Record = Mapping[str, object]


class PresentLines:
    """Takes out of rows the lines that their records show or hold."""

    def __init__(self, site: Site, plan: ImportPlan) -> None:
        self._plan = plan
        self._types = site.get(FieldTypes)
        self._reading = site.get(Reading)
        self._shown: dict[LineKey, list[str]] = {}
        for one in plan.assignments:
            if one.target.line:
                self._shown.setdefault((one.target.line.into, canonical(one.target.line.fixed)), []).append(
                    one.target.shows
                )

    def leave_out_present(self, known: Sequence[tuple[ReadRow, Record]], uow: UnitOfWork) -> None:
        """Take out the lines that are there; what is left is new or different."""
        for row, record in known:
            row.lines = {key: line for key, line in row.lines.items() if not self._is_shown(key, row, record)}
        asking = [(row, int(str(record["id"]))) for row, record in known if row.lines]
        lists = sorted({into for row, _ in asking for into, _ in row.lines})
        for start in range(0, len(asking), MAX_LIMIT):
            part = asking[start : start + MAX_LIMIT]
            held = self._held([number for _, number in part], lists, uow)
            for row, number in part:
                row.lines = {
                    key: line
                    for key, line in row.lines.items()
                    if not any(self._same(key[0], line, other) for other in held[number].get(key[0], ()))
                }

    def _is_shown(self, key: LineKey, row: ReadRow, record: Record) -> bool:
        names = [name for name in self._shown.get(key, ()) if name == "" or name in row.keys]
        return bool(names) and all(
            name != ""
            and name in record
            and self._key(self._plan.entity, name, row.keys[name])
            == self._key(self._plan.entity, name, record[name])
            for name in names
        )

    def _held(
        self, ids: Sequence[int], lists: Sequence[str], uow: UnitOfWork
    ) -> dict[int, Mapping[str, Sequence[Record]]]:
        plan = self._plan
        query = Query(fields=("id", *lists), filter=f"id in [{', '.join(map(str, ids))}]", limit=MAX_LIMIT)
        page = self._reading.find(plan.actor, plan.entity.name, query, catalog=plan.catalog, uow=uow)
        found: dict[int, Mapping[str, Sequence[Record]]] = {number: {} for number in ids}
        for item in page.items:
            found[int(str(item["id"]))] = {name: _records(item.get(name)) for name in lists}
        return found

    def _same(self, into: str, line: Record, other: Record) -> bool:
        entity = self._plan.catalog.entity(str(self._plan.entity.fields[into].option("of")))
        return all(
            name in other and self._key(entity, name, value) == self._key(entity, name, other[name])
            for name, value in line.items()
        )

    def _key(self, entity: EntitySpec, name: str, value: object) -> str | None:
        spec = entity.fields[name]
        return self._types.get(spec.type).key(spec, value)


class PresentFormatting:
    """Keeps the formatting of texts of which a file holds the words alone, as lists are exported."""

    def __init__(self, site: Site, plan: ImportPlan) -> None:
        self._plan = plan
        self._reading = site.get(Reading)

    def keep(self, known: Sequence[tuple[ReadRow, Record]], uow: UnitOfWork) -> None:
        """Take out of the rows the texts whose words are there already, formatted."""
        fields = self._plan.entity.fields
        names = sorted({name for row, _ in known for name in row.values if fields[name].type == "rich_text"})
        asking = [(row, int(str(record["id"]))) for row, record in known] if names else []
        for start in range(0, len(asking), MAX_LIMIT):
            part = {number: row for row, number in asking[start : start + MAX_LIMIT]}
            query = Query(
                fields=("id", *names), filter=f"id in [{', '.join(map(str, part))}]", limit=MAX_LIMIT
            )
            plan = self._plan
            page = self._reading.find(plan.actor, plan.entity.name, query, catalog=plan.catalog, uow=uow)
            for item in page.items:
                values = part[int(str(item["id"]))].values
                for name in names:
                    new, old = values.get(name), item.get(name)
                    if isinstance(new, str) and isinstance(old, str) and is_only_words(new, old):
                        del values[name]


def _records(value: object) -> Sequence[Record]:
    return [line for line in value if isinstance(line, Mapping)] if isinstance(value, (list, tuple)) else ()
