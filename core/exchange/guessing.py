"""Which column probably means what: headers compared with names and labels in all languages, in any spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice

from core.exchange.line_text import looks_like_lines
from core.exchange.table import Table
from core.exchange.targets import Target, headers_of
from core.i18n import Localization, fold

_ASIDE = re.compile(r"[(\[{\uff08].*?[)\]}\uff09]|[*:\uff0a]+\s*$")
"""What people add to a header: a unit, an example, a mark of what is required."""

_ALIKE = 0.87
_LOOK = 200
_LONG_ENOUGH = 5


def guess_mapping(
    header: Sequence[str],
    targets: Mapping[str, Target],
    localization: Localization,
    ignored: Iterable[str] = (),
) -> dict[str, str]:
    """Return {header: path} of the columns that can be recognised; no target is given twice."""
    labels: dict[str, str] = {}
    synonyms: dict[str, str] = {}
    for path, target in targets.items():
        for name in headers_of(target, localization):
            labels.setdefault(fold(name), path)
        for name in target.names:
            synonyms.setdefault(fold(name), path)
    for known in (labels, synonyms):
        known.pop("", None)
    either = {**synonyms, **labels}
    skipped = {fold(name) for name in ignored}
    open_columns = [name for name in header if fold(name) not in skipped]
    found: dict[str, str] = {}
    for recognise, known in (
        (_exactly, labels),
        (_exactly, synonyms),
        (_without_aside, either),
        (_roughly, either),
    ):
        for name in open_columns:
            guess = recognise(name, known) if name not in found else None
            if guess is not None and guess not in found.values():
                found[name] = guess
    return found


def guess_lists(table: Table, targets: Mapping[str, Target], localization: Localization) -> dict[str, str]:
    """Return {header: path} of the columns that are called like a list and tell its lines one by one."""
    known = {
        fold(name): path
        for path, target in targets.items()
        if target.spec.type == "list"
        for name in headers_of(target, localization)
    }
    found = {name: known[fold(name)] for name in table.header if fold(name) in known}
    for _, cells in islice(table.rows(), _LOOK) if found else ():
        for name in list(found):
            cell = cells[table.header.index(name)]
            if cell is not None and not (isinstance(cell, str) and looks_like_lines(cell)):
                del found[name]
    return found


def _exactly(name: str, known: Mapping[str, str]) -> str | None:
    return known.get(fold(name))


def _without_aside(name: str, known: Mapping[str, str]) -> str | None:
    return known.get(fold(_ASIDE.sub(" ", name)))


def _roughly(name: str, known: Mapping[str, str]) -> str | None:
    """Return the target whose header differs by a slip of the fingers; short words are too much alike for that."""
    wanted = fold(_ASIDE.sub(" ", name))
    if len(wanted) < _LONG_ENOUGH:
        return None
    best: str | None = None
    score = _ALIKE
    matcher = SequenceMatcher(autojunk=False, b=wanted)
    for candidate, path in known.items():
        matcher.set_seq1(candidate)
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) > score:
            ratio = matcher.ratio()
            best, score = (path, ratio) if ratio > score else (best, score)
    return best
