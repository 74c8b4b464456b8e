"""The command line: one command a file, listed in ``app.py``."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from logcost.errors import LogcostError, NoSpaceError

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
TERMINATED = 143
_ALLOCATIONS = 200_000
"""Objects between two collections of garbage."""
_stopped: list[int] = []
"""The exit code of the signal that ended the command, if one did."""


def main() -> None:
    """Entry point of the ``logcost`` command. Exit codes: docs/errors.md."""
    _watch_for_signals()
    # Most objects live as long as the process: to walk them again and again took an eighth of a command's time.
    gc.set_threshold(_ALLOCATIONS, 50, 1000)
    try:
        from logcost.cli.app import app

        try:
            app()
        finally:
            sys.stdout.flush()  # here a full disk is still an error of ours, at exit it would be Python's
    except BaseException as error:
        # Inside a query, DuckDB makes some other error of what a signal raises, and typer an exit of its own.
        if _stopped or isinstance(error, KeyboardInterrupt):
            _leave(_stopped[0] if _stopped else INTERRUPTED)
        if isinstance(error, Exception):
            _explain(error)
        raise


def _watch_for_signals() -> None:
    """Leave like after an error, so that temporary ledgers are deleted; who ignores interrupts (``nohup``) goes on doing so."""
    _stopped.clear()
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _stopped.append(INTERRUPTED)
    signal.default_int_handler(number, frame)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    _stopped.append(TERMINATED)
    sys.exit(TERMINATED)


def _leave(code: int) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # what a second one kept from being tidied up is tidied up at exit
    what = "Interrupted" if code == INTERRUPTED else "Terminated"
    said = f"logcost: {what}. A stored ledger holds only whole files; run the command again to go on."
    print(said, file=sys.stderr)  # noqa: T201 -- one of the two places where an error meets the user
    sys.exit(code)


def _explain(error: Exception) -> None:
    """Leave with the message and exit code of an error that the user can do something about."""
    if isinstance(error, LogcostError):
        _fail(error)
    if isinstance(error, OSError) and no_space(error):
        # What is still in the buffer would fail again at exit, with a trace and another exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail(
            NoSpaceError("There is no space left to write to.", remedy="Make room (temporary files are in TMPDIR) and try again.")
        )


def no_space(error: OSError) -> bool:
    """Polars states the number of an error in its text only."""
    full = (errno.ENOSPC, errno.EDQUOT)
    return error.errno in full or str(error).endswith(tuple(f"(os error {number})" for number in full))


def _fail(error: LogcostError) -> NoReturn:
    print(f"logcost: {error}", file=sys.stderr)  # noqa: T201 -- one of the two places where an error meets the user
    sys.exit(error.exit_code)
