"""What is hidden from a seller, in every way there is: fields, masks, restrictions, teams, shares that are over or missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from core.contributions.asking import asking_at
from core.storage import Database
from core.testing.desk import Desk
from core.testing.site import actor_of
from modules.activities.answers import answer_link

SELLER, CHIEF, COLLEAGUE = "seller@example.com", "chief@example.com", "colleague@example.com"
CONTACT, ACCOUNT, DEAL = "contacts.contact", "contacts.account", "sales.opportunity"
QUOTE, LEAD, TICKET, ACTIVITY = "sales.quote", "sales.lead", "service.ticket", "activities.activity"
LONG_AGO = "2026-01-01T00:00:00Z"
UNTIL = {"valid_until": "2026-06-01"}
CLOSED_DOORS = {"location": "behind closed doors"}


class Hidden:
    """The values of one of the two sites: texts, numbers and days by a number that both have in common."""

    def __init__(self, word: str, figure: int) -> None:
        self.word, self.figure = word, figure

    def text(self, number: int) -> str:
        return f"{self.word}{number}"

    def amount(self, number: int) -> dict[str, str]:
        return {"amount": str(self.figure * 1000 + number), "currency": "IRR"}

    def phone(self, number: int) -> str:
        return f"0912{self.figure:04}{number:03}"

    def day(self, number: int) -> str:
        return f"19{self.figure % 90 + 10}-05-{number:02}"


class Hiding:
    """Fills a site; `names` are its records, by what is hidden of them."""

    def __init__(self, desk: Desk, hidden: Hidden) -> None:
        self.desk, self.h = desk, hidden
        self.seller, self.chief, self.colleague = (
            actor_of(desk.site, who) for who in (SELLER, CHIEF, COLLEAGUE)
        )
        self.ours = {"owner": self.seller.id, "team": self.seller.team}
        self.theirs = {"owner": self.colleague.id, "team": self.colleague.team}
        self.names: dict[str, Any] = {}
        for fill in (
            *(self._companies, self._people, self._shares, self._deals, self._offers),
            *(self._tickets, self._activities, self._guests, self._words, self._lost),
        ):
            fill()
        self.desk.delete(CONTACT, self.desk.one(CONTACT, **self._person(90), **self.theirs))

    def _person(self, n: int) -> Mapping[str, Any]:
        text = self.h.text
        return {
            "first_name": "Ali",
            "last_name": text(n),
            "notes": text(n + 1),
            "job_title": text(n + 2),
            "birth_date": self.h.day(n % 28 + 1),
            "points": [
                {"kind": "mobile", "value": self.h.phone(n), "is_primary": True},
                {"kind": "email", "value": f"same{n}@example.com", "is_primary": True},
            ],
        }

    def _keep(self, known: str, entity: str, /, *more: Mapping[str, Any], **values: Any) -> None:
        for some in more:
            values |= some
        self.names[known] = self.desk.one(entity, **values)

    def _companies(self) -> None:
        text, keep = self.h.text, self._keep
        secret = {"credit_limit": self.h.amount(1), "payment_terms_days": self.h.figure}
        rival = {"lifecycle": "competitor", "website": f"https://{text(3)}.example.com", "notes": text(2)}
        keep("firm", ACCOUNT, secret, self.ours, name="Firm")
        keep("rival", ACCOUNT, rival, self.ours, name="Rival")
        keep("far", ACCOUNT, secret, self.theirs, name=text(4), notes=text(5), industry=text(6))
        keep("lent", ACCOUNT, secret, self.theirs, name="Lent", notes=text(7), lifecycle="competitor")

    def _people(self) -> None:
        keep, at, plain = self._keep, self.names, {"first_name": "Sara", "last_name": "Plain"}
        firm, far = ({"companies": [{"account": at[name], "is_primary": True}]} for name in ("firm", "far"))
        keep("masked", CONTACT, self._person(10), firm, self.ours, lifecycle="competitor")
        keep("witness", CONTACT, self._person(20), firm, self.ours, department="witnesses", code="W-1")
        keep("stranger", CONTACT, self._person(30), far, self.theirs, code="S-1")
        keep("plain", CONTACT, plain, self.ours, code="P-1")
        kind = self.desk.column("contacts.relationship_type", "id")[0]
        for name in ("masked", "witness", "stranger"):
            sides = {"from_record": ref(CONTACT, at["plain"]), "to_record": ref(CONTACT, at[name])}
            self.desk.one("contacts.relationship", type=kind, **sides, **self.ours)

    def _deals(self) -> None:
        keep, at, text, amount = self._keep, self.names, self.h.text, self.h.amount
        firm, far = ({"account": at[name], "expected_close": "2026-05-01"} for name in ("firm", "far"))
        veiled = {"campaign": "veiled", "estimate": amount(50), "notes": text(50)}
        discreet = {"campaign": "discreet", "estimate": amount(51), "notes": text(52)}
        near = {"primary_contact": at["stranger"], "estimate": {"amount": "5", "currency": "IRR"}}
        keep("veiled", DEAL, veiled, firm, self.ours, name="Veiled", primary_contact=at["masked"])
        keep("discreet", DEAL, discreet, firm, self.ours, name=text(51))
        keep("foreign", DEAL, far, self.theirs, name=text(53), estimate=amount(53))
        keep("near", DEAL, near, far, self.ours, name="Near")
        lead = {"campaign": "veiled", "company_name": text(58), "last_name": "Lead"}
        keep("lead", LEAD, lead, self.ours)
        cold = {"last_name": text(59), "company_name": text(60), "email": f"{text(61)}@example.com"}
        keep("cold", LEAD, cold, self.theirs)

    def _offers(self) -> None:
        keep, at, text, amount = self._keep, self.names, self.h.text, self.h.amount
        keep("product", "sales.product", name="Lamp", sku="LAMP", cost=amount(54))
        line = {"order": 1, "description": "Lamps", "unit_price": {"amount": "7", "currency": "IRR"}}
        hidden = {**line, "description": text(55), "unit_price": amount(55)}
        seen = {"opportunity": at["discreet"], "contact": at["masked"], "lines": [line], **UNTIL}
        closed = {"opportunity": at["veiled"], "terms": text(57), "lines": [hidden], **UNTIL}
        keep("quote", QUOTE, seen, self.ours, subject="Open", account=at["far"])
        keep("sent", QUOTE, seen, self.ours, subject="Sent", account=at["firm"])
        keep("closed", QUOTE, closed, self.theirs, subject=text(56), account=at["firm"])
        self.desk.move(QUOTE, at["sent"], "send")
        at["offer"] = urlsplit(self.desk.operate(QUOTE, "hand_out", at["sent"]).result["link"]).path

    def _tickets(self) -> None:
        at, text = self.names, self.h.text
        complaint = {"kind": "complaint", "subject": text(70), "description": text(71)}
        self._keep("asked", TICKET, self.ours, subject="Asked", account=at["firm"], contact=at["masked"])
        self._keep("complaint", TICKET, complaint, self.ours, account=at["firm"], contact=at["plain"])

    def _activities(self) -> None:
        at, text = self.names, self.h.text
        kind = self.desk.column("activities.activity_type", "id")[0]
        when = {"type": kind, "start_at": "2026-03-22T08:00:00Z", "end_at": "2026-03-22T09:00:00Z"}

        def doing(name: str, record: Any, subject: str, *more: Mapping[str, Any], **values: Any) -> None:
            named = {"record": record, "subject": subject, "ical_uid": f"u-{name}"}
            self._keep(name, ACTIVITY, named, when, *more, **values)

        firm, stranger = ref(ACCOUNT, at["firm"]), ref(CONTACT, at["stranger"])
        people = [at["witness"], at["stranger"]]
        doing("visit", ref(CONTACT, at["masked"]), "Visit", self.ours, people=people)
        doing("about", stranger, "About a stranger", self.ours)
        doing("doors", firm, text(72), CLOSED_DOORS, self.ours, description=text(73))
        doing("away", firm, text(74), self.theirs, description=text(75))
        said = {"state": "done", "result_note": text(77)}
        doing("done", ref(DEAL, at["discreet"]), text(76), CLOSED_DOORS, said, self.ours)
        self.desk.one("activities.booking_page", name="Talk", slug="talk", type=kind, owner=self.colleague.id)

    def _guests(self) -> None:
        at, one = self.names, self.desk.one
        one("activities.attendee", activity=at["visit"], person=ref(CONTACT, at["masked"]))
        one("activities.attendee", activity=at["doors"], person=ref(CONTACT, at["plain"]))
        guest = one("activities.attendee", activity=at["about"], person=ref(CONTACT, at["plain"]))
        with self.desk.site.get(Database).unit(self.desk.catalog, self.desk.actor) as uow:
            at["answer"] = urlsplit(answer_link(asking_at(uow), guest, {})).path

    def _shares(self) -> None:
        at, text = self.names, self.h.text
        me, other = {"with_user": self.seller.id}, {"with_user": self.chief.id}
        one = self.desk.one
        one("base.share", record=ref(ACCOUNT, at["lent"]), reason="Look", **me)
        over = one("base.share", record=ref(CONTACT, at["stranger"]), reason=text(40), **me)
        one("base.share", record=ref(CONTACT, at["stranger"]), reason=text(41), **other)
        one("base.share", record=ref(CONTACT, at["witness"]), reason=text(42), **me)
        self.desk.update("base.share", over, expires_at=LONG_AGO)

    def _words(self) -> None:
        """What was said of them, who follows them, what has changed, and what has been merged."""
        at, text, chief = self.names, self.h.text, self.desk.as_(self.chief)
        spoken = (
            (CONTACT, "masked"),
            (CONTACT, "witness"),
            (CONTACT, "stranger"),
            (DEAL, "discreet"),
            (DEAL, "veiled"),
            (TICKET, "complaint"),
            (ACTIVITY, "doors"),
            (ACCOUNT, "far"),
        )
        for n, (entity, name) in enumerate(spoken):
            body = "Seen by all" if name in ("masked", "veiled") else text(80 + n)
            record = ref(entity, at[name])
            at[f"note_{name}"] = chief.one(
                "base.note", record=record, body=f"{body} @Seller", mentions=[self.seller.id]
            )
            self.desk.one("base.follower", record=record, user=self.seller.id)
        chief.update(CONTACT, at["masked"], job_title=text(98), first_name="Alireza")
        chief.update(CONTACT, at["witness"], job_title=text(99))
        chief.update(DEAL, at["discreet"], name=text(97))
        chief.update(ACCOUNT, at["firm"], credit_limit=self.h.amount(9), industry="Lamps")

    def _lost(self) -> None:
        """What somebody was told of, with a mail that waits and a reminder to come, and that is out of their sight since."""
        at, text, chief = self.names, self.h.text, self.desk.as_(self.chief)
        self._keep("lost", CONTACT, {"first_name": "Ali", "last_name": text(110)}, self.ours)
        self._keep("dropped", LEAD, {"last_name": text(111), "company_name": text(112)}, self.ours)
        kind = self.desk.column("activities.activity_type", "id")[0]
        when = {"start_at": "2026-03-25T08:00:00Z", "end_at": "2026-03-25T09:00:00Z", "remind_by_mail": True}
        lost = ref(CONTACT, at["lost"])
        self._keep("moved", ACTIVITY, when, self.ours, record=lost, subject=text(113), type=kind)
        self.desk.update(ACTIVITY, at["moved"], start_at="2026-03-25T08:30:00Z")
        own = {"owner": self.chief.id, "team": self.colleague.team}
        self.desk.one(ACTIVITY, **when, **own, subject=text(116), type=kind)
        people = [self.seller.id, self.colleague.id]
        chief.one("base.note", record=lost, body=f"{text(114)} @Seller", mentions=people)
        self.desk.as_(self.seller).one(
            "base.note", record=lost, body=f"{text(115)} @Chief", mentions=[self.chief.id]
        )
        for known, entity in (("lost", CONTACT), ("dropped", LEAD), ("moved", ACTIVITY)):
            self.desk.update(entity, at[known], **self.theirs)


def ref(entity: str, number: int) -> Mapping[str, Any]:
    return {"entity": entity, "id": number}
