"""Data files: records as YAML, read as strictly as documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.declaration.strict_yaml import Written, read_text
from core.errors import MetadataInvalid, Place, Problem
from core.metadata.specs import Json

CREATE_ONCE, KEEP_IN_SYNC = "create_once", "keep_in_sync"
KEYS = frozenset({"policy", "entity", "records"})
TRANSLATE = "translate"
"""The key that names fields whose texts are written in the language of the site."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataFile:
    """Records of one entity, each with a key that never changes, and what happens to them at later loads."""

    entity: str
    policy: str
    records: tuple[Mapping[str, Any], ...]
    place: Place
    translate: frozenset[str] = frozenset()


def read_data(path: Path) -> DataFile:
    """Read one data file, or raise `MetadataInvalid` with every problem and its line."""
    name = "/".join(path.parts[-3:])
    written = read_text(path.read_text(encoding="utf-8"), name)
    problems = list(_problems(written, name))
    if problems:
        raise MetadataInvalid(problems=problems)
    body: Any = written.value  # a mapping with our keys: its shape was checked
    return DataFile(
        entity=body["entity"],
        policy=body["policy"],
        records=tuple(body["records"]),
        place=Place(file=name, line=1),
        translate=frozenset(body.get(TRANSLATE, ())),
    )


def _problems(written: Written, file: str) -> Iterator[Problem]:
    body: Json = written.value
    if not isinstance(body, Mapping) or set(body) - {TRANSLATE} != KEYS:
        yield Problem(
            code="wrong_shape",
            place=Place(file=file, line=1),
            message="A data file has the keys policy, entity and records.",
        )
        return
    if body["policy"] not in (CREATE_ONCE, KEEP_IN_SYNC):
        yield Problem(
            code="unknown_value",
            message="The policy is create_once or keep_in_sync.",
            place=Place(file=file, line=written.lines.get(("policy",), 1)),
        )
    if not isinstance(body["entity"], str):
        yield Problem(
            code="wrong_type",
            message="Write the name of an entity here.",
            place=Place(file=file, line=written.lines.get(("entity",), 1)),
        )
    names = body.get(TRANSLATE, ())
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        yield Problem(
            code="wrong_type",
            message="Write a list of names of fields here.",
            place=Place(file=file, line=written.lines.get((TRANSLATE,), 1)),
        )
    yield from _record_problems(body["records"], written, file)


def _record_problems(records: Json, written: Written, file: str) -> Iterator[Problem]:
    if not isinstance(records, list | tuple):
        yield Problem(
            code="wrong_type",
            message="Write a list of records here.",
            place=Place(file=file, line=written.lines.get(("records",), 1)),
        )
        return
    seen: set[object] = set()
    for number, record in enumerate(records):
        place = Place(file=file, line=written.lines.get(("records", str(number)), 1))
        key = record.get("key") if isinstance(record, Mapping) else None
        if not isinstance(key, str):
            yield Problem(code="no_key", message="Each record needs a key, a text.", place=place)
        elif key in seen:
            yield Problem(
                code="duplicate", message="The key {key} stands twice.", params={"key": key}, place=place
            )
        seen.add(key)
