"""Records that a module brings: ``data/`` what it needs, ``demo/`` what one can play with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import MetadataInvalid, Problem
from core.kernel.actor import Actor
from core.lifecycle.data_files import KEEP_IN_SYNC, DataFile, read_data
from core.metadata.specs import FieldSpec
from core.records.service import Records
from core.storage import UnitOfWork
from core.storage.external_ids import find_external_ids, remember_external_ids

class DataLoader:
    """Loads a module's records through the one door, as the system."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def load(self, module: str, folder: Path, actor: Actor, uow: UnitOfWork,
             known: Mapping[str, tuple[str, int]] | None = None) -> int:
        """Load all files of a folder in the order of their names; return how many records were written.

        References are written as keys (``@key`` of this module, ``@module:key`` of another); ``known`` adds keys
        that are not in files, such as the accounts of the demo.
        """
        written = 0
        for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
            written += self._load(module, read_data(path), actor, uow, known or {})
        return written

    def _load(self, module: str, file: DataFile, actor: Actor, uow: UnitOfWork,
              known: Mapping[str, tuple[str, int]]) -> int:
        if file.entity not in uow.catalog.entities:
            raise MetadataInvalid(problems=[Problem(code="unknown_entity", message="There is no entity {name}.",
                                                    params={"name": file.entity}, place=file.place)])
        source = f"module:{module}"
        keys = [str(record["key"]) for record in file.records]
        present = find_external_ids(uow, source, keys)
        values = [self._resolved(module, file, record, uow, known) for record in file.records]
        new = [(key, row) for key, row in zip(keys, values, strict=True) if key not in present]
        saved = self._records.create(actor, file.entity, [row for _, row in new], uow=uow) if new else []
        remember_external_ids(uow, source, file.entity,
                              {key: s.id for (key, _), s in zip(new, saved, strict=True)})
        if file.policy != KEEP_IN_SYNC:
            return len(new)
        changes = {present[key][1]: row for key, row in zip(keys, values, strict=True) if key in present}
        if changes:
            self._records.update_many(actor, file.entity, changes, uow=uow)
        return len(new) + len(changes)

    def _resolved(self, module: str, file: DataFile, record: Mapping[str, Any], uow: UnitOfWork,
                  known: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
        entity = uow.catalog.entity(file.entity)
        return {name: self._value(module, entity.fields.get(name), value, uow, known, file)
                for name, value in record.items() if name != "key"}

    def _value(self, module: str, spec: FieldSpec | None, value: Any, uow: UnitOfWork,
               known: Mapping[str, tuple[str, int]], file: DataFile) -> Any:
        if spec is None:
            return value
        if spec.type == "list":
            child = uow.catalog.entity(str(spec.option("of")))
            return [{n: self._value(module, child.fields.get(n), v, uow, known, file) for n, v in line.items()}
                    for line in value]
        if spec.type in ("reference", "reference_any"):
            return self._reference(module, spec, value, uow, known, file)
        if spec.type == "links":
            return [self._reference(module, spec, one, uow, known, file) for one in value]
        return value

    def _reference(self, module: str, spec: FieldSpec, value: Any, uow: UnitOfWork,
                   known: Mapping[str, tuple[str, int]], file: DataFile) -> Any:
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        owner, _, key = value[1:].rpartition(":")
        found = known.get(value[1:]) or find_external_ids(uow, f"module:{owner or module}", [key]).get(key)
        if found is None:
            raise MetadataInvalid(problems=[Problem(
                code="unknown_key", message="{field} names the record {key}, which is not loaded.",
                params={"field": spec.name, "key": value}, place=file.place)])
        entity, record_id = found
        return {"entity": entity, "id": record_id} if spec.type == "reference_any" else record_id

