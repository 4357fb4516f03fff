"""The reference page of the hooks, written from the specifications: ``python -m core.hooks.reference``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from core.hooks.specs import GROUPS, hook_names

ANSWERS = ("When", "Transaction", "Return", "On error")
"""What every hook answers, always these four, always in this order."""

_HEAD = """# Hooks

What the core asks its modules. A module answers with functions in its `hooks.py`, marked `@hookimpl` (from
`core.sdk`); arguments it does not need may be left out. A module whose hooks cannot be imported or do not fit is set
aside with the reason, and the rest runs. When a module is disabled, exactly its own answers are gone.

Hooks of *Registration* are asked module by module in the order of dependencies; a module that fails there is set
aside. Of all other hooks, the module that depends on others speaks first.

This page is written from `core/hooks/specs.py` by `python -m core.hooks.reference`; a test holds the two together.
"""


def reference() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *(line for group in GROUPS for line in _group(group))])


def signature(hook: Callable[..., Any]) -> str:
    """Return a hook's signature as a module writes it: no ``self``, names of types without their rooms."""
    known = inspect.signature(hook)
    shown = [str(p) for name, p in known.parameters.items() if name != "self"]
    return f"{hook.__name__}({', '.join(shown)}) -> {known.return_annotation}".replace("'", "")


def _group(group: type) -> Iterator[str]:
    yield f"## {group.__name__}\n"
    yield f"{inspect.getdoc(group)}\n"
    for name in hook_names(group):
        yield from _hook(vars(group)[name])


def _hook(hook: Callable[..., Any]) -> Iterator[str]:
    summary, _, rest = (inspect.getdoc(hook) or "").partition("\n\n")
    answers, _, example = rest.partition("\n\nExample::\n\n")
    yield f"### `{hook.__name__}`\n"
    yield f"```python\n{signature(hook)}\n```\n"
    yield f"{summary}\n"
    for line in answers.splitlines():
        name, _, text = line.partition(": ")
        yield f"- **{name}**: {text}"
    yield ""
    if example:
        yield f"```python\n{inspect.cleandoc(example)}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
