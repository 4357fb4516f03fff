"""YAML without surprises: what is read how, and everything that is refused, with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.declaration import strict_yaml
from core.declaration.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, read_text
from core.errors import MetadataInvalid

ROOT = Path(__file__).resolve().parents[2]


def refused(text):
    with pytest.raises(MetadataInvalid) as caught:
        read_text(text, "a.yaml")
    return [(p.code, p.place.line) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("True", "True"),
        ("NULL", "NULL"),
        ("y", "y"),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("7.50", 7.5),
        ("-1.5e3", -1500.0),
        ("1.", "1."),
        (".5", ".5"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1.0e999", "1.0e999"),
        ("1" * 19, "1" * 19),
        ("0.1.0", "0.1.0"),
        ("2026-03-21", "2026-03-21"),
        ("2026-03-21T08:00:00Z", "2026-03-21T08:00:00Z"),
        ("12:30", "12:30"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("=", "="),
        ("سلام", "سلام"),
        ("'می\u200cروم'", "می\u200cروم"),
    ],
)
def test_plain_text_reads_as_it_plainly_looks(text, value):
    found = read_text(f"key: {text}\n", "a.yaml").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_words_of_yaml_1_1_are_names_when_they_are_keys():
    assert read_text("on: [a]\nyes: 1\nno: 2\noff: 3\ny: 4\n", "a.yaml").value == {
        "on": ["a"],
        "yes": 1,
        "no": 2,
        "off": 3,
        "y": 4,
    }


def test_every_key_and_item_has_its_line():
    lines = read_text("a:\n  b: 1\n  c:\n    - x\n    - d: 2\n# why\ne: {f: 3}\n", "a.yaml").lines
    assert lines == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c"): 3,
        ("a", "c", "0"): 4,
        ("a", "c", "1"): 5,
        ("a", "c", "1", "d"): 5,
        ("e",): 7,
        ("e", "f"): 7,
    }


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "duplicate_key", 4),
        ("a: 1\n'a': 2\n", "duplicate_key", 2),
        ("a:\n\tb: 1\n", "tab", 2),
        ("a: 'x\ty'\n", "tab", 1),
        ("a: &x 1\nb: 2\n", "alias", 1),
        ("a: 1\nb: *x\n", "alias", 2),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "alias", 1),
        ("a:\n  <<: {b: 1}\n", "merge_key", 2),
        ("a: !!python/object:os.system x\n", "tag", 1),
        ("a: !secret x\n", "tag", 1),
        ("a: !!str 7\n", "tag", 1),
        ("1: a\n", "bad_key", 1),
        ("true: a\n", "bad_key", 1),
        ("null: a\n", "bad_key", 1),
        ("? [a, b]\n: 1\n", "bad_key", 1),
        ("a: 1\n---\nb: 2\n", "yaml", 2),
        ("a: [1, 2\nb: 3\n", "yaml", 2),
        ("a: 'x\n", "yaml", 2),
        ("a: b: c\n", "yaml", 1),
        ("a: \x07\n", "yaml", 0),
        ('a: "\\0"\n', "unstorable", 1),
        ('a: "\\ud800"\n', "unstorable", 1),
        ('"\\0": a\n', "bad_key", 1),
    ],
)
def test_what_surprises_is_refused_with_its_line(text, code, line):
    assert refused(text)[0] == (code, line)


def test_all_problems_of_a_file_are_told_at_once():
    assert refused("a: 1\na: 2\nb:\n  <<: 3\n  1: x\n") == [
        ("duplicate_key", 2),
        ("merge_key", 4),
        ("bad_key", 5),
    ]


def test_a_bomb_of_aliases_is_refused_before_it_grows():
    text = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refused(text)[0] == ("alias", 1)


def test_too_deep_too_many_and_too_large_are_refused():
    assert refused("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)[0][0] == "yaml"
    assert refused("a: [" + "1," * MAX_NODES + "]")[0][0] == "yaml"
    assert refused("a: " + "x" * MAX_BYTES)[0] == ("too_large", 0)
    read_text("a: " + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2), "a.yaml")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh_", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abcdefgh_", min_size=1), JSON, max_size=4))
def test_json_reads_back_as_it_was_written(value):
    assert read_text(json.dumps(value, ensure_ascii=False), "a.yaml").value == value


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abcdefgh_", min_size=2), JSON, max_size=4))
def test_what_pyyaml_writes_reads_back_as_it_was_written(value):
    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    assert (
        read_text(
            yaml.dump(value, Dumper=Plain, allow_unicode=True, default_flow_style=False, width=10**6), "a"
        ).value
        == value
    )


ODD = st.text("ab1:-#'\"[]{},|>&*!%?@\\ .~\n\r\u200c۱\ufeff\x85\u2028", max_size=30)


def read_by(loader, text, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(strict_yaml, "_Quick", loader)
        try:
            found = read_text(text, "a.yaml")
        except MetadataInvalid as refused:
            return [(p.code, p.place.line, p.params) for p in refused.problems]
    return repr(found.value), found.lines


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the patch is undone within each example
@given(ODD)
@example("a: |#\n b")
@example("\n\ufeffa")
@example("'\ud800'")
def test_the_quick_loader_reads_as_the_exact_one(monkeypatch, text):
    assert read_by(strict_yaml._Quick, text, monkeypatch) == read_by(None, text, monkeypatch)


@pytest.mark.modules
def test_all_documents_of_the_modules_are_read_alike_and_by_the_quick_loader(monkeypatch):
    texts = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("modules/*/*/*.yaml"))]
    assert len(texts) > 100
    exact = [read_by(None, text, monkeypatch) for text in texts]
    monkeypatch.delattr(strict_yaml, "_Exact")
    assert [read_by(strict_yaml._Quick, text, monkeypatch) for text in texts] == exact
