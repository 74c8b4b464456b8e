"""The command line: one command a file, listed in ``app.py``."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from typing import NoReturn

from logcost.errors import LogcostError, NoSpaceError

INTERRUPTED = 130
TERMINATED = 143
_ALLOCATIONS = 200_000
"""Objects between two collections of garbage."""


def main() -> None:
    """Entry point of the ``logcost`` command. Exit codes: docs/errors.md."""
    signal.signal(signal.SIGTERM, _terminate)
    # Most objects live as long as the process: to walk them again and again took an eighth of a command's time.
    gc.set_threshold(_ALLOCATIONS, 50, 1000)
    try:
        from logcost.cli.app import app

        try:
            app()
        finally:
            sys.stdout.flush()  # here a full disk is still an error of ours, at exit it would be Python's
    except LogcostError as error:
        _fail(error)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        # What is still in the buffer would fail again at exit, with a trace and another exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail(NoSpaceError("There is no space left to write to.", remedy="Make room and try again."))


def _fail(error: LogcostError) -> NoReturn:
    print(f"logcost: {error}", file=sys.stderr)  # noqa: T201 -- the one place where an error meets the user
    sys.exit(error.exit_code)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    """Leave like after an error, so that temporary ledgers are deleted."""
    sys.exit(TERMINATED)
