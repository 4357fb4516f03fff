"""What of an entity's definitions a page can read by itself, worked out once for each catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.expressions import fields_used, reads_own_values, to_tree
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.compiled import Kept
from core.records.looking import Following
from core.records.service import Records


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One condition or computed field: its tree, and what it reads of the record and of the ``lines`` of its lists."""

    name: str
    what: str
    tree: Mapping[str, object]
    needs: frozenset[str]
    env: frozenset[str]
    lines: Mapping[str, frozenset[str]] = field(default_factory=dict)


KEPT: Kept[tuple[Piece, ...]] = Kept(1024)
"""By catalog and entity."""


def pieces_of(site: Site, catalog: Catalog, entity: str) -> tuple[Piece, ...]:
    """Return what a page that holds a record and its lines can read, computed fields in their order first."""
    return KEPT.get(
        (catalog.version, catalog.digest, entity),
        lambda: tuple(_pieces(site, catalog, catalog.entity(entity))),
    )


def _pieces(site: Site, catalog: Catalog, entity: EntitySpec) -> list[Piece]:
    lists = {f.name: str(f.option("by")) for f in entity.fields.values() if f.type == "list"}
    followings = site.get(Records).followings(entity.name, catalog)
    return [_piece(entity, one, lists) for one in followings if reads_own_values(one.checked, lists)]


def _piece(entity: EntitySpec, one: Following, lists: Mapping[str, str]) -> Piece:
    used = fields_used(one.checked)
    own = frozenset(name for of, name in used if of == entity.name)
    return Piece(
        name=one.name,
        what=one.what,
        tree=to_tree(one.checked),
        needs=own,
        env=one.checked.env,
        lines={name: _asked(entity, name, used) for name in sorted(own & lists.keys())},
    )


def _asked(entity: EntitySpec, name: str, used: frozenset[tuple[str, str]]) -> frozenset[str]:
    """Return what is asked of the lines of a list."""
    child = str(entity.fields[name].option("of"))
    return frozenset(field for of, field in used if of == child)
