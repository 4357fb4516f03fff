"""What no file may do: run text as code, catch everything, silence the tools without a reason, hide what it is for."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import python_files

DANGEROUS_CALLS = {"eval", "exec", "compile", "__import__"}
DANGEROUS_MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "telnetlib", "commands"}
BROAD = {"Exception", "BaseException"}
# Where the code of others runs, and where a request or a job is answered whatever happened.
BROAD_ALLOWED = {
    "core/api/errors.py",
    "core/app/page_turns.py",
    "core/hooks/plugins.py",
    "core/jobs/runner.py",
    "core/web/errors.py",
    "core/app/upgrade_all.py",  # what breaks in one site must not stop the others
}
SILENCED = re.compile(
    r"#\s*(?:type:\s*ignore|noqa|pragma:\s*no cover)(?P<code>\[[\w,\s-]+\]|:\s*[A-Z0-9, ]+)?(?P<rest>.*)"
)


def all_sources():
    return [source for source in python_files("core", "modules", "scripts") if not source.is_test]


def name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def test_no_text_is_run_as_code():
    found = [
        f"{source.name}:{node.lineno}"
        for source in all_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and name_of(node.func) in DANGEROUS_CALLS
    ]
    assert not found


def test_nothing_is_read_in_a_form_that_can_run_code():
    found = [
        f"{source.name}:{node.lineno}"
        for source in all_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and DANGEROUS_MODULES.intersection(
            [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        )
    ]
    assert not found


def test_no_shell_is_started():
    found = [
        f"{source.name}:{node.lineno}"
        for source in all_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword)
        and node.arg == "shell"
        and not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert not found


def test_everything_is_swallowed_in_few_places_only():
    found = {
        source.name
        for source in all_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in BROAD)
        and not isinstance(node.body[-1], ast.Raise)  # who tidies up and passes it on swallows nothing
        and source.name.startswith(("core/", "modules/"))
    }
    assert found <= BROAD_ALLOWED


def test_no_function_changes_a_global():
    found = [
        f"{source.name}:{node.lineno}"
        for source in all_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Global)
    ]
    assert not found


def test_a_silenced_tool_is_told_what_and_why():
    found = []
    for source in all_sources():
        lines = source.text.splitlines()
        for number, line in enumerate(lines, 1):
            silenced = SILENCED.search(line)
            told_above = lines[number - 2].lstrip().startswith("# ")
            if silenced and not (silenced["code"] and (told_above or len(silenced["rest"].strip(" #")) > 8)):
                found.append(f"{source.name}:{number}: {line.strip()[:100]}")
    assert not found


def test_who_sleeps_says_why():
    found = []
    for source in python_files("core", "modules", "scripts", "tests", "benchmarks"):
        lines = source.text.splitlines()
        found += [
            f"{source.name}:{node.lineno}"
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "sleep"
            and "  # " not in lines[(node.end_lineno or node.lineno) - 1]
        ]
    assert not found


def test_every_file_class_and_function_that_others_use_says_what_it_is_for():
    silent = []
    for source in all_sources():
        if not ast.get_docstring(source.tree) and source.text.strip():
            silent.append(source.name)
        silent += [f"{source.name}:{line} {name}" for name, line in undocumented(source.tree.body)]
    assert not silent


def undocumented(body, *, in_subclass=False):
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield node.name, node.lineno
            # A method of a class with a base is documented where the family is.
            yield from undocumented(node.body, in_subclass=bool(node.bases))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            public = not node.name.startswith("_") and not in_subclass
            overload = any(getattr(decorator, "id", "") == "overload" for decorator in node.decorator_list)
            if public and not overload and not ast.get_docstring(node):
                yield node.name, node.lineno
