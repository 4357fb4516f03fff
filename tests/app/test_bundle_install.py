"""install.sh of a bundle, run as an operator runs it: it installs, upgrades in place, and refuses in a sentence."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess

import pytest

from tests.app.bundles import HERE, bundle, sum_anew, unpack, wheels

TOOLS = ("sh", "dirname", "sha256sum", "sed", "tr", "ls")


def run(top, into, *words, code=0, **environment):
    command = ["/bin/sh", str(top / "install.sh"), "--into", str(into), "--user", getpass.getuser(), *words]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    place = tmp_path_factory.mktemp("archives")
    return [bundle(place / f"{says}.tar.gz", wheels(place / says, says)) for says in ("first", "second")]


@pytest.fixture
def bundles(archives, tmp_path):
    return [unpack(archive, tmp_path / archive.name) for archive in archives]


@pytest.fixture
def first(bundles):
    return bundles[0]


def asked(folder):
    return (folder / "data" / "asked").read_text().splitlines()


def test_it_installs_and_a_newer_bundle_upgrades_in_place(bundles, tmp_path):
    first, second = bundles
    folder = tmp_path / "site"
    said = run(first, folder, "--demo")
    assert f"{folder}/payvand serve" in said
    assert asked(folder) == ["first init --demo"]
    assert (folder / "data" / "stopped").exists(), "the database runs on under the installer"
    command = subprocess.run([folder / "payvand", "doctor"], capture_output=True, text=True, check=True)
    assert command.stdout == "first did doctor\n"
    settings = folder / "payvand.env"
    settings.write_text(settings.read_text() + 'PAYVAND_SIGN_IN_HELP="ask the office"\n')
    assert str(folder) in (folder / "systemd" / "payvand.service").read_text()

    assert "already" in run(first, folder)
    assert asked(folder)[2:] == [], "the same bundle again did something"

    (folder / "data" / "refusal").write_text("The site is being served.\n")
    refused = run(second, folder, code=1)
    assert "The site is being served." in refused
    assert (
        subprocess.run([folder / "payvand"], capture_output=True, text=True, check=True).stdout
        == "first did\n"
    )

    (folder / "data" / "refusal").unlink()
    assert "second did upgrade" in run(second, folder)
    assert asked(folder)[-1] == "second upgrade"
    assert (
        subprocess.run([folder / "payvand"], capture_output=True, text=True, check=True).stdout
        == "second did\n"
    )
    assert "ask the office" in settings.read_text()
    assert len(list((folder / "releases").iterdir())) == 2, "the one before is kept"


def test_an_empty_database_is_left_for_a_restore_and_can_be_upgraded(bundles, tmp_path):
    folder = tmp_path / "site"
    run(bundles[0], folder, "--without-init")
    assert not (folder / "data" / "asked").exists()
    (folder / "data" / "refusal").write_text("The database is empty; run: payvand init\n")
    run(bundles[1], folder)
    assert (folder / "current").resolve() in (folder / "releases").iterdir()
    assert asked(folder) == ["second upgrade"]


@pytest.mark.parametrize("name", ["wheels/needle-1.2-py3-none-any.whl", "install.py", "bundle.json"])
def test_a_changed_or_missing_file_is_refused_before_anything_is_done(first, tmp_path, name):
    path = first / name
    path.write_bytes(path.read_bytes() + b" ")
    assert name in run(first, tmp_path / "site", code=1)
    path.unlink()
    assert name in run(first, tmp_path / "site", code=1)
    assert not (tmp_path / "site").exists()


def test_sums_that_are_missing_are_refused(first, tmp_path):
    (first / "SHA256SUMS").unlink()
    assert "SHA256SUMS is missing" in run(first, tmp_path / "site", code=1)


def test_without_python_it_says_what_to_install(first, tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    for tool in TOOLS:
        (bare / tool).symlink_to(shutil.which(tool))
    said = run(first, tmp_path / "site", code=1, PATH=str(bare), PYTHON="")
    assert (
        said
        == f"install: Python is missing; this bundle is for Python {HERE} (Debian: apt install python3).\n"
    )


def test_a_python_that_the_bundle_is_not_for_is_told(first, tmp_path):
    (first / f"requirements-{HERE}.txt").rename(first / "requirements-3.99.txt")
    sum_anew(first)
    said = run(first, tmp_path / "site", code=1)
    assert f"here is Python {HERE}" in said
    assert "this bundle is for Python 3.99" in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"machine": "', '"machine": "not-', "this bundle is for not-"),
        ('"room": ', '"room": 9000000000', "make room there"),
        ('"glibc": [\n    0', '"glibc": [\n    99', "glibc 99"),
    ],
)
def test_a_machine_that_it_does_not_fit_is_told(first, tmp_path, old, new, told):
    about = first / "bundle.json"
    assert old in about.read_text()
    about.write_text(about.read_text().replace(old, new))
    sum_anew(first)
    assert told in run(first, tmp_path / "site", code=1)
    assert not (tmp_path / "site" / "current").exists()


def test_a_folder_that_shells_would_take_apart_is_refused(first, tmp_path):
    assert "without spaces" in run(first, tmp_path / "my site", code=1)
