"""A disk that takes no more, for this process alone."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager


@contextmanager
def no_file_larger_than(size):
    """Let the system refuse this process to write more into a file, as a full disk does in the middle of one."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
        signal.signal(signal.SIGXFSZ, handler)
