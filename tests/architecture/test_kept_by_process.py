"""Nothing is kept for a whole process that was not judged: one process serves several sites (architecture, 4)."""

from __future__ import annotations

import ast

from tests.architecture.sources import Source, paragraphs, python_files, read

KEEPING = {"lru_cache", "cache", "cached"}
STATEFUL = {"ContextVar", "local", "WeakKeyDictionary", "WeakValueDictionary", "Kept", "SharedCatalogs"}
CHANGING = {
    "add",
    "append",
    "appendleft",
    "clear",
    "discard",
    "extend",
    "insert",
    "move_to_end",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "update",
}


def called(node: ast.expr) -> str:
    """Return the last name of what is called or decorates."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def kept_by_functions(tree: ast.Module) -> set[str]:
    """Return the functions and methods whose answers are kept with the function."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(called(decorator) in KEEPING for decorator in node.decorator_list)
    } | {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) in KEEPING
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def bound_once(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what is bound when the file is loaded, by name: in the file itself and in its classes."""
    found: dict[str, ast.expr] = {}
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for statement in (one for body in bodies for one in body):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and statement.value is not None:
                found[target.id] = statement.value
    return found


def changed_later(tree: ast.Module, names: set[str]) -> set[str]:
    """Return those names that something inside of a function changes in place."""
    found = set()
    for function in (
        n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ):
        own = _own_names(function)
        for node in ast.walk(function):
            for place in _changed(node):
                name = _bound_name(place)
                if name in names and (name not in own or isinstance(place, ast.Attribute)):
                    found.add(name)
    return found


def _own_names(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    arguments = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return arguments | stored


def _changed(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            return [value]
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in CHANGING:
            return [value]
        case ast.AugAssign(target=target):
            return [target]
        case _:
            return []


def _bound_name(place: ast.expr) -> str:
    """Return the name of something bound at load: by itself, or through a class."""
    if isinstance(place, ast.Name):
        return place.id
    if isinstance(place, ast.Attribute) and isinstance(place.value, ast.Name):
        return place.attr if place.value.id == "cls" or place.value.id[:1].isupper() else ""
    return ""


def kept_in(source: Source) -> set[str]:
    bound = bound_once(source.tree)
    stateful = {
        name for name, value in bound.items() if isinstance(value, ast.Call) and called(value) in STATEFUL
    }
    return kept_by_functions(source.tree) | stateful | changed_later(source.tree, set(bound))


def test_what_a_process_keeps_is_what_was_judged():
    found = {
        f"{source.name}: {name}"
        for source in python_files("core", "modules")
        if not source.is_test and not source.name.startswith("core/testing/")
        for name in kept_in(source)
    }
    assert found == set(paragraphs(read("tests/architecture/kept_by_process.txt")))


def test_each_way_to_keep_something_is_found():
    ways = """
from functools import cache
import functools
SEEN = {}
ORDER: list = []
CLEAN = {}
CURRENT = ContextVar("current")
TOLD = functools.lru_cache(5)(len)
class Room:
    kept = {}
    own = {}
    def take(self, key):
        Room.kept[key] = 1
        self.own[key] = 1
        CLEAN = {}
        CLEAN[key] = 2
@cache
def of(x):
    SEEN[x] = 1
    ORDER.append(x)
"""
    found = kept_in(Source("x.py", ways, ast.parse(ways)))
    assert found == {"SEEN", "ORDER", "CURRENT", "TOLD", "kept", "of"}
