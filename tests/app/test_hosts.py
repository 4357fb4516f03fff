"""A host has one form, however it is written; what is no host is nobody's."""

from __future__ import annotations

import pytest

from core.app.hosts import is_address, sent_host, shown_host, site_host
from core.errors import BadRequest


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("crm.example.com", "crm.example.com"),
        ("CRM.Example.COM", "crm.example.com"),
        ("crm.example.com.", "crm.example.com"),
        ("crm.example.com:8000", "crm.example.com"),
        ("crm.example.com.:8000", "crm.example.com"),
        ("crm", "crm"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:8000", "[::1]"),
        ("[0:0::0001]", "[::1]"),
        ("xn--ugb9bf9s0n.example", "xn--ugb9bf9s0n.example"),
        ("", ""),
        (".", ""),
        ("crm.example.com..", ""),
        ("crm..example.com", ""),
        (".crm.example.com", ""),
        ("*.example.com", ""),
        ("crm_one.example.com", ""),
        ("-crm.example.com", ""),
        ("crm.example.com:", ""),
        ("crm.example.com:80:80", ""),
        ("crm.example.com:eighty", ""),
        ("crm.example.com, other.example.com", ""),
        ("crm.example.com other.example.com", ""),
        (" crm.example.com", ""),
        ("crm.example.com\n", ""),
        ("crm.example.com\x00", ""),
        ("you@crm.example.com", ""),
        ("../crm.example.com", ""),
        ("..", ""),
        (".several", ""),
        ("crm.example.com/other", ""),
        ("crm.example.com%2f", ""),
        ("پیوند.example", ""),
        ("\u212arm.example.com", ""),  # the sign of Kelvin is a k in lower case
        ("[::1", ""),
        ("[::g]", ""),
        ("a" * 64 + ".example.com", ""),
        (".".join(["a" * 60] * 5), ""),
    ],
)
def test_a_host_is_read_in_one_form(header, host):
    assert sent_host(header) == host


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("CRM.Example.com", "crm.example.com"),
        (" crm.example.com. ", "crm.example.com"),
        ("پیوند.example", "xn--ugb9bf9s0n.example"),
        ("xn--ugb9bf9s0n.example", "xn--ugb9bf9s0n.example"),
        ("نامه‌ای.com", "xn--mgba3gch31f060k.com"),  # with the joiner that browsers keep
        ("Bücher.example", "xn--bcher-kva.example"),
        ("crm", "crm"),
    ],
)
def test_a_site_is_known_by_what_browsers_send(written, host):
    assert site_host(written) == host
    assert sent_host(host) == host


@pytest.mark.parametrize(
    "written",
    [
        "",
        "*.example.com",
        "https://crm.example.com",
        "crm.example.com:8000",
        "crm_one.example.com",
        "crm.example.com/x",
        "..",
        "127.0.0.1",
        "1.2.3",
        "[::1]",
        "::1",
        "localhost",
        "a b.example.com",
        "crm..example.com",
        "-crm.example.com",
    ],
)
def test_what_is_no_name_makes_no_site(written):
    with pytest.raises(BadRequest):
        site_host(written)


def test_a_host_is_shown_in_its_own_script():
    assert shown_host("xn--ugb9bf9s0n.example") == "پیوند.example"
    assert shown_host("crm.example.com") == "crm.example.com"


def test_addresses_are_told_from_names():
    assert [is_address(host) for host in ("10.0.0.7", "[::1]", "crm.example.com", "crm")] == [
        True,
        True,
        False,
        False,
    ]
