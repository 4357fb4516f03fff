"""How records are recognised that are there twice, as a document means it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.metadata.specs import Label


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateKey:
    """What two records share that are perhaps the same: fields, or fields of lines as ``list.field``.

    ``where`` narrows it to some records, or to some lines where lines are compared.
    """

    name: str
    same: tuple[str, ...]
    where: str = ""
    label: Label = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateClue:
    """What a scan of old records compares: ``of`` names fields, or one field of lines as ``list.field``.

    ``how`` is ``same``, ``code`` (numbers and addresses, whatever their spelling) or ``name`` (words of names).
    ``weight`` is percent of what being alike tells, ``against`` the points that being different takes away.
    """

    name: str
    of: tuple[str, ...]
    how: str = "same"
    where: str = ""
    label: Label = ""
    weight: int = 100
    against: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicates:
    """How records are recognised that are there twice; those that differ in one of ``differ`` are never the same.

    ``ask`` names the reference to whom one asks about a record that one may not see; ``scan`` is what a look
    through the records that are there already compares, nothing where there is none.
    """

    by: tuple[DuplicateKey, ...]
    differ: tuple[str, ...] = ()
    ask: str = ""
    scan: tuple[DuplicateClue, ...] = ()
