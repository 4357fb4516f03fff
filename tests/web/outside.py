"""A site that knows a sign-in service, and people who go there and come back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from core.egress import Egress
from core.identity import Identity
from core.identity.outside import Outside
from core.kernel.site import Site
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from tests.identity.service import CLIENT, SECRET, Service, serving
from tests.web.conftest import Answer, Person


@contextmanager
def offered(site: Site, **settings: Any) -> Iterator[Service]:
    """Let a site know a service, with these settings besides."""
    with serving(Service()) as service:
        with knowing(site, service, **settings):
            yield service


@contextmanager
def knowing(site: Site, service: Service, **settings: Any) -> Iterator[None]:
    """Let a site know a service that is there, as after a start with other settings."""
    kept, before = site.settings, site.get(Outside)
    site.settings = dataclasses.replace(
        kept,
        base_url="http://localhost",
        oidc_issuer=service.issuer,
        oidc_client=CLIENT,
        oidc_secret=SECRET,
        oidc_name="Company",
        egress_allow=urlsplit(service.address).netloc,
        **settings,
    )
    parts = (site.get(Database), site.get(Catalogs), site.get(Identity))
    site.put(Outside(site.settings, *parts, Egress(site.settings), site.get(Reading), site.get(Records)))
    try:
        yield
    finally:
        site.put(before)
        site.settings = kept


def goes(person: Person, service: Service, **back: str) -> Answer:
    """Go to the service and come back with what it gives, or with something else."""
    sent = person.client.get("/sign-in/provider?next=/preferences")
    assert sent.status_code == 303, sent.text
    brought = {**service.approves(sent.headers["Location"]), **back}
    return person.opens("/sign-in/provider/back", query_string=brought)


def connected(site: Site) -> Any:
    """Return who is known by which subject."""
    with site.get(Database).engine.connect() as connection:
        return connection.execute(sa.text("SELECT subject, account FROM core_outside")).all()
