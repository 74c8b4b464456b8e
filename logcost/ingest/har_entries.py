"""The entries of a HAR file one after the other: recordings of many hundred megabytes are never held whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logcost.ingest.content import BLOCK, LINE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

# What stands between brackets, with its whole strings; inside an entry its flat objects, too (headers and cookies: entries with
# short bodies at 110 MB a second, else at 54); and what follows inside a string whose end is not known yet. Each sign can be
# taken in one way only, so that nothing is tried twice. (Possessive repeats would say so: Python before 3.11.5 gets them wrong.)
_TEXT: Final = rb'[^"\\]*(?:\\.[^"\\]*)*'
_FREE: Final = rb'[^"{}\[\]]*(?:"' + _TEXT + rb'"[^"{}\[\]]*)*'
_PLAIN: Final = re.compile(_FREE, re.DOTALL)
_FLAT: Final = re.compile(_FREE + rb"(?:\{" + _FREE + rb"\}" + _FREE + rb")*", re.DOTALL)
_INSIDE: Final = re.compile(_TEXT, re.DOTALL)
_NAMED: Final = re.compile(rb'"entries"\s*:\s*\Z')
_NAME: Final = 64
_OPENING: Final = b"{["
_QUOTE: Final = ord('"')
_ESCAPE: Final = ord("\\")
_AROUND: Final = 2
"""Brackets that are open around the array ``entries``."""
_INNER: Final = _AROUND + 2
"""Brackets that are open inside an entry: those around, the array's and its own."""


def entries(file: Path, limit: int = LINE_LIMIT) -> Iterator[bytes | None]:
    """The undecoded elements of ``log.entries``, each an object; ``None`` for one of more than ``limit`` bytes.

    Raises ``ValueError`` when the file ends before its brackets do, or another document follows.
    """
    cutter = _Cutter(limit)
    rest = b""
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            rest = yield from cutter.cut(rest + block)
    if cutter.depth:
        raise ValueError("The document ends too early.")


class _Cutter:
    """Follows the brackets of a text that comes in blocks, and cuts out the objects inside those of ``entries``."""

    def __init__(self, limit: int) -> None:
        self.depth = 0
        self._ended = False
        self._limit = limit
        self._in_string = False
        self._in_entries = False
        self._before = b""
        self._parts: list[bytes] = []
        self._size = 0

    def cut(self, block: bytes) -> Generator[bytes | None, None, bytes]:
        """The entries that end in a block. Returns what of it means nothing without the next block."""
        start = at = 0
        while (at := self._bracket(block, at)) < len(block) and block[at] != _ESCAPE:
            if block[at] in _OPENING:
                self._open(block, at)
                start = at if self._in_entries and self.depth == _INNER else start
            else:
                if self._in_entries and self.depth == _INNER:
                    self._hold(block[start : at + 1])
                    yield self._entry()
                self._close()
            at += 1
        if self._in_entries and self.depth >= _INNER:
            self._hold(block[start:at])
        self._before = (self._before + block[:at])[-_NAME:]
        return block[at:]

    def _bracket(self, block: bytes, at: int) -> int:
        """Where the next bracket stands, else the end of what is known."""
        while True:
            pattern = _INSIDE if self._in_string else _FLAT if self._in_entries and self.depth >= _INNER else _PLAIN
            found = pattern.match(block, at)
            at = found.end() if found else at
            if at == len(block) or block[at] != _QUOTE:
                return at
            self._in_string = not self._in_string
            at += 1

    def _open(self, block: bytes, at: int) -> None:
        if self._ended:
            raise ValueError("A second document follows.")
        if self.depth == _AROUND:
            self._in_entries = _NAMED.search(self._before + block[max(at - _NAME, 0) : at]) is not None
        self.depth += 1

    def _close(self) -> None:
        if self.depth == 0:
            raise ValueError("A bracket is closed that was not opened.")
        self.depth -= 1
        self._ended = self.depth == 0
        self._in_entries = self._in_entries and self.depth > _AROUND

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= self._limit:
            self._parts.append(part)

    def _entry(self) -> bytes | None:
        whole = b"".join(self._parts) if self._size <= self._limit else None
        self._parts, self._size = [], 0
        return whole
