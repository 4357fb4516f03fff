"""The REST API: routes described once, strict JSON, problems in the caller's language."""

from core.api.blueprint import blueprint

__all__ = ["blueprint"]
