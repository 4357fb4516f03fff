"""Every surface on which something of a record can be seen, and what is asked there by somebody who may not see all.

A line is `METHOD /address [what is sent]`, or `WORK`, which lets the imports run, or `MAIL`, which reads what waits to be
mailed to somebody, as it would leave now: an object is JSON, all else a form. `<name>` is a record of
`Hiding.names`; `qzalpha` and `qzomega` are the hidden words of the two sites.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from core.metadata.catalog import Catalog

SHOWN = (
    ("contacts.account", "firm rival far lent"),
    ("contacts.contact", "masked witness stranger plain lost"),
    ("sales.opportunity", "veiled discreet foreign near"),
    ("sales.quote", "quote closed sent"),
    ("sales.lead", "lead cold dropped"),
    ("sales.product", "product"),
    ("service.ticket", "asked complaint"),
    ("activities.activity", "visit about doors away done moved"),
)
"""Records of each entity, some of which are hidden, some in part, some not at all."""
ENTITIES = tuple(entity for entity, _ in SHOWN)
BESIDE = (
    *(
        "contacts.relationship",
        "contacts.contact_point",
        "contacts.account_contact",
        "base.note",
        "base.share",
    ),
    *("base.follower", "base.notification", "base.reminder", "base.saved_view", "base.user"),
    *(
        "activities.attendee",
        "sales.stage_history",
        "sales.quote_line",
        "sales.lead_event",
        "sales.opportunity_line",
    ),
)
"""Entities that hang on them."""
EVERY = (*ENTITIES, *BESIDE)
WORDS = ("qzalpha10", "qzomega10", "qzalpha", "qzomega30", "3141")
RECORDS = tuple(f"{entity}/<{name}>" for entity, names in SHOWN for name in names.split())
API = "/api/v1"
C, D, A = "/records/contacts.contact", "/records/sales.opportunity", "/records/activities.activity"


def _all(pattern: str, some: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(pattern.replace("@", one) for one in some)


SURFACES: Mapping[str, tuple[str, ...]] = {
    "list": (
        *_all("GET /records/@", EVERY),
        "GET /m/base/teams",
        *_all("GET /records/@/totals", ENTITIES),
        *_all("GET /records/@?trash=1", ENTITIES),
        *_all(f"GET {C}?q=@", WORDS),
        *_all(f"GET {API}{C}?search=@", WORDS),
        *_all(f"GET {C}?sort=@", ("last_name", "-full_name", "job_title", "account", "birth_date")),
        f"GET {D}?sort=-estimate",
        f"GET {D}?group=stage&open=1",
        f"GET {D}?group=account",
        f"GET {D}/group?group=stage&key=1",
        f"GET {D}?where=estimate+>+3",
        f"GET {C}?f=last_name~has~qzalpha",
        f"GET {C}?f=account~is~<far>",
        f"GET {C}/columns?cols=full_name,job_title",
        *_all(
            f"GET {C}/filter?field=@", ("full_name", "job_title", "account", "birth_date", "national_code")
        ),
        f"GET {C}/filter/builder?where=job_title+==+'x'",
        f"POST {C}/views name=Mine&state=",
        "POST /records/contacts.contact/views/1 act=rename&name=Other",
    ),
    "kanban": (
        *_all(
            "GET /records/@/kanban",
            ("sales.opportunity", "sales.lead", "service.ticket", "activities.activity"),
        ),
        f"GET {D}/kanban?sort=-estimate",
        f"GET {D}/kanban/cards?column=1",
        f"GET {D}/kanban/new?column=1",
        *_all(f"GET {D}/kanban/move/@", ("<veiled>", "<discreet>", "<foreign>", "<near>")),
        f"POST {D}/kanban/new?column=1 name=Quick&k-name=Quick&account=<firm>&k-account=<firm>&k-expected_close=2026-05-01",
        f"POST {D}/kanban/move/<discreet> to=2&version=1",
        f"POST {D}/kanban/move/<near> to=2&version=1",
    ),
    "form": (
        *_all("GET /records/@", RECORDS),
        *_all("GET /records/@/new", ENTITIES),
        *_all(f"GET {C}/@/cell/job_title", ("<masked>", "<witness>", "<plain>")),
        *_all(f"POST {C}/@/cell/job_title job_title=Baker&version=1", ("<plain>", "<masked>")),
        *_all(f"POST {C}@/check last_name=x", ("", "/<masked>")),
        *_all(f"GET {D}/@/workflow/stage", ("<veiled>", "<discreet>", "<near>")),
        *_all(f"GET {D}/@/transition/lose", ("<veiled>", "<discreet>", "<near>")),
        *_all(f"GET {D}/@/operation/log_call", ("<veiled>", "<discreet>", "<near>")),
        f"GET {D}/operation/log_call?id=<veiled>&id=<discreet>",
        f"POST {D}/operation/log_call/chosen id=<veiled>&id=<discreet>",
        *_all(f"GET {C}/merge?id=<masked>&id=@", ("<plain>", "<witness>")),
        f"POST {C}/merge/chosen id=<masked>&id=<plain>",
        *(*_all(f"GET {C}/@/merges", ("<masked>", "<witness>")), f"GET {C}/duplicates"),
    ),
    "timeline": _all("GET /records/@/timeline", RECORDS),
    "mentions": (
        *_all(f"GET {C}/@/people?q=s", ("<masked>", "<witness>", "<stranger>", "<plain>")),
        *_all("GET /notes/@", ("<note_masked>", "<note_witness>", "<note_stranger>", "<note_veiled>")),
        f"POST {C}/<masked>/notes body=Hello+@Colleague+@Chief",
        f"POST {C}/<witness>/notes body=Hello+@Chief",
        f"POST {C}/<masked>/follow follow=1",
        f"POST {C}/<stranger>/follow follow=1",
        "POST /notes/<note_witness> body=changed",
        "POST /notes/<note_witness>/delete",
    ),
    "calendar": (
        *_all(f"GET {A}/calendar?on=2026-03-22&span=@", ("month", "week", "day")),
        f"POST {A}/calendar/move/<doors> to=2026-03-23&version=1",
        f"POST {A}/calendar/move/<visit> to=2026-03-23&version=1",
        "GET /m/activities/calendar-link",
        "GET <feed>",
        "GET <answer>",
        "POST <answer> act=accepted",
        "GET /m/activities/book/talk",
        "GET /m/activities/booking/forged",
        "GET /m/activities/booking/forged/move",
        "POST /m/activities/booking/forged/cancel ",
    ),
    "single read": (
        *_all(f"GET {API}/records/@", RECORDS),
        *_all(f"GET {API}/records/@/operations", RECORDS),
        *_all(f"GET {API}/records/@/transitions", RECORDS),
        f"GET {API}{C}/<masked>/merges",
        f"GET {API}{C}/duplicates?state=dismissed",
    ),
    "search": (
        *_all("GET /search?q=@", WORDS),
        *_all(f"GET {API}/search?q=@", WORDS),
        *_all(f"GET {API}/search?q=Ali&entity=@", ENTITIES),
        "GET /palette",
    ),
    "autocomplete": (
        *_all("GET /choices/@", ENTITIES),
        *_all("GET /choices/contacts.contact,contacts.account?q=@", WORDS),
    ),
    "aggregate": (
        *_all(f"GET {API}/records/@/aggregate", EVERY),
        *_all(
            f"GET {API}{D}/aggregate?@",
            (
                "measures=sum(estimate)",
                "measures=sum(amount),avg(weighted)",
                "group_by=account",
                "group_by=stage&measures=max(estimate)",
            ),
        ),
        f"GET {API}{C}/aggregate?group_by=job_title",
        f"GET {API}{C}/aggregate?group_by=account",
        f"GET {API}/records/contacts.account/aggregate?measures=sum(credit_limit)",
    ),
    "charts": (
        f"GET {D}/chart",
        "GET /",
        *_all(
            "GET /dashboards/@", ("sales.rep", "sales.manager", "sales.analyst", "sales.finance", "veil.all")
        ),
        *_all("GET /m/sales/reports?report=@", ("forecast", "funnel", "results", "ages")),
        "GET /m/sales/reports/buyers.csv",
    ),
    "export": (
        *_all(f"GET {API}/exports?entity=@", EVERY),
        *_all("GET /records/@/export.csv", ENTITIES),
        "GET /records/contacts.contact/export.csv?cols=full_name,job_title,birth_date,mobile",
    ),
    "import": (
        *_all("GET /records/@/import", ENTITIES),
        f"POST {C}/import file=first name,last name,email|New,Row,same20@example.com",
        f"GET {C}/import/1",
        f"POST {C}/import/1 ",
        f"GET {C}/import/1/1",
        f"POST {API}/imports entity=contacts.contact&file=first name,last name,email,mobile|New,Row,same20@example.com,|New,Row,,09123141020",
        "WORK",
        f"GET {API}/jobs/<job>",
        f"GET {C}/import/2/<job>",
        f"GET {API}{C}?filter=last_name+==+'Row'",
        f"POST {API}/imports/<job>/undo ",
        f"POST {C}/import/undo/<job> ",
        "WORK",
        f"GET {C}/import/undo/<job>",
        f"GET {API}{C}?filter=last_name+==+'Row'",
    ),
    "history": (
        *_all(f"GET {API}/records/@/history", RECORDS),
        *_all("GET /records/@/history", RECORDS),
    ),
    "notification": (
        "GET /notifications",
        f"GET {API}/notifications",
        f"GET {API}/records/base.notification",
        *_all(
            f"GET {API}/records/base.notification?@", ("search=qzalpha", "sort=title", "filter=title+==+'x'")
        ),
        *_all("GET /notifications/@", tuple(map(str, range(1, 30)))),
        "POST /notifications ",
        "GET /notifications",
    ),
    "mail": ("MAIL",),
    "reminder": (
        f"GET {API}/reminders",
        f"GET {API}/records/base.reminder",
        f"GET {API}/records/base.reminder?search=qz",
        "GET /records/base.reminder",
    ),
    "quote page": (
        "GET <offer>",
        "GET /m/sales/offer/forged",
        "GET <offer>/paper",
        "POST <offer>/answer act=accept",
        *_all("POST /records/sales.quote/@/operation/hand_out ", ("<quote>", "<closed>")),
    ),
    "error text": (
        f"GET {API}{C}?sort=credit_limit",
        f"GET {API}/records/contacts.account?filter=credit_limit+>+3",
        f'POST {API}{D} {{"name": "x", "account": <far>, "expected_close": "2026-05-01"}}',
        f'POST {API}{D} {{"name": "x", "account": <firm>, "primary_contact": <witness>, "expected_close": "2026-05-01"}}',
        f'POST {API}/records/activities.activity {{"subject": "x", "record": {{"entity": "contacts.contact", "id": <stranger>}}}}',
        *_all(f'PATCH {API}{C}/@ {{"birth_date": "1800-99-99"}}', ("<masked>", "<witness>", "<stranger>")),
        f'PATCH {API}/records/contacts.account/<firm> {{"credit_limit": null}}',
        f"POST {API}{D}/<discreet>/transitions/lose {{}}",
        *_all(f'POST {API}{D}/@/move {{"to": 2, "field": "stage"}}', ("<discreet>", "<near>")),
        f'POST {API}{C}/<masked>/merge/preview {{"losers": [<witness>]}}',
        f'POST {API}{C}/<masked>/merge {{"losers": [<stranger>]}}',
        f"POST {API}/merges/x/undo",
        f"POST {API}{D}/<discreet>/operations/log_call {{}}",
        f'POST {API}{D}/operations/log_call {{"ids": [<discreet>, <near>]}}',
        f'POST {API}{D}/operations/log_call/undo {{"ids": [<discreet>]}}',
        f'POST {API}{C}/bulk {{"ids": [<witness>, <masked>, <stranger>], "values": {{"job_title": "x"}}}}',
        f'POST {API}{C}/bulk/undo {{"cause": "x"}}',
        f"POST {C}/bulk/edit id=<witness>&id=<masked>&step=preview",
        f"POST {C}/bulk/undo cause=x",
        *(f"GET {C}/bulk/1", f"GET {C}/duplicates/scan/1"),
        *(f"POST {API}{C}/duplicates/{one}" for one in ('scan {"whole": false}', 'decide {"pairs": [1]}')),
        *(f"{one} pair=1" for one in (f"POST {C}/duplicates/scan", f"POST {C}/duplicates/decide")),
        f"POST {C}/merge/undo merge=x",
        f"POST {D}/<discreet>/transition/lose version=1",
        f"POST {D}/<discreet>/operation/log_call key=k",
        f"POST {D}/operation/log_call/undo id=<discreet>",
        f"POST {D}/<discreet>/move version=1&to=2",
        *_all(f"DELETE {API}/records/contacts.account/@", ("<firm>", "<lent>")),
        f"DELETE {API}{C}/<stranger>",
        f"POST {API}{C}/<stranger>/restore",
        f"POST {C}/delete id=<stranger>&id=<witness>",
        f"POST {C}/restore id=<stranger>",
        f"GET {API}/jobs/1",
        f"POST {API}/jobs/1/cancel",
        "POST /jobs/1/cancel ",
        *(f"GET {API}/files/1", f"GET {API}/files/1/thumbnails/small", "GET /files/1", "GET /files/1/small"),
        *_all("GET /records/@/files", RECORDS),
        "POST /attachments/1/delete ",
    ),
    "duplicate warning": (
        f'POST {API}{C} {{"last_name": "New", "points": [{{"kind": "email", "value": "same20@example.com"}}]}}',
        f"POST {C}/new last_name=New&points__row=0&points-0-kind=email&points-0-value=same30@example.com&points-0-kind__shown=1&points-0-value__shown=1",
    ),
    "uniqueness message": (
        *_all(f'POST {API}{C} {{"last_name": "New", "code": "@"}}', ("W-1", "S-1", "P-1")),
        *_all(f"POST {C}/new last_name=New&code=@", ("W-1", "S-1")),
    ),
    "computed field": (
        f"GET {API}{C}?fields=full_name&sort=full_name",
        *_all(f"GET {API}{C}?filter=full_name+==+'Ali+@'", WORDS),
        f"GET {API}{D}?fields=amount,weighted,amount_base,weighted_base,probability&sort=-amount",
        f"GET {API}{D}?filter=weighted+>+100",
        f"GET {API}/records/sales.quote?fields=total,title,worth",
    ),
    "API": (
        *_all(f"GET {API}/records/@", EVERY),
        *_all(f"GET {API}/records/@/operations", ENTITIES),
        *_all(f'POST {API}/records/@/query {{"limit": 100}}', EVERY),
        f"GET {API}/metadata/entities",
        *_all(f"GET {API}/metadata/entities/@", ENTITIES),
        *_all(f"GET {API}/metadata/entities/@/fields", ENTITIES),
        f"GET {API}/metadata/workflows",
        f"GET {API}/metadata/workflows/sales.lead.state",
        f"GET {API}/access/me",
        *_all(
            f"GET {API}/access/explain?action=read&entity=@",
            tuple(one.replace("/", "&id=") for one in RECORDS),
        ),
        f"GET {API}/access/explain?action=read&entity=contacts.contact&id=<masked>&field=last_name",
        "GET /access/explain?action=update&entity=contacts.contact&id=<masked>&field=job_title",
        "GET /access/explain?action=read&entity=contacts.contact&id=<witness>",
    ),
    "OpenAPI": (f"GET {API}/openapi.json",),
}

THE_SAME_FOR_ALL = {
    "OpenAPI": "describes definitions and no record",
    "uniqueness message": "tells that a value is taken and not by whom",
    "quote page": "is for whoever has the link",
}
"""Surfaces on which what is hidden here changes nothing for those either who see all."""

OF_NO_RECORD = {
    **dict.fromkeys(("web.view_as", "web.begin_viewing", "web.module_plan"), "for administrators"),
    **dict.fromkeys(("web.role", "web.roles"), "for administrators"),
    **dict.fromkeys(("web.restriction", "web.restrictions"), "for administrators"),
    **dict.fromkeys(("web.accounts", "web.new_account", "web.person"), "for administrators"),
    **dict.fromkeys(("web.person_act", "web.person_roles"), "for administrators"),
    "web.stop_viewing": "ends what an administrator has begun",
    "api.plan_module": "for administrators",
    **{
        f"api.{act}_{name}": "for administrators"
        for one in ("role", "restriction")
        for act, name in (
            ("list", f"{one}s"),
            *((act, one) for act in ("add", "get", "change", "remove", "restore")),
            ("get", f"{one}_history"),
        )
    },
    "health.health": "whether the site runs",
    "api.unknown_address": "no such address",
    "web.unknown_address": "no such address",
    "web.assets": "files of the front end",
    **dict.fromkeys(("web.sign_in_help", "web.new_password"), "before anybody is known"),
    **dict.fromkeys(("web.sign_in", "web.sign_in_code", "web.send_code"), "before anybody is known"),
    **dict.fromkeys(("web.reset", "web.reset_password"), "before anybody is known"),
    **dict.fromkeys(("web.passkey_question", "web.passkey_sign_in"), "before anybody is known"),
    **dict.fromkeys(("web.passkeys", "web.change_passkeys", "web.passkey_options"), "of one's own account"),
    **dict.fromkeys(("web.provider", "web.provider_back"), "before anybody is known"),
    **dict.fromkeys(("web.own_provider", "web.change_provider"), "of one's own account"),
    **dict.fromkeys(("web.two_factor", "web.change_two_factor"), "of one's own account"),
    "web.session": "a token of one's own",
    "web.sign_out": "ends one's own session",
    "web.language": "one's own choice",
    "web.preferences": "one's own choices",
    **dict.fromkeys(("web.account", "web.own_password", "web.end_own_session"), "one's own account"),
    **dict.fromkeys(("web.own_keys", "web.revoke_own_key", "web.confirm"), "one's own account"),
    "web.keyboard": "the same for everybody",
    **dict.fromkeys(("web.matrix", "web.matrix_file", "web.modules", "web.module_act"), "for administrators"),
    **dict.fromkeys(
        ("web.fields", "web.entity_fields", "web.remove_field", "web.new_entity"), "for administrators"
    ),
    **dict.fromkeys(
        (
            *("api.list_accounts", "api.add_account", "api.get_account", "api.change_account"),
            *("api.make_account_link", "api.reset_account_password", "api.get_account_log"),
            *("api.list_sessions", "api.end_sessions", "api.end_session"),
            *("api.list_keys", "api.make_key", "api.revoke_key"),
        ),
        "for administrators, and of oneself",
    ),
    **dict.fromkeys(
        ("web.entity_names", "web.arrange_field", "web.arrange_view"), "definitions, not records"
    ),
    "web.restore_field": "definitions, not records",
    **dict.fromkeys(("api.change_entity", "api.get_view", "api.change_view"), "definitions, not records"),
    **dict.fromkeys(("api.list_modules", "api.get_module", "api.install_module"), "for administrators"),
    **dict.fromkeys(("api.enable_module", "api.disable_module"), "for administrators"),
    **dict.fromkeys(("api.uninstall_module", "api.retry_module"), "for administrators"),
    "api.list_taken_of_module": "for administrators",
    **dict.fromkeys(("api.add_entity", "api.remove_entity", "api.add_field"), "for administrators"),
    **dict.fromkeys(("api.change_field", "api.remove_field", "api.restore_field"), "for administrators"),
    **dict.fromkeys(("api.add_workflow", "api.change_workflow", "api.remove_workflow"), "for administrators"),
    "api.upload_file": "takes a file and tells its number",
}
"""Routes that answer with nothing of a record that somebody may or may not see, and why."""


def generated(catalog: Catalog, seed: int, many: int) -> Iterator[str]:
    """Yield questions about any field of any entity: shown, sorted, filtered, grouped and added up."""
    random = Random(seed)
    for _ in range(many):
        entity = random.choice(EVERY)
        name, other = (random.choice(tuple(catalog.entity(entity).fields)) for _ in range(2))
        word = random.choice(WORDS)
        question = random.choice(
            (
                f"?fields=id,{name},{other}",
                f"?sort={random.choice(('', '-'))}{name}&limit=3",
                f"?filter=is_empty({name})",
                f"?filter={name}+==+'{word}'",
                f"?filter={name}+>+3000",
                f"?filter={name}+!=+{other}",
                f"/aggregate?group_by={name}",
                f"/aggregate?measures=sum({name}),max({other})",
                f"/aggregate?filter={name}.name+==+'{word}'",
                f"?search={word}&sort={name}",
            )
        )
        yield f"GET {API}/records/{entity}{question}"
        if random.random() < 0.2:
            yield f"GET /records/{entity}?sort={name}&q={word}&group={other}"
