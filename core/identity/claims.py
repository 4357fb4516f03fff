"""What a sign-in service has signed about somebody, checked by joserfc. Loaded by whoever uses it first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from core.egress import LARGEST
from core.errors import NotSignedIn

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Signatures that are taken; which of them a token says it has is not asked beyond that."""

LEEWAY = 60
"""Seconds by which the clocks may differ."""

LONGEST_SUBJECT = 255
"""Characters by which a service knows somebody, at most: so the standard has it."""


def read_claims(
    token: str, keys: Mapping[str, Any], *, issuer: str, client: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """Return what a token says, if it was signed by one of these keys for us, for this question, and lately."""
    try:
        known = KeySet.import_key_set(cast(KeySetSerialization, keys))
        found = jwt.decode(token, known, registry=_signatures())
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as wrong:
        raise NotSignedIn(code="bad_token") from wrong
    subject = found.claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise NotSignedIn(code="bad_token")
    several = isinstance(found.claims["aud"], list) and len(found.claims["aud"]) > 1
    if found.claims.get("azp", None if several else client) != client:
        raise NotSignedIn(code="bad_token")
    return found.claims


def _signatures() -> JWSRegistry:
    """Return which signatures are taken, over as much as an answer may hold: people may be in thousands of groups."""
    taken = JWSRegistry(algorithms=ALGORITHMS)
    taken.max_payload_length = LARGEST
    return taken
