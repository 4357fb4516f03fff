"""The distribution of somebody else as pip leaves it: the package on the path, and what it announces beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

PROJECT = Path(__file__).parent / "payvand_suppliers"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Announce the suppliers from this folder for the length of a test, and return it."""
    info = folder / "payvand_suppliers-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: payvand-suppliers\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[payvand.modules]\nsuppliers = payvand_suppliers\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.syspath_prepend(str(PROJECT))
    return folder
