"""`main`: the program `payvand`. Whatever goes wrong on purpose ends as one sentence and exit code 1."""

from __future__ import annotations

import sys

import sqlalchemy as sa

from core.app.launcher import Launching
from core.cli.main import payvand
from core.config import Settings
from core.errors import PayvandError
from core.log import set_up
from core.storage.failures import translate_database_error


def main() -> None:
    """Run the command that the arguments name."""
    try:
        settings = Settings.from_environment()
        set_up("warning" if settings.log_level == "info" else settings.log_level)
        payvand(obj=Launching(settings))
    except PayvandError as error:
        _stop(error.text())
    except sa.exc.SQLAlchemyError as error:
        translated = translate_database_error(error)
        if translated is None:
            raise
        _stop(translated.text())
    except OSError as error:
        _stop(f"{error.filename or 'A file'}: {error.strerror or error}")


def _stop(sentence: str) -> None:
    sys.stderr.write(f"payvand: {sentence}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
