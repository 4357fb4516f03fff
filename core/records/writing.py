"""The write pipeline: the same steps for one record and for many, for every caller.

Load → defaults → computed → required and read-only → rules → ``record_validate`` → nothing moved? stop →
INSERT/UPDATE → lists and links → roll-ups → rules on rolled-up values → history → ``record_saved``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.errors import ValidationFailed
from core.files import Thumbnails
from core.hooks import Plugins
from core.records.attachments import check_files, keep_files
from core.records.change import Draft, Saved
from core.records.deriving import apply_defaults, check_conditions, check_rules, chosen, compute, find_changed
from core.records.duplicates import look_for_duplicates, parents_look_themselves
from core.records.filling import Filling
from core.records.foreseeing import foresee, forget_lines
from core.records.history import write_history
from core.records.lines import save_lists
from core.records.linking import read_links, write_links
from core.records.loading import MAX_BATCH, Loading, has_problems, refuse
from core.records.looking import Look, look
from core.records.numbering import check_series, give_numbers, issue_numbers
from core.records.persist import check_versions, insert, read_before, update
from core.records.rollups import RollUps
from core.records.statements import Rule
from core.records.states import check_kinds, check_states, enter
from core.records.targets import check_targets, empty_unusable
from core.records.telling import told_to_writer
from core.records.trash import Trash
from core.records.work import Work

Values = Mapping[str, object]


class Writing:
    """Creates and updates records; nested lists come back to it for their own entity."""

    def __init__(
        self,
        plugins: Plugins,
        rollups: RollUps,
        loading: Loading,
        label: Callable[[object], str],
        thumbnails: Thumbnails,
    ) -> None:
        self._thumbnails = thumbnails
        self._plugins = plugins
        self._loading = loading
        self._rollups = rollups
        self._trash = Trash(plugins, rollups, self._follow)
        self.filling = Filling(rollups)
        self._label = label

    def look(self, work: Work, values: Values, record_id: int) -> Look:
        """Return how the fields of a form stand with these values; nothing is written."""
        return look(self, work, self._loading, values, record_id)

    def create(
        self,
        work: Work,
        rows: Sequence[Values],
        *,
        parsed: bool = False,
        fixed: Sequence[Values] = (),
        ids: Sequence[int] = (),
    ) -> list[Saved]:
        """Create records; ``fixed`` values of each come from the pipeline itself and need no right to edit."""
        with told_to_writer(work):
            return self._create(work, rows, parsed=parsed, fixed=fixed, ids=ids)

    def _create(
        self,
        work: Work,
        rows: Sequence[Values],
        *,
        parsed: bool,
        fixed: Sequence[Values],
        ids: Sequence[int],
    ) -> list[Saved]:
        work.access.require(work.actor, work.entity, "create", work.uow.catalog)
        drafts = self._loading.drafts(work.plan, rows, work.rights(), work.context, parsed=parsed)
        for draft, values in zip(drafts, fixed, strict=bool(fixed)):
            draft.after.update(values)
        for draft, given_id in zip(drafts, ids, strict=bool(ids)):
            draft.id = given_id
        self._begin(work, drafts)
        foresee(self, work, drafts, merge=False)
        self._refuse_unreadable(work, drafts)
        give_numbers(work, drafts)
        self._settle(work, drafts, "create")
        refuse(drafts)
        issue_numbers(work, drafts)
        rule = work.access.write_condition(
            work.actor, work.entity, "create", chosen(work, drafts), work.uow.catalog
        )
        insert(work.plan, drafts, work.conditions, work.uow, rule)
        self._finish(work, drafts, "create")
        return [Saved(id=d.id, version=d.version, changed=d.changed) for d in drafts]

    def update(
        self,
        work: Work,
        changes: Mapping[int, Values],
        *,
        versions: Mapping[int, int | None],
        parsed: bool = False,
        merge_lists: bool = False,
    ) -> list[Saved]:
        """Update records by id; idle ones are left untouched and keep their version."""
        with told_to_writer(work):
            return self._apply(work, changes, versions=versions, parsed=parsed, merge_lists=merge_lists)

    def _apply(
        self,
        work: Work,
        changes: Mapping[int, Values],
        *,
        versions: Mapping[int, int | None],
        parsed: bool,
        merge_lists: bool,
    ) -> list[Saved]:
        work.access.require(work.actor, work.entity, "update", work.uow.catalog)
        drafts = self._loading.drafts(
            work.plan, list(changes.values()), work.rights(), work.context, parsed=parsed
        )
        catalog = work.uow.catalog
        rule = work.access.write_condition(work.actor, work.entity, "update", _given(drafts), catalog)
        visible = work.access.condition(work.actor, work.entity, "read", catalog)
        before = read_before(work.plan, list(changes), rule, visible, work.conditions, work.uow)
        for record_id, draft in zip(changes, drafts, strict=True):
            draft.id, draft.before = record_id, before[record_id]
            draft.version = int(str(draft.before["version"]))
        check_versions(drafts, versions)
        read_links(work, drafts)
        foresee(self, work, drafts, merge=merge_lists)
        self._refuse_unreadable(work, drafts)
        self._settle(work, drafts, "update")
        return self._carry_out(work, drafts, rule, merge_lists=merge_lists)

    def _carry_out(
        self, work: Work, drafts: Sequence[Draft], rule: Rule, *, merge_lists: bool = False
    ) -> list[Saved]:
        busy = [d for d in drafts if not d.idle]
        refuse(drafts)
        issue_numbers(work, busy)
        moved = [d for d in busy if d.changed]
        if moved:
            update(work.plan, moved, work.conditions, work.uow, rule)
        if busy:
            self._finish(work, busy, "update", merge_lists=merge_lists)
        return [Saved(id=d.id, version=d.version, changed=d.changed) for d in drafts]

    def move(self, work: Work, draft: Draft, refuse_move: Callable[[], None], rule: Rule) -> Saved:
        """Carry out a planned step of a workflow; ``refuse_move`` is asked once all that follows from it is known."""
        self._refuse_unreadable(work, [draft])
        self._settle(work, [draft], "update")
        refuse_move()
        return self._carry_out(work, [draft], rule)[0]

    @property
    def trash(self) -> Trash:
        """The way to the trash and back, for the same entities."""
        return self._trash

    def _follow(self, work: Work, changes: Mapping[int, Values]) -> object:
        """Write what follows from a deletion or a restoration in the records that pointed there."""
        return self.update(work, changes, versions={}, parsed=True)

    def _begin(self, work: Work, drafts: Sequence[Draft]) -> None:
        """Fill new records with what they start with."""
        apply_defaults(work, drafts)
        self._ask_defaults(work, drafts)
        enter(work, drafts)

    def _ask_defaults(self, work: Work, drafts: Sequence[Draft]) -> None:
        for answer in self._plugins.call.record_defaults(
            entity=work.plan.entity, values=drafts[0].after if drafts else {}, actor=work.actor, uow=work.uow
        ):
            for name, value in dict(answer or {}).items():
                for draft in drafts:
                    if (
                        name in work.plan.entity.fields
                        and draft.after.get(name) is None
                        and name not in draft.given
                    ):
                        draft.after[name] = value

    def _refuse_unreadable(self, work: Work, drafts: Sequence[Draft]) -> None:
        """Stop where values could not be read: nothing can follow from them; tell what is missing, too."""
        if has_problems(drafts):
            check_conditions(work, drafts)
            refuse(drafts)

    def _normalize(self, work: Work, drafts: Sequence[Draft]) -> None:
        ask = self._plugins.call.record_normalize
        for draft in drafts:
            try:
                for answer in ask(
                    entity=work.plan.entity,
                    values={**draft.before, **draft.after},
                    actor=work.actor,
                    uow=work.uow,
                ):
                    draft.after.update(answer or {})
            except ValidationFailed as refused:
                draft.problems.extend(refused.problems)

    def _settle(self, work: Work, drafts: Sequence[Draft], action: str) -> None:
        """Work out what follows from the values and gather every reason to refuse."""
        self._normalize(work, drafts)
        compute(work, drafts)
        find_changed(work.plan, drafts)
        check_states(work, drafts, action)
        check_kinds(work, drafts)
        check_conditions(work, drafts)
        check_rules(work, drafts, self._label, late=False)
        check_targets(work, drafts)
        check_files(work, drafts, self._thumbnails)
        check_series(work, drafts)
        for draft in drafts:
            if action == "create" or draft.changed:
                for problems in self._plugins.call.record_validate(
                    change=work.change(action, draft), uow=work.uow
                ):
                    draft.problems.extend(problems or ())

    def _finish(self, work: Work, drafts: Sequence[Draft], action: str, *, merge_lists: bool = False) -> None:
        write_links(work.plan, drafts, work.conditions, work.uow)
        keep_files(work, drafts)
        with parents_look_themselves(work):
            save_lists(self, work, drafts, merge=merge_lists)
        told = [d for d in drafts if d.changed or d.transition or action == "create"]
        changes = [work.change(action, d) for d in told]
        self._rollups.propagate(work, changes)
        self._check_late_rules(work, drafts)
        look_for_duplicates(work, drafts, action)
        write_history(work.plan, action, told, work.conditions, work.uow, work.actor)
        for change in changes:
            self._plugins.call.record_saved(change=change, uow=work.uow)
        if changes:
            self._plugins.call.records_saved(changes=changes, uow=work.uow)

    def _check_late_rules(self, work: Work, drafts: Sequence[Draft]) -> None:
        if any(rule.late for rule in work.plan.rules):
            forget_lines(work, drafts)
            work.conditions.reread(work.plan, drafts, work.uow)
            check_rules(work, drafts, self._label, late=True)
            refuse(drafts)

    def as_they_will_be(self, work: Work, rows: Sequence[Values], *, parsed: bool) -> list[Values]:
        """Return rows with what follows from their values; what cannot be read is left out."""
        drafts = self._loading.drafts(work.plan, rows, work.rights(), work.context, parsed=parsed)
        self._normalize(work, drafts)
        return [draft.after for draft in drafts]

    def begun(
        self,
        work: Work,
        rows: Sequence[Values],
        *,
        stored: Sequence[Values],
        fixed: Sequence[Values],
        parsed: bool,
    ) -> list[Draft]:
        """Return drafts of rows on their way: each changes what is ``stored``, or makes a new record of what is ``fixed``.

        What its writer could not choose is empty, so that nothing follows from it.
        """
        drafts: list[Draft] = []
        for start in range(0, len(rows), MAX_BATCH):
            part = rows[start : start + MAX_BATCH]
            drafts += self._loading.drafts(work.plan, part, work.rights(), work.context, parsed=parsed)
        for draft, before, own in zip(drafts, stored, fixed, strict=True):
            draft.id, draft.before = int(str(before.get("id", 0))), dict(before)
            draft.after.update({} if before else own)
        self._begin(work, [draft for draft in drafts if not draft.before])
        empty_unusable(work, drafts)
        self._normalize(work, drafts)
        return drafts


def _given(drafts: Sequence[Draft]) -> frozenset[str]:
    """Return the names of all fields that the drafts were given."""
    return frozenset().union(*(draft.given for draft in drafts))
