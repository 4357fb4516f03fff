"""Workflows of modules with what others add and the site changes; the states and their field stay the owner's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from core.errors import Place
from core.metadata.documents import Document, Path, canonical
from core.metadata.findings import Findings
from core.metadata.layers import Layers, Override, Setting, added, items, mapping, read, text, texts
from core.metadata.names import SITE_PREFIX, humanized
from core.metadata.specs import Json, Label
from core.metadata.workflow_specs import GuardSpec, StateSpec, TransitionSpec, WorkflowSpec

WORKFLOW_OPEN = frozenset({"label", "initial"})
STATE_OPEN = frozenset({"hue", "final"})
TRANSITION_OPEN = frozenset(
    {"label", "from", "guards", "set", "clear", "required", "ask", "reason", "roles", "disabled"}
)
"""What others may change of a transition that is there; of their own all is theirs to say."""


def merge_workflow(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> WorkflowSpec:
    """Return the frozen workflow with what others add to it, in the order of modules, the site last."""
    tree, documents = workflow_tree(base, extends, findings, overrides), (base, *extends)
    return WorkflowSpec(
        name=base.name,
        entity=text(tree.get("entity")),
        label=_label(tree.get("label"), base.name),
        field=text(tree.get("field")),
        kind=text(tree.get("kind")),
        among=text(tree.get("among")),
        order=text(tree.get("order")),
        initial=texts(tree.get("initial")),
        states=MappingProxyType({n: _state(n, body) for n, body in mapping(tree.get("states")).items()}),
        transitions=MappingProxyType(
            {
                name: _transition(name, mapping(body), documents)
                for name, body in mapping(tree.get("transitions")).items()
                if mapping(body).get("disabled") is not True
            }
        ),
        disabled=tuple(
            name
            for name, body in mapping(tree.get("transitions")).items()
            if mapping(body).get("disabled") is True
        ),
        owner=base.owner,
        place=base.place,
    )


def workflow_tree(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> Mapping[str, Json]:
    """Return a workflow as one would write it with everything that these documents say."""
    return Layers(base.name, findings, overrides).apply(
        dict(base.body), list(_settings(base, extends, findings))
    )


def _settings(base: Document, extends: Sequence[Document], findings: Findings) -> Iterator[Setting]:
    known = mapping(base.body.get("transitions"))
    for document in extends:
        for key, value in document.body.items():
            if key == "states":
                yield from _of_states(document, mapping(value))
            elif key == "transitions":
                for name, body in mapping(value).items():
                    yield from _of_transition(document, base, name, mapping(body), name in known, findings)
            elif key in WORKFLOW_OPEN:
                yield Setting(document=document, path=(key,), at=(key,), value=value)
            elif key not in ("extends", "base"):
                _protected(
                    document, (key,), base, sorted({*WORKFLOW_OPEN, "states", "transitions"}), findings
                )


def _of_states(document: Document, states: Mapping[str, Json]) -> Iterator[Setting]:
    for name, body in states.items():
        for key, value in mapping(body).items():
            path = ("states", name, key)
            yield Setting(document=document, path=path, at=path, value=value)


def _of_transition(
    document: Document,
    base: Document,
    name: str,
    body: Mapping[str, Json],
    known: bool,
    findings: Findings,
) -> Iterator[Setting]:
    at: Path = ("transitions", name)
    if not known and document.is_site and not name.startswith(SITE_PREFIX):
        findings.add(
            document,
            at,
            "bad_name",
            "Names of your own transitions begin with {prefix}; {name} is none of {target}.",
            prefix=SITE_PREFIX,
            name=name,
            target=base.name,
        )
        return
    for key, value in body.items():
        if known and key not in TRANSITION_OPEN:
            _protected(document, (*at, key), base, sorted(TRANSITION_OPEN), findings)
        elif key == "set":
            for field, expression in mapping(value).items():
                path = (*at, "set", field)
                yield Setting(document=document, path=path, at=path, value=expression)
        else:
            yield Setting(document=document, path=(*at, key), at=(*at, key), value=value)


def _protected(document: Document, at: Path, base: Document, opened: list[str], findings: Findings) -> None:
    findings.add(
        document,
        at,
        "protected",
        "{property} of {target} belongs to {owner} and cannot be changed from outside. What can be: {open}.",
        property=".".join(at),
        target=base.name,
        owner=base.owner,
        open=tuple(opened),
    )


def _state(name: str, body: Json) -> StateSpec:
    written = mapping(body)
    return StateSpec(name=name, hue=text(written.get("hue")), final=written.get("final") is True)


def _transition(name: str, body: Mapping[str, Json], documents: Sequence[Document]) -> TransitionSpec:
    at: Path = ("transitions", name)
    first = next(d for d in documents if isinstance(read(d.body, at), Mapping))
    return TransitionSpec(
        name=name,
        label=_label(body.get("label"), name),
        source=texts(body.get("from")),
        target=text(body.get("to")),
        guards=tuple(_guard(value, at, documents) for value in items(body.get("guards"))),
        set=MappingProxyType({f: written_expression(v) for f, v in mapping(body.get("set")).items()}),
        clear=texts(body.get("clear")),
        required=texts(body.get("required")),
        ask=texts(body.get("ask")),
        reason=text(body.get("reason"), "optional"),
        roles=texts(body.get("roles")),
        owner=first.owner,
        place=first.place_of(*at),
    )


def written_expression(value: Json) -> str:
    """Return a value to set as the expression that it is: numbers and yes or no may be written plainly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float, str)) else ""


def _guard(value: Json, at: Path, documents: Sequence[Document]) -> GuardSpec:
    place = _place_of_guard(value, at, documents)
    if isinstance(value, str):
        return GuardSpec(function=value, place=place)
    body = mapping(value)
    return GuardSpec(
        when=text(body.get("when")),
        message=_label(body.get("message"), "", "This step is not possible now."),
        on=texts(body.get("on")),
        place=place,
    )


def _place_of_guard(value: Json, at: Path, documents: Sequence[Document]) -> Place:
    """Return where a guard was written: in the last document that has it."""
    for document in reversed(documents):
        written = read(document.body, (*at, "guards"))
        adding = added(written)
        for index, one in enumerate(items(written) if adding is None else adding):
            if canonical(one) == canonical(value):
                below = () if adding is None else ("list_add",)
                return document.place_of(*at, "guards", *below, str(index))
    return documents[0].place_of(*at)


def _label(value: Json, name: str, default: Label = "") -> Label:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, Mapping) and value:
        return MappingProxyType({k: v for k, v in value.items() if isinstance(v, str)})
    return default or humanized(name)
