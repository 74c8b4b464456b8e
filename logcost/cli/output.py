"""Writing results: JSON to stdout, and files that are whole or not there."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from logcost.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document and a newline on stdout, UTF-8 whatever the terminal's encoding."""
    from logcost.report import json

    sys.stdout.flush()
    sys.stdout.buffer.write((json.dumps(document) + "\n").encode())
    sys.stdout.buffer.flush()


def write_file(path: Path, text: str) -> None:
    """Write the file whole: first beside its place, then renamed, so that a failure leaves the former file.

    Raises ``UsageError`` when the folder is missing or may not be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"Cannot write here: {reason}.", path=str(path), remedy="Give another -o FILE.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part = Path(name)
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
