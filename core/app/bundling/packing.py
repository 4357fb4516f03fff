"""The archive: wheels, installer and lists in one folder, the same to the byte from the same wheels."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.app.bundling.wheels import Needed, Wheel
from core.backup.archive import sync_folder, told_of_disk
from core.errors import Conflict

PAYLOAD = Path(__file__).parent / "payload"
PROGRAMS = ("install.sh",)
SUMS = "SHA256SUMS"
ABOUT = "bundle.json"
STEADY = 315532800
"""The moment, in seconds, that everything in the archive is said to be of: 1980-01-01."""


def lists(
    version: str, machine: str, needs: Mapping[str, Needed], extra: Sequence[str]
) -> Mapping[str, bytes]:
    """Return the small files of a bundle by name: what it is, what is installed, under which licences."""
    wheels = {wheel.path.name: wheel for need in needs.values() for wheel in need.wheels}
    glibc = max((wheel.glibc for wheel in wheels.values()), default=(0, 0))
    about = {
        "format": 1,
        "payvand": version,
        "machine": machine,
        "glibc": list(glibc),
        "pythons": sorted(needs, key=_numbers),
        "with": sorted(extra),
        "room": max(sum(wheel.room for wheel in need.wheels) for need in needs.values()),
    }
    files = {ABOUT: json.dumps(about, indent=2).encode() + b"\n", "LICENSES.md": _licences(wheels.values())}
    for python, need in needs.items():
        files[f"requirements-{python}.txt"] = "".join(
            f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in need.wheels
        ).encode()
    for path in sorted(PAYLOAD.iterdir()):
        if path.is_file():
            files[path.name] = path.read_bytes()
    return files


def pack(target: Path, top: str, files: Mapping[str, bytes], wheels: Sequence[Wheel]) -> str:
    """Write the archive whole or not at all; return its SHA-256.

    ``top`` is the folder that everything lies in. `Conflict` where the file is there, `Unavailable` where the disk is full.
    """
    chosen = {f"wheels/{wheel.path.name}": wheel for wheel in wheels}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    sums |= {name: wheel.sha256 for name, wheel in chosen.items()}
    told = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    with _new(target) as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=STEADY, compresslevel=6) as zipped:
            with tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive:
                _add(archive, f"{top}/{SUMS}", told)
                for name in sorted({*files, *chosen}):
                    content = files[name] if name in files else chosen[name].path.read_bytes()
                    _add(archive, f"{top}/{name}", content)
        raw.flush()
        raw.seek(0)
        return hashlib.file_digest(raw, "sha256").hexdigest()  # type: ignore[arg-type]  # a file opened for both is one


@contextmanager
def _new(target: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its name only when it is whole and on the disk."""
    check_free(target)
    draft = target.with_name(f".{target.name}.new")
    try:
        with told_of_disk(target):
            with draft.open("w+b") as raw:
                yield raw
                raw.flush()
                os.fsync(raw.fileno())
            draft.rename(target)
            sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def check_free(target: Path) -> None:
    """Raise `Conflict` where the file is there already."""
    if target.exists():
        raise Conflict("{file} exists already; name another file.", code="file_exists", file=str(target))


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    part = tarfile.TarInfo(name)
    part.size, part.mtime = len(content), STEADY
    part.mode = 0o755 if name.rpartition("/")[2] in PROGRAMS else 0o644
    archive.addfile(part, io.BytesIO(content))


def _licences(wheels: Iterable[Wheel]) -> bytes:
    found = sorted(wheels, key=lambda wheel: (wheel.name, wheel.version))
    rows = dict.fromkeys(
        f"| {wheel.name} | {wheel.version} | {wheel.licence} | {wheel.home} |\n" for wheel in found
    )
    return (
        "# Licences\n\nWhat lies in `wheels/`, as each package tells of itself; the texts are inside of the packages.\n\n"
        "| package | release | licence | where from |\n|---|---|---|---|\n" + "".join(rows)
    ).encode()


def _numbers(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split("."))
