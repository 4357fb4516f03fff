"""The closed tree of errors: facts with a code, a translatable message and parameters; HTTP statuses in one place.

Text is chosen at the edge, in the reader's language: ``message`` is an English template (a msgid) whose
``{parameters}`` are filled after translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import ClassVar, Self, TypeAlias

Param: TypeAlias = str | int | float | None | tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something was written: a file (or ``site``) and a line, 1-based; 0 means unknown."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One reason to refuse: which field, which code, which sentence, where it was written."""

    code: str
    message: str
    params: Mapping[str, Param] = dataclass_field(default_factory=dict)
    field: str | None = None
    place: Place | None = None

    def text(self) -> str:
        """Return the English sentence, with its place in front where there is one."""
        sentence = fill(self.message, self.params)
        return f"{self.place}: {sentence}" if self.place else sentence


def fill(template: str, params: Mapping[str, Param]) -> str:
    """Put ``params`` into ``template``; tuples read as comma-separated lists."""
    shown = {k: ", ".join(v) if isinstance(v, tuple) else v for k, v in params.items()}
    return template.format_map(_Lenient(shown))


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Word(str):
    """A word of ours that is put into a sentence: it is translated as the sentence is, with ``params`` of its own."""

    __slots__ = ("message", "params")

    def __new__(cls, message: str, **params: Param) -> Self:
        """Make the English word."""
        return super().__new__(cls, fill(message, params))

    def __init__(self, message: str, **params: Param) -> None:
        self.message = message
        self.params = params


class PayvandError(Exception):
    """Root of everything the core raises on purpose."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    message: str = "Something went wrong."

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        problems: Iterable[Problem] = (),
        **params: Param,
    ) -> None:
        self.message = message or type(self).message
        self.reason = code or type(self).code
        self.params: Mapping[str, Param] = params
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.text())

    def text(self) -> str:
        """Return the English sentence, followed by the problems, one a line."""
        return "\n".join([fill(self.message, self.params), *(p.text() for p in self.problems)])


class BadRequest(PayvandError):
    """The question itself is malformed: unknown names, broken cursors, wrong types."""

    code, status, message = "bad_request", 400, "The request cannot be understood."


class NotSignedIn(PayvandError):
    """Nobody is asking."""

    code, status, message = "not_signed_in", 401, "Sign in first."


class AccessDenied(PayvandError):
    """The actor may not do this."""

    code, status, message = "access_denied", 403, "You are not allowed to do this."


class OnlyLooking(AccessDenied):
    """Somebody looks through the eyes of another person, where nothing is written."""

    code, message = "viewing", "You see what somebody else sees, and nothing can be changed. End it first."


class NotFound(PayvandError):
    """There is no such thing, or none that the actor may know of."""

    code, status, message = "not_found", 404, "This does not exist or is not visible to you."


class Conflict(PayvandError):
    """The present state does not allow it."""

    code, status, message = "conflict", 409, "The current state does not allow this."


class TransitionRefused(Conflict):
    """A workflow refuses a move."""

    code, message = "transition_refused", "This step is not possible now."


class MetadataConflict(Conflict):
    """Two modules disagree about one property, or a change no longer fits."""

    code, message = "metadata_conflict", "The definitions contradict each other."


class VersionConflict(PayvandError):
    """Somebody was faster."""

    code, status = "version_conflict", 412
    message = "Someone else has changed this record meanwhile (version {current})."


class TooLarge(PayvandError):
    """The body is larger than accepted."""

    code, status, message = "too_large", 413, "This is larger than the limit of {limit}."


class ValidationFailed(PayvandError):
    """Values are not acceptable; all problems are told at once."""

    code, status, message = "validation_failed", 422, "Some values are not acceptable."


class MetadataInvalid(PayvandError):
    """Documents do not compile; all problems are told at once."""

    code, status, message = "metadata_invalid", 422, "The definitions contain errors."


class VersionMissing(PayvandError):
    """A change came without the version it was made on."""

    code, status, message = "version_missing", 428, "Say which version you changed (If-Match)."


class TooMuchInForm(TooLarge):
    """The body would fit, but not the text or the fields of the form in it."""

    code, message = (
        "too_much_in_form",
        "The form holds more text or more lines than are taken at once; save it in parts.",
    )


def in_bytes(limit: int) -> str:
    """Return a number of bytes for people."""
    return f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit} B"


def too_large_body(length: int | None, limit: int) -> TooLarge:
    """Return the refusal of a request whose body has ``length`` bytes where ``limit`` are accepted."""
    return TooMuchInForm() if length is not None and length <= limit else TooLarge(limit=in_bytes(limit))


class TooMany(PayvandError):
    """Too many tries; wait."""

    code, status, message = "too_many", 429, "Too many attempts; try again in {seconds} seconds."


class Unavailable(PayvandError):
    """Something the system needs is missing just now."""

    code, status, message = "unavailable", 503, "The system is not ready: {reason}"


class SettingsInvalid(PayvandError):
    """A setting from the environment is wrong; refused at start with its name."""

    code, message = "settings_invalid", "The setting {name} is wrong: {reason}"
