"""What happened to an account, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.i18n import Style
from core.metadata.catalog import Catalog
from core.metadata.specs import Json
from core.web.devices import told_device
from core.web.texts import N_

OTHERWISE = (N_("changed the account"), "user", "gray")

EVENTS: Mapping[str, tuple[str, str, str]] = {
    "created": (N_("made the account, with the roles: {roles}"), "user", "green"),
    "roles": (N_("changed the roles"), "shield-lock", "violet"),
    "locked": (N_("disabled the account"), "circle-x", "red"),
    "opened": (N_("enabled the account again"), "circle-check", "green"),
    "password": (N_("changed the password"), "shield-lock", "blue"),
    "link": (N_("made a one-time link for a new password"), "link", "amber"),
    "reset": (N_("made a password that has to be replaced at the next sign-in"), "refresh", "amber"),
    "session_ended": (N_("ended the session in {device}"), "logout", "gray"),
    "signed_out": (N_("ended {sessions} sessions"), "logout", "gray"),
    "factor_on": (N_("turned the second factor on"), "shield-lock", "green"),
    "factor_off": (N_("turned the second factor off"), "shield-lock", "red"),
    "factor_reset": (N_("reset the second factor"), "shield-lock", "amber"),
    "passkey_added": (N_("added the passkey {name}"), "shield-lock", "green"),
    "passkey_removed": (N_("removed the passkey {name}"), "shield-lock", "red"),
    "outside_connected": (N_("connected the account to {name}"), "link", "green"),
    "outside_disconnected": (N_("disconnected the account from {name}"), "link", "red"),
    "recovery_codes": (N_("made new recovery codes"), "refresh", "blue"),
    "recovery_code_used": (N_("signed in with a recovery code"), "shield-lock", "amber"),
    "key_made": (N_("made the API key {name}"), "id", "blue"),
    "key_revoked": (N_("revoked the API key {name}"), "id", "red"),
}
"""How each event is told, with its icon and hue."""

BY_GROUPS = (
    N_("gave the roles: {added}, as the groups at {service} say"),
    N_("took away the roles: {removed}, as the groups at {service} say"),
    N_("gave the roles {added} and took away {removed}, as the groups at {service} say"),
)
"""How it is told that a service has given roles, taken some away, or both."""


def told_event(style: Style, catalog: Catalog, event: str, told: Mapping[str, Json]) -> tuple[str, str, str]:
    """Return what happened in words, with an icon and a hue."""
    template, icon, hue = EVENTS.get(event, OTHERWISE)
    if event == "created" and "service" in told:
        template = N_(
            "was let in by {service} for the first time: the account was made, with the roles: {roles}"
        )
    if event == "roles":
        return _roles(style, catalog, told), icon, hue
    words = {name: value for name, value in told.items() if isinstance(value, str | int)}
    if "roles" in told:
        words["roles"] = named_roles(style, catalog, _names(told["roles"])) or "–"
    if "agent" in told:
        words["device"] = told_device(style, str(told["agent"]))
    return style._(template, **words), icon, hue


def role_labels(style: Style, catalog: Catalog, names: Iterable[str]) -> list[str]:
    """Return roles by their labels; one that is no more by its name."""
    found = ((name, catalog.roles.get(name)) for name in names)
    return [style.label(role.label) if role else name for name, role in found]


def named_roles(style: Style, catalog: Catalog, names: Iterable[str]) -> str:
    """Return roles in one line; their labels have commas of their own."""
    return " · ".join(role_labels(style, catalog, names))


def _roles(style: Style, catalog: Catalog, told: Mapping[str, Json]) -> str:
    added, removed, service = _names(told.get("added")), _names(told.get("removed")), told.get("service")
    words = {
        "added": named_roles(style, catalog, added),
        "removed": named_roles(style, catalog, removed),
        "service": str(service),
    }
    if added and removed:
        return style._(BY_GROUPS[2] if service else "gave the roles {added} and took away {removed}", **words)
    if removed:
        return style._(BY_GROUPS[1] if service else "took away the roles: {removed}", **words)
    return style._(BY_GROUPS[0] if service else "gave the roles: {added}", **words)


def _names(given: Json) -> tuple[str, ...]:
    return tuple(str(name) for name in given) if isinstance(given, list | tuple) else ()
