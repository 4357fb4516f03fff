"""What the stories share: people at a browser and people with an API key, at a site with the modules we ship."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.kernel.actor import Actor
from tests.api.conftest import Caller, new_key
from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "kept", "person", "visitor"]


@pytest.fixture
def api(site: Any, app: Any) -> Callable[[Actor], Caller]:
    """Let somebody call the API: ``api(anna.actor)``."""

    def make(actor: Actor) -> Caller:
        return Caller(client=app.test_client(), actor=actor, key=new_key(site, actor))

    return make
