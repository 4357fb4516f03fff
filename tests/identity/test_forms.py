"""The token of forms is written another way each time, and known again."""

from __future__ import annotations

from core.identity.forms import is_token, masked

TOKEN = "f3a9" * 8


def test_a_token_is_never_written_twice_alike_and_known_again():
    written = {masked(TOKEN) for _ in range(50)}
    assert len(written) == 50
    assert all(is_token(given, TOKEN) and TOKEN not in given for given in written)
    assert is_token(TOKEN, TOKEN)


def test_nothing_else_is_the_token():
    cut = (masked(TOKEN)[:-1], masked(TOKEN)[4:], masked("0" * 32), TOKEN[:-1])
    for given in ("", "x", "=", "ء", "A" * 86 + "==", *cut):
        assert not is_token(given, TOKEN), given
