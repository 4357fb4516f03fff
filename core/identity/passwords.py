"""Passwords: argon2id hashes, and the same work for people who do not exist."""

from __future__ import annotations

import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Problem, ValidationFailed
from core.i18n import fold

SHORTEST = 10
LONGEST = 256

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's parameters for argon2id: 19 MiB, two passes; small enough for many threads at once."""

_COMMON = frozenset(
    {
        "1234567890",
        "12345678910",
        "0123456789",
        "password12",
        "password123",
        "qwertyuiop",
        "qwerty12345",
        "1q2w3e4r5t",
        "abcdefghij",
        "administrator",
        "payvand1234",
        "welcome123",
        "letmein1234",
        "iloveyou12",
    }
)


class Passwords:
    """Hashes and checks passwords."""

    @cached_property
    def _nobody(self) -> str:
        return _HASHER.hash(secrets.token_urlsafe(24))

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return _HASHER.hash(_bytes(password))

    def matches(self, password: str, kept: str | None) -> bool:
        """Tell whether the password is right; without a hash the same work is done for nothing."""
        try:
            _HASHER.verify(kept or self._nobody, _bytes(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Tell whether the hash was made with weaker parameters than today's."""
        return _HASHER.check_needs_rehash(kept)


def check_password(password: str, login: str) -> None:
    """Refuse passwords that are too short, too long, widely known, or the login itself."""
    if len(password) < SHORTEST:
        raise _refused("too_short", "A password has {shortest} characters or more.", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise _refused("too_long", "A password has {longest} characters at most.", longest=LONGEST)
    if fold(password) in _COMMON or len(set(password)) < 4 or fold(login.partition("@")[0]) == fold(password):
        raise _refused(
            "too_common", "This password is too easy to guess; take a few words that only you connect."
        )


def _refused(code: str, message: str, **params: int) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code=code, message=message, params=params, field="password")])


def _bytes(password: str) -> bytes:
    """Return what is hashed; a browser may send letters that are none."""
    return password.encode("utf-8", "surrogatepass")
