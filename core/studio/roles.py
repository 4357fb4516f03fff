"""`RoleStudio`: roles that the site makes, and what it adds to those of modules."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Conflict, NotFound, PayvandError, Problem
from core.metadata.catalog import Catalog
from core.metadata.specs import RoleSpec
from core.studio.rights_documents import RightsDocuments


class RoleStudio(RightsDocuments[RoleSpec]):
    """Changes what the site says of roles. Who may do everything is told by modules alone."""

    kind = "role"
    keys = ("label", "grants", "implies")

    def specs(self, catalog: Catalog) -> Mapping[str, RoleSpec]:
        """Return all roles."""
        return catalog.roles

    def _unknown(self, name: str) -> PayvandError:
        return NotFound("There is no role {name}.", code="unknown_role", name=name[:80])

    def _taken(self, name: str) -> PayvandError:
        return Conflict("There is already a role {name}.", code="taken", name=name)

    def _bad_name(self) -> Problem:
        return Problem(
            code="bad_name", field="name", message="Names of your own roles look like x.front_desk."
        )
