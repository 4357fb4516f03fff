"""The quality scale: every rule finds what it is there to find, and no file can claim what is not so."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.declaration import read_module
from core.i18n import Messages
from core.testing.quality import RULES, TIERS, check_quality
from scripts.new_module import make_module
from tests.architecture.sources import ROOT
from tests.third_party.installation import PROJECT

MODULES = [
    *(path.parent for path in sorted((ROOT / "modules").glob("*/manifest.yaml"))),
    PROJECT / "payvand_suppliers",
]
HOOKS = '''"""What this module answers the core."""

from core.sdk import Change, Problem, hookimpl


@hookimpl
def record_validate(change: Change) -> list[Problem]:
    """Refuse everything."""
    return [Problem(code="never", message="Never.")]
'''


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return make_module("library", "entity", tmp_path)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def found(module: Path) -> list[str]:
    return check_quality(read_module(module))


def proofs(module: Path, rule: str) -> list[str]:
    proof = RULES[rule].proof
    assert proof is not None
    return list(proof(read_module(module)))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_the_files_of_our_modules_say_what_is_true(module):
    assert found(module) == []


def test_a_new_module_is_true_from_its_first_minute(library):
    assert found(library) == []


def test_words_of_the_template_read_as_in_our_modules(library):
    written = Messages([library / "translations"]).entries("fa")
    for module in MODULES[:-1]:
        known = Messages([module / "translations"]).entries("fa")
        assert {k: v for k, v in written.items() if known.get(k, v) != v} == {}


def test_every_rule_has_a_sentence_and_a_known_tier():
    assert not [name for name, rule in RULES.items() if rule.tier not in TIERS]
    assert not [name for name, rule in RULES.items() if not rule.about.endswith(".") or "\n" in rule.about]


BREAKS = {
    "readme": lambda m: (m / "README.md").unlink(),
    "changelog": lambda m: change(m / "manifest.yaml", "0.1.0", "0.2.0"),
    "contract": lambda m: (m / "tests" / "test_contract.py").unlink(),
    "sdk_only": lambda m: (m / "hooks.py").write_text("import core.storage\n"),
    "rights": lambda m: change(m / "access.yaml", "entity: library.item", "entity: base.tag"),
    "views": lambda m: (m / "views" / "item_list.yaml").unlink(),
    "findable": lambda m: change(m / "entities" / "item.yaml", ", search: true", ""),
    "demo": lambda m: (m / "demo" / "items.yaml").unlink(),
    "tested": lambda m: (m / "hooks.py").write_text(HOOKS),
    "typed": lambda m: (m / "hooks.py").write_text(HOOKS.replace("change: Change", "change")),
    "duplicates": lambda m: None,
    "refusals": lambda m: (m / "hooks.py").write_text(HOOKS),
    "explained": lambda m: (m / "hooks.py").write_text(HOOKS.replace('    """Refuse everything."""\n', "")),
}


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if rule.proof])
def test_every_proof_finds_what_is_missing(library, rule):
    if rule != "duplicates":
        assert proofs(library, rule) == []
    BREAKS[rule](library)
    assert proofs(library, rule)


def test_what_is_claimed_and_not_so_is_told_with_its_rule(library):
    change(library / "quality.yaml", "duplicates: {", "duplicates: done  # {")
    assert found(library) == ["duplicates: library.item has no field with unique or duplicate_key."]


def test_a_test_that_names_the_code_proves_the_refusal(library):
    (library / "hooks.py").write_text(HOOKS)
    (library / "tests" / "test_rules.py").write_text("def test_it(): assert codes == ['never']\n")
    assert proofs(library, "refusals") == proofs(library, "tested") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("readme: done", "readmi: done", ["readmi: there is no such rule.", "readme: say whether"]),
        ("readme: done", "readme: {status: todo, comment: Later.}", ["readme: a module of tier bronze"]),
        ("readme: done", "readme: {status: exempt}", ["readme: write done, or a status"]),
        ("readme: done", "readme: todo", ["readme: write done, or a status"]),
        ("tier: bronze", "tier: gold", ["tier: the manifest says bronze."]),
        ("tier: bronze", "tier: best", ["tier: one of", "tier: the manifest"]),
        ("tier: bronze", "level: bronze", ["quality.yaml has the keys"]),
    ],
)
def test_a_file_that_says_too_little_is_refused(library, old, new, told):
    change(library / "quality.yaml", old, new)
    assert [sentence[: len(start)] for sentence, start in zip(found(library), told, strict=True)] == told


def test_what_nobody_can_prove_needs_a_place_to_look_at(library):
    file = library / "quality.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("  driven")]
    file.write_text("\n".join([*lines, "  driven: done", ""]))
    assert found(library) == ["driven: nobody can prove it here; say in a comment where it can be seen."]


def test_rules_that_are_no_list_of_rules_are_refused(library):
    (library / "quality.yaml").write_text("tier: bronze\nrules: done\n")
    assert found(library) == ["quality.yaml has the keys tier and rules."]


def test_a_module_without_the_file_is_told_so(library):
    (library / "quality.yaml").unlink()
    assert found(library) == ["quality.yaml is missing."]
