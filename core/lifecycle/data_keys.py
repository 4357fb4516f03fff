"""Keys in data files: which records they stand for, told by the caller or loaded before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from core.storage import UnitOfWork
from core.storage.external_ids import find_external_ids, remember_external_ids

Known = Mapping[str, tuple[str, int]]
"""Records by key that are in no file, such as the accounts of the demo: ``{key: (entity, id)}``."""

MARK = "@"


class Keys:
    """The keys of one module's files: ``@key`` means a record of this module, ``@module:key`` another's."""

    def __init__(self, module: str, uow: UnitOfWork, known: Known) -> None:
        self._module = module
        self._uow = uow
        self._known = known
        self._found: dict[tuple[str, str], tuple[str, int]] = {}

    def fetch(self, records: Iterable[Mapping[str, object]]) -> None:
        """Look up all keys that these records have or name, with one statement for each module named."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for record in records:
            wanted[self._module].add(str(record["key"]))
            for owner, key in map(self._parts, named(record)):
                wanted[owner].add(key)
        for owner, keys in wanted.items():
            for key, found in find_external_ids(self._uow, f"module:{owner}", sorted(keys)).items():
                self._found[owner, key] = found

    def remember(self, entity: str, ids: Mapping[str, int]) -> None:
        """Keep the keys of new records."""
        remember_external_ids(self._uow, f"module:{self._module}", entity, ids)
        self._found.update({(self._module, key): (entity, number) for key, number in ids.items()})

    def own(self, key: str) -> int | None:
        """Return the id of the record of this module that has this key."""
        found = self._found.get((self._module, key))
        return found[1] if found else None

    def find(self, text: str) -> tuple[str, int] | None:
        """Return entity and id of what ``@key`` stands for."""
        return self._known.get(text.removeprefix(MARK)) or self._found.get(self._parts(text))

    def _parts(self, text: str) -> tuple[str, str]:
        owner, _, key = text.removeprefix(MARK).rpartition(":")
        return owner or self._module, key


def named(value: object) -> Iterator[str]:
    """Yield every key that a record names, in its nested lists too."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from named(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from named(one)
    elif isinstance(value, str) and value.startswith(MARK):
        yield value
