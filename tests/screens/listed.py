"""The list of all screens: where each is, who looks at it, and which routes have none and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.metadata.catalog import Catalog
from tests.screens.world import ACCOUNT, ACTIVITY, ADMIN, CONTACT, DEAL, LEAD, MEMBER, QUOTE, SELLER

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page with its address; ``{words}`` in it are records of the world. ``part`` is a piece of a page."""

    path: str
    status: int = 200
    who: str = ADMIN
    part: bool = False


CONTACTS, DEALS, LEADS = f"/records/{CONTACT}", f"/records/{DEAL}", f"/records/{LEAD}"
ACTIVITIES, QUOTES, COMPANIES = f"/records/{ACTIVITY}", f"/records/{QUOTE}", f"/records/{ACCOUNT}"
PLANTS = "/records/garden.plant"

SCREENS = (
    Screen("/sign-in", who=NOBODY),
    Screen("/sign-in/help", who=NOBODY),
    Screen("/new-password/{link}", who=NOBODY),
    Screen("/new-password/used-already", 404, who=NOBODY),
    Screen("/sign-in/code", who=NOBODY),
    Screen("/reset", who=NOBODY),
    Screen("/reset/no.link", 404, who=NOBODY),
    Screen("/account/two-factor"),
    Screen("/account/passkeys"),
    Screen("/account/provider", 404),
    Screen("/sign-in/provider", 404, who=NOBODY),
    Screen("/sign-in/provider/back", 404, who=NOBODY),
    Screen("{offer}", who=NOBODY),
    Screen("{answer}", who=NOBODY),
    Screen("/m/activities/book/moshavere", who=NOBODY),
    Screen("{booking}", who=NOBODY),
    Screen("{booking}/move", who=NOBODY),
    Screen("/m/sales/offer/forged", 404, who=NOBODY),
    Screen("/m/activities/calendar-link"),
    Screen("/m/base/teams"),
    Screen("/m/base/teams", who=SELLER),
    *(
        Screen(f"/m/sales/reports{query}")
        for query in ("", "?report=funnel", "?report=results", "?report=ages")
    ),
    Screen("/m/sales/reports?offset=-40"),
    Screen("/", who=MEMBER),
    Screen(CONTACTS),
    Screen(f"{CONTACTS}?q=nobody-is-called-so"),
    Screen(f"{CONTACTS}?trash=1"),
    Screen(f"{CONTACTS}?f=lifecycle~is~customer&sort=-updated_at&saved={{view}}"),
    Screen(f"{CONTACTS}?group=lifecycle&open=customer"),
    Screen(f"{CONTACTS}?where=lifecycle+%3D%3D+'customer'"),
    Screen(f"{CONTACTS}?where=nonsense+%3D%3D", 422),
    Screen(f"{CONTACTS}/new"),
    Screen(f"{CONTACTS}/{{contact}}"),
    Screen(f"{CONTACTS}/{{contact}}/history"),
    Screen(f"{CONTACTS}/{{contact}}/timeline"),
    Screen(f"{CONTACTS}/{{contact}}/files"),
    Screen(f"{CONTACTS}/{{contact}}/merges"),
    Screen(f"{CONTACTS}/duplicates"),
    Screen(f"{CONTACTS}/duplicates?band=sure"),
    Screen(f"{CONTACTS}/duplicates?state=dismissed"),
    Screen(f"{CONTACTS}/duplicates/scan/{{scan}}"),
    Screen(f"{CONTACTS}/duplicates/scan/{{scanned}}"),
    Screen(f"{CONTACTS}/duplicates/scan/{{broken}}"),
    Screen("/records/contacts.account/duplicates"),
    Screen(f"{CONTACTS}/merge?id={{contact}}&id={{twin}}"),
    Screen(f"{CONTACTS}/merge?id={{contact}}"),
    *(Screen(f"{CONTACTS}/filter?field={name}") for name in ("lifecycle", "birth_date", "owner")),
    Screen(f"{CONTACTS}/filter?field=secret", 400),
    Screen(f"{CONTACTS}/filter/builder"),
    Screen(f"{CONTACTS}/filter/builder?where=lifecycle+%3D%3D+'customer'"),
    Screen(f"{CONTACTS}/import"),
    Screen(f"{CONTACTS}/import/{{file}}"),
    Screen(f"{CONTACTS}/import/{{file}}/{{job}}"),
    Screen(f"{CONTACTS}/import/undo/{{undo}}"),
    Screen(f"{CONTACTS}/bulk/{{bulk}}"),
    Screen("/notes/{note}"),
    Screen(f"{COMPANIES}/{{account}}"),
    Screen(DEALS),
    Screen(f"{DEALS}?group=stage"),
    Screen(f"{DEALS}/new"),
    Screen(f"{DEALS}/{{deal}}"),
    Screen(f"{DEALS}/kanban"),
    Screen(f"{DEALS}/kanban?q=nothing-is-called-so"),
    Screen(f"{DEALS}/kanban/move/{{deal}}"),
    Screen(f"{DEALS}/kanban/new?column={{stage}}"),
    Screen(f"{DEALS}/{{deal}}/workflow/stage"),
    Screen(f"{DEALS}/{{deal}}/transition/move?to={{next_stage}}"),
    Screen(f"{DEALS}/{{deal}}/transition/lose"),
    Screen(f"{DEALS}/{{deal}}/operation/log_call"),
    Screen(f"{LEADS}/kanban"),
    Screen(f"{LEADS}/{{lead}}"),
    Screen(f"{LEADS}/{{lead}}/operation/convert"),
    Screen(f"{QUOTES}/{{draft}}"),
    Screen(f"{QUOTES}/{{quote}}"),
    Screen(ACTIVITIES),
    Screen(f"{ACTIVITIES}/{{activity}}"),
    Screen(f"{ACTIVITIES}/calendar"),
    Screen(f"{ACTIVITIES}/calendar?span=week"),
    Screen(f"{ACTIVITIES}/kanban"),
    Screen("/records/sales.pipeline/{pipeline}"),
    Screen("/records/contacts.relationship?trash=1"),
    Screen("/dashboards/garden.today"),
    Screen("/dashboards/garden.calm"),
    Screen("/records/garden.shrub/chart"),
    Screen("/notifications"),
    Screen("/keyboard"),
    Screen("/preferences"),
    Screen("/account"),
    Screen("/account", who=MEMBER),
    Screen("/account/password"),
    Screen("/account/keys"),
    Screen("/account/confirm"),
    Screen("/people"),
    Screen("/people?q=سارا&standing=new"),
    Screen("/people?q=nobody-is-called-so"),
    Screen("/people", 403, who=SELLER),
    Screen("/people/new"),
    Screen("/people/{person}"),
    Screen("/people/987654", 404),
    Screen("/people/{person}/roles"),
    Screen("/search"),
    Screen("/search?q=سارا"),
    Screen("/search?q=nobody-is-called-so"),
    Screen("/modules"),
    Screen("/modules/service/plan?act=disable"),
    Screen("/modules/service/plan?act=uninstall"),
    Screen("/modules/base/plan?act=disable", 409),
    Screen("/fields"),
    Screen(f"/fields/{CONTACT}"),
    Screen(f"/fields/{CONTACT}/lifecycle"),
    Screen(f"/fields/{CONTACT}/nothing", 400),
    Screen(f"/fields/{CONTACT}/views/list"),
    Screen(f"/fields/{CONTACT}/views/form"),
    Screen(f"/fields/{DEAL}/views/kanban"),
    Screen(f"/entities/{CONTACT}/names"),
    Screen("/entities/new"),
    Screen("/roles"),
    Screen("/roles/contacts.editor"),
    Screen("/restrictions"),
    Screen("/restrictions/garden.mine"),
    Screen("/access/matrix"),
    Screen(f"/access/matrix?role=contacts.editor&entity={CONTACT}"),
    Screen(f"/access/matrix?role=base.member&entity={CONTACT}"),
    Screen("/access/matrix", 403, who=SELLER),
    Screen("/access/explain"),
    Screen("/access/explain", who=SELLER),
    Screen(f"/access/explain?user={SELLER}&entity={CONTACT}&action=update&id={{contact}}&field=owner"),
    Screen(f"/access/explain?entity={CONTACT}&action=read&id=987654", 404),
    Screen("/access/view-as"),
    Screen(f"/access/view-as?user={SELLER}"),
    Screen("/access/view-as", 403, who=SELLER),
    Screen("/modules", 403, who=SELLER),
    Screen("/no/such/page", 404),
    Screen("/records/contacts.secret", 404),
    Screen(f"{CONTACTS}/987654", 404),
    Screen("/m/nowhere/at-all", 404),
)
"""What is looked at: each kind of screen, its empty states and its refusals."""

PARTS = (
    Screen(f"{CONTACTS}/{{contact}}/cell/job_title", part=True),
    Screen(f"{CONTACTS}/group?group=lifecycle&key=customer", part=True),
    Screen(f"{CONTACTS}/totals", part=True),
    Screen("/palette", part=True),
    Screen(f"{DEALS}/kanban/cards?column={{stage}}", part=True),
)
"""Pieces that scripts put into pages."""

DIALOGS = (
    Screen("/sign-in", who=NOBODY),
    Screen("/notifications"),
    Screen("/keyboard"),
    Screen(f"{DEALS}/{{deal}}/workflow/stage"),
    Screen(f"{DEALS}/{{deal}}/transition/lose"),
    Screen(f"{DEALS}/{{deal}}/transition/move?to={{next_stage}}"),
    Screen(f"{CONTACTS}/{{contact}}/operation/log_call"),
    Screen(f"{CONTACTS}/{{contact}}/operation/plan_activity"),
    Screen(f"{LEADS}/{{lead}}/operation/convert"),
    Screen(f"{LEADS}/{{lead}}/transition/disqualify"),
    Screen(f"{QUOTES}/{{quote}}/transition/reject"),
    Screen(f"{ACTIVITIES}/{{activity}}/transition/finish"),
)
"""Pages that scripts open over another page."""

WITHOUT_A_SCREEN = {
    "web.assets": "files of the front end",
    "web.choices": "JSON for a list of choices",
    "web.columns": "leads back to the list",
    "web.export": "a file",
    "web.file": "a file",
    "web.thumbnail": "a picture",
    "web.matrix_file": "a file",
    "web.notification": "leads to what it is about",
    "web.people": "JSON for a list of people",
    "web.session": "JSON for signing in over the page",
    "web.operation_many": "the dialog of web.operation, for the chosen rows",
    "activities.feed": "a file for calendar programs",
    "sales.buyers": "a file",
    "sales.offer_paper": "a PDF",
}
"""Routes that answer GET with something else than a screen."""


def screens_of(catalog: Catalog) -> Iterator[Screen]:
    """Yield what follows from metadata alone: the collections and forms of each entity, and each dashboard."""
    for entity in catalog.entities:
        yield from (Screen(f"/records/{entity}{tail}") for tail in ("", "/new"))
    for view in catalog.views.values():
        if view.kind in ("kanban", "calendar", "chart"):
            yield Screen(f"/records/{view.entity}/{view.kind}")
    yield from (Screen(f"/dashboards/{name}") for name in catalog.dashboards)
