"""YAML without surprises, with the line of every key.

Read as YAML 1.2 has it, and narrower: only ``true`` and ``false`` are booleans, only plain decimal digits are
numbers; ``yes``, ``no``, ``on``, dates, times and versions stay text. Refused are duplicate keys, tabs, anchors and
aliases, merge keys, tags, keys that are no text, several documents in a file, and whatever is too large or too deep.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from core.errors import MetadataInvalid, Param, Place, Problem
from core.metadata.documents import Path
from core.metadata.specs import Json

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_NODES = 20_000

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_READ_OTHERWISE = re.compile(r"\ufeff|[|>][-+0-9]*#|(?:^|[\s\[{,:])\?")
"""What libyaml takes for something else than PyYAML does; a property test looks for more."""

_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A value with the line of each of its keys and items, by path."""

    value: Json
    lines: dict[Path, int]


def read_text(text: str, file: str) -> Written:
    """Read one YAML document, or raise `MetadataInvalid` with every problem and its line."""
    _refuse_size_and_tabs(text, file)
    node = _composed(text, file)
    reader = _Reader(file)
    value = reader.value(node, ()) if node is not None else None
    if reader.problems:
        raise MetadataInvalid(problems=reader.problems)
    return Written(value=value, lines=reader.lines)


def is_storable(text: str) -> bool:
    """Tell whether a text can be stored: no NUL, and no half of a character."""
    return _UNSTORABLE.search(text) is None


def _composed(text: str, file: str) -> Node | None:
    """Return the tree of nodes, or raise what was refused on the way, or what is no YAML at all.

    What the quick loader takes is taken; of the rest the other one finds the words.
    """
    if _Quick is not None and not _READ_OTHERWISE.search(text):
        refused: list[Problem] = []
        with suppress(yaml.YAMLError, UnicodeEncodeError):
            node = _tree(_Quick(text, file, refused))
            if not refused:
                return node
    refused = []
    failure: yaml.YAMLError | None = None
    node = None
    try:
        node = _tree(_Exact(text, file, refused))
    except yaml.YAMLError as error:
        failure = error
    if refused:
        raise MetadataInvalid(problems=refused)
    if failure is not None:
        raise _syntax(failure, file)
    return node


def _tree(loader: Any) -> Node | None:
    node: Node | None = loader.get_single_node()
    loader.dispose()
    return node


def _refuse_size_and_tabs(text: str, file: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise MetadataInvalid(
            problems=[
                _problem(
                    file,
                    0,
                    "too_large",
                    "The file is larger than {limit} kB; split it.",
                    limit=MAX_BYTES // 1024,
                )
            ]
        )
    tabs = [number for number, line in enumerate(text.splitlines(), 1) if "\t" in line]
    if tabs:
        raise MetadataInvalid(
            problems=[
                _problem(file, number, "tab", "There is a tab here; indent with spaces.")
                for number in tabs[:20]
            ]
        )


class _Strict(Composer):
    """Composes nodes; what YAML allows and we do not is noted on the way."""

    def _begin(self, file: str, refused: list[Problem]) -> None:
        self._file = file
        self._refused = refused
        self._depth = 0
        self._nodes = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event: Any = cast("Any", self).peek_event()
        mark: yaml.Mark = event.start_mark
        line = mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(line, "alias", "Anchors and aliases (& and *) are not read; write the value out.")
        if getattr(event, "tag", None):
            self._refuse(line, "tag", "Tags (!) are not read; quote a text that begins with one.")
        self._nodes += 1
        if self._depth >= MAX_DEPTH or self._nodes > MAX_NODES:
            raise yaml.composer.ComposerError(None, None, "too many or too deeply nested values", mark)
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "an alias", mark)
        self._depth += 1
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, line: int, code: str, message: str) -> None:
        self._refused.append(_problem(self._file, line, code, message))


class _Exact(_Strict, yaml.SafeLoader):
    """Reads in Python and says what is wrong in words that `_syntax` passes on."""

    def __init__(self, text: str, file: str, refused: list[Problem]) -> None:
        yaml.SafeLoader.__init__(self, text)
        self._begin(file, refused)


_Quick: Any = None
if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is written in C and has no types

    class _Libyaml(_Strict, CParser, Resolver):
        """Reads the same eight times as fast, where PyYAML was built with libyaml."""

        def __init__(self, text: str, file: str, refused: list[Problem]) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)
            self._begin(file, refused)

    _Quick = _Libyaml


class _Reader:
    """Turns nodes into values, noting lines and what is wrong."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: Node, path: Path) -> Json:
        """Return the value of a node."""
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._item(item, (*path, str(index))) for index, item in enumerate(node.value)]
        value = _scalar(node)
        if isinstance(value, str) and not is_storable(value):
            self._add(
                node.start_mark.line + 1, "unstorable", "This text holds something that is no character."
            )
        return value

    def _item(self, node: Node, path: Path) -> Json:
        self.lines[path] = node.start_mark.line + 1
        return self.value(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> Json:
        found: dict[str, Json] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, line)
            if key is None:
                continue
            if key in found:
                self._add(
                    line,
                    "duplicate_key",
                    "{key} is written twice here, first in line {first}.",
                    key=key,
                    first=self.lines[(*path, key)],
                )
                continue
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _key(self, node: Node, line: int) -> str | None:
        if not isinstance(node, ScalarNode) or (not node.style and not isinstance(_scalar(node), str)):
            self._add(line, "bad_key", "A key must be a name; put it in quotes if it really is one.")
            return None
        key: str = node.value
        if not is_storable(key):
            self._add(line, "bad_key", "A key must be a name; put it in quotes if it really is one.")
            return None
        if key == "<<" and not node.style:
            self._add(line, "merge_key", "Merge keys (<<) are not read; write the values out.")
            return None
        return key

    def _add(self, line: int, code: str, message: str, **params: Param) -> None:
        self.problems.append(_problem(self._file, line, code, message, **params))


def _scalar(node: Node) -> Json:
    """Return the value of a scalar: quoted is always text, plain is what it plainly looks like."""
    text: str = node.value
    if not isinstance(node, ScalarNode) or node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _syntax(error: yaml.YAMLError, file: str) -> MetadataInvalid:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    line = mark.line + 1 if mark is not None else 0
    return MetadataInvalid(
        problems=[_problem(file, line, "yaml", "This is not readable YAML: {reason}.", reason=reason)]
    )


def _problem(file: str, line: int, code: str, message: str, **params: Param) -> Problem:
    return Problem(code=code, message=message, params=params, place=Place(file=file, line=line))
