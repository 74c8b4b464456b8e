"""The declared formats: ours in ``sql/ingest`` and the reader's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from logcost import resources
from logcost.errors import FormatDeclarationError
from logcost.ingest.header import read_format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from logcost.ingest.header import Format


def declarations(extra: Sequence[Path] = ()) -> tuple[Format, ...]:
    """All formats, sorted by name. Raises ``FormatDeclarationError`` for a wrong file or a name declared twice for a reader."""
    formats = sorted(
        (*_shipped(), *(read_format(path, own=True) for path in extra)), key=lambda declared: (declared.name, declared.path)
    )
    seen: dict[tuple[str, str], str] = {}
    for declared in formats:
        for reader in declared.readers:
            other = seen.setdefault((declared.name, reader), declared.path)
            if other != declared.path:
                raise FormatDeclarationError(
                    f"{declared.name} is also declared by {other} for the same reader.", path=declared.path, remedy="Rename one."
                )
    return tuple(formats)


@cache
def _shipped() -> tuple[Format, ...]:
    return tuple(map(read_format, resources.files("sql", "ingest", suffix=".sql")))
