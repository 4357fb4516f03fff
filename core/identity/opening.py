"""The opening statement of a request: catalog version, access version and who is asking, in one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kernel.actor import Actor, Scope
from core.metadata.catalog import Catalog
from core.storage import Reader

NOBODY = "SELECT version, access_version FROM core_catalog WHERE id = 1"

BY_SESSION = """
SELECT c.version, c.access_version, a.id, a.login, a.roles, s.id, s.csrf, s.seen_at, s.expires_at,
    a.second_factor, now(), s.viewing, s.viewing_until, v.login, v.roles
FROM core_catalog c
LEFT JOIN core_session s ON s.token_hash = %s AND s.expires_at > now()
LEFT JOIN core_account a ON a.id = s.account AND a.active
LEFT JOIN core_account v ON v.id = s.viewing AND v.active
WHERE c.id = 1
"""

BY_KEY = """
SELECT c.version, c.access_version, a.id, a.login, a.roles, k.id, k.scopes, k.last_used_at, now()
FROM core_catalog c
LEFT JOIN core_api_key k ON k.key_hash = %s AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > now())
LEFT JOIN core_account a ON a.id = k.account AND a.active
WHERE c.id = 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewing:
    """Somebody who looks through the eyes of another person: who, the name of the other, and until when at most."""

    by: Actor
    name: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in browser: its CSRF token and how long it lasts. With ``viewing`` its actor is somebody else."""

    id: int
    csrf: str
    expires_at: datetime
    viewing: Viewing | None = None
    needs_factor: bool = False
    """True where the site asks this person for a second factor, and they have none: till then nothing else is open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a request starts from. ``session`` is None for API keys and for nobody."""

    actor: Actor
    catalog: Catalog
    access_version: int
    session: Session | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Asker:
    """The row behind a token: an account, and what belongs to the token itself."""

    version: int
    access_version: int
    account: int | None = None
    login: str = ""
    roles: frozenset[str] = frozenset()
    token: int = 0
    extra: tuple[Any, ...] = ()


def ask(reader: Reader, statement: str, token: bytes | None) -> Asker:
    """Run an opening statement."""
    rows = reader.rows(statement, None if token is None else (token,))
    version, access_version, *who = rows[0]
    if not who or who[0] is None:
        return Asker(version=version, access_version=access_version)
    account, login, roles, token_id, *extra = who
    return Asker(
        version=version,
        access_version=access_version,
        account=account,
        login=login,
        roles=frozenset(roles),
        token=token_id,
        extra=tuple(extra),
    )


def read_scopes(scopes: object) -> tuple[Scope, ...]:
    """Return the scopes of an API key; an empty list is for nothing."""
    given = scopes if isinstance(scopes, list) else []
    return tuple(
        Scope(entity=str(s.get("entity", "")), action=str(s.get("action", "")))
        for s in given
        if isinstance(s, dict)
    )
