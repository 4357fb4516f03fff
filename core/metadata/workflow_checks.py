"""What workflows name must exist: entity, field, states, fields of the steps, roles; and nothing may have two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.metadata.dependencies import Dependencies
from core.metadata.documents import Document, Path
from core.metadata.findings import CONFLICT, Findings
from core.metadata.layers import added, items, mapping, texts
from core.metadata.merge import Merged
from core.metadata.names import FIELD_NAME, suggestions
from core.metadata.relations import targets
from core.metadata.specs import EntitySpec, FieldSpec, Json
from core.metadata.workflow_specs import WorkflowSpec


def check_workflows(merged: Merged, dependencies: Dependencies, findings: Findings) -> None:
    """Check every workflow of the merge; a field has one at most."""
    known: dict[tuple[str, str], WorkflowSpec] = {}
    for workflow in merged.workflows.values():
        base = merged.documents[("workflow", workflow.name)]
        entity = merged.entities.get(workflow.entity)
        if entity is None:
            findings.unknown_entity(base, ("entity",), workflow.entity, merged.entities)
            continue
        if not dependencies.sees(base.owner, entity.owner):
            findings.add(
                base,
                ("entity",),
                "undeclared_dependency",
                "{owner} leads to {name} of {other} without requiring {other} in its manifest.",
                owner=base.owner,
                name=entity.name,
                other=entity.owner,
            )
        first = known.setdefault((entity.name, workflow.field), workflow)
        if first is not workflow:
            findings.add(
                base,
                ("field",),
                CONFLICT,
                "{field} of {entity} has a workflow already: {first}.",
                field=workflow.field,
                entity=entity.name,
                first=first.name,
            )
        _Workflow(merged, workflow, entity, base, findings).check()


def states_of(workflow: WorkflowSpec, entities: Mapping[str, EntitySpec]) -> tuple[str, ...]:
    """Return the names of the states in their order: the choices of the field, or of the kind of what it refers to."""
    spec = state_choices(workflow, entities)
    return tuple(choice.name for choice in spec.choices) if spec is not None else ()


def state_choices(workflow: WorkflowSpec, entities: Mapping[str, EntitySpec]) -> FieldSpec | None:
    """Return the choice field whose choices are the states; None where there is none."""
    entity = entities.get(workflow.entity)
    field = entity.fields.get(workflow.field) if entity is not None else None
    if field is not None and field.type == "reference":
        target = entities.get(str(field.option("to")))
        field = target.fields.get(workflow.kind) if target is not None else None
    return field if field is not None and field.type == "choice" else None


class _Workflow:
    """The checks of one workflow."""

    def __init__(
        self, merged: Merged, workflow: WorkflowSpec, entity: EntitySpec, base: Document, findings: Findings
    ) -> None:
        self._merged = merged
        self._workflow = workflow
        self._entity = entity
        self._base = base
        self._findings = findings

    def check(self) -> None:
        if not self._field():
            return
        states = states_of(self._workflow, self._merged.entities)
        if not self._workflow.initial:
            self._findings.add(
                self._base, ("initial",), "no_initial", "Say in which states a new record may start."
            )
        for document in self._merged.sources("workflow", self._workflow.name):
            self._names(document, ("initial",), document.body.get("initial"), states)
            for name in mapping(document.body.get("states")):
                self._names(document, ("states", name), name, states)
            for name, body in mapping(document.body.get("transitions")).items():
                self._transition(document, ("transitions", name), mapping(body), states)
        for transition in self._workflow.transitions.values():
            if not transition.source or not transition.target:
                document, at = self._declared(transition.name)
                self._findings.add(
                    document,
                    at,
                    "no_way",
                    "A transition says from which states (from) it leads to which (to).",
                )

    def _declared(self, name: str) -> tuple[Document, Path]:
        for document in self._merged.sources("workflow", self._workflow.name):
            if name in mapping(document.body.get("transitions")):
                return document, ("transitions", name)
        return self._base, ()

    def _field(self) -> bool:
        """Check which field holds the state; False where the states cannot be known."""
        workflow, fields = self._workflow, self._entity.fields
        field = fields.get(workflow.field)
        if field is None:
            self._findings.unknown_field(self._base, ("field",), self._entity, workflow.field)
        elif field.type == "choice" and not field.derived:
            for key in ("kind", "among", "order"):
                if getattr(workflow, key):
                    self._findings.add(
                        self._base,
                        (key,),
                        "no_reference",
                        "{key} means something only where the field is a reference.",
                        key=key,
                    )
            return True
        elif field.type == "reference" and not field.derived:
            return self._reference(field)
        else:
            self._findings.add(
                self._base,
                ("field",),
                "bad_state_field",
                "{field} cannot hold a state: it takes a choice, or a reference to records that have one.",
                field=workflow.field,
            )
        return False

    def _reference(self, field: FieldSpec) -> bool:
        target = self._merged.entities.get(next(iter(targets(field)), ""))
        if target is None:
            return False  # told at the field
        kind = target.fields.get(self._workflow.kind)
        order = self._workflow.order
        if order and order not in target.fields:
            self._findings.unknown_field(self._base, ("order",), target, order)
        if kind is not None and kind.type == "choice":
            return True
        choices = [f.name for f in target.fields.values() if f.type == "choice"]
        self._findings.add(
            self._base,
            ("kind",),
            "no_kind",
            "Say by kind which choice of {entity} is the state. Perhaps: {nearest}.",
            entity=target.name,
            nearest=suggestions(self._workflow.kind, choices),
        )
        return False

    def _transition(
        self, document: Document, at: Path, body: Mapping[str, Json], states: tuple[str, ...]
    ) -> None:
        if not FIELD_NAME.fullmatch(at[1]):
            self._findings.add(
                document,
                at,
                "bad_name",
                "{name} cannot be a transition: small letters, digits and _, at most 48, a letter first.",
                name=at[1],
            )
        for key in ("from", "to"):
            self._names(document, (*at, key), body.get(key), states)
        for key in ("required", "ask", "clear"):
            for name in _written(body.get(key)):
                self._writable(document, (*at, key), name)
        for name in mapping(body.get("set")):
            self._writable(document, (*at, "set", name), name)
        for name in _guard_fields(body.get("guards")):
            if name not in self._entity.fields:
                self._findings.unknown_field(document, (*at, "guards"), self._entity, name)
        for name in _written(body.get("roles")):
            if name not in self._merged.roles:
                self._findings.add(
                    document,
                    (*at, "roles"),
                    "unknown_role",
                    "There is no role {name}. Perhaps: {nearest}.",
                    name=name,
                    nearest=suggestions(name, self._merged.roles),
                )

    def _names(self, document: Document, at: Path, value: Json, states: tuple[str, ...]) -> None:
        for name in _written(value):
            if name not in states:
                self._findings.add(
                    document,
                    at,
                    "unknown_state",
                    "There is no state {name}. There are: {known}.",
                    name=name,
                    known=states or ("—",),
                )

    def _writable(self, document: Document, at: Path, name: str) -> None:
        field = self._entity.fields.get(name)
        if field is None:
            self._findings.unknown_field(document, at, self._entity, name)
        elif (
            field.derived
            or field.system
            or field.type in ("list", "sequence")
            or name == self._workflow.field
        ):
            self._findings.add(
                document,
                at,
                "not_written",
                "A step cannot fill {name}: it is worked out, a list, or the state itself.",
                name=name,
            )


def _written(value: Json) -> tuple[str, ...]:
    adding = added(value)
    return texts(value if adding is None else adding)


def _guard_fields(value: Json) -> Iterator[str]:
    adding = added(value)
    guards: Iterable[Json] = items(value) if adding is None else adding
    for guard in guards:
        yield from texts(mapping(guard).get("on"))
