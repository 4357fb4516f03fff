"""What this module does besides its documents: an operation that promises a job and a mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.sdk import (
    JobContext,
    Mail,
    Operation,
    OperationCall,
    Outcome,
    Task,
    defer,
    hookimpl,
    records,
    send_mail,
)


def promise(call: OperationCall) -> Outcome:
    """Promise a mark of this token, and a mail that tells of it."""
    token = str(call.values["token"])
    job = defer(call.uow, "ledger.mark", {"entry": call.record, "token": token})
    send_mail(call.uow, Mail(to="ledger@example.com", subject="A mark", text=token, key=f"mark:{token}"))
    return Outcome(message="Promised.", result={"job": job})


def mark(context: JobContext) -> Mapping[str, int]:
    """Make the mark: with how far the job is, in one transaction, so that a job that is begun again makes no second one."""
    if context.checkpoint is None:
        with context.unit("a mark was promised") as uow:
            values = {"token": context.arguments["token"], "entry": context.arguments["entry"]}
            records(uow).create(uow.actor, "ledger.mark", [values], uow=uow)
            context.keep(uow, {"made": True}, done=1)
    return {"made": 1}


@hookimpl
def register_operations() -> Iterable[Operation]:
    """Offer the promise."""
    return (
        Operation(
            name="ledger.promise",
            entity="ledger.entry",
            label="Promise",
            run=promise,
            fields={"token": {"type": "text", "label": "Token", "required": True}},
        ),
    )


@hookimpl
def register_jobs() -> Iterable[Task]:
    """Offer the mark."""
    return (Task(name="ledger.mark", run=mark),)
