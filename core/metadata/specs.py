"""The frozen specs: documents as meant. Everything else derives from these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from core.errors import Place
from core.metadata.duplicate_specs import Duplicates

Json: TypeAlias = "None | bool | int | float | str | Sequence[Json] | Mapping[str, Json]"
Label: TypeAlias = "str | Mapping[str, str]"
"""English source text of a module (translated by .po files), or ``{language: text}`` made at the site."""

SITE = "site"
"""Owner of what was made at the site itself; module names are the other owners."""

FILE_TYPES = frozenset({"file", "image"})
"""Types of fields that hold a stored file."""

NOTHING: Mapping[str, Json] = MappingProxyType({})
NO_OWNERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option of a choice field; ``hue`` is one of the nine names of the palette.

    A ``hidden`` one is offered to nobody who chooses; records that have it keep it.
    """

    name: str
    label: Label
    hue: str = "gray"
    hidden: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RollUp:
    """A stored value drawn from the records of ``source`` whose reference ``by`` points here.

    ``function`` is count, sum, min, max or pick; ``value`` the field drawn from (empty for count);
    ``where`` an expression on the source record; pick takes the lowest id that satisfies it.
    """

    source: str
    by: str
    function: str
    value: str = ""
    where: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """One value on an entity. ``options`` holds what only its type understands (to, max_length, …).

    ``joined`` tells of the entities that behaviours brought among its targets who asked for the behaviour.
    ``base_of`` and ``rate_of`` name the amount whose worth in the site's currency, and whose rate, the field holds.
    ``copy_of`` names, as ``<reference>.<field>``, what the stored value was taken from, which decides who reads it.
    """

    name: str
    entity: str
    type: str
    label: Label
    help: Label = ""
    owner: str = ""
    place: Place = Place()
    required: bool = False
    unique: bool = False
    search: bool = False
    duplicate_key: bool = False
    read_only: bool = False
    system: bool = False
    default: Json = None
    options: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    choices: tuple[Choice, ...] = ()
    computed: str = ""
    rollup: RollUp | None = None
    base_of: str = ""
    rate_of: str = ""
    visible_when: str = ""
    required_when: str = ""
    read_only_when: str = ""
    readable_because: str = ""
    copy_of: str = ""
    import_names: tuple[str, ...] = ()
    merge: str = ""
    joined: Mapping[str, str] = field(default_factory=lambda: NO_OWNERS, compare=False)
    nullable: bool = True

    @property
    def derived(self) -> bool:
        """True where nobody types the value: computed and rolled-up fields, amounts in the site's currency, rates."""
        return bool(self.computed or self.exchanged) or self.rollup is not None

    @property
    def exchanged(self) -> str:
        """Name of the amount that an amount in the site's currency, or a rate, belongs to."""
        return self.base_of or self.rate_of

    def option(self, name: str, default: Json = None) -> Json:
        """Return an option of the type, or ``default`` where it was not written."""
        return self.options.get(name, default)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSpec:
    """A sentence about one record that must not hold; the problem is shown at the fields ``on``."""

    name: str
    refuse_when: str
    message: Label
    on: tuple[str, ...] = ()
    owner: str = ""
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportColumn:
    """A column of an imported sheet that fills a line of the list field ``into``.

    ``value`` is the field of the line that takes the cell, ``fixed`` what else the line holds; columns that agree
    in both ``into`` and ``fixed`` fill one line together. ``shows`` names the derived field of the entity that shows the
    value afterwards: its type checks the cell, and its key finds records that are there already. ``more`` is what
    further lines hold where a cell has several values; without it, a cell is one value.
    """

    name: str
    into: str
    value: str
    fixed: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    more: Mapping[str, Json] | None = None
    shows: str = ""
    label: Label = ""
    import_names: tuple[str, ...] = ()
    owner: str = ""
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRight:
    """What one must be allowed to do with a whole to do something with its parts.

    ``needs`` is the action on the whole; ``when`` an expression on the part that narrows it.
    """

    needs: str
    when: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Administered:
    """Records that speak of an entity: ``names`` is the field with its name, ``when`` what must hold of them, too.

    Who administers that entity may create, change and delete them.
    """

    names: str
    when: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """How a part reaches its whole: ``by`` whom, the fields by which it is looked for, and ``until`` when, if it ends."""

    by: tuple[str, ...]
    until: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """The values of one field of an entity that the database keeps beside the parts by which its records are reached.

    ``part`` is the entity of these parts, ``link`` the column by which they point here, ``by`` the fields by which they
    are looked for, ``until`` the field that says till when, if any, and ``order`` the field whose values they keep: what
    is reached by them is then read in its order.
    """

    part: str
    link: str
    by: tuple[str, ...]
    until: str
    order: str

    @property
    def part_table(self) -> str:
        """Name of the table of the parts."""
        return self.part.replace(".", "_")


@dataclass(frozen=True, kw_only=True, slots=True)
class EntitySpec:
    """A kind of record: its fields in order, its rules, and which field is its title.

    ``indexes`` are names of fields: lists are filtered by all but the last and sorted by the last, ``-`` before it
    for descending, or the last is added up by the others, ``+`` before it. ``image`` names the field whose picture
    stands for a record, beside its title. ``part_rights`` tells by action where a part asks something else of its whole
    than usual: to read it for reading, to export it for exporting, to update it for all else. ``reached`` tells how a
    part reaches its wholes; ``beside`` follows from the parts that point here.
    """

    name: str
    label: Label
    plural: Label
    title: str
    owner: str
    fields: Mapping[str, FieldSpec]
    rules: tuple[RuleSpec, ...] = ()
    import_columns: Mapping[str, ImportColumn] = field(default_factory=lambda: MappingProxyType({}))
    behaviours: tuple[str, ...] = ()
    icon: str = "database"
    image: str = ""
    part_of: str = ""
    part_rights: Mapping[str, PartRight] = field(default_factory=lambda: MappingProxyType({}))
    administered: Administered | None = None
    reached: Reached | None = None
    beside: tuple[Beside, ...] = ()
    unique_together: tuple[tuple[str, ...], ...] = ()
    duplicates: Duplicates | None = None
    indexes: tuple[tuple[str, ...], ...] = ()
    place: Place = Place()
    digest: str = ""

    @property
    def table(self) -> str:
        """Name of the table: ``sales.order`` → ``sales_order``."""
        return self.name.replace(".", "_")

    def has(self, name: str) -> bool:
        """Tell whether the entity has a field of this name."""
        return name in self.fields


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemSpec:
    """One thing in a view: a field, a list field shown as sub-table (``columns``), or a panel."""

    name: str
    columns: tuple[str, ...] = ()
    span: bool = False
    hidden: bool = False
    owner: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionSpec:
    """A titled group of items; section names are anchors. Sections of one ``tab`` stand on it together."""

    name: str
    label: Label
    items: tuple[ItemSpec, ...]
    tab: Label = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewSpec:
    """A layout. ``list`` views have one section of columns, ``form`` views have sections.

    ``options`` holds what only the kind understands: for lists ``sort`` (names, ``-`` first for descending),
    ``filters`` (named expressions with labels) and ``limit``; for forms ``counts`` and ``related`` (``entity.field``
    of references that point here); ``places`` tells where each filter was written,
    by ``filters.<name>``.
    """

    name: str
    entity: str
    kind: str
    sections: tuple[SectionSpec, ...]
    options: Mapping[str, Json] = field(default_factory=lambda: NOTHING)
    owner: str = ""
    place: Place = Place()
    places: Mapping[str, Place] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuSpec:
    """An entry of the main menu: ``entity`` opens its list, ``route`` a page of a module.

    Entries are sorted by (group, weight, name). ``key`` is the letter that leads there after G.
    """

    name: str
    label: Label
    entity: str = ""
    route: str = ""
    group: Label = ""
    icon: str = "database"
    weight: int = 100
    key: str = ""
    owner: str = ""
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantSpec:
    """What a role allows: entity × actions × scope × fields.

    ``scope`` is own, team, team_below or all; ``when`` an expression that narrows it further.
    ``read`` and ``edit`` are field names, ``("*",)`` for all; a leading ``!`` takes one away from ``*``.
    ``masked`` holds (field, expression): where the expression holds, this grant neither shows nor opens the field.
    """

    entity: str
    actions: tuple[str, ...]
    scope: str = "all"
    when: str = ""
    read: tuple[str, ...] = ("*",)
    edit: tuple[str, ...] = ("*",)
    masked: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleSpec:
    """A named bundle of grants. ``administrator`` may change metadata, modules and accounts.

    Whoever has the role has those that it ``implies``, too, and those that these imply.
    """

    name: str
    label: Label
    grants: tuple[GrantSpec, ...] = ()
    implies: tuple[str, ...] = ()
    administrator: bool = False
    owner: str = ""
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class RestrictionSpec:
    """What holds over all grants of everybody but administrators and the ``excepted`` roles.

    Only records on which ``when`` holds are left for ``actions``; none named means all of them. An empty ``when``,
    as one that does not compile, leaves no record.
    """

    name: str
    label: Label
    entity: str
    when: str = ""
    actions: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    in_force: bool = True
    owner: str = ""
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleSpec:
    """A module as its manifest says it; nothing of it is imported to know this.

    ``python`` holds what it needs of others' packages, as pip writes it: ``openpyxl>=3.1``. ``tries`` counts how often
    somebody had its code loaded anew; its files say nothing of that.
    """

    name: str
    version: str
    label: Label
    summary: Label = ""
    requires: Mapping[str, str] = field(default_factory=dict)
    core: str = ""
    python: tuple[str, ...] = ()
    tier: str = "bronze"
    always: bool = False
    path: str = ""
    package: str = ""
    icon: str = "puzzle"
    tries: int = 0
