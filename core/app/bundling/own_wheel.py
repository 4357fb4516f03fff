"""The wheel of Payvand itself: built from a checkout, or put together again from what is installed here."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import core
from core.app.bundling.collecting import Source
from core.errors import Unavailable

ROOT = Path(core.__file__).resolve().parent.parent
ASSETS = Path("core") / "web" / "assets" / "manifest.json"
SOURCES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "tests", "node_modules", "*.egg-info")
STEADY = (1980, 1, 1, 0, 0, 0)
"""The moment that files in a wheel are said to be of, so that equal files make an equal wheel."""


def own_wheel(source: Source, *, root: Path = ROOT) -> Path:
    """Return a wheel of the Payvand that runs; one of the same version in the folder of wheels goes before.

    Raises `Unavailable` where the front end is not built, or where the installed files are not all there.
    """
    ready = () if source.folder is None else sorted(source.folder.glob(f"payvand-{core.__version__}-*.whl"))
    if ready:
        return ready[0]
    if not (root / ASSETS).is_file():
        raise Unavailable(
            "The front end is not built; run make setup first, so that the bundle has its pages.",
            code="not_built",
        )
    target = source.staging / "own"
    target.mkdir()
    if all((root / name).is_file() for name in SOURCES):
        return _built(source, root, target)
    return packed_again(importlib.metadata.distribution("payvand"), target)


def _built(source: Source, root: Path, target: Path) -> Path:
    """Build it from a copy, so that nothing is left in the checkout and leftovers of other builds stay out."""
    copy = source.staging / "sources"
    copy.mkdir()
    for name in SOURCES:
        shutil.copy(root / name, copy)
    for name in ("core", "modules"):
        shutil.copytree(root / name, copy / name, ignore=LEFT_OUT)
    source.pip("wheel", "--no-deps", "--wheel-dir", str(target), str(copy))
    return next(target.glob("*.whl"))


def packed_again(installed: importlib.metadata.Distribution, target: Path) -> Path:
    """Make the wheel again from which a distribution was installed."""
    version = installed.version
    about = f"payvand-{version}.dist-info"
    path = target / f"payvand-{version}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _installed(installed, about):
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}\n")
            _add(archive, name, content)
        text = "".join([*record, f"{about}/RECORD,,\n"])
        _add(archive, f"{about}/RECORD", text.encode())
    return path


def _installed(installed: importlib.metadata.Distribution, about: str) -> Iterator[tuple[str, bytes]]:
    """Yield what came out of the wheel: neither what pip wrote about it, nor programs, nor compiled files."""
    mine = {f"{about}/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")}
    files = sorted(str(file) for file in installed.files or ())
    if not any(name.startswith("core/") for name in files):
        raise Unavailable(
            "Payvand is installed here in a way that tells not which files it has; make the bundle in a checkout.",
            code="not_packable",
        )
    for name in files:
        if name in mine or name.startswith("..") or "__pycache__" in name:
            continue
        try:
            yield name, Path(str(installed.locate_file(name))).read_bytes()
        except OSError as fault:
            raise Unavailable(
                "{file} of the installed Payvand is missing; install it anew.", code="not_packable", file=name
            ) from fault


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    part = zipfile.ZipInfo(name, STEADY)
    part.compress_type = zipfile.ZIP_DEFLATED
    part.external_attr = 0o644 << 16
    archive.writestr(part, content)
