"""The command line: one command a file, listed in ``app.py``."""

from __future__ import annotations

import sys

from logcost.errors import LogcostError


def main() -> None:
    """Entry point of the ``logcost`` command. Exit codes: docs/errors.md."""
    from logcost.cli.app import app

    try:
        app()
    except LogcostError as error:
        print(f"logcost: {error}", file=sys.stderr)  # noqa: T201 -- the one place where an error meets the user
        sys.exit(error.exit_code)
