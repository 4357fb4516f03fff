"""From documents to a catalog: merge, check, and either refuse with all reasons or let the offenders sleep."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from core.errors import MetadataConflict, MetadataInvalid, Place, Problem
from core.metadata.catalog import Catalog
from core.metadata.checks import check_entities
from core.metadata.dashboard_checks import check_dashboards
from core.metadata.dependencies import Dependencies
from core.metadata.documents import Behaviour, Document, Path, digest_of
from core.metadata.findings import CONFLICT, Attribution, Finding, Findings, sorted_problems
from core.metadata.generated import generated_view
from core.metadata.layers import PARKED, Override
from core.metadata.merge import DefaultView, Merge, Merged
from core.metadata.names import MODULE_NAME, RESERVED_MODULES
from core.metadata.restriction_checks import check_restrictions, is_restriction
from core.metadata.role_checks import check_roles
from core.metadata.specs import ModuleSpec
from core.metadata.view_checks import check_menus, check_views
from core.metadata.visibility import check_visible
from core.metadata.workflow_checks import check_workflows

Spec = TypeVar("Spec")

Checker: TypeAlias = Callable[[Catalog], Iterable[Problem]]
"""Looks at a merged catalog and tells what is wrong; rooms above hand theirs to `build`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """A catalog with what had to be left out of it, and how the site's changes stand."""

    catalog: Catalog
    problems: tuple[Problem, ...] = ()
    overrides: tuple[Override, ...] = ()


def build(
    documents: Iterable[Document],
    modules: Iterable[ModuleSpec] = (),
    behaviours: Iterable[Behaviour] = (),
    checkers: Iterable[Checker] = (),
    version: int = 0,
    *,
    strict: bool = True,
    may_sleep: Container[str] = (),
    default_view: DefaultView = generated_view,
) -> Built:
    """Merge and check documents into a catalog.

    ``modules`` are the enabled ones, in the order in which they were installed. Strict, everything wrong is raised
    at once as `MetadataInvalid` (`MetadataConflict` where modules disagree); only documents of owners in
    ``may_sleep`` are left out instead. Not strict (at boot), whatever offends sleeps, with a diagnostic: the
    smallest part that can be left out, of two modules that disagree the later's.
    """
    builder = _Builder(tuple(modules), tuple(behaviours), tuple(checkers), version, default_view)
    return builder.build(tuple(documents), strict=strict, may_sleep=may_sleep)


class _Builder:
    """One build: everything but the documents stays the same over its rounds."""

    def __init__(
        self,
        modules: tuple[ModuleSpec, ...],
        behaviours: tuple[Behaviour, ...],
        checkers: tuple[Checker, ...],
        version: int,
        default_view: DefaultView,
    ) -> None:
        self._modules = modules
        self._dependencies = Dependencies(modules)
        self._behaviours = behaviours
        self._checkers = checkers
        self._version = version
        self._default_view = default_view

    def build(self, documents: tuple[Document, ...], *, strict: bool, may_sleep: Container[str]) -> Built:
        asleep: list[Problem] = []
        while True:
            catalog, merged, found = self._round(documents)
            fatal = [f for f in found if strict and (f.document is None or f.document.owner not in may_sleep)]
            if fatal:
                _refuse([f.problem for f in fatal])
            kept = _without(documents, found)
            asleep += [_dormant(f) for f in found]
            if not found or kept == documents:
                break
            documents = kept
        problems = sorted_problems([*asleep, *_parked(merged.overrides)])
        return Built(
            catalog=replace(catalog, diagnostics=problems),
            problems=problems,
            overrides=tuple(sorted(merged.overrides, key=lambda o: (o.target, o.path))),
        )

    def _round(self, documents: tuple[Document, ...]) -> tuple[Catalog, Merged, list[Finding]]:
        findings = Findings()
        self._check_modules(findings)
        behaviours = self._known_behaviours(findings)
        merged = Merge(documents, self._dependencies, behaviours, self._default_view, findings).merge()
        check_entities(merged, findings)
        check_visible(merged, self._dependencies, findings)
        check_views(merged, findings)
        check_menus(merged, findings)
        check_roles(merged, self._dependencies, findings)
        check_restrictions(merged, self._dependencies, findings)
        check_workflows(merged, self._dependencies, findings)
        check_dashboards(merged, findings)
        catalog = self._catalog(documents, merged)
        return catalog, merged, [*findings, *self._checked(catalog, documents, findings)]

    def _checked(
        self, catalog: Catalog, documents: tuple[Document, ...], findings: Findings
    ) -> list[Finding]:
        """Return what the checkers say, but for places of which something was found before."""
        problems = [p for check in self._checkers for p in check(catalog)]
        if not problems:
            return []
        attribution = Attribution(documents)
        known = {(f.document.key, f.part) for f in findings if f.document is not None}
        found = [attribution.finding(p) for p in problems]
        return [f for f in found if f.document is None or (f.document.key, f.part) not in known]

    def _check_modules(self, findings: Findings) -> None:
        for module in self._modules:
            if not MODULE_NAME.fullmatch(module.name) or module.name in RESERVED_MODULES:
                document = Document(
                    owner=module.name,
                    kind="module",
                    name=module.name,
                    body={},
                    place=Place(file=f"{module.name}/manifest.yaml"),
                )
                findings.add(
                    document, (), "bad_name", "{name} cannot be the name of a module.", name=module.name
                )

    def _known_behaviours(self, findings: Findings) -> Mapping[str, Behaviour]:
        known: dict[str, Behaviour] = {}
        ordered = sorted(self._behaviours, key=lambda b: (self._dependencies.position(b.owner), b.name))
        for behaviour in ordered:
            first = known.setdefault(behaviour.name, behaviour)
            if first is not behaviour:
                document = Document(
                    owner=behaviour.owner,
                    kind="behaviour",
                    name=behaviour.name,
                    body={},
                    place=Place(file=f"behaviour {behaviour.name}"),
                )
                findings.add(
                    document,
                    (),
                    CONFLICT,
                    "{second} registers the behaviour {name} of {first} again.",
                    second=behaviour.owner,
                    first=first.owner,
                    name=behaviour.name,
                )
        return known

    def _catalog(self, documents: tuple[Document, ...], merged: Merged) -> Catalog:
        parts = sorted((*d.key, d.digest) for d in documents)
        behaviours = sorted(
            (b.owner, b.name, digest_of([b.fields, b.rules, b.joins])) for b in self._behaviours
        )
        return Catalog(
            version=self._version,
            entities=_frozen(merged.entities),
            views=_frozen(merged.views),
            menus=_frozen(merged.menus),
            roles=_frozen(merged.roles),
            restrictions=_frozen(merged.restrictions),
            resting=_frozen(merged.resting),
            workflows=_frozen(merged.workflows),
            dashboards=_frozen(merged.dashboards),
            modules=MappingProxyType({m.name: m for m in self._modules}),
            digest=digest_of([parts, behaviours, [[m.name, m.version] for m in self._modules]]),
        )


def _frozen(specs: Mapping[str, Spec]) -> Mapping[str, Spec]:
    return MappingProxyType(dict(sorted(specs.items())))


def _refuse(problems: list[Problem]) -> None:
    error = MetadataConflict if any(p.code == CONFLICT for p in problems) else MetadataInvalid
    raise error(problems=sorted_problems(problems))


def _without(documents: tuple[Document, ...], found: Iterable[Finding]) -> tuple[Document, ...]:
    """Return the documents without the parts to blame; a restriction stays, and refuses what it cannot read."""
    whole: set[int] = set()
    parts: dict[int, set[Path]] = {}
    for finding in found:
        if finding.document is None or is_restriction(finding.document):
            continue
        if finding.part:
            parts.setdefault(id(finding.document), set()).add(finding.part)
        else:
            whole.add(id(finding.document))
    return tuple(d.without(parts[id(d)]) if id(d) in parts else d for d in documents if id(d) not in whole)


def _dormant(finding: Finding) -> Problem:
    """Return the problem as a diagnostic that says what sleeps because of it."""
    problem = finding.problem
    if finding.document is None:
        return problem
    document = finding.document
    name = " ".join((document.owner, document.kind, document.name, ".".join(finding.part))).strip()
    return replace(problem, params={**problem.params, "dormant": name})


def _parked(overrides: Iterable[Override]) -> list[Problem]:
    return [
        Problem(
            code=PARKED,
            message="The change of {path} in {target} is parked: its target is gone.",
            params={"target": o.target, "path": ".".join(o.path) or o.target},
            place=Place(file=f"site#{o.target}"),
        )
        for o in overrides
        if o.state == PARKED
    ]
