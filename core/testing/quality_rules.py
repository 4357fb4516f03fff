"""The rules of the quality scale that can be proven: one function each, which yields what is missing.

A rule looks at the module's files and documents only; nothing of the module is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from core.declaration import ModuleSource
from core.metadata.documents import Document

PROJECT_FILES = ("pyproject.toml", "setup.cfg")
OFFERED = ("core.sdk", "core.testing")
REFUSALS = frozenset({"Problem", "ValidationFailed", "FieldRefused"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


def readme(module: ModuleSource) -> Iterator[str]:
    """README.md tells what the module is for, and names every entity it brings."""
    text = _page(module, "README.md")
    if not text.startswith("# "):
        yield "README.md begins with a title."
    yield from (f"README.md does not name {e.name}." for e in _of(module, "entity") if e.name not in text)


def changelog(module: ModuleSource) -> Iterator[str]:
    """CHANGELOG.md has a section for the version of the manifest."""
    version = module.manifest.version
    if not re.search(rf"^## {re.escape(version)}\b", _page(module, "CHANGELOG.md"), re.MULTILINE):
        yield f"CHANGELOG.md has no section {version}."


def contract(module: ModuleSource) -> Iterator[str]:
    """Its tests hold the contract of modules."""
    if not any("ModuleContract" in text for text in _tests(module).values()):
        yield "no test is made from ModuleContract."


def sdk_only(module: ModuleSource) -> Iterator[str]:
    """Of the core it imports core.sdk only, and core.testing in tests."""
    for name, tree in _python(module).items():
        for imported in _imports(tree):
            if imported.partition(".")[0] == "core" and not _within(imported, OFFERED):
                yield f"{name} imports {imported}."


def rights(module: ModuleSource) -> Iterator[str]:
    """Every entity that is not part of another is granted by one of its roles."""
    granted = {grant.get("entity") for grant in _grants(module)}
    for entity in _of(module, "entity"):
        if not entity.body.get("part_of") and entity.name not in granted:
            yield f"no role says anything of {entity.name}."


def views(module: ModuleSource) -> Iterator[str]:
    """Every entity that its menu opens has a list of its own."""
    written = {view.name for view in _of(module, "view")}
    for name in _in_menus(module):
        if f"{name}.list" not in written:
            yield f"{name} has no list view."


def findable(module: ModuleSource) -> Iterator[str]:
    """Every entity that its menu opens is found by the search box."""
    for entity in _of(module, "entity"):
        if entity.name in _in_menus(module) and not any(f.get("search") is True for f in _fields(entity)):
            yield f"{entity.name} has no field with search."


def demo(module: ModuleSource) -> Iterator[str]:
    """There are records to play with."""
    if not next((module.path / "demo").glob("*.yaml"), None):
        yield "demo/ holds no records."


def tested(module: ModuleSource) -> Iterator[str]:
    """What it does in Python has tests beside the contract."""
    own = [
        name for name, text in _tests(module).items() if "ModuleContract" not in text and "def test_" in text
    ]
    if (module.path / "hooks.py").is_file() and not own:
        yield "hooks.py has no tests."


def typed(module: ModuleSource) -> Iterator[str]:
    """All its functions tell the types of what they take and return."""
    for name, tree in _python(module).items():
        for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
            taken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            untold = [a.arg for a in taken if a.annotation is None and a.arg not in ("self", "cls")]
            if untold or function.returns is None:
                yield f"{name}: {function.name} does not tell all its types."


def duplicates(module: ModuleSource) -> Iterator[str]:
    """Every entity that may be imported tells by which fields a record is known again."""
    imported = {g.get("entity") for g in _grants(module) if _allows_import(g)}
    for entity in _of(module, "entity"):
        told = any(f.get("unique") is True or f.get("duplicate_key") is True for f in _fields(entity))
        if entity.name in imported and not told:
            yield f"{entity.name} has no field with unique or duplicate_key."


def refusals(module: ModuleSource) -> Iterator[str]:
    """Every reason for which its Python refuses something stands in a test."""
    texts = "\n".join(_tests(module).values())
    for name, tree in _python(module).items():
        for code in _codes(tree):
            if not re.search(rf"""["']{re.escape(code)}["']""", texts):
                yield f"{name}: no test names the code {code}."


def explained(module: ModuleSource) -> Iterator[str]:
    """All its files, classes and public functions say what they are for."""
    for name, tree in _python(module).items():
        if not ast.get_docstring(tree):
            yield f"{name} does not say what it is for."
        tops = (
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        )
        for node in tops:
            if not node.name.startswith("_") and not ast.get_docstring(node):
                yield f"{name}: {node.name} does not say what it is for."


def _page(module: ModuleSource, name: str) -> str:
    """Return a page of the module's folder, or of the project that holds it."""
    found = next((folder / name for folder in _folders(module) if (folder / name).is_file()), None)
    return found.read_text(encoding="utf-8") if found else ""


def _folders(module: ModuleSource) -> Iterator[Path]:
    yield module.path
    project = module.path.parent
    if any((project / name).is_file() for name in PROJECT_FILES):
        yield project


def _tests(module: ModuleSource) -> Mapping[str, str]:
    files = [file for folder in _folders(module) for file in sorted((folder / "tests").rglob("test_*.py"))]
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def _python(module: ModuleSource) -> Mapping[str, ast.Module]:
    """Return the trees of its Python files, tests aside."""
    files = [f for f in sorted(module.path.rglob("*.py")) if "tests" not in f.relative_to(module.path).parts]
    return {f.relative_to(module.path).as_posix(): ast.parse(f.read_text(encoding="utf-8")) for f in files}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _within(imported: str, offered: Iterable[str]) -> bool:
    return any(imported == name or imported.startswith(f"{name}.") for name in offered)


def _codes(tree: ast.Module) -> Iterator[str]:
    """Yield the codes with which refusals are made."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
            for keyword in node.keywords:
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                    yield str(keyword.value.value)


def _of(module: ModuleSource, kind: str) -> list[Document]:
    return [document for document in module.documents if document.kind == kind]


def _fields(entity: Document) -> list[Mapping[str, object]]:
    fields = entity.body.get("fields")
    return [f for f in fields.values() if isinstance(f, Mapping)] if isinstance(fields, Mapping) else []


def _in_menus(module: ModuleSource) -> list[str]:
    """Return the module's own entities that its menu opens."""
    own = {entity.name for entity in _of(module, "entity")}
    return [str(menu.body["entity"]) for menu in _of(module, "menu") if menu.body.get("entity") in own]


def _grants(module: ModuleSource) -> Iterator[Mapping[str, object]]:
    for role in _of(module, "role"):
        grants = role.body.get("grants")
        yield from (g for g in grants if isinstance(g, Mapping)) if isinstance(grants, list | tuple) else ()


def _allows_import(grant: Mapping[str, object]) -> bool:
    actions = grant.get("actions")
    return isinstance(actions, list | tuple) and ("import" in actions or "*" in actions)
