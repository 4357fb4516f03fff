"""The blueprint of the API: opens each call, refuses what its route does not know, and runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchAddress
from werkzeug.routing import PathConverter

from core.api import errors
from core.api.access_routes import ROUTES as ACCESS
from core.api.account_routes import ROUTES as ACCOUNTS
from core.api.answers import SECURE
from core.api.bulk_routes import ROUTES as BULK
from core.api.call import open_call
from core.api.duplicate_routes import ROUTES as DUPLICATES
from core.api.exchange_routes import ROUTES as EXCHANGE
from core.api.explain_routes import ROUTES as EXPLANATIONS
from core.api.file_routes import ROUTES as FILES
from core.api.job_routes import ROUTES as JOBS
from core.api.merge_routes import ROUTES as MERGES
from core.api.metadata_routes import ROUTES as METADATA
from core.api.module_routes import ROUTES as MODULES
from core.api.openapi import openapi_route
from core.api.operation_routes import ROUTES as OPERATIONS
from core.api.query_routes import ROUTES as QUERIES
from core.api.record_routes import ROUTES as RECORDS
from core.api.rights_routes import ROUTES as RIGHTS
from core.api.routes import Route, check_parameters
from core.api.told_routes import ROUTES as TOLD
from core.api.transition_routes import ROUTES as TRANSITIONS
from core.api.view_routes import ROUTES as VIEWS
from core.api.workflow_routes import ROUTES as WORKFLOWS
from core.errors import NotSignedIn
from core.kernel.site import Site
from core.storage import Database, Reader

PREFIX = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
UNKNOWN = "unknown_address"

View = Callable[..., Response]


class AnythingConverter(PathConverter):
    """The rest of an address, also one with a line break, which `path` does not know."""

    regex = r"[^/](?s:.*?)"


def routes() -> tuple[Route, ...]:
    """Return every route of the API."""
    asked = (*RECORDS, *BULK, *OPERATIONS, *TRANSITIONS, *MERGES, *DUPLICATES, *QUERIES)
    definitions = (*METADATA, *VIEWS, *WORKFLOWS, *MODULES)
    people = (*ACCESS, *ACCOUNTS, *EXPLANATIONS, *RIGHTS)
    described = (*asked, *definitions, *EXCHANGE, *FILES, *JOBS, *people, *TOLD)
    return (*described, openapi_route(described))


def blueprint(site: Site) -> Blueprint:
    """Return the API of a site as a Flask blueprint."""
    made = Blueprint("api", __name__, url_prefix=PREFIX)
    made.record(lambda setup: setup.app.url_map.converters.update(anything=AnythingConverter))
    _add(made, site, routes())
    made.add_url_rule("/", UNKNOWN, unknown_address, methods=METHODS)
    made.add_url_rule("/<anything:rest>", UNKNOWN, unknown_address, methods=METHODS)
    made.after_request(secure)
    errors.register(made, site)
    return made


def _add(made: Blueprint, site: Site, found: Iterable[Route]) -> None:
    for route in found:
        made.add_url_rule(
            route.path.replace("{", "<").replace("}", ">"),
            route.name,
            _view(site, route),
            methods=[route.method],
        )


def _view(site: Site, route: Route) -> View:
    run, public = route.run, route.public

    def act(reader: Reader | None, path: Mapping[str, str]) -> Response:
        call = g.call = open_call(site, request, reader)
        if call.actor.id is None and not public:
            raise NotSignedIn
        if request.query_string:
            check_parameters(route, request.args)
        return run(call, **path)

    def view(**path: str) -> Response:
        if not route.reads:
            return act(None, path)
        with site.get(Database).reading() as reader:
            return act(reader, path)

    return view


def unknown_address(**_path: str) -> Response:
    """Answer an address that no route knows, or one that is there for other methods."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None  # there is one for each request
    possible = [method for method in METHODS if not str(adapter.match(method=method)[0]).endswith(UNKNOWN)]
    if possible:
        raise MethodNotAllowed(possible)
    raise NoSuchAddress


def secure(response: Response) -> Response:
    """Add the headers to answers that Flask makes itself."""
    if "X-Content-Type-Options" not in response.headers:
        response.headers.update(SECURE)
    return response
