"""The quality scale of modules: `quality.yaml` answers every rule, and what can be proven is proven.

    tier: silver
    rules:
      readme: done
      demo: {status: exempt, comment: It brings no records.}
      refusals: {status: todo, comment: The sentence for circles has no test yet.}

The tier of a module is that of its manifest: all rules of it and of the tiers below are done, or do not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.declaration import ModuleSource
from core.declaration.strict_yaml import read_text
from core.metadata.specs import Json
from core.testing import quality_rules as rules

FILE = "quality.yaml"
TIERS = ("bronze", "silver", "gold", "platinum")
DONE, TO_DO, EXEMPT = STATUSES = ("done", "todo", "exempt")
SHAPE = f"{FILE} has the keys tier and rules."

Proof = Callable[[ModuleSource], Iterator[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What a module of a tier keeps; without a proof the file tells in a comment where it can be seen."""

    tier: str
    about: str
    proof: Proof | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a module says of one rule."""

    status: str
    comment: str = ""


def _proven(tier: str, *proofs: Proof) -> dict[str, Rule]:
    return {p.__name__: Rule(tier=tier, about=str(p.__doc__), proof=p) for p in proofs}


RULES: Mapping[str, Rule] = {
    **_proven("bronze", rules.readme, rules.changelog, rules.contract, rules.sdk_only, rules.rights),
    **_proven("silver", rules.views, rules.findable, rules.demo, rules.tested, rules.typed),
    **_proven("gold", rules.duplicates, rules.refusals, rules.explained),
    "driven": Rule(tier="platinum", about="Tests drive its screens in a browser."),
    "upgraded": Rule(tier="platinum", about="Tests upgrade a site from its last version."),
    "measured": Rule(tier="platinum", about="Its speed with many records was measured."),
}
"""All rules by name, the lower tiers first."""


def check_quality(module: ModuleSource) -> list[str]:
    """Return what is not true, or not said, in a module's quality file; nothing where all is well."""
    file = module.path / FILE
    if not file.is_file():
        return [f"{FILE} is missing."]
    written = read_text(file.read_text(encoding="utf-8"), FILE).value
    if not isinstance(written, Mapping) or set(written) != {"tier", "rules"}:
        return [SHAPE]
    said = written["rules"]
    if not isinstance(said, Mapping):
        return [SHAPE]
    answers = {name: answer for name, value in said.items() if (answer := _answer(value))}
    return [
        *_tier_problems(module, written["tier"]),
        *(
            f"{name}: write done, or a status ({', '.join(STATUSES)}) with a comment."
            for name in said.keys() - answers.keys()
        ),
        *(f"{name}: there is no such rule." for name in said.keys() - RULES.keys()),
        *(
            f"{name}: say whether it is done. {rule.about}"
            for name, rule in RULES.items()
            if name not in said
        ),
        *_untrue(module, answers),
    ]


def _answer(value: Json) -> Answer | None:
    """Return what is said of a rule; None where it says too little."""
    if value == DONE:
        return Answer(status=DONE)
    if not isinstance(value, Mapping) or set(value) != {"status", "comment"}:
        return None
    status, comment = value["status"], value["comment"]
    return Answer(status=str(status), comment=str(comment)) if status in STATUSES and comment else None


def _tier_problems(module: ModuleSource, tier: Json) -> Iterator[str]:
    if tier not in TIERS:
        yield f"tier: one of {', '.join(TIERS)}."
    if tier != module.manifest.tier:
        yield f"tier: the manifest says {module.manifest.tier}."


def _untrue(module: ModuleSource, answers: Mapping[str, Answer]) -> Iterator[str]:
    tier = module.manifest.tier
    reached = TIERS[: TIERS.index(tier) + 1]
    for name, answer in answers.items():
        rule = RULES.get(name)
        if rule is None:
            continue
        if answer.status == TO_DO and rule.tier in reached:
            yield f"{name}: a module of tier {tier} has this done. {rule.about}"
        if answer.status == DONE and rule.proof is not None:
            yield from (f"{name}: {found}" for found in rule.proof(module))
        if answer.status == DONE and rule.proof is None and not answer.comment:
            yield f"{name}: nobody can prove it here; say in a comment where it can be seen."
