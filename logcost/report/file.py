"""Writing a file so that it is whole or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from logcost.errors import UsageError


def write_file(path: Path, text: str) -> None:
    """Write the text (UTF-8): first beside its place, then renamed, so that a failure leaves the former file.

    A link keeps leading where it leads. What is no plain file (a pipe, a device) is written to and not replaced. Raises
    ``UsageError`` when it cannot be written.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8", newline="\n")
        else:
            _replace(target, text)
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(f"Cannot write here: {reason}.", path=str(path), remedy="Give another -o FILE.") from None


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
