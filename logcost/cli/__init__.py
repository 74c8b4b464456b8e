"""The command line: one command a file, listed in ``app.py``."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

from logcost.errors import LogcostError

INTERRUPTED = 130
TERMINATED = 143


def main() -> None:
    """Entry point of the ``logcost`` command. Exit codes: docs/errors.md."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        from logcost.cli.app import app

        app()
    except LogcostError as error:
        print(f"logcost: {error}", file=sys.stderr)  # noqa: T201 -- the one place where an error meets the user
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    """Leave like after an error, so that temporary ledgers are deleted."""
    sys.exit(TERMINATED)
