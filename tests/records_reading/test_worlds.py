"""Rights in random worlds: SQL, Python and the naive reference agree (`scripts/rights_worlds.py` runs many more)."""

from __future__ import annotations

import pytest

from tests.records_reading.worlds_check import differences


@pytest.mark.parametrize("seed", range(40))
def test_sql_python_and_the_reference_agree(desk, seed):
    assert list(differences(desk, seed)) == []
