"""Results on stdout: bytes of UTF-8, whatever the terminal's encoding."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def print_text(text: str) -> None:
    """The text on stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document and a newline on stdout."""
    from logcost.report import json

    print_text(json.dumps(document) + "\n")
