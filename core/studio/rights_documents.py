"""What the site says of the documents that decide on rights: made, changed, taken away, put back; each after a look."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from core.access import Access
from core.declaration import document_from_json
from core.errors import Conflict, NotFound, Param, PayvandError, Problem, ValidationFailed
from core.kernel.actor import Actor
from core.lifecycle import Changes, Rehearsed, Rehearsing
from core.lifecycle.changes import Definitions, Edit
from core.metadata.catalog import Catalog
from core.metadata.documents import TARGETS, Document, plain
from core.metadata.names import SITE_ENTITY_PREFIX
from core.metadata.specs import NOTHING, SITE, Json, RestrictionSpec, RoleSpec
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.document_changes import DocumentChange, changes_of_document, removed_documents
from core.storage.documents import DocumentStore

Body = Mapping[str, Json]
Key = tuple[str, str, str]
Spec = TypeVar("Spec", RoleSpec, RestrictionSpec)

LISTED = 50
"""How many entries of a history are told, and how many documents that were taken away."""

LONGEST_REASON = 500


class ChangedMeanwhile(Conflict):
    """What is to be changed is not what was looked at."""

    code, status = "changed_meanwhile", 412
    message = "Somebody else has changed this meanwhile; look at it again."


class RightsDocuments(ABC, Generic[Spec]):
    """Changes what the site says of one kind of document: of its own all of it, of a module's what it adds.

    ``seen`` is the digest of what a change is to replace, ``plan`` that of what it was shown to do: where either is
    another by now, nothing happens. ``why`` is kept in the history.
    """

    kind: ClassVar[str]
    keys: ClassVar[tuple[str, ...]]
    """What the site may say."""

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

    @abstractmethod
    def specs(self, catalog: Catalog) -> Mapping[str, Spec]:
        """Return all that there are, by name."""

    @abstractmethod
    def _unknown(self, name: str) -> PayvandError:
        """Return that there is none of this name."""

    @abstractmethod
    def _taken(self, name: str) -> PayvandError:
        """Return that there is one of this name already."""

    @abstractmethod
    def _bad_name(self) -> Problem:
        """Return how names of the site's own look."""

    def _cleaned(self, body: Body, name: str, definitions: Definitions | None) -> Body:
        """Return a body without what says nothing."""
        return {key: value for key, value in body.items() if value}

    def said(self, actor: Actor, name: str) -> tuple[Body, str]:
        """Return what the site says, and its digest; nothing and "" where it says nothing."""
        self._require(actor)
        present = _document(self._documents(), self._key(name))
        return self._body(present), present.digest if present is not None else ""

    def all_said(self, actor: Actor) -> Mapping[str, Body]:
        """Return what the site says of each that there is."""
        self._require(actor)
        documents = {document.key: document for document in self._documents() if document.is_site}
        names = self.specs(self._catalogs.current())
        return {name: self._body(documents.get(self._key(name))) for name in names}

    def rehearse(self, actor: Actor, name: str, body: object) -> Rehearsed:
        """Return what saving this would do to the rights of roles; nothing changes."""
        self._require(actor)
        return self._rehearsing.rehearse(self._edit(name, body, None))

    def save(
        self,
        actor: Actor,
        name: str,
        body: object,
        *,
        seen: str | None = None,
        plan: str | None = None,
        why: str = "",
    ) -> Spec:
        """Let ``body`` be all that the site says."""
        self._require(actor)
        edit = self._edit(name, body, seen)
        return self._run(actor, edit, f"change {self.kind} {name}", plan, why)[name]

    def rehearse_add(self, actor: Actor, name: str, body: object) -> Rehearsed:
        """Return what making one of the site's own would do to rights; nothing changes."""
        self._require(actor)
        return self._rehearsing.rehearse(self._making(name, body))

    def add(self, actor: Actor, name: str, body: object, *, plan: str | None = None, why: str = "") -> Spec:
        """Make one of the site's own; its name begins with ``x.``."""
        self._require(actor)
        return self._run(actor, self._making(name, body), f"add {self.kind} {name}", plan, why)[name]

    def rehearse_removal(self, actor: Actor, name: str) -> Rehearsed:
        """Return what taking away one of the site's own would do to rights; nothing changes."""
        self._require(actor)
        return self._rehearsing.rehearse(self._removal(name, None))

    def remove(
        self, actor: Actor, name: str, *, why: str, seen: str | None = None, plan: str | None = None
    ) -> None:
        """Take away one of the site's own; who did, when and why is told by `removed`."""
        self._require(actor)
        if not why.strip():
            raise _refused("reason", "reason", "Say why it is taken away.")
        self._run(actor, self._removal(name, seen), f"remove {self.kind} {name}", plan, why)

    def removed(self, actor: Actor) -> tuple[DocumentChange, ...]:
        """Return those that were taken away and are not there again, the latest first."""
        self._require(actor)
        present = self.specs(self._catalogs.current())
        with self._database.reading() as reader:
            found = removed_documents(reader, self.kind, LISTED)
        return tuple(one for one in found if one.name not in present)

    def rehearse_restore(self, actor: Actor, name: str) -> Rehearsed:
        """Return what putting one back would do to rights; nothing changes."""
        return self._rehearsing.rehearse(self._making(name, self._removed(actor, name)))

    def restore(self, actor: Actor, name: str, *, plan: str | None = None, why: str = "") -> Spec:
        """Put one back as it was when it was taken away."""
        edit = self._making(name, self._removed(actor, name))
        return self._run(actor, edit, f"restore {self.kind} {name}", plan, why)[name]

    def history(self, actor: Actor, name: str) -> tuple[DocumentChange, ...]:
        """Return who has changed what the site says, when and why, the newest first."""
        self._require(actor)
        known = name in self.specs(self._catalogs.current())
        _owner, kind, document = self._key(name) if known else (SITE, self.kind, name)
        with self._database.reading() as reader:
            return changes_of_document(reader, kind, document, LISTED)

    def _run(self, actor: Actor, edit: Edit, reason: str, plan: str | None, why: str) -> Mapping[str, Spec]:
        why = " ".join(why.split())
        if len(why) > LONGEST_REASON:
            raise _refused("reason", "reason", "Say why, in up to {most} characters.", most=LONGEST_REASON)
        agree = self._rehearsing.agreed(plan)
        return self.specs(self._changes.run(actor, edit, reason=reason, why=why, agree=agree))

    def _require(self, actor: Actor) -> None:
        self._access.require_administrator(actor, self._catalogs.current())

    def _documents(self) -> tuple[Document, ...]:
        with self._database.reading() as reader:
            return DocumentStore().read(reader)

    def _key(self, name: str) -> Key:
        """Return which document of the site speaks of it."""
        spec = self.specs(self._catalogs.current()).get(name)
        if spec is None:
            raise self._unknown(name)
        return (SITE, self.kind, name) if spec.owner == SITE else (SITE, "extend", TARGETS[self.kind] + name)

    def _body(self, document: Document | None) -> Body:
        written = plain(document.body) if document is not None else NOTHING
        assert isinstance(written, Mapping)
        return {key: value for key, value in written.items() if key in self.keys}

    def _given(self, body: object) -> Body:
        """Return what a caller says, or refuse what cannot be said."""
        if not isinstance(body, Mapping):
            raise _refused("not_an_object", None, "The body must be an object of names and values.")
        for name in sorted(map(str, body.keys() - {*self.keys})):
            raise _refused(
                "unknown_name",
                name[:80],
                "{name} is not known here. There are: {known}.",
                name=name[:80],
                known=self.keys,
            )
        return body

    def _edit(self, name: str, body: object, seen: str | None) -> Edit:
        key, given = self._key(name), self._given(body)

        def edit(old: Definitions) -> Definitions:
            present = _document(old.documents, key)
            _refuse_stale(present, seen)
            said = self._cleaned(given, name, None if key[1] == self.kind else old)
            if key[1] == "extend" and not said:
                return old.without(key) if present is not None else old
            head = {self.kind: name} if key[1] == self.kind else {"extends": key[2]}
            more = self._more(old, name, said, present) if key[1] == "extend" else NOTHING
            return old.with_documents(document_from_json(key[1], {**head, **said, **more}))

        return edit

    def _more(self, old: Definitions, name: str, said: Body, present: Document | None) -> Body:
        """Return what is kept beside what the site says of a module's."""
        return NOTHING

    def _making(self, name: str, body: object) -> Edit:
        given = self._cleaned(self._given(body), name, None)
        if not name.startswith(SITE_ENTITY_PREFIX):
            raise ValidationFailed(problems=[self._bad_name()])
        document = document_from_json(self.kind, {self.kind: name, **given})

        def edit(old: Definitions) -> Definitions:
            if any((d.kind, d.name) == (self.kind, name) for d in old.documents):
                raise self._taken(name)
            return old.with_documents(document)

        return edit

    def _removal(self, name: str, seen: str | None) -> Edit:
        key = self._key(name)
        if key[1] != self.kind:
            raise Conflict(
                "{name} belongs to a module; disable the module instead.", code="not_own", name=name
            )

        def edit(old: Definitions) -> Definitions:
            present = _document(old.documents, key)
            if present is None:
                raise self._unknown(name)
            _refuse_stale(present, seen)
            return old.without(key)

        return edit

    def _removed(self, actor: Actor, name: str) -> Body:
        """Return what one said that was taken away."""
        found = next((one for one in self.removed(actor) if one.name == name), None)
        if found is None or found.before is None:
            raise NotFound("{name} was not taken away here.", code="not_removed", name=name[:80])
        return {key: value for key, value in found.before.items() if key in self.keys}


def _document(documents: tuple[Document, ...], key: Key) -> Document | None:
    return next((document for document in documents if document.key == key), None)


def _refuse_stale(present: Document | None, seen: str | None) -> None:
    if seen is not None and seen != (present.digest if present is not None else ""):
        raise ChangedMeanwhile


def _refused(code: str, field: str | None, message: str, **params: Param) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code=code, field=field, message=message, params=params)])
