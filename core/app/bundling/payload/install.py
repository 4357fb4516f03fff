"""Installs Payvand from the bundle that this file lies in; started by install.sh, needs the standard library alone.

FOLDER/releases/<version>-<digest>   a Python environment for each bundle; the one before is kept
FOLDER/current                       the one in use
FOLDER/payvand                       the command, with the settings of FOLDER/payvand.env
FOLDER/data, FOLDER/backups          the site; never touched but by its own commands
"""

from __future__ import annotations

import argparse
import errno
import fcntl
import hashlib
import json
import os
import platform
import pwd
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ABOUT = json.loads((HERE / "bundle.json").read_text())
DATABASE_ROOM = 300 * 2**20
"""What a new site takes besides its programs, and the backup of an upgrade, in bytes; roughly."""

WITH_SETTINGS = 'set -a; . "$0"; set +a; exec "$@"'
SETTINGS = """# Settings of this site, one a line; a value with spaces stands in "double quotes". All of them: docs/reference/settings.md
PAYVAND_HOME={folder}/data
PAYVAND_BACKUPS={folder}/backups
# PAYVAND_LANGUAGE=fa
# PAYVAND_HOST=0.0.0.0
# PAYVAND_PORT=8000
# PAYVAND_BASE_URL=https://crm.example.com
# PAYVAND_SECURE_COOKIES=true
"""
COMMAND = """#!/bin/sh
# The command payvand with the settings of this site; root becomes the user of the site.
here=$(dirname -- "$(readlink -f -- "$0")")
if ! [ -r "$here/payvand.env" ]; then
    echo "payvand: only root and the user {user} may use this site." >&2
    exit 1
fi
set -a
. "$here/payvand.env"
set +a
if [ "$(id -u)" = 0 ] && [ {user} != root ]; then
    HOME=$here/data
    export HOME
    # Not runuser or su: those stay in between, and kill what does not stop within two seconds.
    exec setpriv --reuid {user} --regid "$(id -g {user})" --clear-groups "$here/current/bin/payvand" "$@"
fi
exec "$here/current/bin/payvand" "$@"
"""
STOP = "import sys; from pathlib import Path; from core.storage.embedded import Embedded; Embedded(Path(sys.argv[1])).stop()"
EMPTY = "run: payvand init"
"""What `payvand upgrade` says where there is nothing to bring to another version yet."""


class Stopped(Exception):
    """What keeps the installer from going on, in a sentence."""


class Installation:
    """The folder, whose it is, and what is done in it."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder, self.user = folder, user
        sums = (HERE / "SHA256SUMS").read_bytes()
        self.release = folder / "releases" / f"{ABOUT['payvand']}-{hashlib.sha256(sums).hexdigest()[:10]}"
        self.current = folder / "current"
        self.settings = folder / "payvand.env"

    def prepare(self) -> None:
        """Make folders, settings and the command; what is there stays as it is."""
        owner = pwd.getpwnam(self.user)
        for name, mode in (
            ("", 0o755),
            ("releases", 0o755),
            ("systemd", 0o755),
            ("data", 0o700),
            ("backups", 0o700),
        ):
            path = self.folder / name
            if not path.is_dir():
                path.mkdir(parents=True)
                path.chmod(mode)
                if mode == 0o700:
                    os.chown(path, owner.pw_uid, owner.pw_gid)
        self._check_reach()
        if not self.settings.exists():
            _write(self.settings, SETTINGS.format(folder=self.folder), 0o640)
            os.chown(self.settings, -1, owner.pw_gid)
        _write(self.folder / "payvand", COMMAND.format(user=shlex.quote(self.user)), 0o755)
        for unit in ("payvand.service", "payvand-worker.service"):
            text = (
                (HERE / unit).read_text().replace("@FOLDER@", str(self.folder)).replace("@USER@", self.user)
            )
            _write(self.folder / "systemd" / unit, text, 0o644)

    def build(self) -> None:
        """Make the environment of this release and install into it, from the bundle alone."""
        whole = self.release / "installed"
        if whole.exists():
            return
        needed = ABOUT["room"] * 2 + DATABASE_ROOM  # unpacked and compiled
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise Stopped(
                f"in {self.folder} are {free // 2**20} MB free, and {needed // 2**20} MB are needed; make room there."
            )
        say(f"Installing Payvand {ABOUT['payvand']} into {self.release}")
        shutil.rmtree(self.release, ignore_errors=True)
        venv.EnvBuilder(symlinks=True).create(
            self.release
        )  # without pip, so that Debian's python3-venv is not needed
        pip = next((HERE / "wheels").glob("pip-*.whl")) / "pip"
        wanted = HERE / "requirements-{}.{}.txt".format(*sys.version_info[:2])
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        install = ("install", *quiet, "--no-index", "--no-deps", "--no-cache-dir", "--require-hashes")
        python = str(self.release / "bin" / "python")
        _run([python, "-I", str(pip), *install, "--find-links", str(HERE / "wheels"), "-r", str(wanted)])
        _run([python, "-I", "-m", "pip", "check", *quiet])
        whole.write_text("")

    def begin(self, *, demo: bool) -> None:
        """Make tables and modules of a new site."""
        self._payvand("init", *(["--demo"] if demo else []))

    def upgrade(self) -> None:
        """Bring the site to this release; what is refused leaves the one before in place."""
        done = self._payvand("upgrade", quiet=True)
        if done.returncode and EMPTY not in done.stderr:
            sys.stderr.write(done.stderr)
            raise Stopped(f"the site stays as it was, with the version in {self.current.resolve().name}.")
        say(done.stdout.strip())

    def switch(self) -> None:
        """Let this release be the one in use, in one step; of older ones the last is kept."""
        before = self.current.resolve() if self.current.exists() else None
        draft = self.folder / ".current.new"
        draft.unlink(missing_ok=True)
        draft.symlink_to(Path("releases") / self.release.name)
        draft.replace(self.current)
        for old in (self.folder / "releases").iterdir():
            if old not in (self.release, before):
                shutil.rmtree(old)

    def stop_database(self) -> None:
        """Stop the embedded database that commands have started: the next start is by the release in use."""
        self._as_user(
            [
                str(self.release / "bin" / "python"),
                "-I",
                "-c",
                f"import os; home = os.environ['PAYVAND_HOME']; {STOP.replace('sys.argv[1]', 'home')}",
            ]
        )

    def prints(self) -> bool:
        """Tell whether the system has what PDF is drawn with."""
        probe = [str(self.release / "bin" / "python"), "-I", "-c", "import weasyprint"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0

    def _payvand(self, *words: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
        done = self._as_user([str(self.release / "bin" / "payvand"), *words], quiet=quiet)
        if done.returncode and not quiet:
            raise Stopped(
                f"payvand {' '.join(words)} was refused; mend what stands above and run this again."
            )
        return done

    def _as_user(self, command: Sequence[str], *, quiet: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command with the settings of the site, as its user."""
        owner = pwd.getpwnam(self.user)
        change: dict[str, Any] = {}
        if os.geteuid() == 0 and owner.pw_uid != 0:
            change = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.folder / "data")}
        return subprocess.run(
            ["/bin/sh", "-c", WITH_SETTINGS, str(self.settings), *command],
            env=environment,
            cwd=self.folder / "data",
            umask=0o077,
            capture_output=quiet,
            text=True,
            check=False,
            **change,
        )

    def _check_reach(self) -> None:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(self.user)
            look = ["/bin/ls", str(self.folder / "data")]
            done = subprocess.run(
                look, user=owner.pw_uid, group=owner.pw_gid, extra_groups=[], capture_output=True, check=False
            )
            if done.returncode:
                raise Stopped(
                    f"the user {self.user} cannot reach {self.folder}; choose a folder that everybody may enter, as /opt/payvand."
                )


def main(arguments: Sequence[str]) -> int:
    """Install, and bring the site of the folder to this version; return 1 with a sentence where that cannot be."""
    options = _options(arguments)
    try:
        _check_machine()
        _install(options)
    except Stopped as reason:
        sys.stderr.write(f"install: {reason}\n")
        return 1
    except OSError as fault:
        told = "there is no room left on the disk" if fault.errno == errno.ENOSPC else fault.strerror
        sys.stderr.write(f"install: {fault.filename or options.into}: {told}.\n")
        return 1
    return 0


def _install(options: argparse.Namespace) -> None:
    os.umask(0o022)
    place = Installation(options.into.expanduser().absolute(), _user(options.user))
    if set(str(place.folder)) & set(" \t\n\"'\\$`%"):
        raise Stopped(f"choose a folder without spaces and quotes: {place.folder}")
    place.prepare()
    with (place.folder / ".installing").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stopped(f"another installation into {place.folder} is under way.") from None
        if place.current.exists() and place.current.resolve() == place.release:
            say(f"This bundle is installed in {place.folder} already.")
            return
        place.build()
        if place.current.exists():
            place.upgrade()
        elif not options.without_init:
            place.begin(demo=options.demo)
        place.stop_database()
        place.switch()
    _tell(place)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    root = os.geteuid() == 0
    parser = argparse.ArgumentParser(
        prog="install.sh", description="Installs Payvand, or brings a site to this version."
    )
    default = Path("/opt/payvand") if root else Path.home() / "payvand"
    parser.add_argument(
        "--into", type=Path, default=default, metavar="FOLDER", help=f"where; {default} by default"
    )
    parser.add_argument(
        "--user", metavar="NAME", help="whom the site belongs to (root only); payvand by default"
    )
    parser.add_argument("--demo", action="store_true", help="add accounts and records to play with")
    parser.add_argument(
        "--without-init", action="store_true", help="leave the database empty, for restore or load"
    )
    return parser.parse_args(arguments)


def _user(wanted: str | None) -> str:
    """Return whose site it is; root makes the user where there is none."""
    own = pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() != 0:
        if wanted not in (None, own):
            raise Stopped(f"only root installs for another user; without --user the site is that of {own}.")
        return own
    user = wanted or "payvand"
    try:
        pwd.getpwnam(user)
    except KeyError:
        program = shutil.which("useradd", path="/usr/sbin:/usr/bin:/sbin:/bin")
        if program is None:
            raise Stopped(f"there is no user {user}; make it and run this again.") from None
        how = ("--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")
        made = subprocess.run([program, *how, user], capture_output=True, text=True, check=False)
        if made.returncode:
            raise Stopped(f"the user {user} cannot be made: {made.stderr.strip()}") from None
    return user


def _check_machine() -> None:
    if platform.machine() != ABOUT["machine"]:
        raise Stopped(f"this bundle is for {ABOUT['machine']}, and here is {platform.machine()}.")
    library, version = platform.libc_ver()
    here = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if library != "glibc" or here < tuple(ABOUT["glibc"]):
        needed = ".".join(map(str, ABOUT["glibc"]))
        raise Stopped(
            f"a Linux with glibc {needed} or newer is needed, and here is {library or 'another libc'} {version}."
        )


def _run(command: Sequence[str]) -> None:
    """Run a command that asks nobody outside: settings of pip and Python are left out."""
    environment = {"PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stdout + done.stderr).strip().splitlines()
        if any("No space left" in line for line in words):
            raise OSError(errno.ENOSPC, "No space left on device")
        raise Stopped(f"the packages cannot be installed: {' '.join(words[-3:])}")


def _write(path: Path, text: str, mode: int) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text)
    draft.chmod(mode)
    draft.replace(path)


def _tell(place: Installation) -> None:
    command = place.folder / "payvand"
    say(f"Payvand {ABOUT['payvand']} is installed in {place.folder}.")
    say(
        f'  an account:     {command} user create YOU@EXAMPLE.COM --name "YOUR NAME" --role base.administrator'
    )
    say(f"  start it:       {command} serve")
    say(
        f"  under systemd:  cp {place.folder}/systemd/payvand.service /etc/systemd/system/, then systemctl enable --now payvand"
    )
    say(f"  settings:       {place.settings}")
    for name in ABOUT["with"]:
        say(f"  in the bundle besides: {name}; `{command} module list` shows its modules")
    if not place.prints():
        say(
            "  PDF is off: it needs Pango (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0); all else works."
        )


def say(sentence: str) -> None:
    """Tell what happens."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
