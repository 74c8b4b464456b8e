"""Running the command inside the test's process: exit code, stdout and stderr."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from logcost.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout read as JSON."""
        return json.loads(self.out)


def run(*arguments: str | Path) -> Done:
    """``logcost ARGUMENTS``. The command's own way with signals ends with it, as it does with a process."""
    raw, err, code = BytesIO(), StringIO(), 0
    out = TextIOWrapper(raw, encoding="utf-8")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with patch.object(sys, "argv", ["logcost", *map(str, arguments)]), redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    out.flush()
    return Done(code, raw.getvalue().decode(), err.getvalue())


def calls(path: Path, *rows: dict[str, Any]) -> Path:
    """A file in our own format; each row is a call of claude-opus-4-5 unless it says otherwise."""
    usual: dict[str, Any] = {
        "started_at": "2026-10-01T12:00:00Z",
        "provider_name": "anthropic",
        "response_model": "claude-opus-4-5",
    }
    usual |= {"started_at": "2026-10-01T12:00:00Z", "input_tokens": 1_000, "output_tokens": 100}
    path.write_text("".join(json.dumps(usual | row) + "\n" for row in rows), encoding="utf-8")
    return path
