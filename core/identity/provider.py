"""A service that signs people in (OpenID Connect): where it is, what it is asked, and what it says of somebody."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from core.config import Settings
from core.egress import Egress
from core.errors import NotSignedIn

KEPT = 3600.0
"""Seconds that what a service says of itself, and its keys, are kept."""

AGAIN = 60.0
"""Seconds after which its keys are asked for again where a signature fits none of them."""


class Provider:
    """The service of a site. It is asked by the one client for HTTP, and what it says is believed once it is checked."""

    def __init__(self, settings: Settings, egress: Egress) -> None:
        self._settings = settings
        self._egress = egress
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}

    @property
    def back(self) -> str:
        """Where it sends people back to: of the configured address alone."""
        return f"{self._settings.base_url.rstrip('/')}/sign-in/provider/back"

    def question(self, state: str, nonce: str, verifier: str) -> str:
        """Return the address at which somebody is asked who they are."""
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client,
            "redirect_uri": self.back,
            "scope": " ".join(self._scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    @property
    def _scopes(self) -> Sequence[str]:
        """What is asked for: who it is, the address, and where accounts are made, the name; then what the settings add."""
        named = ("profile",) if self._settings.oidc_domains else ()
        return tuple(dict.fromkeys(("openid", "email", *named, *self._settings.oidc_scope.split())))

    def claims(self, code: str, nonce: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        """Return what the service says of whoever came back with a code; raise `NotSignedIn` where it is not believed."""
        from core.identity.claims import read_claims  # loaded with the first that comes back

        token, keys = self._token(code, verifier), self._endpoint("jwks_uri")
        client = self._settings.oidc_client

        def read() -> Mapping[str, Any]:
            known = self._asked(keys)
            return read_claims(token, known, issuer=self._issuer, client=client, nonce=nonce, now=now)

        try:
            return read()
        except NotSignedIn:
            kept = self._kept.get(keys)  # another thread may be about to ask anew, too
            if kept is None or time.monotonic() - kept[0] < AGAIN:
                raise
            self._kept.pop(keys, None)  # it may sign with new ones
            return read()

    def _token(self, code: str, verifier: str) -> str:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "client_id": self._settings.oidc_client,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self._settings.oidc_secret:
            pair = (
                f"{quote(self._settings.oidc_client, safe='')}:{quote(self._settings.oidc_secret, safe='')}"
            )
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        endpoint = self._endpoint("token_endpoint")
        answer = self._egress.send(endpoint, headers=headers, body=urlencode(sent).encode())
        token = _read(answer.body).get("id_token") if answer.status == 200 else None
        if not isinstance(token, str):
            raise NotSignedIn(code="bad_token")
        return token

    @property
    def _issuer(self) -> str:
        return self._settings.oidc_issuer

    def _endpoint(self, name: str) -> str:
        """Return one of the addresses that the service gives of itself; it has to be the service that was asked."""
        described = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        told = self._asked(described)
        endpoint = told.get(name)
        if told.get("issuer") != self._issuer or not isinstance(endpoint, str):
            self._kept.pop(described, None)
            raise NotSignedIn(code="bad_provider")
        secure = self._issuer.startswith("https://")
        if not endpoint.startswith("https://" if secure else ("https://", "http://")):
            raise NotSignedIn(code="bad_provider")
        return endpoint

    def _asked(self, url: str) -> Mapping[str, Any]:
        at, told = self._kept.get(url, (0.0, {}))
        if not told or time.monotonic() - at > KEPT:
            answer = self._egress.get(url, {"Accept": "application/json"})
            if answer.status != 200:
                raise NotSignedIn(code="bad_provider")
            told = _read(answer.body)
            self._kept[url] = (time.monotonic(), told)
        return told


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotSignedIn(code="bad_provider") from None
    if not isinstance(told, dict):
        raise NotSignedIn(code="bad_provider")
    return told
