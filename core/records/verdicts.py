"""Verdicts on one record as it stands: whether rights and conditions hold, told from values that are known already."""

from __future__ import annotations

from collections.abc import Callable

from core.access import reference_targets
from core.access.parts import target_step
from core.expressions import Checked, Env, View, compile_python, follows_only
from core.records.compiled import Kept
from core.records.lines import whole_of
from core.records.statements import Rule
from core.records.work import Work

COMPILED = 512
_Read = Callable[[View, Env], object]


class Verdicts:
    """Reads conditions in Python; where nothing is written, the record is asked for once for all of them."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[Rule, _Read]] = Kept(COMPILED)

    def allows(self, work: Work, record_id: int, rule: Rule) -> bool:
        """Tell whether a rule of the actor's rights holds for a record that is not in the trash."""
        if isinstance(rule, bool):
            return rule
        # Conditions are told apart by identity, which costs nothing; they are kept, so that none takes another's.
        _, read = self._kept.get(id(rule), lambda: (rule, compile_python(rule)))
        return self._holds(work, record_id, read)

    def fulfils(self, work: Work, record_id: int, text: str) -> bool:
        """Tell whether a condition of a definition holds for a record that is not in the trash."""
        catalog = work.uow.catalog

        def compiled() -> tuple[Rule, _Read]:
            checked: Checked = work.conditions.checked(catalog, work.entity, text)
            return checked, compile_python(checked)

        _, read = self._kept.get((catalog.version, catalog.digest, work.entity, text), compiled)
        return self._holds(work, record_id, read)

    def shows_lines(self, work: Work, record_id: int, name: str) -> bool:
        """Tell whether the actor sees every line that a list of a record has or could have, whatever stands in them."""
        spec = work.plan.entity.fields[name]
        child = work.open(str(spec.option("of")))
        rule = work.access.condition(work.actor, child.entity, "read", work.uow.catalog)
        if isinstance(rule, bool):
            return rule
        by = child.plan.entity.fields[str(spec.option("by"))]
        ways = {by.name, *(target_step(by.name, target) for target in reference_targets(by))}
        if not record_id or not follows_only(rule, ways):
            return False
        _, read = self._kept.get(id(rule), lambda: (rule, compile_python(rule)))
        return read(child.seen(whole_of(work, spec, record_id)), work.env()) is True

    def hidden(self, work: Work, record_id: int) -> frozenset[str]:
        """Return the fields that the actor reads on other records and not on this one, which is not in the trash."""
        masks = {name: mask for name, mask in work.rights().readable.items() if mask is not True}
        found = work.others(work.entity, "id", [record_id]) if masks else ()
        return frozenset(
            name for name, mask in masks.items() if found and not self.allows(work, record_id, mask)
        )

    @staticmethod
    def _holds(work: Work, record_id: int, read: _Read) -> bool:
        found = work.others(work.entity, "id", [record_id])
        return bool(found) and read(work.seen(found[0]), work.env()) is True
