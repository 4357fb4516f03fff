"""A device that makes passkeys and signs with them, as browsers' devices do: enough of WebAuthn to say true and false things."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, RECOGNIZED, WITH_KEY = 0x01, 0x04, 0x40


def text(given: bytes) -> str:
    return urlsafe_b64encode(given).decode().rstrip("=")


class Device:
    """One device with one key; what it says can be bent by the attributes."""

    def __init__(self, name: str = "crm.example.com", origin: str = "https://crm.example.com") -> None:
        self.name, self.origin = name, origin
        self.credential = os.urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.flags = PRESENT | RECOGNIZED

    def makes(self, options: str) -> str:
        """Answer the question for a new key."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        about = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + public
        data = self._data(self.flags | WITH_KEY) + about
        answer = {"attestationObject": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}))}
        return self._answer("webauthn.create", json.loads(options)["challenge"], answer)

    def signs(self, options: str, challenge: str = "") -> str:
        """Answer the question for a known key."""
        self.count += 1
        data = self._data(self.flags)
        said = self._client("webauthn.get", challenge or json.loads(options)["challenge"])
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._whole(said, {"authenticatorData": text(data), "signature": text(signature)})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.name.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, kind: str, challenge: str, more: dict[str, Any]) -> str:
        return self._whole(self._client(kind, challenge), more)

    def _whole(self, said: bytes, more: dict[str, Any]) -> str:
        response = {"clientDataJSON": text(said), **more}
        credential = text(self.credential)
        return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": response})
