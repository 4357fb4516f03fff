"""Front-end packages are pinned exactly, come from no named host, and the bundles stay within their budgets."""

from __future__ import annotations

import gzip
import json
import re

from core.web.rendering import ASSETS
from tests.web_static.sources import THEMES

CORE, CHUNK, EDITOR, STYLES, SPRITE = 25, 20, 125, 20, 12
"""Kilobytes, compressed, as the design allows them."""


def size(name: str) -> float:
    return len(gzip.compress((ASSETS / name).read_bytes(), 9)) / 1024


def test_versions_are_exact():
    packages = json.loads((THEMES / "package.json").read_text())
    versions = {**packages["dependencies"], **packages["devDependencies"]}
    assert [v for v in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


def test_the_lock_is_of_the_packages_that_are_named():
    named = json.loads((THEMES / "package.json").read_text())
    locked = json.loads((THEMES / "package-lock.json").read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert locked[kind] == named[kind]


def test_the_lock_names_no_host_and_checks_what_it_gets():
    lock = json.loads((THEMES / "package-lock.json").read_text())
    packages = [p for name, p in lock["packages"].items() if name]
    assert not any("resolved" in p for p in packages)
    assert all(p["integrity"].startswith("sha512-") for p in packages)


def test_every_file_of_the_manifest_is_there_under_a_hashed_name():
    manifest = json.loads((ASSETS / "manifest.json").read_text())
    assert {"app.js", "boot.js", "style.css", "icons.svg", "favicon.svg"} <= set(manifest)
    for name, file in manifest.items():
        assert (ASSETS / file).is_file()
        assert re.search(r"-[A-Z0-9]{8}\.\w+$", file), name


def test_what_a_script_needs_is_written_down_for_the_pages():
    app = json.loads((ASSETS / "manifest.json").read_text())["app.js"]
    needs = {name: set(files) for name, files in json.loads((ASSETS / "needs.json").read_text()).items()}
    assert needs["app"] == statically_imported(app)
    shown = {path.stem for path in (THEMES / "src").glob("ui-*.ts")} | {"ui-form", "ui-kanban", "ui-list"}
    assert {name for name in shown if not needs.get(name)} == set()
    for name in shown:
        (own,) = (f for f in needs[name] if re.match(f"c-(ui-)?{name.removeprefix('ui-')}-", f))
        assert needs[name] == {own} | statically_imported(own) - needs["app"] - {app}


def test_what_drags_comes_only_when_somebody_may_drag():
    needs = json.loads((ASSETS / "needs.json").read_text())
    heavy = {file for name in ("ui-kanban", "ui-calendar") for file in needs[name] if size(file) > 5}
    assert heavy == set()


def test_the_bundles_are_within_their_budgets():
    manifest = json.loads((ASSETS / "manifest.json").read_text())
    always = {manifest["app.js"], manifest["boot.js"], *statically_imported(manifest["app.js"])}
    assert sum(map(size, always)) <= CORE
    lazy = {f.name: size(f.name) for f in ASSETS.glob("c-*.js") if f.name not in always}
    (editor,) = (name for name in lazy if name.startswith("c-rich-editor-"))
    assert lazy.pop(editor) <= EDITOR
    assert max(lazy.values()) <= CHUNK
    assert size(manifest["style.css"]) <= STYLES
    assert size(manifest["icons.svg"]) <= SPRITE


def statically_imported(name: str) -> set[str]:
    """Return the chunks that load with a script without being asked for."""
    text = (ASSETS / name).read_text()
    found = set(re.findall(r"""(?:from|import)\s*["']\./([\w.-]+)["']""", text))
    return found.union(*map(statically_imported, found)) if found else found


def test_nothing_in_the_bundle_evaluates_what_came_as_text():
    manifest = json.loads((ASSETS / "manifest.json").read_text())
    assert "new Function" not in (ASSETS / manifest["boot.js"]).read_text()
    for file in ASSETS.glob("c-ui-*.js"):
        assert "Function(" not in file.read_text()
