"""A service that signs people in, in the process of the test: OpenID Connect as far as a site asks it, and what can be wrong."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "payvand", "a secret: of two"


class Service:
    """What it says is bent by its attributes: claims that replace its own, another key, another issuer."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        self.signs_with: Any = None
        self.claims: dict[str, Any] = {}
        self.issuer = self.address = ""
        self.header: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.broken = ""

    def approves(self, url: str) -> dict[str, str]:
        """Do as if somebody had said who they are; return what the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def answers(self, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        self.asked.append(path)
        if self.broken and path.startswith(self.broken):
            return 500, {"error": "broken"}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            }
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False)
        return self._token(headers, {name: values[0] for name, values in parse_qs(body.decode()).items()})

    def _token(self, headers: Any, sent: dict[str, str]) -> tuple[int, Any]:
        pair = b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
        asked = self.codes.pop(sent["code"], None)
        shown = urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
        if asked is None or pair != "payvand:a%20secret%3A%20of%20two" or shown != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        assert sent["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "s-1",
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        header = {"alg": "ES256", "kid": "one", **self.header}
        algorithms = ["ES256", "HS256"]
        return 200, {
            "id_token": jwt.encode(header, claims, self.signs_with or self.key, algorithms=algorithms)
        }


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, told = service.answers(self.path, self.headers, self.rfile.read(length))
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.issuer = service.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
