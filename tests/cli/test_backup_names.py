"""Names of databases beside that of a site."""

from __future__ import annotations

from sqlalchemy import make_url

from core.backup.databases import beside


def test_long_names_of_databases_are_cut_to_different_ones():
    long = [f"postgresql://localhost/{'پ' * 24}{'x' * 14}{end}" for end in "ab"]
    names = {make_url(beside(address, what)).database for address in long for what in ("verify", "upgrade")}
    assert len(names) == 4
    assert {len(name.encode()) <= 63 for name in names} == {True}
    assert make_url(beside("postgresql://localhost/crm", "verify")).database == "crm_verify"
