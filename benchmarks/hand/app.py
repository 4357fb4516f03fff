"""The hand-coded baseline: fixed tables, Flask, SQLAlchemy Core, orjson; a token session and a role check on every request."""

from __future__ import annotations

import csv
import io
import os
import time
from typing import Any

import orjson
from flask import Flask, Response, g, request
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    bindparam,
    create_engine,
    func,
    select,
)

engine = create_engine(os.environ["DSN"], pool_size=8, max_overflow=8)
metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("token", Text),
    Column("role", Text),
)
stages = Table("stages", metadata, Column("id", Integer, primary_key=True), Column("name", Text))
TEXTS = ["first_name", "last_name", "name", "email", "phone", "title", "street", "zip", "city", "source"]
MOMENTS = ("created_at", "updated_at")
contacts = Table(
    "contacts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    *[Column(c, Text) for c in TEXTS],
    Column("owner_id", Integer),
    *[Column(c, DateTime(timezone=True)) for c in MOMENTS],
)
opps = Table(
    "opps",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", Text),
    Column("amount", Numeric(14, 2)),
    Column("stage_id", Integer),
    Column("owner_id", Integer),
    Column("contact_id", BigInteger),
    Column("close_date", Date),
    Column("probability", Integer),
    Column("source", Text),
    Column("description", Text),
    *[Column(c, DateTime(timezone=True)) for c in MOMENTS],
)
ROLES = {"sales": {"contacts": {"read", "create", "update", "import"}, "opps": {"read", "create", "update"}}}
WRITTEN = [*TEXTS, "owner_id"]

app = Flask(__name__)
sessions: dict[str, tuple[float, tuple[Any, ...]]] = {}


def js(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=str), status, content_type="application/json")


def rows_of(result: Any) -> list[dict[str, Any]]:
    keys = list(map("".join, result.keys()))  # plain str keys: orjson refuses SQLAlchemy's quoted_name
    return [dict(zip(keys, row, strict=True)) for row in result]


def allowed(table: str, action: str) -> bool:
    return action in ROLES.get(g.user[2], {}).get(table, ())


@app.before_request
def authenticate() -> Response | None:
    token = request.headers.get("Authorization", "")[7:]
    hit, now = sessions.get(token), time.monotonic()
    if not hit or hit[0] < now:
        with engine.connect() as connection:
            row = connection.execute(
                select(users.c.id, users.c.name, users.c.role).where(users.c.token == token)
            ).first()
        if not row:
            return js({"error": "unauthorized"}, 401)
        hit = sessions[token] = (now + 5, tuple(row))
    g.user = hit[1]
    return None


READ = select(contacts).where(contacts.c.id == bindparam("id"))
LIST = (
    select(
        opps.c.id,
        opps.c.name,
        opps.c.amount,
        opps.c.probability,
        opps.c.close_date,
        stages.c.name.label("stage"),
        opps.c.source,
        opps.c.description,
        opps.c.created_at,
        opps.c.updated_at,
        contacts.c.name.label("contact"),
        users.c.name.label("owner"),
    )
    .select_from(
        opps.join(stages, stages.c.id == opps.c.stage_id)
        .join(contacts, contacts.c.id == opps.c.contact_id)
        .join(users, users.c.id == opps.c.owner_id)
    )
    .where(opps.c.owner_id == bindparam("owner"), opps.c.stage_id == bindparam("stage"))
    .order_by(opps.c.amount.desc(), opps.c.id)
    .limit(bindparam("lim"))
    .offset(bindparam("off"))
)
SEARCH = (
    select(contacts.c.id, contacts.c.name, contacts.c.email, contacts.c.phone, contacts.c.city)
    .where(contacts.c.name.ilike(bindparam("q")))
    .order_by(contacts.c.name)
    .limit(20)
)
PIPELINE = (
    select(opps.c.stage_id, func.count().label("n"), func.sum(opps.c.amount).label("amount"))
    .group_by(opps.c.stage_id)
    .order_by(opps.c.stage_id)
)


def deny() -> Response:
    return js({"error": "forbidden"}, 403)


def clean(given: dict[str, Any]) -> dict[str, Any]:
    name = f"{given.get('first_name', '')} {given.get('last_name', '')}".strip()
    return {key: given.get(key) for key in WRITTEN} | {"name": name}


@app.get("/contacts/<int:number>")
def read_contact(number: int) -> Response:
    if not allowed("contacts", "read"):
        return deny()
    with engine.connect() as connection:
        row = rows_of(connection.execute(READ, {"id": number}))
    return js(row[0]) if row else js({"error": "not found"}, 404)


@app.post("/contacts")
def create_contact() -> Response:
    if not allowed("contacts", "create"):
        return deny()
    given = orjson.loads(request.get_data())
    with engine.begin() as connection:
        insert = contacts.insert()
        if isinstance(given, list):
            ids = (
                connection.execute(insert.returning(contacts.c.id), [clean(x) for x in given]).scalars().all()
            )
            return js({"ids": ids}, 201)
        made = connection.execute(insert.values(**clean(given)).returning(contacts.c.id))
        return js({"id": made.scalar()}, 201)


@app.get("/opps")
def list_opps() -> Response:
    if not allowed("opps", "read"):
        return deny()
    args = request.args
    with engine.connect() as connection:
        rows = rows_of(
            connection.execute(
                LIST,
                {
                    "owner": int(args["owner"]),
                    "stage": int(args["stage"]),
                    "lim": min(int(args.get("limit", 50)), 200),
                    "off": int(args.get("offset", 0)),
                },
            )
        )
    return js(rows)


@app.get("/contacts")
def search_contacts() -> Response:
    if not allowed("contacts", "read"):
        return deny()
    with engine.connect() as connection:
        rows = rows_of(connection.execute(SEARCH, {"q": "%" + request.args["q"] + "%"}))
    return js(rows)


@app.get("/contacts/count")
def count_contacts() -> Response:
    if not allowed("contacts", "read"):
        return deny()
    with engine.connect() as connection:
        return js({"count": connection.execute(select(func.count()).select_from(contacts)).scalar()})


@app.get("/opps/pipeline")
def pipeline() -> Response:
    if not allowed("opps", "read"):
        return deny()
    with engine.connect() as connection:
        return js(rows_of(connection.execute(PIPELINE)))


@app.patch("/opps/<int:number>")
def update_opp(number: int) -> Response:
    if not allowed("opps", "update"):
        return deny()
    given = orjson.loads(request.get_data())
    with engine.begin() as connection:
        done = connection.execute(
            opps.update()
            .where(opps.c.id == number)
            .values(updated_at=func.now(), **{k: given[k] for k in given if k in opps.c})
        ).rowcount
    return js({"updated": done}, 200 if done else 404)


@app.patch("/opps")
def bulk_update() -> Response:
    if not allowed("opps", "update"):
        return deny()
    given = orjson.loads(request.get_data())
    with engine.begin() as connection:
        done = connection.execute(
            opps.update()
            .where(opps.c.id == func.any(given["ids"]))
            .values(updated_at=func.now(), **{k: v for k, v in given["values"].items() if k in opps.c})
        ).rowcount
    return js({"updated": done})


@app.post("/contacts/import")
def import_contacts() -> Response:
    if not allowed("contacts", "import"):
        return deny()
    text = io.StringIO(request.get_data(as_text=True))
    rows = [clean(row) | {"owner_id": int(row["owner"])} for row in csv.DictReader(text)]
    raw: Any = engine.raw_connection()
    try:
        with raw.cursor() as cursor, cursor.copy(f"copy contacts({','.join(WRITTEN)}) from stdin") as copy:
            for row in rows:
                copy.write_row([row[key] for key in WRITTEN])
        raw.commit()
    finally:
        raw.close()
    return js({"imported": len(rows)})
