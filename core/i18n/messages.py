"""`Messages`: the translations of the core and of the enabled modules, merged per language, read on first use."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from core.i18n.languages import base_code

Key: TypeAlias = tuple[str, str]
"""Context (mostly empty) and msgid."""


@dataclass(frozen=True, slots=True)
class _Entry:
    strings: tuple[str, ...]
    plural: Callable[[int], int]


_Entries: TypeAlias = Mapping[Key, _Entry]
_Stamp: TypeAlias = tuple[int, int]


class Messages:
    """Translations out of folders laid out as ``<folder>/<language>/LC_MESSAGES/<any>.po`` (or ``.mo``).

    There is one space of msgids; of two folders that translate the same one the later wins, so folders come
    in the order in which modules depend on each other. A file is parsed once until it changes on the disk.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._folders: tuple[Path, ...] = tuple(folders)
        self._files: dict[Path, tuple[_Stamp, _Entries]] = {}
        self._merged: dict[str, _Entries] = {}
        self._lock = Lock()

    def use(self, folders: Iterable[Path]) -> None:
        """Take translations from these folders from now on, and look again at files that changed."""
        with self._lock:
            self._folders = tuple(folders)
            self._merged = {}

    def gettext(self, language: str, msgid: str, context: str = "") -> str:
        """Return the translation of ``msgid``, or ``msgid`` itself where there is none."""
        entry = self._find(language, (context, msgid))
        return entry.strings[0] if entry else msgid

    def ngettext(self, language: str, one: str, many: str, number: int, context: str = "") -> str:
        """Return the translation for ``number`` things, or the English ``one`` or ``many``."""
        entry = self._find(language, (context, one))
        if entry is None:
            return one if number == 1 else many
        return entry.strings[min(entry.plural(number), len(entry.strings) - 1)]

    def entries(self, language: str) -> Mapping[str, str]:
        """Return all translations without context of a language, e.g. to pick those a browser needs."""
        return {
            msgid: entry.strings[0]
            for (context, msgid), entry in self._language(language).items()
            if not context
        }

    def _find(self, language: str, key: Key) -> _Entry | None:
        if not key[1]:
            return None
        found = self._language(language).get(key)
        if found is not None:
            return found
        base = base_code(language)
        return self._language(base).get(key) if base != language else None

    def _language(self, language: str) -> _Entries:
        merged = self._merged.get(language)
        if merged is None:
            with self._lock:
                merged = self._merged[language] = self._merge(language)
        return merged

    def _merge(self, language: str) -> _Entries:
        merged: dict[Key, _Entry] = {}
        if not language.replace("_", "").isalnum():
            return merged
        for folder in self._folders:
            for path in _catalog_files(folder / language / "LC_MESSAGES"):
                merged.update(self._read(path, language))
        return merged

    def _read(self, path: Path, language: str) -> _Entries:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._files.get(path)
        if known is None or known[0] != stamp:
            known = self._files[path] = (stamp, _parse(path, language))
        return known[1]


def _catalog_files(folder: Path) -> list[Path]:
    """Return the catalogues of a folder; a compiled one stands for its source unless that is newer."""
    sources = {path.stem: path for path in sorted(folder.glob("*.po"))}
    compiled = {path.stem: path for path in sorted(folder.glob("*.mo"))}
    chosen = {**compiled, **sources}
    for stem, source in sources.items():
        if stem in compiled and compiled[stem].stat().st_mtime_ns >= source.stat().st_mtime_ns:
            chosen[stem] = compiled[stem]
    return [chosen[stem] for stem in sorted(chosen)]


def _parse(path: Path, language: str) -> _Entries:
    with path.open("rb") as stream:
        catalog: Catalog = read_mo(stream) if path.suffix == ".mo" else read_po(stream, locale=language)
    plural = gettext.c2py(catalog.plural_expr)
    found = ((message, _strings(message)) for message in catalog if message.id and not message.fuzzy)
    return {
        (message.context or "", message.id if isinstance(message.id, str) else message.id[0]): _Entry(
            strings, plural
        )
        for message, strings in found
        if strings
    }


def _strings(message: Message) -> tuple[str, ...]:
    """Return the translation's forms; none at all where one is missing, so that English is shown instead."""
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return strings if all(strings) else ()
