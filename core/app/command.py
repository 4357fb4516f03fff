"""`main`: the program `payvand`. Whatever goes wrong on purpose ends as one sentence and exit code 1."""

from __future__ import annotations

import sys

from core.app.launcher import Launching
from core.cli.main import payvand
from core.config import Settings
from core.errors import PayvandError


def main() -> None:
    """Run the command that the arguments name."""
    try:
        payvand(obj=Launching(Settings.from_environment()))
    except PayvandError as error:
        _stop(error.text())
    except OSError as error:
        _stop(f"{error.filename or 'A file'}: {error.strerror or error}")


def _stop(sentence: str) -> None:
    sys.stderr.write(f"payvand: {sentence}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
