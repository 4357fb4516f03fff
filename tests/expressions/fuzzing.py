"""Inputs for the parser and the check: words thrown together, right expressions with mistakes, plain noise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from core.expressions import Checked, ExpressionInvalid, check, compile_python, parse, to_sql, unparse
from core.expressions.functions import FUNCTIONS
from tests.expressions.ugly import UGLY
from tests.expressions.world import ENV, SCHEMA, TABLES, World, WorldSchema, WorldScope
from tests.expressions.writer import KINDS, Writer

WORDS = (
    *("and", "or", "not", "in", "not in", "true", "false", "null", "==", "!=", "<", ">=", "+", "-", "*", "/"),
    *("(", ")", "[", "]", ",", ".", "'", '"', "\\", "'علی'", "''", "0", "1.50", "-3", "_", "$", "9" * 29),
    *("$user", "$teams", "$old.n", "$today", "\n", "\t", "\x00", "\ud800", "😀", "۵", "،", "=", "&&", "//"),
    *FUNCTIONS,
    *(f"{name}(" for name in FUNCTIONS),
    *SCHEMA["w.thing"],
)
LONGEST = 1.0
"""Seconds of the processor that one input may take; the limits of what may be written keep all far below."""


def inputs(random: Random, count: int) -> Iterator[str]:
    """Yield so many inputs."""
    writer = Writer(random)
    ways = (_thrown_together, _noise, _nested)
    for _ in range(count):
        if random.random() < 0.6:
            text = unparse(writer.expression(random.choice(KINDS), depth=random.choice((1, 2, 3))))
            yield _mistaken(random, text)
        else:
            yield random.choice(ways)(random)


def _thrown_together(random: Random) -> str:
    return random.choice(("", " ")).join(random.choices(WORDS, k=random.randint(1, 15)))


def _noise(random: Random) -> str:
    last = random.choice((0x7F, 0x7FF, 0x10FFFF))
    return "".join(chr(random.randint(0, last)) for _ in range(random.randint(0, 40)))


def _nested(random: Random) -> str:
    text = random.choice(UGLY)[0]
    piece = random.choice(WORDS) * random.choice((1, 2, 50, 700))
    place = random.randint(0, len(text))
    return (text[:place] + piece + text[place:])[:4100]


def _mistaken(random: Random, text: str) -> str:
    """Return an expression with a few mistakes: something left out, doubled, put in, or exchanged."""
    for _ in range(random.choice((0, 1, 1, 2, 4))):
        start = random.randint(0, len(text))
        end = min(len(text), start + random.choice((1, 1, 3, 8)))
        put = random.choice(("", text[start:end] * 2, random.choice(WORDS), chr(random.randint(1, 0x6FF))))
        text = text[:start] + put + text[end:]
    return text


def held(text: str, *, sql: bool = False) -> str:
    """Read a text, and run it where it is an expression; return what is wrong with how that went, empty for nothing."""
    started = time.thread_time()
    try:
        accepted = _accepted(text)
        if accepted is not None:
            world = World()
            world.rows["w.thing"][1] = {"id": 1}
            compile_python(accepted)(world.view("w.thing", 1), ENV)
            # The name of a list alone is no value that anybody could ask the database for.
            if sql and "$old" not in text and accepted.type.kind != "list":
                to_sql(accepted, WorldScope("w.thing", TABLES["w.thing"]))
    except Exception as failure:  # noqa: BLE001  # whatever it is, it is what is looked for
        return f"{text!a}: {type(failure).__name__}: {failure}"
    spent = time.thread_time() - started
    return f"{text!a}: {spent:.1f} s" if spent > LONGEST else ""


def _accepted(text: str) -> Checked | None:
    try:
        return check(parse(text), WorldSchema(), "w.thing")
    except ExpressionInvalid as refused:
        if not refused.problems or any("{" in one.text() for one in refused.problems if "{" not in text):
            raise AssertionError("refused without a whole reason") from refused
        return None
