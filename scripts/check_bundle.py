"""Make a bundle and use it on a bare Debian without a network: `make bundle-check`, for nights and releases.

    python scripts/check_bundle.py [--suite bookworm] [--python 3.11] [--debian FOLDER] [--result FILE]

The machine is a fresh Debian by debootstrap (variant minbase) with python3 and nothing else, in namespaces of its own: its
processes see no interface but lo and no file of this machine. Needs root, debootstrap and, for making the bundle, a
network. FILE takes what was shown with its seconds; benchmarks/results/bundle.md without it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTSIDER = ROOT / "tests" / "third_party" / "payvand_suppliers"
PROOF = ROOT / "scripts" / "bundle_proof.py"
RESULT = ROOT / "benchmarks" / "results" / "bundle.md"
NEEDED = ("debootstrap", "unshare", "ip", "chroot", "mount")
MINUTES = 30
ALONE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc")
INSIDE = """set -e
ip link set lo up
mount -t proc proc "$1/proc"
mkdir -p "$1/dev/shm"
mount -t tmpfs tmpfs "$1/dev/shm"
root=$1
shift
exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root "$@"
"""


class Refused(Exception):
    """It does not work; the message says why."""


def main() -> int:
    """Make the bundles, then the machine; print and keep what was shown."""
    options = _options()
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="payvand-bundle-") as name:
        try:
            _check_tools()
            work = Path(name)
            about = make(work, options.python, lines)
            prove(work, debian(work, options, lines), lines)
        except Refused as reason:
            print(f"bundle: {reason}", file=sys.stderr)
            return 1
    options.result.write_text(report(about, lines))
    print(
        f"bundle: good; {options.result.relative_to(ROOT) if options.result.is_relative_to(ROOT) else options.result}"
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--suite", default="bookworm", help="which Debian")
    parser.add_argument("--python", default="3.11", help="the Python that this Debian has")
    parser.add_argument(
        "--debian", type=Path, help="keep the bare Debian there, or take the one that is there"
    )
    parser.add_argument("--result", type=Path, default=RESULT)
    return parser.parse_args()


def _check_tools() -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise Refused(
            f"missing here: {', '.join(missing)} (Debian: apt install debootstrap util-linux iproute2)"
        )
    if os.geteuid() != 0:
        raise Refused("only root may make a bare Debian; start it as root")


def make(work: Path, python: str, lines: list[str]) -> str:
    """Make the bundle, the next one with one more module, and the first again without a network."""
    begun = time.monotonic()
    first = bundle(work / "first.tar.gz", "--python", python)
    show(lines, begun, f"payvand bundle --python {python}: {first.stat().st_size // 2**20} MB")
    begun = time.monotonic()
    wheels = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(work),
        str(OUTSIDER),
    ]
    call(wheels)
    module = next(work.glob("payvand_suppliers-*.whl"))
    packages = unpack(first, work / "first") / "wheels"
    again = bundle(work / "again.tar.gz", "--python", python, "--wheels", str(packages), alone=True)
    if digest(again) != digest(first):
        raise Refused("made again from the same wheels, the bundle is another one")
    show(lines, begun, "made again from its own wheels, with the network off: the same to the byte")
    begun = time.monotonic()
    second = bundle(
        work / "second.tar.gz", "--python", python, "--wheels", str(packages), "--with", str(module)
    )
    show(lines, begun, "the next bundle, with a module of somebody else (--with)")
    unpack(second, work / "second")
    count = len(list(packages.iterdir()))
    return f"{first.stat().st_size // 2**20} MB, {count} packages for Python {python} on {platform.machine()}"


def bundle(target: Path, *options: str, alone: bool = False) -> Path:
    """Run `payvand bundle`, where ``alone`` in a namespace without a network."""
    command = [sys.executable, "-m", "core.app.command", "bundle", "--output", str(target), *options]
    call([*(("unshare", "--net") if alone else ()), *command])
    return target


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a bundle and return the folder that it holds."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return next(folder.iterdir())


def debian(work: Path, options: argparse.Namespace, lines: list[str]) -> Path:
    """Return the root of a bare Debian; one that is kept is copied, so that nothing is left in it."""
    kept, root = options.debian, work / "debian"
    begun = time.monotonic()
    if kept is None or not (kept / "etc" / "os-release").exists():
        target = kept or root
        call(["debootstrap", "--variant=minbase", "--include=python3", options.suite, str(target)])
        show(lines, begun, f"debootstrap --variant=minbase --include=python3 {options.suite}")
    if kept is not None:
        call(["cp", "--archive", str(kept), str(root)])
    return root


def prove(work: Path, root: Path, lines: list[str]) -> None:
    """Run the proof on the bare machine and take over its lines."""
    for name in ("first", "second"):
        (work / name).rename(root / "root" / name)
    shutil.copy(PROOF, root / "root" / PROOF.name)
    bundles = [f"/root/{name}/{next((root / 'root' / name).iterdir()).name}" for name in ("first", "second")]
    proof = ["/usr/bin/python3", "-I", f"/root/{PROOF.name}", *bundles, "/opt/payvand"]
    command = [*ALONE, "/bin/sh", "-c", INSIDE, "sh", str(root), *proof]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # it was asked for
        for line in process.stdout:
            seconds, _, what = line.rstrip("\n").partition("\t")
            if what:
                lines.append(f"| {float(seconds):.1f} | {what} |")
            print(line.rstrip("\n"), flush=True)
        code = process.wait(timeout=MINUTES * 60)
    if code:
        log = root / "proof.log"
        raise Refused(f"the proof ended with {code}:\n{log.read_text()[-3000:] if log.exists() else ''}")


def report(about: str, lines: Sequence[str]) -> str:
    """Return the page of the run."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return (
        "Written by `make bundle-check`: a bundle is made, and used on a bare Debian of its own (debootstrap, minbase, python3 and\n"
        "nothing else) in namespaces that have no network interface but lo. Each line was looked at by `scripts/bundle_proof.py`.\n\n"
        "| seconds | what was shown |\n|---|---|\n"
        + "".join(f"{line}\n" for line in lines)
        + f"\nthe bundle: {about}  \n"
        f"at: {now}  \nmachine: {os.cpu_count()} cores, {platform.machine()}, shared with other work  \n"
    )


def show(lines: list[str], begun: float, what: str) -> None:
    """Tell a step and keep it."""
    seconds = time.monotonic() - begun
    print(f"{seconds:.1f}\t{what}", flush=True)
    lines.append(f"| {seconds:.1f} | {what} |")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def call(command: Sequence[str]) -> None:
    """Run a command in the checkout; a failing one ends the check with its last words."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(
            f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}"
        )


if __name__ == "__main__":
    sys.exit(main())
