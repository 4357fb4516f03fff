"""The disk ends at any byte of a backup or a dump: told in words, and nothing half is left beside."""

from __future__ import annotations

import zipfile

import pytest

from core.errors import Unavailable
from tests.cli.test_backup import lived_in
from tests.full_disk import no_file_larger_than

__all__ = ["lived_in"]


@pytest.mark.parametrize("words", [("backup",), ("export", "--all")], ids=["backup", "dump"])
def test_whatever_is_written_when_the_room_ends_nothing_half_is_left(lived_in, tmp_path, words):
    full = tmp_path / "full"
    full.mkdir()
    command, *more = words
    assert lived_in.run(command, str(tmp_path / "whole.zip"), *more)
    size = (tmp_path / "whole.zip").stat().st_size
    for room in (0, 1, *range(size // 8, size, size // 8), size - 1):
        with no_file_larger_than(room):
            refused = lived_in.run(command, str(full / "site.zip"), *more, code=1).exception
        assert isinstance(refused, Unavailable), repr(refused)
        assert refused.reason == "disk_full"
        assert "no room left" in refused.text()
        assert list(full.iterdir()) == [], f"left at {room}"
    lived_in.run(command, str(full / "site.zip"), *more)
    assert zipfile.ZipFile(full / "site.zip").testzip() is None
