"""`RoleStudio`: roles that the site makes, and what it adds to those of modules; each change can be rehearsed."""

from __future__ import annotations

from collections.abc import Mapping

from core.access import Access
from core.declaration import document_from_json
from core.errors import Conflict, NotFound, Problem, ValidationFailed
from core.kernel.actor import Actor
from core.lifecycle import Changes, Rehearsed, Rehearsing
from core.lifecycle.changes import Definitions, Edit
from core.metadata.documents import ROLE_TARGET, Document, plain
from core.metadata.names import SITE_ENTITY_PREFIX
from core.metadata.specs import NOTHING, SITE, Json, RoleSpec
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.documents import DocumentStore

Body = Mapping[str, Json]

SAID = ("label", "grants", "implies")
"""What the site may say of a role. Who may do everything is told by modules alone."""


class RoleStudio:
    """Changes what the site says of roles: of its own all of it, of a module's what it adds."""

    def __init__(
        self,
        *,
        changes: Changes,
        rehearsing: Rehearsing,
        access: Access,
        catalogs: Catalogs,
        database: Database,
    ) -> None:
        self._changes = changes
        self._rehearsing = rehearsing
        self._access = access
        self._catalogs = catalogs
        self._database = database

    def said(self, actor: Actor, name: str) -> tuple[Body, str]:
        """Return what the site says of a role, and its digest; nothing and "" where it says nothing."""
        self._require(actor)
        with self._database.reading() as reader:
            documents = DocumentStore().read(reader)
        present = _document(documents, self._key(name))
        return _body(present), present.digest if present is not None else ""

    def rehearse(self, actor: Actor, name: str, body: object) -> Rehearsed:
        """Return what saving this would do to the rights of roles; nothing changes."""
        self._require(actor)
        return self._rehearsing.rehearse(self._edit(name, body, None))

    def save(self, actor: Actor, name: str, body: object, *, seen: str | None = None) -> RoleSpec:
        """Let ``body`` be all that the site says of a role; ``seen`` is the digest of what it is to replace."""
        self._require(actor)
        catalog = self._changes.run(actor, self._edit(name, body, seen), reason=f"change role {name}")
        return catalog.roles[name]

    def rehearse_removal(self, actor: Actor, name: str) -> Rehearsed:
        """Return what taking away a role of the site's own would do to rights; nothing changes."""
        self._require(actor)
        return self._rehearsing.rehearse(self._removal(name))

    def remove(self, actor: Actor, name: str) -> None:
        """Take away a role of the site's own; whoever has it has nothing by it from then on."""
        self._require(actor)
        self._changes.run(actor, self._removal(name), reason=f"remove role {name}")

    def _removal(self, name: str) -> Edit:
        key = self._key(name)
        if key[1] != "role":
            raise Conflict(
                "{name} belongs to a module; disable the module instead.", code="not_own", name=name
            )
        return lambda old: old.without(key)

    def add(self, actor: Actor, name: str, body: object) -> RoleSpec:
        """Make a role of the site's own; its name begins with ``x.``."""
        self._require(actor)
        if not name.startswith(SITE_ENTITY_PREFIX):
            raise ValidationFailed(
                problems=[
                    Problem(
                        code="bad_name",
                        field="name",
                        message="Names of your own roles look like x.front_desk.",
                    )
                ]
            )
        if name in self._catalogs.current().roles:
            raise Conflict("There is already a role {name}.", code="taken", name=name)
        document = document_from_json("role", {"role": name, **_said(body)})
        catalog = self._changes.run(
            actor, lambda old: old.with_documents(document), reason=f"add role {name}"
        )
        return catalog.roles[name]

    def _require(self, actor: Actor) -> None:
        self._access.require_administrator(actor, self._catalogs.current())

    def _key(self, name: str) -> tuple[str, str, str]:
        """Return which document of the site speaks of a role."""
        spec = self._catalogs.current().roles.get(name)
        if spec is None:
            raise NotFound("There is no role {name}.", code="unknown_role", name=name[:80])
        return (SITE, "role", name) if spec.owner == SITE else (SITE, "extend", ROLE_TARGET + name)

    def _edit(self, name: str, body: object, seen: str | None) -> Edit:
        key, said = self._key(name), _said(body)

        def edit(old: Definitions) -> Definitions:
            present = _document(old.documents, key)
            if seen is not None and seen != (present.digest if present is not None else ""):
                raise Conflict(
                    "Somebody else has changed this role meanwhile; look at it again.",
                    code="changed_meanwhile",
                )
            if key[1] == "extend" and not said:
                return old.without(key)
            head = {"role": name} if key[1] == "role" else {"extends": key[2]}
            return old.with_documents(document_from_json(key[1], {**head, **said}))

        return edit


def _document(documents: tuple[Document, ...], key: tuple[str, str, str]) -> Document | None:
    return next((document for document in documents if document.key == key), None)


def _body(document: Document | None) -> Body:
    written = plain(document.body) if document is not None else NOTHING
    assert isinstance(written, Mapping)
    return {key: value for key, value in written.items() if key in SAID}


def _said(body: object) -> dict[str, Json]:
    """Return what a caller says of a role without what is empty, or refuse what a role cannot be told."""
    if not isinstance(body, Mapping) or body.keys() - {*SAID}:
        raise ValidationFailed(
            problems=[
                Problem(code="not_an_object", message="A role is an object with label, grants and implies.")
            ]
        )
    return {key: value for key, value in body.items() if value}
