"""What modules may rely on changes only on purpose: the surface file shows it in the diff."""

from __future__ import annotations

import runpy

from core import sdk
from tests.architecture.sources import ROOT, read


def test_the_surface_of_the_sdk_is_the_one_on_file():
    describe = runpy.run_path(str(ROOT / "scripts" / "surface.py"))["describe"]
    written = read("tests/architecture/surface/sdk.txt")
    assert describe(sdk) == written, (
        "run: python scripts/surface.py, and tell the change in a fragment in changes/"
    )


def test_everything_the_sdk_names_is_there_once():
    assert len(set(sdk.__all__)) == len(sdk.__all__)
    assert all(hasattr(sdk, name) for name in sdk.__all__)
