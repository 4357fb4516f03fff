"""No sequence of acts enlarges what somebody may do, unless who may share the record acted."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from core.errors import PayvandError
from core.records.service import Records
from core.storage import Database
from core.testing.site import actor_of

CONTACT, SHARE = "contacts.contact", "base.share"
ACTIONS = ("read", "update", "delete", "share", "export")
LOGINS = ("ann@example.com", "bob@example.com", "cid@example.com")
SOMEBODY = st.integers(0, len(LOGINS) - 1)


class Office(RuleBasedStateMachine):
    """An office in which everybody tries everything with everybody's contacts."""

    desk: ClassVar[Any]
    site: ClassVar[Any]

    def __init__(self):
        super().__init__()
        self.contacts = [self.person(n).one(CONTACT, last_name=f"Of {LOGINS[n]}") for n in range(len(LOGINS))]
        self.ever = {n: self.rights(n) for n in range(len(LOGINS))}

    def person(self, number):
        return self.desk.as_(actor_of(self.site, LOGINS[number]))

    def rights(self, number):
        actor = actor_of(self.site, LOGINS[number])
        with self.site.get(Database).unit(self.desk.catalog, actor) as uow:
            ask = self.site.get(Records).allows
            return {
                (contact, action)
                for contact in self.contacts
                for action in ACTIONS
                if ask(actor, CONTACT, contact, action, uow=uow)
            }

    def tries(self, who, on, act):
        contact = self.contacts[on]
        grants = (contact, "share") in self.rights(who)
        with suppress(PayvandError):
            act(self.person(who), contact)
        for number in range(len(LOGINS)):
            now = self.rights(number)
            new = {right for right in now - self.ever[number] if right[0] != contact or not grants}
            assert not new, f"{LOGINS[who]} gave {LOGINS[number]} {new}"
            self.ever[number] |= now

    @rule(who=SOMEBODY, on=SOMEBODY, whom=SOMEBODY, level=st.sampled_from(["read", "edit"]))
    def shares(self, who, on, whom, level):
        user = actor_of(self.site, LOGINS[whom]).id
        row = {"with_user": user, "level": level, "reason": "x"}
        self.tries(
            who, on, lambda mine, c: mine.create(SHARE, {**row, "record": {"entity": CONTACT, "id": c}})
        )

    @rule(
        who=SOMEBODY,
        on=SOMEBODY,
        values=st.sampled_from([{"level": "edit"}, {"with_role": "contacts.editor"}]),
    )
    def widens_a_share(self, who, on, values):
        self.tries(who, on, lambda mine, c: [mine.update(SHARE, one, **values) for one in self.known(c)])

    @rule(who=SOMEBODY, on=SOMEBODY, to=SOMEBODY)
    def moves_a_share(self, who, on, to):
        other = {"entity": CONTACT, "id": self.contacts[to]}
        self.tries(
            who,
            to,
            lambda mine, _: [mine.update(SHARE, n, record=other) for n in self.known(self.contacts[on])],
        )

    @rule(who=SOMEBODY, on=SOMEBODY, to=SOMEBODY)
    def gives_away(self, who, on, to):
        owner = actor_of(self.site, LOGINS[to]).id
        self.tries(who, on, lambda mine, c: mine.update(CONTACT, c, owner=owner))

    @rule(who=SOMEBODY, on=SOMEBODY)
    def changes_and_deletes(self, who, on):
        self.tries(who, on, lambda mine, c: mine.update(CONTACT, c, job_title="Baker"))
        self.tries(who, on, lambda mine, c: mine.delete(CONTACT, c))
        self.tries(who, on, lambda mine, c: mine.restore(CONTACT, c))

    @rule(owner=SOMEBODY, whom=SOMEBODY)
    def lets_somebody_edit_who_takes_it(self, owner, whom):
        self.shares(who=owner, on=owner, whom=whom, level="edit")
        self.gives_away(who=whom, on=owner, to=whom)

    def known(self, contact):
        return self.desk.column(SHARE, "id", filter=f"refers(record, '{CONTACT}', {contact})")


@pytest.fixture
def people(actor_as):
    return SimpleNamespace(all=[actor_as("base.member", "contacts.editor", login=login) for login in LOGINS])


def test_no_sequence_of_acts_enlarges_rights_but_by_who_may_share(desk, site, people):
    machine = type("OfficeHere", (Office,), {"desk": desk, "site": site})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=8,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=checks,
        ),
    )
