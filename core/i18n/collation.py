"""Order text alike in Python and in PostgreSQL: a key of lower-cased letters moved to their place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Collation:
    """Where letters go in the order: each of ``source`` counts as the one of ``target`` below it, ``drop`` not at all.

    Keys compare by code point, so letters of ``target`` sort by their code points.
    """

    name: str = "plain"
    source: str = ""
    target: str = ""
    drop: str = ""

    def __post_init__(self) -> None:
        if len(self.source) != len(self.target):
            raise ValueError(
                "A collation moves each letter to one place: source and target differ in length."
            )
        if len(set(self.source + self.drop)) != len(self.source + self.drop):
            raise ValueError("A collation names a letter once.")

    def __str__(self) -> str:
        return self.name


PLAIN = Collation()


def sort_key(text: str, collation: Collation = PLAIN) -> str:
    """Return the key by which ``text`` is ordered, equal to what the SQL function answers.

    PostgreSQL lowers letter by letter, so the two rules of Python that do not are taken out first: the
    Turkish İ (two code points) and the Greek final sigma (looks at its neighbours).
    """
    if not text.isascii():
        text = text.replace("\u0130", "i").replace("\u03a3", "\u03c3")
    text = text.lower()
    if not collation.source and not collation.drop:
        return text
    return text.translate(str.maketrans(collation.source, collation.target, collation.drop))


def sort_key_ddl(collation: Collation = PLAIN) -> str:
    """Return the statement that makes ``public.sort_key(text)`` order by ``collation``.

    After a change of collation every index on ``sort_key(…)`` must be rebuilt with REINDEX: the function
    is declared immutable, and PostgreSQL believes it.
    """
    body = "pg_catalog.lower($1)"
    if collation.source or collation.drop:
        source, target = _literal(collation.source + collation.drop), _literal(collation.target)
        body = f"pg_catalog.translate({body}, {source}, {target})"
    return (
        "CREATE OR REPLACE FUNCTION public.sort_key(text) RETURNS text "
        f"LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $sort_key$ SELECT {body} $sort_key$"
    )


def _literal(text: str) -> str:
    if "$" in text or "\\" in text or "%" in text:
        raise ValueError("A collation does not move $, % or \\.")  # they would need escapes in the statement
    return "'" + text.replace("'", "''") + "'"
