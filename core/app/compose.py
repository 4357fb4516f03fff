"""`build_site`: puts every part of a site in its place; the only code that knows all rooms.

The parts, each by its class: ``Database``, ``Secrets``, ``FieldTypes``, ``Plugins``, ``Localization``, ``Messages``,
``Compiler``, ``Catalogs``, ``Tables``, ``Access``, ``Jobs``, ``Discovery``, ``Lifecycle``, ``Studio``, ``Identity``,
``Egress``, ``Files``, ``Thumbnails``, ``Attachments``, ``Printing``, and the one door to records, which has a leaf for each way through it:
``Records`` writes, ``Reading`` reads lists and single records, ``Piles`` reads the first records of several lists at
once, ``Aggregating`` counts and sums, ``Searching`` searches, ``HistoryReading`` tells what happened; and what modules bring to screens and API: ``Operations``, ``Routes``.
Nothing here connects to the database; a site is ready in some milliseconds and compiles its catalog on first use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.access import Access
from core.app.exchange import offer_exchange
from core.app.extensions import Extensions
from core.app.people import build_identity, outside_of
from core.app.readiness import WORKER_THREADS
from core.app.staging import stage
from core.app.tasks import BUILD_INDEXES, FILL, core_tasks
from core.config import Settings
from core.contributions import FileFormats, ImportSources, Operations, Routes
from core.declaration import Compiler
from core.egress import Egress
from core.fields import FieldTypes, LoadContext
from core.files import Files, Thumbnails, blobs_of
from core.hooks import Plugins
from core.i18n import Localization, Messages
from core.identity import Identity
from core.identity.people import People
from core.identity.resetting import Resetting
from core.jobs import Jobs
from core.kernel.secrets import Secrets
from core.kernel.site import Site
from core.lifecycle import Changes, Discovery, Lifecycle, Rehearsing
from core.lifecycle.data import DataLoader
from core.printing import Printing
from core.records.aggregation import Aggregating
from core.records.asking import Asking
from core.records.attachments import Attachments
from core.records.bulk import Bulk
from core.records.conditions import Conditions
from core.records.duplicate_queue import DuplicateQueue
from core.records.explaining import Explaining
from core.records.guarding import Guarding
from core.records.history_reading import HistoryReading
from core.records.loading import Loading
from core.records.matching import Matching
from core.records.merging import Merging
from core.records.moves import Moves
from core.records.moving import Moving
from core.records.near import Nearness
from core.records.piles import Piles
from core.records.plan import Plans
from core.records.reading import Reading
from core.records.rights_in_sql import RightsInSql
from core.records.rollups import RollUps
from core.records.scanning import Scanning
from core.records.search import Searching
from core.records.service import Records
from core.records.taking_back import TakingBack
from core.records.writing import Writing
from core.storage import Database, Tables
from core.storage.catalogs import Catalogs
from core.storage.shared_catalogs import SharedCatalogs
from core.studio import RestrictionStudio, RoleStudio, Studio
from core.workflow import Guards

BUILT = Path(__file__).parents[1] / "web" / "assets"
"""The built front end; named here because rooms below the web print with its fonts."""


def build_site(
    settings: Settings,
    *,
    role: str = "web",
    address: str | None = None,
    folders: Sequence[Path] | None = None,
    shared: SharedCatalogs | None = None,
    kept: int | None = None,
) -> Site:
    """Return the site with all its parts.

    ``role`` is web, worker, cli or test; ``address`` names the database where the settings leave it to the embedded
    one; ``folders`` are searched for modules instead of the installed ones (tests); ``shared`` keeps what sites of
    this process have compiled of equal documents; ``kept`` connections stay open while nobody asks.
    """
    site = Site(settings)
    pooled = settings if role in ("web", "test") else replace(settings, threads=WORKER_THREADS)
    database = site.put(Database(pooled, address or settings.database_url, site=site, kept=kept))
    site.put(Secrets.at(settings.home))
    types = site.put(FieldTypes())
    site.put(Tables(types))
    site.put(Plugins())
    site.put(Guards())
    messages = site.put(Messages())
    site.put(Localization(messages))
    site.put(Jobs(database, core_tasks()))
    site.put(Printing(BUILT))
    site.put(Discovery(folders))
    site.put(Thumbnails(site.put(Files(blobs_of(settings), settings.max_body)).blobs))
    _add_catalogs(site, shared)
    _add_records(site)
    _add_reading(site)
    _add_lifecycle(site)
    site.put(Egress(settings))
    site.put(build_identity(site), Identity)
    site.put(People(site.get(Access), site.get(Reading)))
    site.put(outside_of(site, settings))
    site.put(Resetting(site, site.get(Identity).actor_of))
    offer_exchange(site)
    return site


def _add_catalogs(site: Site, shared: SharedCatalogs | None) -> None:
    types, guards = site.get(FieldTypes), site.get(Guards)
    extensions = site.put(
        Extensions(
            plugins=site.get(Plugins),
            types=types,
            localization=site.get(Localization),
            messages=site.get(Messages),
            jobs=site.get(Jobs),
            discovery=site.get(Discovery),
            registries={
                "register_guards": guards,
                "register_operations": site.put(Operations(site)),
                "register_routes": site.put(Routes()),
                "register_import_sources": site.put(ImportSources()),
                "register_file_formats": site.put(FileFormats()),
            },
        )
    )
    compiler = site.put(
        Compiler(
            types,
            behaviours=extensions.behaviours,
            checkers=(guards.check_catalog,),
            names=lambda: guards.names,
        )
    )
    site.put(Catalogs(site.get(Database), compiler, extensions, shared))


def _add_records(site: Site) -> None:
    types, tables, settings = site.get(FieldTypes), site.get(Tables), site.settings
    schema_of = types.schema
    access = site.put(Access(schema_of))
    conditions = Conditions(tables, types, access, schema_of)
    loading, shown = Loading(types), partial(_shown, settings=settings)
    writing = Writing(site.get(Plugins), RollUps(conditions), loading, shown, site.get(Thumbnails))
    guarding = Guarding(site.get(Guards), shown)
    moving = Moving(writing, loading, guarding)
    context = LoadContext(currency=settings.currency, region=settings.region, area_code=settings.area_code)
    site.put(
        Records(
            writing=writing,
            plans=Plans(types, schema_of),
            access=access,
            conditions=conditions,
            context=context,
            moving=moving,
            moves=Moves(moving, guarding),
        )
    )
    plans = Plans(types, schema_of)
    site.put(Merging(writing=writing, plans=plans, access=access, conditions=conditions, context=context))
    site.put(Scanning(conditions, site.get(Localization)))
    site.put(DuplicateQueue(access, conditions))
    site.put(Matching(tables=tables, types=types, access=access, conditions=conditions))


def _add_reading(site: Site) -> None:
    types, database, settings = site.get(FieldTypes), site.get(Database), site.settings
    asking = Asking(database, settings.time_zone, database.now)
    reading = site.put(
        Reading(
            asking=asking,
            tables=site.get(Tables),
            types=types,
            access=site.get(Access),
            schema_of=types.schema,
            secrets=site.get(Secrets),
        )
    )
    site.put(
        Explaining(access=site.get(Access), records=site.get(Records), reading=reading, database=database)
    )
    site.put(RightsInSql(tables=site.get(Tables), types=types, access=site.get(Access)))
    site.put(Aggregating(reading, asking))
    site.put(Piles(reading, asking, site.get(Secrets)))
    site.put(Bulk(reading, site.get(Records), types))
    site.put(TakingBack(reading=reading, records=site.get(Records), types=types, tables=site.get(Tables)))
    site.put(Nearness(reading, asking))
    searching = site.put(Searching(reading, asking))
    site.put(HistoryReading(reading, searching, asking))
    site.put(Attachments(database, site.get(Files), reading))


def _add_lifecycle(site: Site) -> None:
    database, catalogs, localization = site.get(Database), site.get(Catalogs), site.get(Localization)
    changes = site.put(
        Changes(
            database=database,
            compiler=site.get(Compiler),
            catalogs=catalogs,
            types=site.get(FieldTypes),
            prepare=site.get(Extensions),
            aside=lambda uow: site.get(Jobs).defer(uow, BUILD_INDEXES, {}),
            fill=lambda uow, entity, keyed: site.get(Jobs).defer(
                uow, FILL, {"entity": entity, "keyed": list(keyed)}
            ),
        )
    )
    plugins = site.get(Plugins)
    rehearsing = site.put(
        Rehearsing(
            database=database,
            catalogs=catalogs,
            access=site.get(Access),
            staging=lambda modules: stage(modules, plugins.quarantined),
        )
    )
    site.put(
        Lifecycle(
            changes=changes,
            rehearsing=rehearsing,
            discovery=site.get(Discovery),
            plugins=plugins,
            data=DataLoader(site.get(Records), site.get(Reading)),
            access=site.get(Access),
            catalogs=catalogs,
            database=database,
            collation=lambda: localization.collation,
        )
    )
    for studio in (RoleStudio, RestrictionStudio):
        site.put(
            studio(
                changes=changes,
                rehearsing=rehearsing,
                access=site.get(Access),
                catalogs=catalogs,
                database=database,
            )
        )
    site.put(Studio(changes=changes, access=site.get(Access), catalogs=catalogs, database=database))


def _shown(label: object, settings: Settings) -> str:
    """Return the sentence of a rule as a msgid; the site's own are written by language."""
    if isinstance(label, Mapping):
        return str(label.get(settings.language) or label.get("en") or next(iter(label.values()), ""))
    return str(label)
