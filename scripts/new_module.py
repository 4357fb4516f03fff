"""Make a new module from a template: `make new NAME=library TEMPLATE=entity`, or with a folder of your own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.metadata.names import MODULE_NAME, RESERVED_MODULES, humanized

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "module_templates"
DESCRIPTION = "template.yaml"


def templates() -> list[str]:
    """Return the names of the templates."""
    return sorted(p.name for p in TEMPLATES.iterdir() if (p / DESCRIPTION).is_file())


def make_module(name: str, template: str, folder: Path) -> Path:
    """Write the module into ``folder`` and return its place; raise `ValueError` with a sentence."""
    if not MODULE_NAME.fullmatch(name) or name in RESERVED_MODULES:
        raise ValueError(
            f"{name} cannot be the name of a module: use small letters, digits and _, such as library."
        )
    if template not in templates():
        raise ValueError(f"There is no template {template}. There are: {', '.join(templates())}.")
    place = folder / name
    if place.exists():
        raise ValueError(f"{place} is there already.")
    source = TEMPLATES / template
    for file in sorted(p for p in source.rglob("*") if p.is_file() and p.name != DESCRIPTION):
        target = place / str(file.relative_to(source)).removesuffix(".tmpl")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8")
        target.write_text(text.replace("@name@", name).replace("@label@", humanized(name)), encoding="utf-8")
    return place


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make a new module from a template.")
    parser.add_argument("name")
    parser.add_argument("--template", default="entity")
    parser.add_argument("--folder", type=Path, default=ROOT / "modules")
    asked = parser.parse_args()
    try:
        place = make_module(asked.name, asked.template, asked.folder)
    except ValueError as refused:
        print(refused, file=sys.stderr)
        return 2
    print(f"{place} is made. Install it: .venv/bin/payvand module install {asked.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
