"""Translations: `extract` shows what there is to translate, `update` brings the .po files up, `check` finds gaps.

The core's text is translated by the localization modules (``modules/l10n_<language>``); every other module
carries its own translations for each language whose localization module exists.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgids  # found beside this script, whatever the working directory
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from core.i18n import clean

ROOT = Path(__file__).resolve().parents[1]

LOCALIZATION = "l10n_"
_PLACEHOLDER = re.compile(r"\{(\w+)\}|%\((\w+)\)[sd]")
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Text that is translated together: the core's, or one module's."""

    module: str
    found: tuple[msgids.Found, ...]

    def path(self, language: str) -> Path:
        """Return the file of a language."""
        return ROOT / "modules" / self.module / "translations" / language / "LC_MESSAGES" / "messages.po"

    def template(self, language: str | None = None) -> Catalog:
        """Return all msgids, once each, with the files they stand in."""
        catalog = Catalog(locale=language, fuzzy=False)
        for item in self.found:
            msgid = (item.msgid, item.plural) if item.plural else item.msgid
            catalog.add(msgid, locations=[(item.file, 0)], context=item.context or None)
        return catalog


def languages() -> list[str]:
    """Return the languages that have a localization module."""
    return [
        path.name.removeprefix(LOCALIZATION) for path in sorted((ROOT / "modules").glob(f"{LOCALIZATION}*"))
    ]


def domains() -> Iterator[Domain]:
    """Yield the domains: a localization module translates the core and itself."""
    core = tuple(_core_texts())
    known = msgids.message_takers(_trees(ROOT / "core"))
    for manifest in sorted((ROOT / "modules").glob("*/manifest.yaml")):
        module = manifest.parent
        own = tuple(_module_texts(module, known))
        yield Domain(module=module.name, found=core + own if module.name.startswith(LOCALIZATION) else own)


def _core_texts() -> Iterator[msgids.Found]:
    yield from msgids.in_python(_sources(ROOT / "core", "*.py"), ROOT)
    yield from msgids.in_documents(_documents(ROOT / "core"), ROOT)
    for folder in (ROOT / "core", ROOT / "themes"):
        yield from msgids.in_templates(_sources(folder, "*.html"), ROOT)
        yield from msgids.in_browser_sources(_sources(folder, "*.ts"), ROOT)


def _module_texts(module: Path, known: dict[str, frozenset[int]]) -> Iterator[msgids.Found]:
    yield from msgids.in_python(_sources(module, "*.py"), ROOT, known)
    yield from msgids.in_documents(_documents(module), ROOT)
    yield from msgids.in_data((module / "data").glob("*.yaml"), ROOT)
    yield from msgids.in_data((module / "demo").glob("*.yaml"), ROOT)
    yield from msgids.in_templates(_sources(module, "*.html"), ROOT)
    yield from msgids.in_browser_sources(_sources(module, "*.ts"), ROOT)


def _sources(folder: Path, pattern: str) -> list[Path]:
    passed = {"node_modules", "tests", "testing", "assets", "static"}
    return [path for path in folder.rglob(pattern) if not passed & set(path.relative_to(folder).parts)]


def _documents(folder: Path) -> list[Path]:
    """Return documents, without the records of ``data`` and ``demo``."""
    return [
        path
        for path in _sources(folder, "*.yaml")
        if not {"data", "demo"} & set(path.relative_to(folder).parts)
    ]


def _trees(folder: Path) -> Iterator[ast.Module]:
    return (ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py")))


def read(path: Path, language: str) -> Catalog:
    """Return a catalogue, or an empty one where there is no file yet."""
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def extract(_arguments: argparse.Namespace) -> int:
    """Print all msgids by domain."""
    for domain in domains():
        print(f"# {domain.module}")
        write_po(sys.stdout.buffer, domain.template(), omit_header=True, include_lineno=False, width=110)
        sys.stdout.flush()
    return 0


def update(_arguments: argparse.Namespace) -> int:
    """Add new msgids to the .po files, translated as elsewhere where they are, and drop those that are gone."""
    everywhere = list(domains())
    for language in languages():
        there = {domain.module: _keyed(read(domain.path(language), language)) for domain in everywhere}
        elsewhere = {key: message for entries in there.values() for key, message in entries.items()}
        for domain in everywhere:
            template, path = domain.template(language), domain.path(language)
            for key, message in _keyed(template).items():
                old = there[domain.module].get(key)
                old = old if old and all(_strings(old)) else elsewhere.get(key)
                if old and isinstance(old.id, str) == isinstance(message.id, str):
                    message.string = old.string
            if len(template):
                _write(path, template, language)
            print(
                f"{path.relative_to(ROOT)}: {len(template)} texts, {len(_untranslated(template))} to translate"
            )
    return 0


def _write(path: Path, catalog: Catalog, language: str) -> None:
    buffer = io.BytesIO()
    write_po(buffer, catalog, omit_header=True, include_lineno=False, width=110, sort_output=True)
    header = _HEADER.format(language=language, plural_forms=catalog.plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + buffer.getvalue().decode().strip() + "\n", encoding="utf-8")


def check(_arguments: argparse.Namespace) -> int:
    """Tell of every text that is untranslated, obsolete, or translated with other placeholders."""
    findings = [finding for language in languages() for finding in _findings(language)]
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{len(findings)} findings in translations to: {', '.join(languages())}")
    return 1 if findings else 0


def _findings(language: str) -> Iterator[str]:
    chosen: dict[tuple[str, str], tuple[str, object]] = {}
    for domain in domains():
        template, present = domain.template(language), read(domain.path(language), language)
        wanted, there = _keyed(template), _keyed(present)
        name = f"{domain.module} ({language})"
        for key in sorted(wanted.keys() - there.keys()):
            yield f"{name}: missing: {key[1]!r}; run `python scripts/i18n.py update`"
        for key in sorted(there.keys() - wanted.keys()):
            yield f"{name}: obsolete: {key[1]!r}; run `python scripts/i18n.py update`"
        if present.obsolete:
            yield f"{name}: {len(present.obsolete)} commented-out entries"
        for key, message in there.items():
            yield from (f"{name}: {key[1]!r}: {reason}" for reason in _faults(message))
            other, string = chosen.setdefault(key, (domain.module, message.string))
            if string != message.string and all(_strings(message)) and string:
                yield f"{name}: {key[1]!r} reads otherwise than in {other}: {message.string!r}, {string!r}"


def _keyed(catalog: Catalog) -> dict[tuple[str, str], Message]:
    return {
        (message.context or "", message.id if isinstance(message.id, str) else message.id[0]): message
        for message in catalog
        if message.id
    }


def _untranslated(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id and not all(_strings(message))]


def _strings(message: Message) -> Sequence[str]:
    string = message.string or ""
    return [string] if isinstance(string, str) else list(string)


def _faults(message: Message) -> Iterator[str]:
    if not all(_strings(message)):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    wanted = set().union(*map(_placeholders, [message.id] if isinstance(message.id, str) else message.id))
    for string in _strings(message):
        if _placeholders(string) != wanted:
            yield f"placeholders differ: {sorted(wanted)} and {sorted(_placeholders(string))}"
        if clean(string, keep_spaces=True) != string.strip():
            yield "letters that are not stored so (Arabic yeh or kaf, stray marks)"


def _placeholders(text: str) -> set[str]:
    return {match[1] or match[2] for match in _PLACEHOLDER.finditer(text)}


def main() -> int:
    """Run the command named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    for command in (extract, update, check):
        commands.add_parser(command.__name__, help=command.__doc__).set_defaults(run=command)
    arguments = parser.parse_args()
    status: int = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
