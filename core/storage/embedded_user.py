"""As whom the embedded PostgreSQL runs, and where its files may lie so that this user reaches them.

PostgreSQL refuses to run as root. Where we are root (containers, fresh servers) it runs as an unprivileged user
of the system; its files must then lie where that user can go, which folders below ``/root`` are not.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.errors import Unavailable

SERVICE_USERS = ("payvand", "postgres", "nobody")
SYSTEM_DATA = Path("/var/lib/payvand")


@dataclass(frozen=True, kw_only=True, slots=True)
class Runner:
    """Runs programs of PostgreSQL as ``uid``; ``other`` tells that this is not who we are."""

    uid: int
    gid: int
    other: bool = False

    @classmethod
    def for_this_process(cls, existing: Path | None = None) -> Runner:
        """Return ourselves, or an unprivileged user where we are root: the one who owns the data in ``existing``."""
        if os.geteuid() != 0:
            return cls(uid=os.geteuid(), gid=os.getegid())
        if existing is not None and existing.exists() and existing.stat().st_uid != 0:
            return cls(uid=existing.stat().st_uid, gid=existing.stat().st_gid, other=True)
        for name in SERVICE_USERS:
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            if found.pw_uid != 0:
                return cls(uid=found.pw_uid, gid=found.pw_gid, other=True)
        raise Unavailable(
            "PostgreSQL does not run as root, and there is none of the users {users} to run it as.",
            code="no_service_user",
            users=SERVICE_USERS,
        )

    def run(self, program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return what it said."""
        # Output goes to a file: a pipe would stay open as long as the server that inherits it.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run(
                [str(part) for part in (program, *arguments)],
                cwd="/",
                env=self._environment(),
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                user=self.uid if self.other else None,
                group=self.gid if self.other else None,
                extra_groups=() if self.other else None,
            )
            out.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stderr=out.read())

    def own(self, folder: Path) -> None:
        """Make a folder that only this user may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
            raise Unavailable(
                "{folder} belongs to somebody else; PostgreSQL will not use it.",
                code="folder_not_ours",
                folder=str(folder),
            )
        folder.chmod(0o700)
        if self.other:
            os.chown(folder, self.uid, self.gid)

    def write(self, path: Path, text: str) -> None:
        """Write a file that only this user (and root) may read."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        if self.other:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Tell whether this user may walk every folder down to ``path`` and enter it (or run it)."""
        return not self.other or all(self._may_enter(step) for step in (path, *path.parents))

    def _may_enter(self, path: Path) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return kept | {"LC_ALL": "C", "HOME": "/"}  # nothing of our environment, which may hold secrets


def place_for(home: Path, runner: Runner, outside: Path | None = None) -> Path:
    """Return the folder of the database, making it: ``home/postgres``, or outside of ``home`` behind a link.

    Where ``runner`` cannot walk down to ``home``, opening its parents to the world would be worse than
    keeping the data elsewhere; the link keeps ``home`` the one place to look.
    """
    home.mkdir(parents=True, exist_ok=True)
    link = home / "postgres"
    if link.is_symlink() and not link.exists():
        link.unlink()  # its target is gone; start afresh
    if not link.exists():
        if runner.reaches(home.resolve()):
            link.mkdir(exist_ok=True)
        else:
            base = outside or SYSTEM_DATA
            base.mkdir(mode=0o711, parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=base))
            (folder / "home").write_text(f"{home}\n")
            link.symlink_to(folder)
    folder = link.resolve()
    runner.own(folder)
    return folder


def short_folder(folder: Path) -> Path:
    """Return a folder with a short name for the socket of ``folder``, private to this user."""
    name = "payvand-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    base = (
        Path(runtime)
        if runtime and os.access(runtime, os.W_OK) and os.geteuid() != 0
        else Path(tempfile.gettempdir())
    )
    return base / name
