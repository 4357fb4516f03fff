"""Ways to reach somebody: e-mail address, phone number, web address; each stored in one spelling."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

from core.fields.base import Value
from core.fields.context import LoadContext
from core.fields.options import Option, table
from core.fields.phones import read_phone, written_phone
from core.fields.refusal import FieldRefused, shown
from core.fields.text import SECRET, OneLine
from core.i18n import Style, ascii_digits
from core.metadata.specs import FieldSpec, Json

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])")
_ADDRESS_LIMIT, _LOCAL_LIMIT, _URL_LIMIT = 254, 64, 2000


class EmailField(OneLine):
    """An e-mail address, stored in small letters and with an ASCII domain."""

    name = "email"
    about = "An e-mail address; stored in small letters, domains of other scripts in their ASCII form."
    control = "email"
    options = table(SECRET)

    def limit(self, spec: FieldSpec) -> int:
        return _ADDRESS_LIMIT

    def normalised(self, spec: FieldSpec, line: str, context: LoadContext) -> str | None:
        local, at, domain = ascii_digits(line).removeprefix("mailto:").rpartition("@")
        if not at or not _LOCAL_PART.fullmatch(local) or len(local) > _LOCAL_LIMIT:
            raise _not_an_email(line)
        host = ascii_host(domain)
        if host is None or "." not in host or host.rpartition(".")[2].isdigit():
            raise _not_an_email(line)
        address = f"{local.lower()}@{host}"
        if len(address) > _ADDRESS_LIMIT:
            raise _not_an_email(line)
        return address

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return str(value)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "format": "email", "maxLength": _ADDRESS_LIMIT}


class PhoneField(OneLine):
    """A phone number, stored as E.164."""

    name = "phone"
    about = "A phone number in any way of writing; stored with its country code, such as +989121234567."
    control = "phone"
    options = table(
        Option(
            name="allow_short",
            kind="boolean",
            default=False,
            about="Also take service numbers and sender lines of 3 to 14 digits, as they are.",
        ),
        SECRET,
    )

    def limit(self, spec: FieldSpec) -> int:
        return 60

    def normalised(self, spec: FieldSpec, line: str, context: LoadContext) -> str | None:
        return read_phone(
            line, context.region, context.area_code, allow_short=spec.option("allow_short") is True
        )

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return written_phone(value)

    def to_cell(self, spec: FieldSpec, value: Value, style: Style) -> object:
        return str(value)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return str(value)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "format": "phone"}


class UrlField(OneLine):
    """A web address: http or https, with a host."""

    name = "url"
    about = "A web address that begins with https:// or http://."
    control = "url"
    groupable = False
    options = table(SECRET)

    def limit(self, spec: FieldSpec) -> int:
        return _URL_LIMIT

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        return super().from_text(spec, text if _SCHEME.match(text) else f"https://{text}", context)

    def normalised(self, spec: FieldSpec, line: str, context: LoadContext) -> str | None:
        try:
            parts = urlsplit(line)
            port = parts.port
        except ValueError:
            raise _not_a_url(line) from None
        if parts.scheme not in ("http", "https"):
            raise FieldRefused("scheme", "Write a web address that begins with https:// or http://.")
        if "@" in parts.netloc:
            raise FieldRefused("credentials", "Leave user name and password out of the address.")
        host = ascii_host(parts.hostname or "")
        if host is None or any(c.isspace() or c in '<>"\\^`{|}' for c in line):
            raise _not_a_url(line)
        return _rebuilt(parts, host, port)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return str(value).removesuffix("/")

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "format": "uri", "maxLength": _URL_LIMIT}


def ascii_host(domain: str) -> str | None:
    """Return a domain in small ASCII letters (IDNA), or None where it cannot be one."""
    try:
        host = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return None
    host = host.removesuffix(".")
    labels = host.split(".")
    return host if len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels) else None


def _rebuilt(parts: SplitResult, host: str, port: int | None) -> str:
    usual = {"http": 80, "https": 443}[parts.scheme]
    place = host if port in (None, usual) else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path, parts.query, parts.fragment))


def _not_an_email(text: str) -> FieldRefused:
    return FieldRefused(
        "not_an_email", "{text} is not an e-mail address; write one like name@example.com.", text=shown(text)
    )


def _not_a_url(text: str) -> FieldRefused:
    return FieldRefused(
        "not_a_url", "{text} is not a web address; write one like https://example.com.", text=shown(text)
    )
