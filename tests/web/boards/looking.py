"""What stands on a board, and asking for its parts as the script of the page does."""

from __future__ import annotations

BOARD = "/records/garden.plant/kanban"
SHRUBS = "/records/garden.shrub/kanban"
POTS = "/records/garden.pot/kanban"
SCRIPT = {"HX-Request": "true"}


def euros(amount):
    return {"amount": str(amount), "currency": "EUR"}


def rials(amount):
    return {"amount": str(amount), "currency": "IRR"}


def columns(answer):
    """Return for each column its title, what its count says, its sums and the titles of its cards."""
    found = {}
    for section in answer.page.all("section", cls="kcol"):
        title = section.one("h2").text
        found[title] = (
            section.one("span", cls="count").text,
            [sum_.text for sum_ in section.all("dd")],
            [card.one("div", cls="kc-t").all("a")[0].text for card in section.all("li", cls="kc")],
        )
    return found


def script(person, path, data=None):
    """Ask as the script of the page does."""
    send = person.client.post if data is not None else person.client.get
    return send(path, data=data, headers={**SCRIPT, "X-CSRF-Token": token(person, path)})


def token(person, path):
    return person.opens(path.partition("/kanban")[0] + "/kanban").page.one("ui-kanban")["data-csrf"]


def moved(person, number, to, version=1, query=""):
    return script(person, f"{BOARD}/move/{number}{query}", {"to": to, "version": version})
