"""Small wheels and bundles of them: a `payvand` that only writes down what it is asked for."""

from __future__ import annotations

import ensurepip
import hashlib
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from core import __version__
from core.app.bundle import make_bundle

HERE = "{}.{}".format(*sys.version_info[:2])
PROGRAM = """
import os, sys
from pathlib import Path

SAYS = {says!r}

def main():
    home = Path(os.environ["PAYVAND_HOME"])
    with (home / "asked").open("a") as file:
        file.write(" ".join([SAYS, *sys.argv[1:]]) + "\\n")
    refusal = home / "refusal"
    if sys.argv[1:] == ["upgrade"] and refusal.exists():
        sys.exit(refusal.read_text())
    print(SAYS, "did", *sys.argv[1:])
"""
DATABASE = "class Embedded:\n    def __init__(self, home): self.home = home\n    def stop(self): (self.home / 'stopped').touch()\n"


def wheel(
    folder: Path,
    name: str,
    version: str,
    *,
    requires: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    script: str = "",
    tag: str = "py3-none-any",
) -> Path:
    """Write a wheel and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    about = f"{name}-{version}.dist-info"
    headers = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: MIT\n"]
    headers += [f"Requires-Dist: {need}\n" for need in requires]
    parts = {
        **(files or {f"{name}.py": ""}),
        f"{about}/METADATA": "".join(headers),
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    if script:
        parts[f"{about}/entry_points.txt"] = f"[console_scripts]\n{script}\n"
    record = "".join(f"{part},,\n" for part in [*parts, f"{about}/RECORD"])
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in {**parts, f"{about}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(part), text)
    return path


def wheels(folder: Path, says: str = "first") -> Path:
    """Fill a folder with all that a bundle of the small Payvand needs, and something that it does not."""
    program = {
        "payvand_program.py": PROGRAM.format(says=says),
        "core/__init__.py": "",
        "core/storage/__init__.py": "",
        "core/storage/embedded.py": DATABASE,
    }
    wheel(
        folder,
        "payvand",
        __version__,
        requires=["needle>=1", 'thimble; extra == "sewing"', 'old; python_version < "3"'],
        files=program,
        script="payvand = payvand_program:main",
    )
    wheel(folder, "needle", "1.2", requires=["thread[strong]"])
    wheel(folder, "thread", "3.0", requires=['wax; extra == "strong"'])
    wheel(folder, "wax", "0.1")
    wheel(folder, "unasked", "1.0")
    bundled = Path(ensurepip.__file__).parent / "_bundled"
    shutil.copy(next(bundled.glob("pip-*.whl")), folder)
    return folder


def bundle(target: Path, folder: Path, *extra: str) -> Path:
    """Make a bundle out of a folder of wheels, for the Python that runs here."""
    make_bundle(target, pythons=(), wheels=folder, extra=extra, say=len)
    return target


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a bundle and return the folder that it holds."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return next(folder.iterdir())


def sum_anew(folder: Path) -> None:
    """Let an unpacked bundle be what its sums say, after it was changed on purpose."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))
