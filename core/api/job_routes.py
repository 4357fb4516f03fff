"""Jobs: how far they are, and stopping them."""

from __future__ import annotations

from flask import Response

from core.api.answers import reply
from core.api.call import Call
from core.api.routes import Route, record_id, ref
from core.jobs import Jobs


def get_job(call: Call, job: str) -> Response:
    """Answer how far a job is; one's own, or anybody's for administrators."""
    return reply(call.site.get(Jobs).status(call.actor, record_id(job), everybody=call.everybody).as_json())


def cancel_job(call: Call, job: str) -> Response:
    """Ask a job to stop after its present step; what is done stays."""
    return reply(
        call.site.get(Jobs).cancel(call.actor, record_id(job), everybody=call.everybody).as_json(), 202
    )


ROUTES = (
    Route(
        method="GET",
        path="/jobs/{job}",
        name="get_job",
        run=get_job,
        group="Jobs",
        about="How far a job is.",
        answers={200: ref("Job")},
    ),
    Route(
        method="POST",
        path="/jobs/{job}/cancel",
        name="cancel_job",
        run=cancel_job,
        group="Jobs",
        about="Ask a job to stop.",
        answers={202: ref("Job")},
    ),
)
