"""Find the English text that people read: in Python, templates, browser sources and documents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2.ext import babel_extract

REASONS = frozenset({"elevate", "system", "unit"})
"""What the product does by itself says why; the reason stands in the history."""

MARKERS = {"_": (0,), "N_": (0,), "gettext": (0,), "pgettext": (1,), "ngettext": (0, 1)}
KEYWORDS = frozenset({"message", "label", "plural", "help", "title", "confirm", "warnings"})
"""Arguments of calls whose constant text is shown to people."""
TELLING = frozenset({"notify", "remind"})
"""Functions whose ``title`` is told to people."""
MESSAGES = frozenset({"message", "message_near"})
"""Parameters that take such a text; the second one is told where a name comes near to one that exists."""
DOCUMENT_KEYS = frozenset({"label", "plural", "help", "message", "summary", "group", "description"})

_BROWSER_CALL = re.compile(r"""(?<![\w.])t\(\s*('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
_SENTENCE = re.compile(r"[A-Za-z]")
_CODE = re.compile(r"[a-z0-9_.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One msgid and where it stands."""

    msgid: str
    file: str
    plural: str = ""
    context: str = ""


def in_python(
    paths: Iterable[Path], root: Path, known: Mapping[str, frozenset[int]] | None = None
) -> Iterator[Found]:
    """Yield marked texts, messages of errors and problems, and labels given in code.

    A call's text counts where the function called, or the class's ``__init__``, has a parameter ``message``:
    so a new kind of error or a function that makes problems needs no entry here. ``known`` tells those of
    other packages.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)}
    takers = {**(known or {}), **message_takers(trees.values())}
    for path, tree in trees.items():
        file = path.relative_to(root).as_posix()
        texts = _module_texts(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Call():
                    yield from _in_call(node, takers, texts, file)
                case ast.For(target=ast.Tuple(elts=names), iter=ast.Name(id=table)):
                    yield from (Found(msgid=text, file=file) for text in _in_table(tree, table, names))
                case ast.ClassDef():
                    yield from (Found(msgid=text, file=file) for text in _class_messages(node))
                case ast.Dict():
                    yield from (Found(msgid=text, file=file) for text in _in_document(node))


def message_takers(trees: Iterable[ast.Module]) -> dict[str, frozenset[int]]:
    """Return for each function or class that takes a ``message`` the places it is handed over at."""
    takers: dict[str, set[int]] = {}
    bases: dict[str, set[str]] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and node.name != "__init__":
            _note(
                takers,
                node.name,
                node,
                method=bool(node.args.args) and node.args.args[0].arg in ("self", "cls"),
            )
        elif isinstance(node, ast.ClassDef):
            bases.setdefault(node.name, set()).update(b.id for b in node.bases if isinstance(b, ast.Name))
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                    _note(takers, node.name, item, method=True)
    _inherit(takers, bases)
    return {name: frozenset(places) for name, places in takers.items()}


def _note(takers: dict[str, set[int]], name: str, function: ast.FunctionDef, *, method: bool) -> None:
    names = [argument.arg for argument in function.args.args][1 if method else 0 :]
    places = {place for place, one in enumerate(names) if one in MESSAGES}
    if places:
        takers.setdefault(name, set()).update(places)


def _inherit(takers: dict[str, set[int]], bases: Mapping[str, set[str]]) -> None:
    changed = True
    while changed:
        changed = False
        for name, parents in bases.items():
            inherited = set().union(*(takers.get(parent, set()) for parent in parents))
            if inherited and name not in takers:
                takers[name] = inherited
                changed = True


def _module_texts(tree: ast.Module) -> dict[str, str]:
    """Return the texts that the module keeps under a name."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def _in_document(document: ast.Dict) -> Iterator[str]:
    """Yield the texts of a document written in Python, such as the fields of a behaviour."""
    for key, value in zip(document.keys, document.values, strict=True):
        if isinstance(key, ast.Constant) and key.value in KEYWORDS:
            yield from _texts(value, {})


def _in_table(tree: ast.Module, table: str, names: list[ast.expr]) -> Iterator[str]:
    """Yield the labels of a table of the module that is gone through by ``for …, label, … in TABLE``."""
    at = [place for place, name in enumerate(names) if isinstance(name, ast.Name) and name.id in KEYWORDS]
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=rows)) if name == table:
                for row in rows:
                    if isinstance(row, ast.Tuple):
                        yield from (text for place in at for text in _texts(row.elts[place], {}))


def _in_call(
    call: ast.Call, takers: Mapping[str, frozenset[int]], texts: Mapping[str, str], file: str
) -> Iterator[Found]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    places = MARKERS.get(name)
    if places and len(call.args) > places[-1]:
        yield from _marked(name, [_texts(call.args[place], {}, codes=True) for place in places], call, file)
        return
    values = [call.args[place] for place in takers.get(name, ()) if place < len(call.args)]
    values += [reason for reason in call.args[:1] if name in REASONS and isinstance(reason, ast.Constant)]
    values += [keyword.value for keyword in call.keywords if keyword.arg in KEYWORDS]
    values += [keyword.value for keyword in call.keywords if name in TELLING and keyword.arg == "title"]
    for value in values:
        for text in _texts(value, texts):
            yield Found(msgid=text, file=file)


def _marked(name: str, found: list[list[str]], call: ast.Call, file: str) -> Iterator[Found]:
    if not all(found):
        return
    if name == "ngettext":
        yield Found(msgid=found[0][0], plural=found[1][0], file=file)
        return
    context = call.args[0].value if name == "pgettext" and isinstance(call.args[0], ast.Constant) else ""
    for text in found[0]:
        yield Found(msgid=text, context=str(context), file=file)


def _texts(node: ast.expr, named: Mapping[str, str], *, codes: bool = False) -> list[str]:
    """Return the constant texts an expression may be; ``bad_title`` is one only where ``codes`` may be shown."""
    match node:
        case ast.Constant(value=str() as text) if _SENTENCE.search(text) and (
            codes or not _CODE.fullmatch(text)
        ):
            return [text]
        case ast.Name(id=name) if name in named:
            return [named[name]]
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return [text for element in elements for text in _texts(element, named, codes=codes)]
        case ast.IfExp(body=body, orelse=orelse):
            return _texts(body, named, codes=codes) + _texts(orelse, named, codes=codes)
    return []


def _class_messages(node: ast.ClassDef) -> Iterator[str]:
    """Yield ``message = "…"`` and ``code, message = "…", "…"`` of a class."""
    for item in node.body:
        match item:
            case ast.Assign(targets=[ast.Name(id="message")], value=value):
                yield from _texts(value, {})
            case ast.AnnAssign(target=ast.Name(id="message"), value=ast.expr() as value):
                yield from _texts(value, {})
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for name, value in zip(names, values, strict=True):
                    if isinstance(name, ast.Name) and name.id == "message":
                        yield from _texts(value, {})


def in_templates(paths: Iterable[Path], root: Path) -> Iterator[Found]:
    """Yield what templates mark with ``_()``, ``ngettext()`` or ``{% trans %}``."""
    for path in sorted(paths):
        file = path.relative_to(root).as_posix()
        with path.open("rb") as stream:
            for _, function, message, _ in babel_extract(stream, tuple(MARKERS), [], {"silent": "false"}):
                parts = [part for part in ([message] if isinstance(message, str) else message or ()) if part]
                if not parts:
                    continue
                match function:
                    case "ngettext" if len(parts) > 1:
                        yield Found(msgid=parts[0], plural=parts[1], file=file)
                    case "pgettext" if len(parts) > 1:
                        yield Found(msgid=parts[1], context=parts[0], file=file)
                    case _:
                        yield Found(msgid=parts[0], file=file)


def in_browser_sources(paths: Iterable[Path], root: Path) -> Iterator[Found]:
    """Yield what TypeScript marks with ``t('…')``."""
    for path in sorted(paths):
        for match in _BROWSER_CALL.finditer(path.read_text(encoding="utf-8")):
            text = ast.literal_eval(match[1])
            if text:
                yield Found(msgid=text, file=path.relative_to(root).as_posix())


def in_documents(paths: Iterable[Path], root: Path) -> Iterator[Found]:
    """Yield labels and sentences of YAML documents."""
    for path in sorted(paths):
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        for text in _labels(body):
            yield Found(msgid=text, file=path.relative_to(root).as_posix())


def in_data(paths: Iterable[Path], root: Path) -> Iterator[Found]:
    """Yield the texts of records that a module brings in the language of the site."""
    for path in sorted(paths):
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        names = frozenset(body.get("translate", ())) if isinstance(body, Mapping) else frozenset()
        for text in _named(body.get("records"), names) if names else ():
            yield Found(msgid=text, file=path.relative_to(root).as_posix())


def _named(value: object, names: frozenset[str]) -> Iterator[str]:
    """Yield the texts under these names, in records and in their lines."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in names and isinstance(inner, str):
                yield inner
            else:
                yield from _named(inner, names)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, names)


def _labels(body: object) -> Iterator[str]:
    if isinstance(body, Mapping):
        for key, value in body.items():
            if key in DOCUMENT_KEYS and isinstance(value, str) and value:
                yield value
            else:
                yield from _labels(value)
    elif isinstance(body, list):
        for item in body:
            yield from _labels(item)
