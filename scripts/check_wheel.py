"""Build the wheel, install it in an empty environment beside a module of somebody else, and use it there.

    python scripts/check_wheel.py [--keep FOLDER]

Shows that the wheel holds everything, that nothing else lies at its top level, and that a metadata-only module
from another distribution is found and installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTSIDER = ROOT / "tests" / "third_party" / "payvand_suppliers"
ASSETS = Path("core") / "web" / "assets"
TOP_LEVEL = {"core", "modules"}
NEEDED = ("core/py.typed", "core/cli/main.py", "modules/base/manifest.yaml", "core/web/assets/")
STOP = "import sys; from pathlib import Path; from core.storage.embedded import Embedded; Embedded(Path(sys.argv[1])).stop()"


class Refused(Exception):
    """The wheel is not good; the message says why."""


def main() -> int:
    """Run all checks; print one line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, help="put the wheel of Payvand there when it is good")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="payvand-wheel-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the embedded database runs as another user where we are root
        try:
            wheel = build(copy_of_sources(folder / "sources"), folder / "dist")
            check_contents(wheel)
            use(folder, wheel)
        except Refused as reason:
            print(f"wheel: {reason}", file=sys.stderr)
            return 1
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(wheel, options.keep)
    print("wheel: good")
    return 0


def copy_of_sources(target: Path) -> Path:
    """Copy what belongs to the repository, and the built assets: leftovers of other builds stay out."""
    listed = call(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT).split(
        "\0"
    )
    assets = [str(path.relative_to(ROOT)) for path in (ROOT / ASSETS).rglob("*") if path.is_file()]
    for name in {*listed, *assets} - {""}:
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def build(project: Path, dist: Path) -> Path:
    """Build a wheel and return its path."""
    before = set(dist.glob("*.whl"))
    call(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), str(project)]
    )
    made = set(dist.glob("*.whl")) - before
    return made.pop()


def check_contents(wheel: Path) -> None:
    """Refuse a wheel with something missing, or with something that does not belong there."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.split("/", 1)[0] for name in names if ".dist-info/" not in name}
    if top != TOP_LEVEL:
        raise Refused(f"top level holds {sorted(top)} instead of {sorted(TOP_LEVEL)}")
    missing = [need for need in NEEDED if not any(name.startswith(need) for name in names)]
    missing += [name for name in wanted_data() if name not in names]
    if missing:
        raise Refused(f"missing from the wheel: {', '.join(missing[:10])}")
    tests = [name for name in names if "/tests/" in name]
    if tests:
        raise Refused(f"tests are in the wheel: {', '.join(tests[:5])}")
    print(f"wheel: {wheel.name} holds {len(names)} files, {wheel.stat().st_size // 1024} kB")


def wanted_data() -> list[str]:
    """Return the data files of core and modules that must travel."""
    suffixes = {".yaml", ".po", ".html", ".json", ".sql", ".csv", ".txt", ".sh", ".service"}
    return [
        str(path.relative_to(ROOT))
        for top in sorted(TOP_LEVEL)
        for path in (ROOT / top).rglob("*")
        if path.suffix in suffixes and "tests" not in path.parts and "assets" not in path.parts
    ]


def use(folder: Path, wheel: Path) -> None:
    """Install the wheel in an empty environment and run its commands there."""
    venv = folder / "venv"
    call([sys.executable, "-m", "venv", str(venv)])
    wheels = [str(wheel)]
    if OUTSIDER.exists():
        wheels.append(str(build(OUTSIDER, folder / "dist")))
    call([str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *wheels])
    home = folder / "home"
    home.mkdir()
    payvand = str(venv / "bin" / "payvand")
    try:
        call([payvand, "init"], cwd=home, home=home)
        listed = call([payvand, "module", "list"], cwd=home, home=home)
        expected = {path.parent.name for path in (ROOT / "modules").glob("*/manifest.yaml")}
        if OUTSIDER.exists():
            expected.add("suppliers")
            call([payvand, "module", "install", "suppliers"], cwd=home, home=home)
            listed += call([payvand, "module", "list"], cwd=home, home=home)
        absent = [name for name in sorted(expected) if name not in listed.split()]
        if absent:
            raise Refused(f"payvand module list does not show {', '.join(absent)}:\n{listed}")
        call([payvand, "doctor"], cwd=home, home=home)
    finally:
        if (home / "postgres").exists():
            call([str(venv / "bin" / "python"), "-c", STOP, str(home)], cwd=home)
    print(f"wheel: installed in an empty environment, with {len(expected)} modules")


def call(command: list[str], *, cwd: Path | None = None, home: Path | None = None) -> str:
    """Run a command and return what it printed; a failing one refuses the wheel with its last words."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DATABASE_URL")
    }
    if home:
        environment["PAYVAND_HOME"] = str(home)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(
            f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}"
        )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
