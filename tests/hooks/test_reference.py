"""Every hook is documented with its exact signature and answers the four questions."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from core.hooks.reference import ANSWERS, reference, signature
from core.hooks.specs import GROUPS, hook_names

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hooks.md"
HOOKS = {name: vars(group)[name] for group in GROUPS for name in hook_names(group)}


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_on_the_page_with_its_exact_signature(name):
    assert f"### `{name}`\n\n```python\n{signature(HOOKS[name])}\n```" in PAGE.read_text()


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_answers_the_four_questions_in_order(name):
    summary, _, rest = inspect.getdoc(HOOKS[name]).partition("\n\n")
    answers, _, example = rest.partition("\n\nExample::\n\n")
    assert summary.endswith(".")
    assert [line.partition(": ")[0] for line in answers.splitlines()] == list(ANSWERS)
    assert all(line.endswith(".") for line in answers.splitlines())
    tree = ast.parse(inspect.cleandoc(example))
    (function,) = tree.body
    known = set(inspect.signature(HOOKS[name]).parameters)
    assert function.name == name
    assert {a.arg for a in function.args.args} <= known


def test_the_page_is_what_the_specifications_say():
    assert PAGE.read_text() == reference(), (
        "write it anew: python -m core.hooks.reference > docs/reference/hooks.md"
    )


def test_signatures_read_as_modules_write_them():
    assert signature(HOOKS["record_validate"]) == (
        "record_validate(change: ChangeLike, uow: UnitOfWorkLike) -> Iterable[Problem]"
    )
