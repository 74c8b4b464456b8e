"""What there is to say of the files that were read, each thing once: a folder may hold hundreds."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

from logcost.errors import UnknownFormatError
from logcost.report import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from logcost.types import SourceReport

_NAMED = 3
"""So many files of no known format have their own message, and so many are named of more."""


def is_foreign(source: SourceReport) -> bool:
    """No format claims the file: in a folder these are the other files that lie there."""
    return _unclaimed(source.error or "")


def _unclaimed(error: str) -> bool:
    return f"[{UnknownFormatError.slug}]" in error


def errors(sources: Iterable[SourceReport]) -> list[str]:
    """What keeps files from being read (``reasons``)."""
    return reasons((source.path, source.error) for source in sources if source.error)


def reasons(failed: Iterable[tuple[str, str]]) -> list[str]:
    """Each message once, with its files; many of no known format are named together. Pairs of path and message."""
    told = list(failed)
    foreign = [path for path, error in told if _unclaimed(error)]
    if len(foreign) <= _NAMED:
        return _by_reason(told)
    named = Counter(PurePath(path).name for path in foreign).most_common()
    first = [name if times == 1 else f"{name} ({words.count(times)})" for name, times in named[:_NAMED]]
    rest = sum(times for _, times in named[_NAMED:])
    together = f"{words.plural(len(foreign), 'file')} of no known format: {', '.join(first)}"
    together += f" and {words.count(rest)} more" if rest else ""
    return [
        f"{together}. 'logcost formats FILE' says what is missing.",
        *_by_reason([(path, error) for path, error in told if not _unclaimed(error)]),
    ]


def _by_reason(failed: Iterable[tuple[str, str]]) -> list[str]:
    """An error begins with the path of its file; one that does not stands for itself."""
    paths: dict[str, list[str]] = {}
    for path, error in failed:
        reason = error.removeprefix(f"{path}: ")
        paths.setdefault(reason, []).extend([path] if reason != error else [])
    return [f"{_each(where)}: {reason}" if where else reason for reason, where in paths.items()]


def notes(noted: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """``path: note`` in the order of the files; a note that many files share is said once, with the first of them."""
    paths: dict[str, list[str]] = {}
    for path, said in noted:
        for note in said:
            paths.setdefault(note, []).append(path)
    return [f"{_each(where)}: {note}" for note, where in paths.items()]


def _each(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {words.count(len(paths) - 1)} more, each"
