"""A first declaration for an unknown log, written by looking at a sample: what each key may mean, and how sure that is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from logcost.errors import UsageError
from logcost.ingest.content import from_path
from logcost.ingest.draft.guess import guesses
from logcost.ingest.draft.sample import look
from logcost.ingest.draft.write import Draft, declaration
from logcost.scratch import ScratchFolder

__all__ = ["Draft", "draft"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def draft(sample: str | Path, name: str | None = None) -> Draft:
    """Look at a sample and write a declaration for it. ``name``: of the format, ``<app>.<what>``; else from the file's name.

    Raises ``UnreadableFileError`` as reading does, ``UnknownFormatError`` when nothing looks like calls, and ``UsageError``
    for a name that is none.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' is no name of a format.", remedy="Write it like my_app.calls: small letters, digits, _ and dots."
        )
    with ScratchFolder("logcost-draft-") as scratch:
        looked = look(from_path(str(sample), scratch), scratch)
        return declaration(looked, guesses(looked.leaves), name=name or _named_after(Path(sample)), path=str(sample))


def _named_after(sample: Path) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", sample.name.split(".")[0].lower()).strip("_")
    return f"{stem if stem[:1].isalpha() else 'my_app'}.calls"
