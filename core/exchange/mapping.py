"""A mapping as it is given, held against the file and against what the actor may import into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import BadRequest
from core.exchange.refusal import refused
from core.exchange.targets import EXTERNAL_ID, RECORD_ID, UNIT, Target
from core.i18n import fold
from core.metadata.names import nearest
from core.metadata.specs import EntitySpec, FieldSpec

MODES = ("create", "update", "upsert")


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A column of the file and what it means; ``place`` is where it stands in a row."""

    place: int
    header: str
    target: Target


def check_targets(mapping: Mapping[str, str], targets: Mapping[str, Target], key: str | None) -> None:
    """Refuse a mapping to what does not exist or may not be written; the file is not needed for that."""
    for path in filter(None, mapping.values()):
        if path not in targets and path != RECORD_ID:
            raise BadRequest(
                "There is no target {name} to import into. Perhaps: {nearest}.",
                code="unknown_target",
                name=path[:80],
                nearest=nearest(path, targets) or tuple(targets)[:6],
            )
    paths = [path for path in mapping.values() if path]
    for path in paths:
        if paths.count(path) > 1:
            raise BadRequest(
                "Two columns cannot both be imported into {name}.", code="target_twice", name=path
            )
    if key is not None and key not in paths:
        raise BadRequest(
            "The key {name} is not among the mapped columns.", code="key_not_mapped", name=key[:80]
        )


def check_mode(mode: str, key: str | None, keys: Mapping[str, FieldSpec]) -> None:
    """Refuse a mode that does not exist, or one that has no key to find records by."""
    if mode not in MODES:
        raise BadRequest("{name} is one of {known}.", code="unknown_value", name="mode", known=MODES)
    if mode != "create" and not key:
        raise BadRequest("Say by which column records are found: {known}.", code="no_key", known=tuple(keys))
    if key and key not in keys:
        raise BadRequest(
            "Records cannot be found by {name}. There are: {known}.",
            code="unknown_key",
            name=key[:80],
            known=tuple(keys),
        )


def assign(
    header: Sequence[str], mapping: Mapping[str, str], targets: Mapping[str, Target], entity: EntitySpec
) -> list[Assignment]:
    """Return the columns that are imported; headers may be written in any spelling of theirs."""
    spelled = {fold(name): place for place, name in reversed(list(enumerate(header)))}
    found: list[Assignment] = []
    for name, path in mapping.items():
        if not path:
            continue
        place = header.index(name) if name in header else spelled.get(fold(name))
        if place is None:
            raise BadRequest(
                "The file has no column {name}. There are: {known}.",
                code="unknown_column",
                name=name[:80],
                known=tuple(header[:30]),
            )
        found.append(
            Assignment(place=place, header=header[place], target=targets.get(path) or _of_id(entity))
        )
    if not [
        one for one in found if one.target.path not in (RECORD_ID, EXTERNAL_ID) and one.target.part != UNIT
    ]:
        raise refused("nothing_mapped", "None of the columns of the file is mapped to a field.")
    return found


def _of_id(entity: EntitySpec) -> Target:
    spec = entity.fields[RECORD_ID]
    return Target(path=RECORD_ID, spec=spec, store=spec, labels=(spec.label,))
