"""Keep the files of a site in a store that speaks S3, over the network and through its faults; bring them out and in again.

Usage: store_proof.py [files=200]; runs on PAYVAND_TEST_PG, else on an embedded PostgreSQL. It needs two packages that
Payvand does not: ``pip install s3fs 'moto[server]'``. The figures are those of ``docs/reference/files.md``.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from store_road import Road

from core.app.backup import back_up
from core.app.doctor import examine
from core.app.dump import export, load
from core.app.initialize import initialize
from core.app.opening import open_site
from core.app.restore import restore
from core.config import Settings
from core.errors import PayvandError, Unavailable
from core.files import Files, Thumbnails, assign_files, blobs_of
from core.files.stores import store_at
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.log import set_up
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres, close_run, open_run

KIT = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "modules"
SPOKEN, SYSTEM = "s3", system_actor("a proof")
BUCKET = f"{SPOKEN}://payvand-proof/files"
LIMIT = 64 * 2**20
FAULTS = ("refused", "silent", "403", "500", "torn", "drip")
LONGEST = 75.0
"""Seconds that a request may wait for a store that does not work."""


def main() -> int:
    """Run all of it; whatever is lost, half or not told stops with an error."""
    set_up("critical")
    sys.path.append(str(KIT))
    many, run = int(sys.argv[1]) if len(sys.argv) > 1 else 200, open_run()
    home = Path(tempfile.mkdtemp(prefix="payvand-store-"))
    try:
        with _store() as road:
            _prove(TestPostgres.of_run(run), home, road, many)
    finally:
        close_run(run)
        shutil.rmtree(home)
    return 0


def _prove(pg: TestPostgres, home: Path, road: Road, many: int) -> None:
    settings = Settings(home=home / "site", database_url=pg.empty(), log_level="error", files=BUCKET)
    with open_site(settings, folders=[KIT]) as site:
        initialize(site, ["kit"], demo=True, say=len)
        digests = _fill(site, many)
        _read(site, digests)
        _sweep(site)
        _faults(site, road)
        _look(site, road)
    _move(pg, settings, home)


def _fill(site: Site, many: int) -> dict[str, bytes]:
    """Upload contents of all sizes, a picture, and one of them twice."""
    chance = random.Random(0)  # noqa: S311  # contents that are the same each time
    contents = [b"", b"x", *(chance.randbytes(chance.randrange(1, 200_000)) for _ in range(many - 4))]
    contents += [chance.randbytes(30 * 2**20), _picture()]
    begun = time.monotonic()
    for content in [*contents, contents[5]]:
        _upload(site, content)
    took = time.monotonic() - begun
    size = sum(map(len, contents)) / 2**20
    kept = len(_keys(site))
    _expect(kept == len(contents), f"{kept} objects of {len(contents)} contents")
    print(
        f"{len(contents) + 1} uploads, {size:.0f} MB, one content twice: {kept} objects, {took:.1f} s",
        flush=True,
    )
    return {_digest(content): content for content in contents}


def _read(site: Site, digests: dict[str, bytes]) -> None:
    blobs, begun = site.get(Files).blobs, time.monotonic()
    for sha256, content in digests.items():
        with blobs.open(sha256) as opened:
            _expect(opened.read() == content, f"{sha256} is another content")
    took = time.monotonic() - begun
    with site.get(Database).reading() as reader:
        number = reader.value("SELECT max(id) FROM core_file WHERE mime = 'image/png'")
        file = site.get(Files).find(number, reader)
    drawn = [site.get(Thumbnails).get(file, "small") for _ in range(2)]
    _expect(drawn[0] == drawn[1] and drawn[0][:4] == b"RIFF", "no thumbnail")
    print(
        f"{len(digests)} downloads, equal to the byte: {took:.1f} s; a thumbnail drawn, kept and read",
        flush=True,
    )


def _sweep(site: Site) -> None:
    """Remove a content that nobody refers to, and nothing else."""
    blobs = site.get(Files).blobs
    lost = blobs.write(BytesIO(b"nobody wants this"), LIMIT).sha256
    before = len(_keys(site))
    with site.get(Database).reading() as reader:
        _expect(site.get(Files).clean(reader) == 0, "what is young was removed")
        wanted = {str(row[0]) for row in reader.rows("SELECT sha256 FROM core_file")}
    _expect(blobs.sweep(-5, wanted.__contains__) == 1, "not one content was removed")
    _expect(len(_keys(site)) == before - 1, "more was removed")
    _expect(blobs.missing([lost]) == (lost,), "it is still there")
    print("what nobody refers to is removed, and only that", flush=True)


def _faults(site: Site, road: Road) -> None:
    blobs = site.get(Files).blobs
    kept = _keys(site)
    whole = _digest(b"x")
    for number, fault in enumerate(FAULTS):
        content = random.Random(number + 1).randbytes(3 * 2**20)  # noqa: S311  # contents that are the same each time
        road.fault(fault)
        told = [
            _timed(partial(_upload, site, content)),
            _timed(lambda: blobs.open(whole).read()),
        ]
        road.fault("")
        drafts = list((site.settings.home / "files" / "drafts").iterdir())
        _expect(not drafts, f"{fault}: a draft is left")
        for key in _keys(site) - kept:  # it came after all, and nobody refers to it
            with blobs.open(key.replace("/", "")) as opened:
                _expect(_digest(opened.read()) == key.replace("/", ""), f"{fault}: {key} is half")
        words = ", ".join(f"{code} after {seconds:.1f} s" for code, seconds in told)
        print(f"store {fault}: upload and download {words}; nothing half", flush=True)


def _look(site: Site, road: Road) -> None:
    found = [problem.code for problem in examine(site)]
    _expect("content_missing" not in found and "store_away" not in found, f"doctor: {found}")
    with road.with_fault("500"):
        code, seconds = _timed(lambda: _raise_first(site), LONGEST)
        _expect(code == "store_away", f"doctor: {code}")
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "away.zip"
            refused, _ = _timed(lambda: back_up(site.settings, target, verify=False, say=len), LONGEST)
            _expect(refused == "store_away" and not target.exists(), f"backup: {refused}")
    print(f"doctor and backup of a store that is away: {code}, {seconds:.1f} s, and no archive", flush=True)


def _raise_first(site: Site) -> None:
    for problem in examine(site):
        if problem.code == "store_away":
            raise Unavailable("away", code="store_away")


def _move(pg: TestPostgres, settings: Settings, home: Path) -> None:
    """From the store into a folder and back, by backup and by dump: the same contents each time."""
    first, begun = _contents(settings), time.monotonic()
    back_up(settings, home / "one.zip", verify=True, say=len)
    folder = replace(settings, home=home / "folder", database_url=pg.empty(), files="")
    restore(folder, home / "one.zip", replace=False, folders=[KIT], say=len)
    _expect(_contents(folder) == first, "the backup in a folder differs")
    back_up(folder, home / "two.zip", verify=True, say=len)
    store = replace(settings, home=home / "back", database_url=pg.empty(), files=f"{BUCKET}-back")
    restore(store, home / "two.zip", replace=False, folders=[KIT], say=len)
    _expect(_contents(store) == first, "the backup in the store differs")
    print(
        f"store → backup → folder → backup → store: {len(first)} contents equal, {time.monotonic() - begun:.1f} s"
    )
    begun = time.monotonic()
    export(settings, home / "dump", passwords=True, folders=[KIT], say=len)
    loaded = replace(settings, home=home / "loaded", database_url=pg.empty(), files=f"{BUCKET}-loaded")
    load(loaded, home / "dump", folders=[KIT], say=len)
    _expect(_contents(loaded) == first, "the dump in a store differs")
    print(f"store → export --all → store: {len(first)} contents equal, {time.monotonic() - begun:.1f} s")


def _contents(settings: Settings) -> dict[str, int]:
    """Return all contents by their digest, each read whole and compared with it."""
    blobs, found = blobs_of(settings), {}
    with open_site(settings, folders=[KIT]) as site, site.get(Database).reading() as reader:
        digests = [str(row[0]) for row in reader.rows("SELECT DISTINCT sha256 FROM core_file")]
    for sha256 in digests:
        with blobs.open(sha256) as opened:
            content = opened.read()
        _expect(_digest(content) == sha256, f"{sha256} is another content")
        found[sha256] = len(content)
    return found


def _timed(act: Callable[[], object], longest: float = LONGEST) -> tuple[str, float]:
    """Return with which code something is refused, and after how long."""
    begun, code = time.monotonic(), "done"
    try:
        act()
    except PayvandError as refused:
        code = refused.reason
    seconds = time.monotonic() - begun
    _expect(code != "done" and seconds < longest, f"{code} after {seconds:.1f} s")
    return code, seconds


def _upload(site: Site, content: bytes) -> int:
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
        number = site.get(Files).store(BytesIO(content), "content", SYSTEM, uow, limit=LIMIT)
        assign_files(uow, [number], "kit.thing", 1)  # what no record refers to is in no dump
        return number


def _picture() -> bytes:
    into = BytesIO()
    Image.effect_noise((640, 480), 60).save(into, "PNG")
    return into.getvalue()


def _keys(site: Site) -> set[str]:
    return set(store_at(site.settings.files, site.settings.home).listed())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"WRONG: {otherwise}")


@contextmanager
def _store() -> Iterator[Road]:
    """Start a server that speaks S3, and lend the road to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with ExitStack() as stack:
        server = stack.enter_context(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        stack.callback(server.kill)
        road = stack.enter_context(Road(port))
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
        os.environ.update(dict.fromkeys(names, "us-east-1"), AWS_ENDPOINT_URL=road.address)
        _make_bucket(f"http://127.0.0.1:{port}/payvand-proof")
        yield road


def _make_bucket(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=5).close()  # noqa: S310  # our own server
        except OSError:
            time.sleep(0.1)  # it is being started
        else:
            return
    raise SystemExit("The server does not start: pip install s3fs 'moto[server]'")


if __name__ == "__main__":
    sys.exit(main())
