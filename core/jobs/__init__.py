"""Work that outlives a request: a task registry, deferral on the caller's connection, and the worker."""

from core.jobs.context import JobCancelled, JobContext
from core.jobs.service import Jobs, JobStatus
from core.jobs.tasks import Task

__all__ = ["JobCancelled", "JobContext", "JobStatus", "Jobs", "Task"]
