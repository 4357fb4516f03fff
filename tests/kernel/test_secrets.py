"""The site's own key: made once, kept private, one derived key a purpose."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import Unavailable
from core.kernel.secrets import Secrets


def test_the_key_is_made_once_and_for_nobody_else_to_read(tmp_path):
    home = tmp_path / "new" / "home"
    signature = Secrets.at(home).sign("cursor", b"x")
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert len((home / "secret").read_bytes()) == 32
    assert Secrets.at(home).sign("cursor", b"x") == signature
    assert [path.name for path in home.iterdir()] == ["secret"]


def test_sites_have_different_keys(tmp_path):
    assert Secrets.at(tmp_path / "a").sign("cursor", b"x") != Secrets.at(tmp_path / "b").sign("cursor", b"x")


def test_those_who_start_together_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        signatures = set(pool.map(lambda _: Secrets.at(tmp_path).sign("cursor", b"x"), range(16)))
    assert len(signatures) == 1


def test_a_broken_key_is_not_used(tmp_path):
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(Unavailable):
        Secrets.at(tmp_path)


def test_a_signature_is_for_one_purpose_and_one_message():
    secrets = Secrets(b"k" * 32)
    signature = secrets.sign("cursor", b"x")
    assert secrets.verify("cursor", b"x", signature)
    assert not secrets.verify("token", b"x", signature)
    assert not secrets.verify("cursor", b"y", signature)
    assert not secrets.verify("cursor", b"x", signature[:-1])
    assert secrets.derive("cursor") != secrets.derive("token")
