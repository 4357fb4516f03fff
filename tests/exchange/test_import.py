"""Imports that create: values of all types, duplicates left out, refused rows told, dry runs that write nothing."""

from __future__ import annotations

from tests.exchange.conftest import counts


def test_rows_become_records(office):
    result = office.run("First name,Last name,Size\nAda,Stone,170\nBo,Reed,\n")
    assert counts(result) == {"created": 2}
    assert [(p["full_name"], p["size"]) for p in office.people("full_name", "size")] == [("Ada Stone", 170), ("Bo Reed", None)]
