"""A module's documents, found by fixed names; nothing of the module is imported to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.declaration.reading import read_yaml
from core.errors import MetadataInvalid, Place, Problem
from core.metadata.documents import DASHBOARD_TARGET, WORKFLOW_TARGET, Document
from core.metadata.findings import sorted_problems
from core.metadata.layers import mapping, text
from core.metadata.names import humanized, nearest
from core.metadata.specs import Json, Label, ModuleSpec

MANIFEST = "manifest.yaml"
FILES = ("menus.yaml", "access.yaml")
FOLDERS = ("entities", "views", "workflows", "dashboards")
OTHER_FILES = frozenset({"quality.yaml"})
"""Files beside the documents that belong to other tools."""

OTHER_REQUIREMENTS = frozenset({"core", "python"})
"""Keys of ``requires`` that are no modules."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleSource:
    """What a module's folder says: its manifest and its documents."""

    manifest: ModuleSpec
    documents: tuple[Document, ...]
    path: Path
    provides: tuple[str, ...] = ()


def read_manifest(path: Path, package: str = "") -> ModuleSpec:
    """Return the manifest of the module in this folder, or raise `MetadataInvalid`."""
    return _manifest(_manifest_document(path), path, package)


def read_module(path: Path, package: str = "") -> ModuleSource:
    """Return manifest and documents of the module in this folder, or raise `MetadataInvalid` with every problem.

    ``package`` is its import name, by default ``modules.<name>``. Places name files from the module's folder on.
    """
    written = _manifest_document(path)
    manifest = _manifest(written, path, package)
    documents: list[Document] = []
    problems: list[Problem] = list(_strangers(path))
    for file in _files(path):
        try:
            documents.extend(read_yaml(file, _shown(path, file), owner=manifest.name))
        except MetadataInvalid as error:
            problems.extend(error.problems)
    problems.extend(_misplaced(documents))
    if problems:
        raise MetadataInvalid(problems=sorted_problems(problems))
    return ModuleSource(
        manifest=manifest,
        documents=tuple(documents),
        path=path,
        provides=_names(written.body.get("provides")),
    )


def _manifest_document(path: Path) -> Document:
    file = path / MANIFEST
    (document, *others) = read_yaml(file, _shown(path, file), owner=path.name)
    if document.kind != "module" or others:
        raise MetadataInvalid(
            problems=[
                Problem(
                    code="unknown_kind",
                    message="A manifest begins with module: <name>.",
                    place=document.place,
                )
            ]
        )
    return document


def _manifest(document: Document, path: Path, package: str) -> ModuleSpec:
    body = document.body
    requires = mapping(body.get("requires"))
    return ModuleSpec(
        name=document.name,
        version=text(body.get("version")),
        label=_label(body.get("label"), document.name),
        summary=_label(body.get("summary"), ""),
        core=text(requires.get("core")),
        requires={
            name: text(versions) for name, versions in requires.items() if name not in OTHER_REQUIREMENTS
        },
        python=_names(requires.get("python")),
        tier=text(body.get("tier"), "bronze"),
        always=body.get("always") is True,
        path=str(path),
        package=package or f"modules.{document.name}",
        icon=text(body.get("icon"), "puzzle"),
    )


def _files(path: Path) -> Iterator[Path]:
    for name in FILES:
        if (path / name).is_file():
            yield path / name
    for folder in FOLDERS:
        yield from sorted((path / folder).glob("*.yaml"))


def _strangers(path: Path) -> Iterator[Problem]:
    """Yield a problem for each file that looks like a document and would never be read."""
    known = (MANIFEST, *FILES, *OTHER_FILES)
    for file in sorted(path.glob("*.y*ml")):
        if file.name not in known:
            yield _stranger(path, file, known)
    for folder in FOLDERS:
        for file in sorted(
            p for p in (path / folder).rglob("*.y*ml") if p.suffix != ".yaml" or p.parent.name != folder
        ):
            yield _stranger(path, file, (f"{folder}/{file.stem}.yaml",))
    folders = [child.name for child in path.iterdir() if child.is_dir() and next(child.glob("*.yaml"), None)]
    for folder in sorted(folders):
        near = nearest(folder, FOLDERS)
        if folder not in FOLDERS and near:
            yield _stranger(path, path / folder, near)


def _stranger(path: Path, file: Path, known: tuple[str, ...]) -> Problem:
    return Problem(
        code="unknown_file",
        message="{name} is read by nobody. Perhaps: {known}.",
        params={"name": file.name, "known": known},
        place=Place(file=_shown(path, file)),
    )


def _misplaced(documents: list[Document]) -> Iterator[Problem]:
    """Yield a problem for each document in a folder of another kind, and for manifests that are not the manifest."""
    for document in documents:
        folder = document.place.file.split("/")[-2]
        if document.kind == "module" or (folder in FOLDERS and folder != _folder(document)):
            yield Problem(
                code="misplaced",
                message="{name} does not belong into this file.",
                params={"name": document.name},
                place=document.place,
            )


def _folder(document: Document) -> str:
    """Return the folder in which a document has its place."""
    board = document.kind == "extend" and document.name.startswith(DASHBOARD_TARGET)
    if board or document.kind == "dashboard":
        return "dashboards"
    workflow = document.kind == "extend" and document.name.startswith(WORKFLOW_TARGET)
    if workflow or document.kind == "workflow":
        return "workflows"
    view = document.kind == "view" or (document.kind == "extend" and document.name.count(".") > 1)
    return "views" if view else "entities"


def _shown(path: Path, file: Path) -> str:
    """Return how people know a file: from the module's folder on, without the machine's."""
    return f"{path.name}/{file.relative_to(path).as_posix()}"


def _label(value: Json, name: str) -> Label:
    if isinstance(value, str):
        return value
    by_language = {k: v for k, v in mapping(value).items() if isinstance(v, str)}
    return by_language or humanized(name)


def _names(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
