"""When two records are the same: what a document says of it, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.metadata.documents import Document
from core.metadata.duplicate_specs import DuplicateClue, DuplicateKey, Duplicates
from core.metadata.findings import Findings
from core.metadata.layers import mapping, text, texts
from core.metadata.names import humanized
from core.metadata.relations import UNSTORED
from core.metadata.specs import FILE_TYPES, EntitySpec, Json, Label

AGAINST = {"same": 0, "code": 4, "name": 40}
"""How a clue is compared, and the points that a difference takes away unless the document says otherwise."""


def read_duplicates(value: Json) -> Duplicates | None:
    """Return what a document says, None where it says nothing."""
    body = mapping(value)
    keys, clues = tuple(_keys(body.get("by"))), tuple(_clues(body.get("scan")))
    if not keys and not clues:
        return None
    return Duplicates(by=keys, differ=texts(body.get("differ")), ask=text(body.get("ask")), scan=clues)


def _keys(value: Json) -> Iterator[DuplicateKey]:
    for name, written in mapping(value).items():
        body = mapping(written)
        yield DuplicateKey(
            name=name, same=texts(body.get("same")), where=text(body.get("where")), label=_label(name, body)
        )


def _clues(value: Json) -> Iterator[DuplicateClue]:
    for name, written in mapping(value).items():
        body = mapping(written)
        how, weight, against = text(body.get("how"), "same"), body.get("weight"), body.get("against")
        yield DuplicateClue(
            name=name,
            of=texts(body.get("of")),
            how=how,
            where=text(body.get("where")),
            label=_label(name, body),
            weight=weight if isinstance(weight, int) else 100,
            against=against if isinstance(against, int) else AGAINST.get(how, 0),
        )


def _label(name: str, body: Mapping[str, Json]) -> Label:
    label = body.get("label")
    if isinstance(label, Mapping):
        return {code: one for code, one in label.items() if isinstance(one, str)}
    return label if isinstance(label, str) and label else humanized(name)


def check_duplicates(
    entity: EntitySpec, known: Mapping[str, EntitySpec], document: Document, findings: Findings
) -> None:
    """Check that every field that is named exists and has a value that can be compared."""
    spec = entity.duplicates
    if spec is None:
        return
    for key in spec.by:
        at = ("duplicates", "by", key.name)
        lists = {name.partition(".")[0] for name in key.same if "." in name}
        if not key.same or len(lists) > 1:
            findings.add(
                document,
                at,
                "bad_key",
                "{name} says which fields are the same; fields of lines are of one list.",
                name=key.name,
            )
        for name in key.same:
            _check_field(entity, name, known, document, (*at, "same"), findings)
    for name in spec.differ:
        _check_field(entity, name, known, document, ("duplicates", "differ"), findings)
    for clue in spec.scan:
        _check_clue(entity, clue, known, document, findings)
    asked = entity.fields.get(spec.ask) if spec.ask else None
    if spec.ask and (asked is None or asked.type != "reference"):
        findings.unknown_field(document, ("duplicates", "ask"), entity, spec.ask)


def _check_clue(
    entity: EntitySpec,
    clue: DuplicateClue,
    known: Mapping[str, EntitySpec],
    document: Document,
    findings: Findings,
) -> None:
    at = ("duplicates", "scan", clue.name)
    lined = any("." in name for name in clue.of)
    if clue.how not in AGAINST or not clue.of or (lined and len(clue.of) > 1):
        findings.add(
            document,
            at,
            "bad_clue",
            "{name} names fields, or one field of lines, and how they are compared: {known}.",
            name=clue.name,
            known=", ".join(AGAINST),
        )
    if clue.where and not lined:
        findings.add(
            document,
            (*at, "where"),
            "bad_clue",
            "{name} compares no lines, so that it has no where.",
            name=clue.name,
        )
    for name in clue.of:
        _check_field(entity, name, known, document, (*at, "of"), findings)


def _check_field(
    entity: EntitySpec,
    name: str,
    known: Mapping[str, EntitySpec],
    document: Document,
    at: tuple[str, ...],
    findings: Findings,
) -> None:
    first, _, rest = name.partition(".")
    field = entity.fields.get(first)
    if rest and field is not None and field.type == "list" and text(field.option("of")) in known:
        entity = known[text(field.option("of"))]
        first, field = rest, entity.fields.get(rest)
    elif rest:
        field = None
    if field is None:
        findings.unknown_field(document, at, entity, first)
    elif field.type in UNSTORED | FILE_TYPES or field.type in (
        "reference_any",
        "money",
        "multi_choice",
        "rich_text",
    ):
        findings.add(
            document,
            at,
            "not_comparable",
            "{name} is a {type} and cannot be compared.",
            name=first,
            type=field.type,
        )
