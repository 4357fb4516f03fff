"""What the tests of the front end look at: templates, styles and scripts as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "core" / "web" / "templates"
THEMES = ROOT / "themes"
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def templates() -> dict[str, str]:
    """Return the templates of the core and of all modules by their path."""
    files = [*TEMPLATES.rglob("*.html"), *ROOT.glob("modules/*/templates/**/*.html")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in sorted(files)}


def styles() -> dict[str, str]:
    """Return the style sheets without their comments."""
    files = [*(THEMES / "css").glob("*.css"), *ROOT.glob("modules/*/web/*.css")]
    return {
        str(f.relative_to(ROOT)): _CSS_COMMENT.sub("", f.read_text(encoding="utf-8")) for f in sorted(files)
    }


def scripts() -> dict[str, str]:
    """Return the TypeScript of the core and of all modules."""
    files = [*(THEMES / "src").glob("*.ts"), *ROOT.glob("modules/*/web/*.ts")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in sorted(files)}


def found(pattern: str, files: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (file, first group) of every place where the pattern stands."""
    for name, text in files.items():
        for match in re.finditer(pattern, text):
            yield name, match[1]
