"""A module's folder: read by fixed names, nothing imported, strangers told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.declaration.module_reader import read_manifest, read_module
from core.errors import MetadataInvalid

MANIFEST = """module: zoo
version: 1.2.0
label: Zoo
summary: Animals.
requires: {core: ">=0.1,<1", base: ">=0.1", python: [leaflet]}
provides: [animals]
tier: gold
icon: paw
"""


@pytest.fixture
def zoo(tmp_path):
    files = {
        "manifest.yaml": MANIFEST,
        "menus.yaml": "menus: {animals: {label: Animals, entity: zoo.animal}}\n",
        "access.yaml": "roles: {keeper: {grants: [{entity: zoo.animal, actions: [read]}]}}\n",
        "entities/animal.yaml": "entity: zoo.animal\nfields: {name: {type: text}}\n",
        "entities/user.yaml": "extends: base.user\nfields: {whip: {type: boolean}}\n",
        "views/animal_list.yaml": "view: zoo.animal.list\ncolumns: [name]\n",
        "data/animals.yaml": "anything: goes\n",
        "hooks.py": "raise RuntimeError('imported')\n",
        "__init__.py": "raise RuntimeError('imported')\n",
        "quality.yaml": "a: b\n",
    }
    for name, content in files.items():
        path = tmp_path / "zoo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "zoo"


def told(zoo):
    with pytest.raises(MetadataInvalid) as caught:
        read_module(zoo)
    return [(p.code, str(p.place)) for p in caught.value.problems]


def test_manifest_is_read_without_importing_anything(zoo):
    manifest = read_manifest(zoo)
    assert (
        manifest.name,
        manifest.version,
        manifest.label,
        manifest.summary,
        manifest.tier,
        manifest.icon,
    ) == ("zoo", "1.2.0", "Zoo", "Animals.", "gold", "paw")
    assert (manifest.core, dict(manifest.requires), manifest.always) == (">=0.1,<1", {"base": ">=0.1"}, False)
    assert (manifest.package, manifest.path) == ("modules.zoo", str(zoo))
    assert read_manifest(zoo, "payvand_zoo").package == "payvand_zoo"
    assert not [name for name in sys.modules if name.endswith("zoo")]


def test_documents_are_found_by_fixed_names(zoo):
    source = read_module(zoo)
    assert [(d.kind, d.name, str(d.place)) for d in source.documents] == [
        ("menu", "zoo.animals", "zoo/menus.yaml:1"),
        ("role", "zoo.keeper", "zoo/access.yaml:1"),
        ("entity", "zoo.animal", "zoo/entities/animal.yaml:1"),
        ("extend", "base.user", "zoo/entities/user.yaml:1"),
        ("view", "zoo.animal.list", "zoo/views/animal_list.yaml:1"),
    ]
    assert {d.owner for d in source.documents} == {"zoo"}
    assert (source.manifest.python, source.provides) == (("leaflet",), ("animals",))


def test_problems_of_all_files_are_told_at_once(zoo):
    (zoo / "entities/animal.yaml").write_text("entity: zoo.animal\nlable: X\n")
    (zoo / "views/animal_list.yaml").write_text("view: zoo.animal.list\n\tcolumns: []\n")
    assert told(zoo) == [
        ("unknown_key", "zoo/entities/animal.yaml:2"),
        ("tab", "zoo/views/animal_list.yaml:2"),
    ]


@pytest.mark.parametrize(
    ("name", "told_at"),
    [
        ("menu.yaml", "zoo/menu.yaml"),
        ("entities/x.yml", "zoo/entities/x.yml"),
        ("views/sub/x.yaml", "zoo/views/sub/x.yaml"),
        ("entity/x.yaml", "zoo/entity"),
        ("manifest.yml", "zoo/manifest.yml"),
    ],
)
def test_files_that_nobody_would_read_are_told(zoo, name, told_at):
    (zoo / name).parent.mkdir(exist_ok=True)
    (zoo / name).write_text("entity: zoo.x\n")
    assert told(zoo) == [("unknown_file", told_at)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("entities/x.yaml", "view: zoo.animal.form\nsections: {}\n"),
        ("views/x.yaml", "entity: zoo.x\n"),
        ("views/x.yaml", "extends: base.user\nlabel: X\n"),
        ("entities/x.yaml", "module: zoo\nversion: 1.0.0\nlabel: Z\n"),
    ],
)
def test_documents_in_the_wrong_folder_are_told(zoo, name, content):
    (zoo / name).write_text(content)
    assert told(zoo) == [("misplaced", f"zoo/{name}:1")]


@pytest.mark.parametrize("content", ["entity: zoo.x\n", "menus: {a: {label: A}, b: {label: B}}\n"])
def test_manifest_must_be_a_manifest(zoo, content):
    (zoo / "manifest.yaml").write_text(content)
    with pytest.raises(MetadataInvalid):
        read_module(zoo)


def test_missing_manifest_is_told(tmp_path):
    with pytest.raises(MetadataInvalid, match=r"manifest\.yaml: The file cannot be read"):
        read_module(tmp_path)


@pytest.mark.modules
def test_every_module_of_this_repository_reads():
    folders = sorted(p.parent for p in (Path(__file__).parents[2] / "modules").glob("*/manifest.yaml"))
    assert folders
    for folder in folders:
        assert read_module(folder).manifest.name == folder.name
