"""A bundle holds what the target needs and nothing else, is the same each time, and what is refused leaves nothing."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import subprocess
import tarfile
import zipfile

import pytest

from core import __version__
from core.app.bundle import make_bundle
from core.app.bundling import collecting, own_wheel
from core.app.bundling.collecting import Source
from core.app.bundling.wheels import Wheel, needed
from core.errors import BadRequest, Conflict, Unavailable
from tests.app.bundles import HERE, bundle, unpack, wheel, wheels


def names(need):
    return [wheel.name for wheel in need.wheels]


def read(archive, name):
    with tarfile.open(archive) as packed:
        return packed.extractfile(f"payvand-{__version__}/{name}").read()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="module")
def made(folder):
    return bundle(folder.parent / f"{folder.name}.tar.gz", folder)


def test_it_holds_what_is_required_and_nothing_else(made):
    pinned = [
        line.partition("==")[0] for line in read(made, f"requirements-{HERE}.txt").decode().splitlines()
    ]
    assert pinned == ["needle", "payvand", "pip", "thread", "wax"]
    with tarfile.open(made) as packed:
        inside = [name.rpartition("/")[2] for name in packed.getnames() if name.endswith(".whl")]
    assert [name.partition("-")[0] for name in inside] == pinned
    about = json.loads(read(made, "bundle.json"))
    assert (about["payvand"], about["pythons"], about["with"]) == (__version__, [HERE], [])


def test_every_file_is_summed_and_every_package_has_its_licence(made, tmp_path):
    top = unpack(made, tmp_path)
    lines = (top / "SHA256SUMS").read_text().splitlines()
    sums = {name: told for told, _, name in (line.partition("  ") for line in lines)}
    inside = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert sums == {name: hashlib.sha256((top / name).read_bytes()).hexdigest() for name in inside}
    assert "| needle | 1.2 | MIT |" in (top / "LICENSES.md").read_text()
    assert (top / "install.sh").stat().st_mode & 0o111


def test_the_same_wheels_make_the_same_bundle(made, folder, tmp_path):
    again = bundle(tmp_path / "again.tar.gz", folder)
    assert again.read_bytes() == made.read_bytes()


def test_a_module_of_somebody_else_comes_with_what_it_needs(folder, tmp_path):
    extra = wheel(tmp_path / "extra", "shop", "2.0", requires=["unasked"])
    made = bundle(tmp_path / "made.tar.gz", folder, str(extra))
    pinned = read(made, f"requirements-{HERE}.txt").decode()
    assert "shop==2.0" in pinned
    assert "unasked==1.0" in pinned
    assert json.loads(read(made, "bundle.json"))["with"] == ["shop"]


def test_conditions_are_read_for_the_target(tmp_path):
    wheel(
        tmp_path,
        "root",
        "1",
        requires=['new; python_version >= "3.13"', 'arm; platform_machine == "aarch64"'],
    )
    wheel(tmp_path, "new", "1")
    here = [Wheel.read(path) for path in tmp_path.glob("*.whl")]
    assert names(needed(here, ["root"], "3.11", "x86_64")) == ["root"]
    assert names(needed(here, ["root"], "3.13", "x86_64")) == ["new", "root"]
    assert [need.name for need in needed(here, ["root"], "3.11", "aarch64").missing] == ["arm"]


def test_a_wheel_of_another_release_than_is_asked_for_counts_as_missing(tmp_path):
    wheel(tmp_path, "root", "1", requires=["needle>=2"])
    wheel(tmp_path, "needle", "1.2")
    found = needed([Wheel.read(path) for path in tmp_path.glob("*.whl")], ["root"], "3.11", "x86_64")
    assert [str(need) for need in found.missing] == ["needle>=2"]


def test_a_wheel_tells_the_oldest_glibc_that_it_runs_with(tmp_path):
    tag = "cp311-cp311-manylinux2014_x86_64.manylinux_2_28_x86_64"
    assert Wheel.read(wheel(tmp_path, "fast", "1", tag=tag)).glibc == (2, 17)
    assert Wheel.read(wheel(tmp_path, "plain", "1")).glibc == (0, 0)


def refused(error, tmp_path, **options):
    """Ask for a bundle that is refused; nothing may be left of it."""
    target = tmp_path / "refused" / "bundle.tar.gz"
    target.parent.mkdir()
    asked = {"pythons": (), "wheels": None, "extra": (), "say": len, **options}
    with pytest.raises(error) as raised:
        make_bundle(target, **asked)
    assert list(target.parent.iterdir()) == []
    return raised.value


@pytest.mark.parametrize("python", ["3", "2.7", "3.10", "three"])
def test_a_python_that_payvand_does_not_run_on_is_refused(tmp_path, python):
    assert python in refused(BadRequest, tmp_path, pythons=[python]).text()


def test_a_folder_without_wheels_and_a_file_that_is_none_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(BadRequest, tmp_path, wheels=tmp_path / "empty").reason == "no_wheels"
    broken = tmp_path / "broken-1.0-py3-none-any.whl"
    broken.write_text("nothing")
    (tmp_path / "refused").rmdir()
    assert refused(BadRequest, tmp_path, extra=[str(broken)]).reason == "not_a_wheel"


def test_what_is_missing_in_the_folder_is_named(tmp_path):
    found = wheels(tmp_path / "wheels")
    (found / "wax-0.1-py3-none-any.whl").unlink()
    answer = refused(Unavailable, tmp_path, wheels=found)
    assert answer.reason == "wheels_missing"
    assert "wax" in answer.text()


def test_a_file_that_is_there_is_never_written_over(folder, tmp_path):
    target = tmp_path / "mine.tar.gz"
    target.write_text("mine")
    with pytest.raises(Conflict):
        bundle(target, folder)
    assert target.read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            "WARNING: Retrying ... NewConnectionError('...')\nERROR: No matching distribution found for x",
            "no_network",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk_full"),
        ("ERROR: No matching distribution found for needle", "not_collected"),
    ],
)
def test_what_pip_refuses_is_told_in_a_sentence(monkeypatch, tmp_path, words, reason):
    def fails(command, **_options):
        return subprocess.CompletedProcess(command, 1, "", words)

    own = wheel(tmp_path, "payvand", __version__)
    monkeypatch.setattr("core.app.bundle.own_wheel", lambda source: own)
    monkeypatch.setattr(collecting.subprocess, "run", fails)
    answer = refused(Unavailable, tmp_path)
    assert answer.reason == reason
    assert "\n" not in answer.text()


def test_a_full_disk_leaves_no_half_archive(monkeypatch, folder, tmp_path):
    def full(*_words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.app.bundling.packing._add", full)
    assert refused(Unavailable, tmp_path, wheels=folder).reason == "disk_full"


def test_without_a_built_front_end_there_is_no_bundle(tmp_path):
    with pytest.raises(Unavailable) as raised:
        own_wheel.own_wheel(Source(folder=None, staging=tmp_path), root=tmp_path)
    assert raised.value.reason == "not_built"


@pytest.fixture
def installed(tmp_path):
    """A distribution as an installer leaves it: with compiled files and programs that were not in its wheel."""
    files = {"core/__init__.py": "a = 1\n", "core/web/page.html": "<p>"}
    packed = wheel(tmp_path, "payvand", "9.9", files=files, script="payvand = core:main")
    place = tmp_path / "site-packages"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(place)
    about = place / "payvand-9.9.dist-info"
    (about / "INSTALLER").write_text("pip\n")
    with (about / "RECORD").open("a") as record:
        record.write(
            "../bin/payvand,,\ncore/__pycache__/__init__.cpython-311.pyc,,\npayvand-9.9.dist-info/INSTALLER,,\n"
        )
    return importlib.metadata.PathDistribution(about)


def test_what_is_installed_becomes_the_wheel_again(installed, tmp_path):
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(own_wheel.packed_again(installed, tmp_path / name))
    assert made[0].read_bytes() == made[1].read_bytes()
    assert Wheel.read(made[0]).version == "9.9"
    with zipfile.ZipFile(made[0]) as archive:
        about = "payvand-9.9.dist-info"
        assert archive.namelist() == [
            "core/__init__.py",
            "core/web/page.html",
            *(f"{about}/{name}" for name in ("METADATA", "WHEEL", "entry_points.txt", "RECORD")),
        ]
        assert archive.read("core/__init__.py") == b"a = 1\n"


def test_an_installation_with_a_missing_file_is_told(installed, tmp_path):
    installed.locate_file("core/web/page.html").unlink()
    with pytest.raises(Unavailable) as raised:
        own_wheel.packed_again(installed, tmp_path)
    assert "core/web/page.html" in raised.value.text()
