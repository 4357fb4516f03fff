"""Documents from YAML files and from JSON bodies, by the same forms and with the same sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from core.declaration import forms
from core.declaration.access_forms import (
    AccessForm,
    ExtendRestrictionForm,
    ExtendRoleForm,
    RestrictionForm,
    RoleForm,
)
from core.declaration.dashboard_forms import DashboardForm, ExtendDashboardForm
from core.declaration.form_fields import Form
from core.declaration.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, Written, is_storable, read_text
from core.declaration.workflow_forms import ExtendWorkflowForm, WorkflowForm
from core.errors import MetadataInvalid, Param, Place, Problem
from core.metadata.documents import (
    DASHBOARD_TARGET,
    KINDS,
    MENU_TARGET,
    RESTRICTION_TARGET,
    ROLE_TARGET,
    WORKFLOW_TARGET,
    Document,
    Path,
    canonical,
)
from core.metadata.findings import sorted_problems
from core.metadata.layers import mapping, text
from core.metadata.names import SITE_ENTITY_PREFIX, nearest
from core.metadata.specs import SITE, Json
from core.metadata.view_merge import split_view_name

FORMS: Mapping[str, type[Form]] = {
    "entity": forms.EntityForm,
    "view": forms.ViewForm,
    "menu": forms.MenuForm,
    "role": RoleForm,
    "restriction": RestrictionForm,
    "workflow": WorkflowForm,
    "dashboard": DashboardForm,
    "module": forms.ModuleForm,
}
GATHERED: Mapping[str, tuple[str, str, type[Form]]] = {
    "menus": ("menu", MENU_TARGET, forms.MenusForm),
    "roles": ("role", ROLE_TARGET, AccessForm),
    "restrictions": ("restriction", RESTRICTION_TARGET, AccessForm),
}
"""Top keys of files that hold several documents: what each is, how others extend it, and the form of the file."""

TOPS = ("entity", "view", "workflow", "dashboard", "module", "extends")
"""Top keys of files that hold one document."""

KEPT = 1000
"""Texts whose documents are kept: some more than the files of all modules here."""


def read_yaml(source: FilePath | str, place: Place | str = "", *, owner: str = SITE) -> tuple[Document, ...]:
    """Read the documents of one YAML file or text, or raise `MetadataInvalid` with every problem and its line.

    ``place`` is the file as it is to be named to people. What a document is follows from its first key: ``entity``,
    ``view``, ``workflow``, ``dashboard``, ``module``, ``extends``, or ``menus``, ``roles`` and ``restrictions``, which hold several.
    """
    file = place.file if isinstance(place, Place) else place
    return _read(_text(source, file) if isinstance(source, FilePath) else source, file, owner)


@lru_cache(maxsize=KEPT)
def _read(text: str, file: str, owner: str) -> tuple[Document, ...]:
    """Read a text once: the same text gives the same documents, which nobody changes. What is wrong is told anew each time."""
    written = read_text(text, file)
    documents = tuple(_documents(written, file, owner))
    problems = [problem for document in documents for problem in shape_problems(document)]
    if problems:
        raise MetadataInvalid(problems=sorted_problems(problems))
    return tuple(_named(document) for document in documents)


def document_from_json(kind: str, body: object, owner: str = SITE) -> Document:
    """Return the document of a JSON body, or raise `MetadataInvalid`; places are JSON pointers."""
    place = Place(file=owner)
    if kind not in KINDS:
        raise _invalid(
            place,
            "unknown_kind",
            "There are no documents of kind {kind}. There are: {known}.",
            kind=kind[:80],
            known=KINDS,
        )
    if not isinstance(body, Mapping):
        raise _invalid(place, "wrong_type", "A document is an object of names and values.")
    _refuse_size(body, place)
    document = Document(
        owner=owner,
        kind=kind,
        name=text(body.get("extends" if kind == "extend" else kind)),
        body=body,
        place=place,
    )
    problems = list(shape_problems(document))
    if not document.name and not problems:
        problems = [Problem(code="missing", message="This is missing.", place=document.place_of(kind))]
    if problems:
        raise MetadataInvalid(problems=sorted_problems(problems))
    return _named(document)


def form_of(document: Document) -> Form | None:
    """Return the form of a document; None where its target is of no known kind."""
    if document.kind != "extend":
        return FORMS[document.kind]()
    if document.name.startswith(ROLE_TARGET):
        return ExtendRoleForm()
    if document.name.startswith(RESTRICTION_TARGET):
        return ExtendRestrictionForm()
    if document.name.startswith(MENU_TARGET):
        return forms.ExtendMenuForm()
    if document.name.startswith(WORKFLOW_TARGET):
        return ExtendWorkflowForm()
    if document.name.startswith(DASHBOARD_TARGET):
        return ExtendDashboardForm()
    return forms.ExtendViewForm() if split_view_name(document.name)[0] else forms.ExtendEntityForm()


def shape_problems(document: Document) -> Iterator[Problem]:
    """Yield everything wrong with the shape of a document: unknown keys, wrong types, missing values."""
    form = form_of(document)
    messages = form.validate(document.body) if form is not None else {}
    yield from _placed(messages, document, ())
    prefix = SITE_ENTITY_PREFIX if document.owner == SITE else f"{document.owner}."
    own = (
        document.kind not in ("menu", "role", "restriction", "workflow", "dashboard")
        or "." not in document.name
        or document.name.startswith((prefix, SITE_ENTITY_PREFIX))
    )
    if not own:
        yield Problem(
            code="not_own",
            place=document.place_of(document.kind),
            message="{name} does not belong to {owner}; write what you add to it under extends.",
            params={"name": document.name, "owner": document.owner},
        )


def _placed(messages: Any, document: Document, path: Path) -> Iterator[Problem]:
    """Yield marshmallow's nested messages as problems with their places."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _placed(inner, document, path if name == "_schema" else (*path, str(name)))
        return
    for message in messages:
        if isinstance(message, Problem):
            yield replace(message, place=document.place_of(*path), field=".".join(path) or None)


def _documents(written: Written, file: str, owner: str) -> Iterator[Document]:
    body = written.value
    if not isinstance(body, Mapping) or not body:
        raise _invalid(Place(file=file, line=1), "wrong_type", "A document is made of names and values.")
    single = any(key in body for key in TOPS[:-1]) or isinstance(body.get("extends"), str)
    for form in dict.fromkeys(form for _kind, _target, form in GATHERED.values()):
        if single:
            break
        tops = {top: (kind, target) for top, (kind, target, of) in GATHERED.items() if of is form}
        targets = tuple(target for _kind, target in tops.values())
        extends = isinstance(body.get("extends"), Mapping) and _extends_only(body, targets)
        if extends or any(top in body for top in tops):
            yield from _gathered(written, file, owner, form, tops)
            return
    kinds = [kind for kind in TOPS if kind in body]
    if kinds[:1] == ["entity"] and kinds[1:] in (["view"], ["workflow"]):
        kinds = kinds[1:]  # views and workflows name their entity
    if len(kinds) != 1:
        raise _invalid(
            Place(file=file, line=1),
            "unknown_kind",
            "A file says what it is by exactly one of these keys: {known}. Perhaps: {nearest}.",
            known=(*TOPS, *GATHERED),
            nearest=nearest(next(iter(body)), (*TOPS, *GATHERED)),
        )
    kind = "extend" if kinds[0] == "extends" else kinds[0]
    line = written.lines[(kinds[0],)]
    yield Document(
        owner=owner,
        kind=kind,
        name=text(body[kinds[0]]),
        body=body,
        lines=written.lines,
        place=Place(file=file, line=line),
    )


def _extends_only(body: Mapping[str, Json], targets: tuple[str, ...]) -> bool:
    """Tell whether a file without a top key only extends things of these kinds, named with their prefix."""
    return all(name.startswith(targets) for name in mapping(body.get("extends")))


def _gathered(
    written: Written, file: str, owner: str, form: type[Form], tops: Mapping[str, tuple[str, str]]
) -> Iterator[Document]:
    """Yield the documents of a file that holds several, each with the lines of its own part."""
    body = mapping(written.value)
    _check_top_keys(written, file, form, (*tops, "extends"))
    targets = tuple(target for _kind, target in tops.values())
    groups = [(top, kind, kind) for top, (kind, _target) in tops.items()]
    for group, made, key in (*groups, ("extends", "extend", "extends")):
        for name, part in mapping(body.get(group)).items():
            full = name if made != "extend" or name.startswith(targets) else targets[0] + name
            lines = {
                path[2:]: line
                for path, line in written.lines.items()
                if path[:2] == (group, name) and path[2:]
            }
            place = Place(file=file, line=written.lines[(group, name)])
            if not isinstance(part, Mapping):
                raise _invalid(
                    place, "wrong_type", "Write here: {known}.", known=tuple(FORMS[groups[0][1]]().keys)
                )
            yield Document(
                owner=owner,
                kind=made,
                name=full,
                body={key: full, **part},
                place=place,
                lines={**lines, (key,): place.line},
            )


def _check_top_keys(written: Written, file: str, form: type[Form], known: Collection[str]) -> None:
    """Refuse other keys than these, and a key that holds anything but names with their values."""
    for name, value in mapping(written.value).items():
        place = Place(file=file, line=written.lines[(name,)])
        if name not in known:
            raise _invalid(
                place,
                "unknown_key",
                "There is no key {name} here. Perhaps: {nearest}.",
                name=name,
                nearest=nearest(name, form().keys) or tuple(form().keys),
            )
        if not isinstance(value, Mapping):
            raise _invalid(place, "wrong_type", "Write names with a value each here.")


def _named(document: Document) -> Document:
    """Return the document with its qualified name: menu entries, roles and restrictions may leave out their module."""
    if document.kind not in ("menu", "role", "restriction") or "." in document.name:
        return document
    prefix = SITE_ENTITY_PREFIX if document.owner == SITE else f"{document.owner}."
    name = prefix + document.name
    return replace(document, name=name, body={**document.body, document.kind: name})


def _text(path: FilePath, file: str) -> str:
    try:
        return path.read_bytes()[: MAX_BYTES + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _invalid(Place(file=file), "not_utf8", "The file is not text in UTF-8.") from None
    except OSError as error:
        raise _invalid(
            Place(file=file),
            "unreadable",
            "The file cannot be read: {reason}.",
            reason=error.strerror or type(error).__name__,
        ) from None


def _refuse_size(body: Json | Mapping[Any, Any], place: Place) -> None:
    """Refuse what YAML would have been refused for: too deep, too many values, names that are no text."""
    waiting: list[tuple[object, int]] = [(body, 1)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_NODES:
            raise _invalid(place, "too_large", "The document has too many or too deeply nested values.")
        if isinstance(value, Mapping):
            if not all(isinstance(name, str) and is_storable(name) for name in value):
                raise _invalid(
                    place, "bad_key", "A key must be a name; put it in quotes if it really is one."
                )
            waiting.extend((inner, depth + 1) for inner in value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend((inner, depth + 1) for inner in value)
        elif isinstance(value, str) and not is_storable(value):
            raise _invalid(place, "unstorable", "This text holds something that is no character.")
    if len(canonical(body)) > MAX_BYTES:
        raise _invalid(place, "too_large", "The document is larger than {limit} kB.", limit=MAX_BYTES // 1024)


def _invalid(place: Place, code: str, message: str, **params: Param) -> MetadataInvalid:
    return MetadataInvalid(problems=[Problem(code=code, message=message, params=params, place=place)])
