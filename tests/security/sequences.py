"""Random sequences of requests of an office: nobody comes to read or write more, unless who may grant it acted.

May grant: who may share the record; who by a role, not by a share, writes a field on which grants rest, and so hands it
over; who may merge both records. Out of the trash a record comes back to those who had it, and to nobody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any, ClassVar
from urllib.parse import urlsplit

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.security.circle import CONTACT, DECIDING, PEOPLE, POINT, SHARE, Circle, Colleague, Right

WHO = st.integers(0, len(PEOPLE) - 1)
ON = st.integers(0, 5)
LEVEL = st.sampled_from(["read", "edit"])
WHOM = st.one_of(
    st.tuples(st.just("with_user"), WHO),
    st.tuples(st.just("with_team"), st.integers(0, 1)),
    st.tuples(
        st.just("with_role"),
        st.sampled_from(["circle.watcher", "circle.sharer", "contacts.reader", "contacts.editor"]),
    ),
)
VALUES = st.one_of(
    st.fixed_dictionaries({"lifecycle": st.sampled_from(["customer", "prospect"])}),
    st.fixed_dictionaries({"department": st.sampled_from(["board", "desk"])}),
    st.fixed_dictionaries({"owner": WHO.map(lambda n: ("person", n))}),
    st.fixed_dictionaries({"team": st.integers(0, 1).map(lambda n: ("team", n))}),
    st.fixed_dictionaries({"job_title": st.sampled_from(["Baker", "Brewer"]), "notes": st.just("x")}),
)
DEFINED = f"/metadata/entities/{CONTACT}"
COPY: tuple[str, str, Any] = (
    "POST",
    "/fields",
    {"name": "x_copy", "type": "text", "computed": "notes", "readable_because": "I say so"},
)
ARRANGED = st.sampled_from(
    [
        ("PATCH", "/fields/job_title", {"label": {"en": "Trade"}}),
        ("PATCH", "/fields/notes", {"label": {"en": "Secret"}}),
        ("PATCH", "/fields/notes", {"readable_because": "x"}),
        ("PATCH", "/fields/full_name", {"computed": "notes"}),
        ("PATCH", "/fields/full_name", {"readable_because": "x"}),
        ("PATCH", "/fields/owner", {"read_only_when": "false"}),
        ("PATCH", "/fields/lifecycle", {"choices": {"friend": {"label": "Friend"}}, "default": "customer"}),
        COPY,
        ("POST", "/fields", {"name": "x_to", "type": "reference", "to": CONTACT}),
        ("POST", "/fields", {"name": "x_own", "type": "text", "default": "$user"}),
        ("PATCH", "/views/list", {"columns": ["full_name", "notes"]}),
        ("PATCH", "/views/form", {"sections": [{"name": "main", "items": ["last_name", "notes"]}]}),
        ("PATCH", "/views/list", {"columns": ["full_name", "job_title"]}),
        ("PATCH", "", {"part_of": "account", "title": "notes"}),
        ("DELETE", "/fields/notes", None),
        ("DELETE", "", None),
    ]
)
"""What is asked of the definitions by people of whom one arranges them; most of it is more than that."""
MOST = 6
"""Contacts in one sequence."""


class Office(RuleBasedStateMachine):
    """Everybody tries everything with everybody's contacts."""

    circle: ClassVar[Circle]
    made: ClassVar[int] = 0
    acts: ClassVar[int] = 0
    answered: ClassVar[Counter[int]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.contacts: list[int] = []
        self.merges: list[int] = []
        self.had: dict[int, set[tuple[str, Right]]] = {}
        for name in ("ann", "cid", "mia"):
            self._make(self.named(name))
        self.now = self.all_rights()

    # --- what is seen -----------------------------------------------------------------------------

    def named(self, name: str) -> Colleague:
        return next(one for one in self.circle.people if one.name == name)

    def all_rights(self) -> set[tuple[str, Right]]:
        found = set()
        for one in self.circle.people:
            rights = self.circle.rights(one, self.contacts)
            found |= {(one.name, right) for right in rights}
            read = {record for record, what in rights if what == "read"}
            listed = self.circle.listed(one, self.contacts)
            assert listed == read, f"{one.name} is shown other contacts"
        return found

    def grants(self, who: Colleague, record: int, values: Iterable[str] = ()) -> bool:
        """Tell whether somebody may grant rights on a record, by sharing it or by writing such fields."""
        if (who.name, (record, "share")) in self.now:
            return True
        handing = {f"writes {name}" for name in values if name in DECIDING}
        return any(what in handing for _, what in self.circle.rights(who, [record], shares=False))

    def tries(
        self,
        who: Colleague,
        act: Callable[[], Any],
        granted: Iterable[int] = (),
        back: Iterable[int] = (),
        *,
        within: bool = False,
    ) -> None:
        """Do it, and look who has gained what; ``back`` are records that come back as they were.

        ``within`` says that the one who acts gains no field by it themselves.
        """
        before = self.now
        response = act()
        cls = type(self)
        cls.acts += 1
        cls.answered[getattr(response, "status_code", 0)] += 1
        self.now = self.all_rights()
        allowed, returned = set(granted), set(back)
        gained = {
            (name, right)
            for name, right in self.now - before
            if right[0] not in allowed
            and not (right[0] in returned and (name, right) in self.had.get(right[0], set()))
        }
        assert not gained, f"{who.name} gave {sorted(gained)}"
        if within:
            more = {
                (name, right) for name, right in self.now - before if name == who.name and " " in right[1]
            }
            assert not more, f"{who.name} gained by a share of their own: {sorted(more)}"
        for record in {right[0] for _, right in before} - {right[0] for _, right in self.now}:
            self.had[record] = {one for one in before if one[1][0] == record}

    def chosen(self, who: int, on: int) -> tuple[Colleague, int]:
        return self.circle.people[who], self.contacts[on % len(self.contacts)]

    def valued(self, values: Mapping[str, Any]) -> dict[str, Any]:
        kinds = {"person": [one.id for one in self.circle.people], "team": self.circle.teams}
        return {n: kinds[v[0]][v[1]] if isinstance(v, tuple) else v for n, v in values.items()}

    def _make(self, who: Colleague, **values: Any) -> Any:
        cls = type(self)
        cls.made += 1
        row = {
            "last_name": f"N{cls.made}",
            "code": f"c{cls.made}",
            "notes": "secret",
            "department": "desk",
            "points": [{"kind": "url", "value": f"https://n{cls.made}.example.com"}],
            **values,
        }
        response = who.api("POST", f"/records/{CONTACT}", row)
        if response.status_code == 201:
            self.contacts.append(response.json["id"])
        return response

    # --- what people do ---------------------------------------------------------------------------

    @rule(who=WHO, values=VALUES)
    def creates(self, who: int, values: Mapping[str, Any]) -> None:
        if len(self.contacts) < MOST:
            person = self.circle.people[who]
            known = set(self.contacts)
            made = self._make(person, **self.valued(values))
            self.tries(person, lambda: made, granted=set(self.contacts) - known)

    @rule(who=WHO, on=ON, values=VALUES)
    def changes(self, who: int, on: int, values: Mapping[str, Any]) -> None:
        person, record = self.chosen(who, on)
        path, any_version = f"/records/{CONTACT}/{record}", {"If-Match": "*"}
        granted = [record] if self.grants(person, record, values) else []
        self.tries(
            person, lambda: person.api("PATCH", path, self.valued(values), headers=any_version), granted
        )

    @rule(who=WHO, on=ON, values=VALUES)
    def fills_in_the_form(self, who: int, on: int, values: Mapping[str, Any]) -> None:
        person, record = self.chosen(who, on)
        opened = person.web.opens(f"/records/{CONTACT}/{record}")
        if opened.status != 200 or not opened.page.all("form", id="record"):
            self.tries(person, lambda: opened.response)
            return
        form = opened.page.form(id="record")
        address = form.action or opened.response.request.full_path.rstrip("?")
        # What has become a part of another record opens as that one: what is sent is sent to it.
        shown = int(PurePath(urlsplit(address).path).name)
        texts = {name: str(value) for name, value in self.valued(values).items()}
        granted = [shown] if self.grants(person, shown, values) else []
        self.tries(person, lambda: person.web.sends(address, {**form.filled({}), **texts}).response, granted)

    @rule(who=WHO, values=VALUES)
    def changes_many(self, who: int, values: Mapping[str, Any]) -> None:
        person = self.circle.people[who]
        granted = [one for one in self.contacts if self.grants(person, one, values)]
        body = {"ids": list(self.contacts), "values": self.valued(values)}
        self.tries(person, lambda: person.api("POST", f"/records/{CONTACT}/bulk", body), granted)

    @rule(who=WHO, on=ON, values=st.sampled_from([("lifecycle", "customer"), ("department", "desk")]))
    def imports(self, who: int, on: int, values: tuple[str, str]) -> None:
        person, record = self.chosen(who, on)
        granted = [record] if self.grants(person, record, [values[0]]) else []
        code = next(iter(self.circle.desk.column(CONTACT, "code", filter=f"id == {record}")), "none")
        sheet = f"code,{values[0]}\n{code},{values[1]}\n"
        self.tries(person, lambda: self.circle.imports(person, sheet), granted)

    @rule(who=WHO, on=ON, back=st.booleans())
    def deletes(self, who: int, on: int, back: bool) -> None:
        person, record = self.chosen(who, on)
        path = f"/records/{CONTACT}/{record}"
        self.tries(person, lambda: person.api("DELETE", path))
        if back:
            self.restores(who, on)

    @rule(who=WHO, on=ON)
    def restores(self, who: int, on: int) -> None:
        person, record = self.chosen(who, on)
        path = f"/records/{CONTACT}/{record}/restore"
        self.tries(person, lambda: person.api("POST", path), back=[record])

    @rule(who=WHO, on=ON, whom=WHOM, level=LEVEL)
    def shares(self, who: int, on: int, whom: tuple[str, Any], level: str) -> None:
        person, record = self.chosen(who, on)
        row = {"record": {"entity": CONTACT, "id": record}, **self.whom(whom), "level": level, "reason": "x"}
        granted = [record] if self.grants(person, record) else []
        self.tries(person, lambda: person.api("POST", f"/records/{SHARE}", row), granted, within=True)

    @rule(who=WHO, whom=WHOM, level=LEVEL)
    def shares_many(self, who: int, whom: tuple[str, Any], level: str) -> None:
        person = self.circle.people[who]
        granted = [one for one in self.contacts if self.grants(person, one)]
        body = {"ids": list(self.contacts), "values": {**self.whom(whom), "level": level}, "reason": "x"}
        path = f"/records/{CONTACT}/operations/share"
        self.tries(person, lambda: person.api("POST", path, body), granted, within=True)

    @rule(
        who=WHO,
        on=ON,
        values=st.one_of(
            st.just({"level": "edit"}),
            st.just({"level": "read"}),
            st.just({"expires_at": None}),
            st.just({"expires_at": "2020-01-01T00:00:00Z"}),
            WHOM,
        ),
    )
    def changes_a_share(self, who: int, on: int, values: Any) -> None:
        person, record = self.chosen(who, on)
        granted = [record] if self.grants(person, record) else []
        nobody = {"with_user": None, "with_team": None, "with_role": None}
        row = {**nobody, **self.whom(values)} if isinstance(values, tuple) else values
        for number in self.circle.shares(record)[:2]:
            path = f"/records/{SHARE}/{number}"
            self.tries(person, lambda p=path: person.api("PATCH", p, row, headers={"If-Match": "*"}), granted)

    @rule(who=WHO, on=ON, to=ON)
    def moves_shares_and_parts(self, who: int, on: int, to: int) -> None:
        person, record = self.chosen(who, on)
        other = self.contacts[to % len(self.contacts)]
        granted = [other] if self.grants(person, other) else []
        value = {"entity": CONTACT, "id": other}
        moved = [(SHARE, "record", one) for one in self.circle.shares(record)[:1]]
        moved += [(POINT, "owner", one) for one in self.circle.points(record)[:1]]
        for entity, by, number in moved:
            path = f"/records/{entity}/{number}"
            self.tries(
                person,
                lambda p=path, b=by: person.api("PATCH", p, {b: value}, headers={"If-Match": "*"}),
                granted,
            )

    @rule(who=WHO, on=ON, back=st.booleans())
    def ends_shares(self, who: int, on: int, back: bool) -> None:
        person, record = self.chosen(who, on)
        for number in self.circle.shares(record)[:2]:
            path = f"/records/{SHARE}/{number}"
            self.tries(person, lambda p=path: person.api("DELETE", p))
            granted = [record] if self.grants(person, record) else []
            if back:
                self.tries(person, lambda p=path: person.api("POST", f"{p}/restore"), granted)

    @rule(who=WHO, on=ON, to=ON)
    def merges_two(self, who: int, on: int, to: int) -> None:
        person, loser = self.chosen(who, on)
        winner = self.contacts[to % len(self.contacts)]
        both = [one for one in (winner, loser) if (person.name, (one, "merge")) in self.now]
        path = f"/records/{CONTACT}/{winner}/merge"

        def act() -> Any:
            response = person.api("POST", path, {"losers": [loser]})
            if response.status_code == 200:
                self.merges.append(response.json["merge"])
            return response

        self.tries(person, act, both if len(both) == 2 else [])

    @rule(who=WHO)
    def takes_a_merge_back(self, who: int) -> None:
        person = self.circle.people[who]
        granted = [one for one in self.contacts if (person.name, (one, "merge")) in self.now]
        for number in self.merges[-1:]:
            path = f"/merges/{number}/undo"
            self.tries(person, lambda p=path: person.api("POST", p), granted, back=self.contacts)

    @rule(who=WHO, what=ARRANGED)
    def arranges(self, who: int, what: tuple[str, str, Any]) -> None:
        person, (method, path, body) = self.circle.people[who], what
        self.tries(person, lambda: person.api(method, f"{DEFINED}{path}", body))

    @rule(who=WHO, name=st.sampled_from(["x_note", "x_other"]), back=st.booleans())
    def adds_a_plain_field(self, who: int, name: str, back: bool) -> None:
        person, body = self.circle.people[who], {"name": name, "type": "text", "label": {"en": "Note"}}
        if back:
            self.tries(person, lambda: person.api("DELETE", f"{DEFINED}/fields/{name}"))
        else:
            person.api("POST", f"{DEFINED}/fields", body)
            # What is new and empty is read and written by whom grants give all fields; that is no more than before.
            self.now |= {one for one in self.all_rights() if one[1][1] == f"sees {name}"}

    @rule(who=WHO, whom=WHO, team=st.integers(0, 1))
    def joins_a_team(self, who: int, whom: int, team: int) -> None:
        person, other = self.circle.people[who], self.circle.people[whom]
        number, headers = self.circle.teams[team], {"If-Match": "*"}
        for path, row in (
            (f"/records/base.user/{other.id}", {"team": number}),
            (f"/records/base.team/{number}", {"members": [other.id]}),
        ):
            self.tries(person, lambda p=path, r=row: person.api("PATCH", p, r, headers=headers))

    def whom(self, given: tuple[str, Any]) -> dict[str, Any]:
        name, value = given
        if name == "with_user":
            value = self.circle.people[value].id
        return {name: self.circle.teams[value] if name == "with_team" else value}


def run(circle: Circle, examples: int, steps: int, *, seed: int | None = None) -> type[Office]:
    """Run so many sequences of so many acts; fail where one gives somebody more. Return the office, with its counts."""
    machine = type("OfficeHere", (Office,), {"circle": circle, "made": 0, "acts": 0, "answered": Counter()})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=seed is None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=checks,
    )
    run_state_machine_as_test(
        hypothesis.seed(seed)(machine) if seed is not None else machine, settings=chosen
    )
    return machine
