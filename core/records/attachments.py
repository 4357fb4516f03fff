"""Files of records: who may put which file into a record, and who may have it from there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.errors import AccessDenied, NotFound, Problem
from core.files import OF_JOB, Files, StoredFile, Thumbnails, assign_files, usable_files
from core.jobs.service import is_told
from core.kernel.actor import Actor
from core.kernel.values import FileRef
from core.metadata.catalog import Catalog
from core.metadata.specs import FILE_TYPES
from core.records.change import Draft
from core.records.reading import Reading
from core.records.work import Work
from core.storage import Database

SCOPES_OF_JOB = "SELECT scopes FROM core_job WHERE id = %s"


class Attachments:
    """Finds files for those who may read the record that they belong to, in a field that they may read."""

    def __init__(self, database: Database, files: Files, reading: Reading) -> None:
        self._database = database
        self._files = files
        self._reading = reading

    def find(self, actor: Actor, file_id: int, *, catalog: Catalog) -> StoredFile:
        """Return a file that the actor may download; any other is as unknown as one that does not exist."""
        with self._database.reading() as reader:
            file = self._files.find(file_id, reader)
        if self._is_own(actor, file) or self._shows(actor, file, catalog):
            return file
        raise NotFound

    def _is_own(self, actor: Actor, file: StoredFile) -> bool:
        """Tell whether the file belongs to no record, or to a job, and was made by or for the actor."""
        if file.record_id is not None and file.entity != OF_JOB:
            return False
        if actor.elevated is not None:
            return True
        if actor.id is None or file.created_by != actor.id:
            return False
        return file.record_id is None or self._is_of_own_job(actor, file.record_id)

    def _is_of_own_job(self, actor: Actor, job: int) -> bool:
        """Tell whether the actor, by whatever key they come, may know of the job that the file belongs to."""
        with self._database.reading() as reader:
            rows = reader.rows(SCOPES_OF_JOB, (job,))
        return not rows or is_told(actor, rows[0][0])

    def _shows(self, actor: Actor, file: StoredFile, catalog: Catalog) -> bool:
        spec = catalog.entities.get(file.entity or "")
        if spec is None or file.record_id is None or not self._reading.may_read(actor, spec.name, catalog):
            return False
        readable = self._reading.eyes(actor, catalog).fields(spec.name).readable
        names = [f.name for f in spec.fields.values() if f.type in FILE_TYPES and f.name in readable]
        if not names:
            return False
        try:
            record = self._reading.get(actor, spec.name, file.record_id, names, catalog=catalog)
        except (NotFound, AccessDenied):
            return False
        return any(isinstance(value, FileRef) and value.id == file.id for value in record.values())


def check_files(work: Work, drafts: Sequence[Draft], thumbnails: Thumbnails) -> None:
    """Note a problem at every file that the writer may not put there: another's, another record's, or no picture."""
    for draft in drafts:
        new = dict(_new(draft))
        if new:
            usable = usable_files(work.uow, set(new.values()), work.actor, work.entity, draft.id)
            draft.problems.extend(
                Problem(
                    code="no_such_file",
                    field=name,
                    params={"id": file_id},
                    message="There is no file {id} that you could put here.",
                )
                for name, file_id in new.items()
                if file_id not in usable
            )
            for name, file_id in new.items():
                if work.plan.entity.fields[name].type == "image" and file_id in usable:
                    problem = thumbnails.problem(*usable[file_id])
                    if problem is not None:
                        draft.problems.append(replace(problem, field=name))


def keep_files(work: Work, drafts: Iterable[Draft]) -> None:
    """Let the new files of written records belong to them."""
    for draft in drafts:
        new = {file_id for _, file_id in _new(draft)}
        if new:
            assign_files(work.uow, new, work.entity, draft.id)


def _new(draft: Draft) -> Iterable[tuple[str, int]]:
    for name in draft.changed:
        value = draft.after.get(name)
        if isinstance(value, FileRef):
            yield name, value.id
