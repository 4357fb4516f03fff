"""What the guides for authors tell is a module: it keeps the contract, and its own tests pass."""

from __future__ import annotations

import ast
import configparser
import inspect
import re
import runpy
from pathlib import Path

import pytest

from core.declaration import read_module
from core.errors import MetadataInvalid
from core.i18n import Messages
from core.lifecycle.discovery import GROUP
from core.testing.contract import ModuleContract, texts_of
from tests.architecture.sources import ROOT, read
from tests.tooling.code_blocks import blocks, write_module

GUIDE, TUTORIAL = "docs/guide/module-author.md", "docs/guide/first-module.md"
MODULE, FIRST = "guided_library", "first_library"
TESTS = {
    (FIRST, "test_reading.py"): TUTORIAL,
    (MODULE, "test_loans.py"): GUIDE,
}


@pytest.fixture(scope="session")
def site_folders(tmp_path_factory):
    """The modules of the guides, with the rest of their translations as a translator would add them."""
    folder = tmp_path_factory.mktemp("guide")
    translate(write_module(GUIDE, MODULE, folder, fresh=True))
    translate(write_module(TUTORIAL, FIRST, folder))
    return (folder, ROOT / "modules")


@pytest.fixture(scope="session")
def site_modules():
    return (MODULE, FIRST, "l10n_fa")


def names_in(page, file):
    """Return the names of the tests that a page writes into this file."""
    (block,) = [b for b in blocks("python", page=page) if b.file.endswith(f"/{file}")]
    functions = [node for node in ast.parse(block.text).body if isinstance(node, ast.FunctionDef)]
    return [function.name for function in functions if function.name.startswith("test_")]


def translate(module: Path) -> None:
    """Add what `scripts/i18n.py update` would leave to be translated."""
    source = read_module(module)
    texts = {text for document in source.documents for text in texts_of(document.body)}
    texts |= {str(source.manifest.label), str(source.manifest.summary)}
    known = Messages([module / "translations"]).entries("fa").keys()
    file = module / "translations" / "fa" / "LC_MESSAGES" / "messages.po"
    with file.open("a", encoding="utf-8") as catalogue:
        for text in sorted(texts - known):
            catalogue.write(f'\nmsgid "{text}"\nmsgstr "{text}"\n')


class Written(ModuleContract):
    """The contract for a module that a guide writes."""

    @pytest.fixture(autouse=True)
    def _written(self, site_folders, monkeypatch):
        monkeypatch.setattr(type(self), "folders", site_folders)
        monkeypatch.syspath_prepend(str(ROOT / "modules"))


class TestLibraryOfTheGuide(Written):
    module = MODULE


class TestFirstModule(Written):
    module = FIRST


@pytest.mark.parametrize(
    ("module", "file", "name"),
    [(*place, name) for place, page in TESTS.items() for name in names_in(page, place[1])],
)
def test_the_tests_of_the_guides_pass(module, file, name, desk, actor_as, site_folders):
    function = runpy.run_path(str(site_folders[0] / module / "tests" / file))[name]
    given = {"desk": desk, "actor_as": actor_as}
    function(**{wanted: given[wanted] for wanted in inspect.signature(function).parameters})


def test_the_lists_and_forms_of_the_guide_are_what_it_says(desk):
    assert desk.catalog.view(f"{MODULE}.loan", "list").options["sort"] == ("-since",)
    form = desk.catalog.view("contacts.contact", "form")
    names = [item.name for section in form.sections for item in section.items]
    assert names.index("reader_number") == names.index("last_name") + 1


def test_the_mistake_of_the_tutorial_is_told_as_it_says(tmp_path):
    module = write_module(TUTORIAL, "library", tmp_path)
    file = module / "entities" / "item.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("label: Author, search", "label: Author, serach"), encoding="utf-8")
    with pytest.raises(MetadataInvalid) as refused:
        read_module(module)
    assert [problem.text() for problem in refused.value.problems] == [
        block.text.strip() for block in blocks("", page=TUTORIAL)
    ]


def words_on_the_screen(page):
    """Return what a guide for users quotes from the screen, after the sentence that says how it does."""
    text = read(f"docs/guide/{page}").partition("\n## ")[2]
    return re.findall(r"(?<!\*)\*([^*\n]+?)\*(?!\*)", " ".join(text.split()))


@pytest.mark.parametrize("page", ["using", "selling", "signing-in"])
def test_both_guides_for_users_quote_the_same_words_from_the_screen(page):
    messages = Messages(sorted((ROOT / "modules").glob("*/translations")))
    quoted = words_on_the_screen(f"{page}.md")
    known = messages.entries("fa")
    assert not [text for text in quoted if text not in known]
    assert [messages.gettext("fa", text) for text in quoted] == words_on_the_screen(f"{page}.fa.md")


def test_the_project_of_the_guide_carries_all_documents_and_names_its_module():
    (block,) = blocks("ini", page=GUIDE)
    written = configparser.ConfigParser(interpolation=None)
    written.read_string(block.text)
    package = written["options"]["packages"]
    carried = written["options.package_data"][package].split(", ")
    assert set(carried) == {f"**/*.{ending}" for ending in ("yaml", "po", "html")}
    assert written["options.entry_points"][GROUP].split() == ["library", "=", package]
