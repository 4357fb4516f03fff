"""The site's documents about workflows: its own, and one patch for each of a module's that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.declaration import document_from_json
from core.errors import Conflict, Problem, ValidationFailed
from core.lifecycle.changes import Definitions
from core.metadata.documents import WORKFLOW_TARGET, Document, Path, plain
from core.metadata.findings import Findings
from core.metadata.layers import read
from core.metadata.specs import NOTHING, SITE, Json
from core.metadata.workflow_merge import workflow_tree
from core.metadata.workflow_specs import WorkflowSpec

Body = Mapping[str, Json]

KEPT = frozenset({"workflow", "extends", "base"})
"""Keys of a document that nobody changes by hand."""


def with_new_workflow(definitions: Definitions, body: object) -> Definitions:
    """Return the definitions with a workflow of the site's own."""
    document = document_from_json("workflow", body)
    if any(known.key == document.key for known in definitions.documents):
        raise Conflict("There is already a workflow {name}.", code="taken", name=document.name)
    return definitions.with_documents(document)


def with_changed_workflow(definitions: Definitions, spec: WorkflowSpec, body: object) -> Definitions:
    """Return the definitions with what a caller changes of a workflow; null takes the site's own word back."""
    if not isinstance(body, Mapping) or KEPT & body.keys():
        refused = Problem(
            code="not_an_object",
            message="Send what is to change of the workflow: label, initial, states, transitions.",
        )
        raise ValidationFailed(problems=[refused])
    kind, name = ("workflow", spec.name) if spec.owner == SITE else ("extend", WORKFLOW_TARGET + spec.name)
    present = next((d for d in definitions.documents if d.key == (SITE, kind, name)), None)
    written = dict(_mapping(plain(present.body))) if present else {"extends": name}
    changed = _patched({k: v for k, v in written.items() if k != "base"}, body)
    if kind == "extend" and not changed.keys() - {"extends"}:
        return definitions.without((SITE, kind, name))
    if kind == "extend":
        seen = _seen(definitions, spec, changed, _mapping(written.get("base")))
        changed = {**changed, "base": seen}
    return definitions.with_documents(document_from_json(kind, changed))


def without_workflow(definitions: Definitions, name: str) -> Definitions:
    """Return the definitions without a workflow of the site's own."""
    return definitions.without((SITE, "workflow", name))


def _patched(present: Body, change: Body) -> dict[str, Json]:
    """Return a document with a change in the manner of a JSON merge patch (RFC 7396)."""
    made = dict(present)
    for key, value in change.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, Mapping):
            below = _patched(_mapping(made.get(key)), value)
            if below or not value:
                made[key] = below
            else:
                made.pop(key, None)  # the last word of the site's own was taken back
        else:
            made[key] = value
    return made


def _seen(definitions: Definitions, spec: WorkflowSpec, changed: Body, before: Body) -> dict[str, Json]:
    """Return what the site has seen of the modules' words that it changes, so that an upgrade can tell them apart."""
    target = WORKFLOW_TARGET + spec.name
    modules = [d for d in definitions.documents if not d.is_site]
    base = next(d for d in modules if (d.kind, d.name) == ("workflow", spec.name))
    extends: list[Document] = [d for d in modules if (d.kind, d.name) == ("extend", target)]
    lower = workflow_tree(base, extends, Findings(), [])
    return {
        ".".join(path): before.get(".".join(path), plain(read(lower, path)))
        for path in _leaves(changed, ())
        if path[0] != "extends"
    }


def _leaves(tree: Body, path: Path) -> Iterator[Path]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and "list_add" not in value and key != "label":
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def _mapping(value: Json) -> Body:
    return value if isinstance(value, Mapping) else NOTHING
