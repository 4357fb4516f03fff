"""The kanban of an entity: its page, more cards of a column, cards made and moved, with or without a script.

A script asks for parts of the page with the header ``HX-Request`` and gets fragments or JSON; whoever has none gets
pages and redirects from the same addresses.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from core.access import Access
from core.errors import AccessDenied, NotFound, PayvandError, Problem, ValidationFailed
from core.fields import FieldTypes
from core.kernel.site import Site
from core.records.service import Records
from core.storage import Database
from core.web.control_bar import control_bar
from core.web.fields import FieldView
from core.web.form_values import FormReader, FormValues, whole
from core.web.kanban_board import Boards, Card, boards_of
from core.web.kanban_cards import Cards
from core.web.kanban_columns import Column
from core.web.kanban_moves import dialog, move, way_back
from core.web.list_page import context_of
from core.web.lookups import find_by_title, store_upload
from core.web.pages import Pages, go
from core.web.visit import visit

PREFIX = "q-"
"""Inputs of the form inside a column; other forms of the page have the plain names."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    home = "/records/<entity>/kanban"
    made.add_url_rule(home, "record_kanban", lambda entity: show(site, pages, entity))
    made.add_url_rule(f"{home}/cards", "kanban_cards", lambda entity: cards(site, pages, entity))
    made.add_url_rule(
        f"{home}/new", "kanban_new", lambda entity: create(site, pages, entity), methods=["GET", "POST"]
    )
    made.add_url_rule(
        f"{home}/move/<int:number>",
        "kanban_move",
        lambda entity, number: move_card(site, pages, entity, number),
        methods=["GET", "POST"],
    )


def by_script() -> bool:
    """Tell whether a script asks, which wants a part and no page."""
    return request.headers.get("HX-Request") == "true"


def show(site: Site, pages: Pages, name: str) -> Response:
    """Show the board."""
    present = visit().require()
    boards = boards_of(site, present, name)
    board = boards.board()
    return pages.show(
        "kanban.html",
        nav=name,
        entity=boards.entity,
        board=board,
        drawing=Cards(pages.renderer, boards),
        rights=boards.rights,
        state=boards.state,
        columns_from=boards.view.group,
        bar=control_bar(present, boards.entity, boards.state, "kanban"),
        status=422 if board.problem else 200,
    )


def _column(boards: Boards, *, named: bool = False) -> Column:
    key = request.args.get("column", "")
    column = boards.columns.named(key) if named else boards.columns.find(key)
    if column is None:
        raise NotFound("This board has no such column.")
    return column


def cards(site: Site, pages: Pages, name: str) -> Response:
    """Return the next cards of a column, for a script that has come to the end of those there are."""
    boards = boards_of(site, visit().require(), name)
    found, following = boards.cards(_column(boards), request.args.get("after", ""))
    return part(pages, "_kanban_cards.html", boards, cards=found, following=following)


def part(pages: Pages, template: str, boards: Boards, status: int = 200, **values: Any) -> Response:
    """Return a fragment of the board."""
    html = pages.renderer.page(
        template,
        boards.present,
        entity=boards.entity,
        rights=boards.rights,
        state=boards.state,
        drawing=Cards(pages.renderer, boards),
        **values,
    )
    return make_response(html, status)


# A card made inside a column


def create(site: Site, pages: Pages, name: str) -> Response:
    """Ask for the few fields of a new card, and make it."""
    present = visit().require()
    boards = boards_of(site, present, name)
    site.get(Access).require(present.actor, name, "create", present.catalog)
    column = _column(boards, named=True)
    if request.method == "GET":
        return _form(pages, boards, column)
    typed = _typed(site, boards)
    problems: tuple[Problem, ...] = tuple(typed.problems)
    if not problems:
        try:
            number = _create(site, boards, column, typed)
        except (ValidationFailed, AccessDenied) as refused:
            problems = refused.problems or (
                Problem(code=refused.reason, message=refused.message, params=refused.params),
            )
        else:
            return _made(pages, boards, number)
    return _form(pages, boards, column, typed, problems, status=422)


def _names(boards: Boards) -> list[str]:
    access, present = boards.site.get(Access), boards.present
    editable = access.fields(present.actor, boards.entity.name, present.catalog).editable
    return [name for name in boards.view.quick_create if name in editable]


def _typed(site: Site, boards: Boards) -> FormValues:
    present = boards.present
    reader = FormReader(
        types=site.get(FieldTypes),
        context=context_of(site, present),
        catalog=present.catalog,
        find=lambda entity, text: find_by_title(site, present, entity, text),
        store=lambda upload: store_upload(site, present, upload),
    )
    return reader.read(boards.entity, _names(boards), request.form, request.files, prefix=PREFIX)


def _create(site: Site, boards: Boards, column: Column, typed: FormValues) -> int:
    present, entity = boards.present, boards.entity
    values = {name: value for name, value in typed.values.items() if value is not None}
    values |= _of_column(site, boards, column)
    database = site.get(Database)

    def act() -> int:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            saved = site.get(Records).create(present.actor, entity.name, [values], uow=uow, parsed=True)
            return saved[0].id

    return database.attempt(act)


def _of_column(site: Site, boards: Boards, column: Column) -> dict[str, Any]:
    """Return what a new card has because of its column and its board."""
    context, types = context_of(site, boards.present), site.get(FieldTypes)
    wanted: dict[str, Any] = {boards.view.group.name: boards.columns.value(column.key)}
    among = boards.view.among
    if among is not None and boards.columns.place:
        wanted[among.here] = boards.columns.place
    return {
        name: types.get(boards.entity.fields[name].type).load(boards.entity.fields[name], value, context)
        for name, value in wanted.items()
        if value is not None
    }


def _form(
    pages: Pages,
    boards: Boards,
    column: Column,
    typed: FormValues | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    style, entity = boards.present.style, boards.entity
    names = _names(boards)
    told = [(p, (p.field or "").removeprefix(PREFIX)) for p in problems]
    fields: list[FieldView] = [
        boards.views.field(
            entity.fields[name],
            typed.values.get(name) if typed else entity.fields[name].default,
            raw=typed.raw.get(PREFIX + name) if typed else None,
            prefix=PREFIX,
            errors=[style.problem(p) for p, at in told if at == name],
        )
        for name in names
    ]
    values = {
        "fields": fields,
        "refusals": [style.problem(p) for p, at in told if at not in names],
        "column": column,
        "action": boards.address("kanban_new", column=column.key),
        "back": boards.address("record_kanban"),
    }
    if by_script():
        return part(pages, "_kanban_new.html", boards, status, **values)
    return pages.show("kanban_new.html", nav=entity.name, entity=entity, status=status, **values)


def _made(pages: Pages, boards: Boards, number: int) -> Response:
    text = boards.present.style._("Saved.")
    if not by_script():
        return go(boards.address("record_kanban"), text)
    return jsonify(message=text, **changed(pages, boards, number))


# A card moved to another column


def move_card(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Ask where a card is to go, and move it; a script gets the card and the heads of the columns as they are now."""
    boards = boards_of(site, visit().require(), name)
    if request.method == "GET":
        came = request.args.get("from", "")
        return _now(pages, boards, number, came) if by_script() else _places(pages, boards, number)
    target, version = request.form.get("to", ""), whole(request.form.get("version", ""))
    try:
        move(boards, number, target, version)
    except PayvandError as refused:
        asks = dialog(boards, number, target) if refused.status in (409, 422) else ""
        if by_script():
            return _refused(pages, boards, number, refused, asks)
        if not asks:
            raise
        return go(asks)
    if by_script():
        return _now(pages, boards, number, request.form.get("from", ""))
    return go(boards.address("record_kanban"), boards.told(*boards.one(number)))


def _now(pages: Pages, boards: Boards, number: int, came: str) -> Response:
    """Tell a script where a card is after a move, and whether it can be moved back to where it came from."""
    key, card = boards.one(number)
    told = {"message": boards.told(key, card), "back": way_back(boards, number, came)}
    return jsonify(**told, **_shown(pages, boards, key, card))


def _places(pages: Pages, boards: Boards, number: int) -> Response:
    """Ask by a page where a card is to go."""
    key, card = boards.one(number)
    return pages.show(
        "kanban_move.html",
        nav=boards.entity.name,
        entity=boards.entity,
        card=card,
        targets=[c.column for c in boards.heads() if c.column.takes and c.column.key != key],
        action=boards.address("kanban_move", number=number),
        back=boards.address("record_kanban"),
    )


def _refused(pages: Pages, boards: Boards, number: int, refused: PayvandError, asks: str) -> Response:
    """Tell a script why a card stays where it was, and what it looks like now."""
    style = boards.present.style
    sentences = [style.problem(p) for p in refused.problems] or [style._(refused.message, **refused.params)]
    try:
        now = changed(pages, boards, number)
    except NotFound:
        now = {}
    more = {"dialog": asks} if asks else {}
    return make_response(jsonify(message=" ".join(sentences), **more, **now), refused.status)


def changed(pages: Pages, boards: Boards, number: int) -> dict[str, Any]:
    """Return the card of a record, the column it is in now, and the heads of all columns."""
    return _shown(pages, boards, *boards.one(number))


def _shown(pages: Pages, boards: Boards, key: str, card: Card) -> dict[str, Any]:
    heads = part(pages, "_kanban_heads.html", boards, heads=boards.heads())
    html = part(pages, "_kanban_cards.html", boards, cards=[card], following="")
    return {"column": key, "card": html.get_data(as_text=True), "heads": heads.get_data(as_text=True)}
