"""Behind a proxy it is known who asks; nobody else can say that they are another."""

from __future__ import annotations

import pytest

from core.app.forwarding import forwarded
from core.config import Settings
from core.errors import SettingsInvalid


def asker(proxies, address, header=None):
    seen = []

    def app(environ, _start):
        seen.append(environ["REMOTE_ADDR"])
        return []

    environ = {"REMOTE_ADDR": address} | ({} if header is None else {"HTTP_X_FORWARDED_FOR": header})
    forwarded(app, Settings.from_environment({"PAYVAND_PROXIES": proxies}).proxy_networks)(environ, None)
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "address", "header", "found"),
    [
        ("127.0.0.1", "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.9", "203.0.113.7", "198.51.100.9"),  # not by way of the proxy
        (
            "127.0.0.1",
            "127.0.0.1",
            "10.0.0.1, 203.0.113.7",
            "203.0.113.7",
        ),  # the beginning is the asker's own
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "1.2.3.4, 203.0.113.7, 10.2.3.4", "203.0.113.7"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.7, nonsense", "127.0.0.1"),
        ("::1", "::1", "2001:db8::5", "2001:db8::5"),
        ("10.0.0.0/8", "10.0.0.1", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_asks(proxies, address, header, found):
    assert asker(proxies, address, header) == found


def test_a_proxy_that_is_no_address_is_refused_by_name():
    with pytest.raises(SettingsInvalid, match="PAYVAND_PROXIES"):
        Settings.from_environment({"PAYVAND_PROXIES": "localhost"})
