"""The surface of core.sdk as text: what modules may rely on, one line a name.

python scripts/surface.py            write tests/architecture/surface/sdk.txt; the difference is reviewed in the diff
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SURFACE = ROOT / "tests" / "architecture" / "surface" / "sdk.txt"


def describe(module: object) -> str:
    """Return one line for each public name of a module, and for each public member of its classes."""
    lines: list[str] = []
    for name in sorted(getattr(module, "__all__", ())):
        thing = getattr(module, name)
        lines.append(f"{name}{_signature(thing)}" if callable(thing) else f"{name}: {type(thing).__name__}")
        if inspect.isclass(thing):
            lines += [f"    {member}" for member in _members(thing)]
    return "\n".join(lines) + "\n"


def _members(thing: type) -> Iterator[str]:
    for name, member in sorted(vars(thing).items()):
        if name.startswith("_"):
            continue
        inner = getattr(thing, name) if isinstance(member, classmethod | staticmethod) else member
        if isinstance(member, property):
            yield f"{name} (property)"
        elif inspect.isroutine(inner):
            yield f"{name}{_signature(inner)}"
        elif not name.isupper():
            yield name


def _signature(thing: object) -> str:
    if not callable(thing):
        return ""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return "(…)"
    # Defaults are implementation; that there is one is a promise.
    parameters = [
        parameter.replace(
            default=inspect.Parameter.empty if parameter.default is inspect.Parameter.empty else ...
        )
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters)).replace("Ellipsis", "…")


def main() -> int:
    """Write the file."""
    sys.path.insert(0, str(ROOT))
    from core import sdk  # the checkout, wherever this script is called from

    SURFACE.write_text(describe(sdk), encoding="utf-8")
    print(f"{SURFACE.relative_to(ROOT)}: {len(sdk.__all__)} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
