"""What an import was asked to do, made ready: the file, the mapping, and everything its rows need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from core.access import Access
from core.exchange.duplicates import Identity
from core.exchange.embedded import EmbeddedFiles
from core.exchange.external import ExternalIds, source_of
from core.exchange.guessing import guess_lists, guess_mapping
from core.exchange.mapping import Assignment, assign, check_mode, check_targets
from core.exchange.mending import Fixes, Mender, read_fixes
from core.exchange.problem_file import REASON
from core.exchange.references import References
from core.exchange.row_reading import RowReader
from core.exchange.table import Table
from core.exchange.targets import EMBEDDED, Target, find_keys, find_targets, line_targets
from core.fields import FieldTypes, LoadContext
from core.files import Files
from core.i18n import Localization, Style
from core.kernel.actor import Actor, Preferences
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, Json
from core.records.matching import Matching
from core.records.service import Records


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What was asked for; it travels as the arguments of the job."""

    file: int
    entity: str
    mapping: Mapping[str, str] | None = None
    mode: str = "create"
    key: str | None = None
    dry_run: bool = False
    sheet: str = ""
    create_missing: bool = False
    fixes: Fixes = field(default_factory=dict)
    language: str = ""
    """In which language reasons are told to people who have chosen none."""

    def as_arguments(self) -> dict[str, Json]:
        """Return the request as a job keeps it."""
        return {**asdict(self), "mapping": None if self.mapping is None else dict(self.mapping)}

    @classmethod
    def of_arguments(cls, arguments: Mapping[str, Json]) -> Request:
        """Return the request that a job keeps."""
        mapping, key = arguments.get("mapping"), arguments.get("key")
        return cls(
            file=int(str(arguments["file"])),
            entity=str(arguments["entity"]),
            mode=str(arguments["mode"]),
            mapping={k: str(v) for k, v in mapping.items()} if isinstance(mapping, Mapping) else None,
            key=None if key is None else str(key),
            dry_run=arguments.get("dry_run") is True,
            sheet=str(arguments.get("sheet") or ""),
            create_missing=arguments.get("create_missing") is True,
            fixes=read_fixes(arguments.get("fixes")),
            language=str(arguments.get("language") or ""),
        )


def check_request(request: Request, actor: Actor, catalog: Catalog, access: Access) -> None:
    """Refuse what cannot be done, or what this actor may not do, before a job is made of it."""
    access.require(actor, request.entity, "import", catalog)
    for action in {"create": ("create",), "update": ("update",)}.get(request.mode, ("create", "update")):
        access.require(actor, request.entity, action, catalog)
    targets = find_targets(actor, request.entity, catalog, access)
    check_mode(request.mode, request.key, find_keys(catalog.entity(request.entity), targets))
    if request.mapping is not None:
        check_targets(request.mapping, targets, request.key)


def guessed(table: Table, targets: Mapping[str, Target], localization: Localization) -> dict[str, str]:
    """Return the mapping that the headers of a file suggest; our own column of reasons means nothing."""
    if table.columns:
        return {header: path for header, path in table.columns.items() if path in targets}
    single = {
        path: target
        for path, target in targets.items()
        if target.spec.type != "list" and target.spec.type not in EMBEDDED
    }
    reasons = [localization.messages.gettext(code, REASON) for code in localization.languages]
    lists = guess_lists(table, targets, localization)
    told = {targets[path].spec.name for path in lists.values()}
    rest = [name for name in table.header if name not in lists]
    found = guess_mapping(rest, single, localization, ignored=[REASON, *reasons])
    # What a list tells whole is not told a second time by the columns of its lines.
    return {
        **{n: p for n, p in found.items() if not ((line := targets[p].line) and line.into in told)},
        **lists,
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportPlan:
    """Everything the rows of one import need."""

    request: Request
    actor: Actor
    catalog: Catalog
    entity: EntitySpec
    table: Table
    style: Style
    assignments: tuple[Assignment, ...]
    key_field: FieldSpec | None
    identity: Identity
    references: References
    external: ExternalIds
    files: EmbeddedFiles
    mender: Mender
    reader: RowReader
    headers: Mapping[str, str]


def make_plan(site: Site, request: Request, actor: Actor, catalog: Catalog, table: Table) -> ImportPlan:
    """Hold a request against the file and against what the actor may do now."""
    access, types, localization = site.get(Access), site.get(FieldTypes), site.get(Localization)
    check_request(request, actor, catalog, access)
    entity = catalog.entity(request.entity)
    targets = find_targets(actor, entity.name, catalog, access)
    assignments = _assignments(request, table, targets, entity, localization)
    language = actor.preferences.language or request.language
    style = localization.style(replace(actor.preferences, language=language), site.settings)
    contexts = _contexts(site, actor, catalog, style)
    key_field = find_keys(entity, targets)[request.key] if request.key else None
    identity = Identity(entity, types, types.schema(catalog))
    references = References(
        actor,
        catalog,
        types,
        contexts[0],
        matching=site.get(Matching),
        records=site.get(Records),
        access=access,
        create_missing=request.create_missing,
        label=lambda name: style.label(catalog.entity(name).label),
    )
    return ImportPlan(
        request=request,
        actor=actor,
        catalog=catalog,
        entity=entity,
        table=table,
        style=style,
        assignments=tuple(assignments),
        key_field=key_field,
        identity=identity,
        references=references,
        external=ExternalIds(site.get(Matching), actor, entity.name, source_of(table, actor, entity.name)),
        mender=Mender(table.header, request.fixes),
        files=EmbeddedFiles(site.get(Files), actor),
        reader=RowReader(
            entity,
            catalog,
            types,
            assignments,
            contexts,
            references,
            _needed(identity, key_field, assignments),
            _parts_of_lines(actor, assignments, catalog, access, localization),
            _tongues(site, contexts[0]),
        ),
        headers=_headers(entity, catalog, assignments, style),
    )


def _assignments(
    request: Request,
    table: Table,
    targets: Mapping[str, Target],
    entity: EntitySpec,
    localization: Localization,
) -> list[Assignment]:
    """Return what the columns mean: as it was said, else as their headers suggest."""
    mapping = dict(request.mapping) if request.mapping is not None else guessed(table, targets, localization)
    check_targets(mapping, targets, request.key)
    return assign(table.header, mapping, targets, entity)


def _needed(identity: Identity, key: FieldSpec | None, assignments: Sequence[Assignment]) -> frozenset[str]:
    """Return the fields whose values are kept of each row, because records are known or found by them."""
    shown = (a.target.shows for a in assignments if a.target.line and a.target.shows)
    return frozenset({*identity.fields, *((key.name,) if key else ()), *shown})


def _parts_of_lines(
    actor: Actor,
    assignments: Sequence[Assignment],
    catalog: Catalog,
    access: Access,
    localization: Localization,
) -> dict[str, Mapping[str, Target]]:
    """Return what the parts of a line mean, for each list that is told in one cell."""
    return {
        a.target.path: line_targets(actor, a.target, catalog, access, localization)
        for a in assignments
        if a.target.spec.type == "list"
    }


def _contexts(site: Site, actor: Actor, catalog: Catalog, style: Style) -> list[LoadContext]:
    """Return how cells are read: in the reader's calendar first, then in the others of the site."""
    localization, settings = site.get(Localization), site.settings
    calendars = [name for name in localization.calendars if name != style.calendar.name]
    mine = actor.preferences
    others = [
        localization.style(
            Preferences(
                language=style.lang,
                calendar=name,
                digits=mine.digits,
                time_zone=mine.time_zone,
                money_unit=mine.money_unit,
            ),
            settings,
        )
        for name in calendars
    ]
    return [
        LoadContext(
            style=one,
            currency=settings.currency,
            catalog=catalog,
            channel="import",
            region=settings.region,
            area_code=settings.area_code,
        )
        for one in (style, *others)
    ]


def _tongues(site: Site, first: LoadContext) -> list[LoadContext]:
    """Return how words are read in the other languages of the site."""
    localization = site.get(Localization)
    return [
        replace(first, style=localization.style(Preferences(language=code), site.settings))
        for code in localization.languages
        if code != first.reader.lang
    ]


def _headers(
    entity: EntitySpec, catalog: Catalog, assignments: list[Assignment], style: Style
) -> dict[str, str]:
    """Return by what name people know a field: its column in the file, else its label."""
    lines = {a.target.line.into for a in assignments if a.target.line}
    parts = [catalog.entity(str(entity.fields[into].option("of"))) for into in sorted(lines)]
    named = {f.name: style.label(f.label) for part in (*parts, entity) for f in part.fields.values()}
    return {
        **named,
        **{a.target.store.name: a.header for a in reversed(assignments)},
        **{a.target.shows: a.header for a in assignments if a.target.shows},
    }
