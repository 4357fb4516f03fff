"""The examples of the documents are right: they parse, name what exists, and their commands can be typed."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import shlex

import click
import pytest

from core.cli.main import payvand
from core.declaration import read_yaml
from core.declaration.strict_yaml import read_text
from core.errors import MetadataInvalid
from core.lifecycle.data_files import read_data
from tests.architecture.sources import ROOT, read, repository_files
from tests.tooling.code_blocks import blocks, pages

DOCUMENTS = ("entity:", "extends:", "view:", "module:", "menus:", "roles:", "dashboard:", "workflow:")
TARGETS = set(re.findall(r"^([a-z0-9-]+):.*## ", read("Makefile"), re.MULTILINE))
SPAN = re.compile(r"`((?:\.venv/bin/)?(?:payvand|make|python) [^`\n]+)`")
PLACEHOLDER = re.compile(r"[A-Z…]+$|<.*>$|\[.*\]$")
MODULE_PAGES = [name for name in repository_files() if re.fullmatch(r"modules/\w+/README\.md", name)]
# What is to come may be named there.
AHEAD = ("docs/status.md",)
# Signatures, not examples: each is compared with its hook in tests/hooks/test_reference.py.
SIGNATURES = "docs/reference/hooks.md"


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_in_documents_parses_and_imports_what_exists(block):
    if block.page == SIGNATURES and not block.text.startswith("@"):
        return
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core"):
            module = importlib.import_module(node.module)
            assert not [alias.name for alias in node.names if not hasattr(module, alias.name)]


def place_of(written):
    """Return the name of the file that an example stands for."""
    if "menus" in written:
        return "menus.yaml"
    return "access.yaml" if "roles" in written and "dashboard" not in written else "entity.yaml"


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_in_documents_is_what_the_strict_reader_takes(block, tmp_path):
    written = read_text(block.text, block.page).value
    file = tmp_path / "document.yaml"
    file.write_text(block.text, encoding="utf-8")
    if "records" in written:
        assert read_data(file).records
    elif re.search(rf"^(?:{'|'.join(DOCUMENTS)})", block.text, re.MULTILINE):
        named = written.get("dashboard") or written.get("workflow") or "library."
        owner = str(named).partition(".")[0]
        assert read_yaml(file, f"m/entities/{place_of(written)}", owner=owner)


def test_a_wrong_example_would_be_found(tmp_path):
    file = tmp_path / "document.yaml"
    file.write_text("entity: library.book\nlable: Book\n", encoding="utf-8")
    with pytest.raises(MetadataInvalid):
        read_yaml(file, "m/entities/book.yaml", owner="library")


def commands():
    """Return (page, command) of every command in blocks for the shell and in the text."""
    found = [(page, span) for page in pages() for span in SPAN.findall(read(page))]
    for block in blocks("sh"):
        joined = block.text.replace("\\\n", " ")
        found += [(block.page, line) for line in joined.splitlines() if line and not line.startswith("#")]
    return found


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_can_be_typed(page, command):
    words = shlex.split(command.replace("…", "X"), comments=True)
    program = words[0].rpartition("/")[2]
    if program == "payvand":
        assert_payvand(words[1:])
    elif program == "make":
        assert not [word for word in words[1:] if "=" not in word and word not in TARGETS]
    elif program == "python" and words[1].endswith(".py"):
        assert (ROOT / words[1]).is_file()
    elif program == "python" and words[1] == "-m" and words[2].startswith(("core", "scripts", "benchmarks")):
        assert importlib.util.find_spec(words[2])


def told(pattern):
    """Return (page, text) of everything in backquotes that looks like this."""
    shown = [name for name in (*pages(), *MODULE_PAGES) if name not in AHEAD]
    return [(name, text) for name in shown for text in re.findall(pattern, read(name))]


def test_every_file_that_is_named_is_there():
    named = told(r"`((?:core|tests|scripts|themes|modules|docs|benchmarks|module_templates)/[\w./-]+)`")
    missing = [(page, path) for page, path in named if not (ROOT / path).exists()]
    assert [pair for pair in missing if not pair[1].startswith("modules/library")] == []


def test_every_name_of_the_core_that_is_told_is_there():
    missing = [(page, name) for page, name in told(r"`(core\.[\w.]+)(?:\([^`]*\))?`") if not exists(name)]
    assert missing == []


def exists(name):
    """Tell whether a dotted name is a module of the core, or something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def assert_payvand(words):
    """Follow the words through the commands; every option must be one of the command they lead to."""
    command, context = payvand, click.Context(payvand)
    for place, word in enumerate(words):
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        if "|" in word or PLACEHOLDER.match(word):
            return
        found = command.get_command(context, word)
        assert found is not None, f"there is no command {word}"
        command = found
        words = [*words[:place], "", *words[place + 1 :]]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h", "--version"}
    known.add("--site")  # stands before or after every command
    assert not [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]
