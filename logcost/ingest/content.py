"""The bytes of one source: plain, gzip or zstd, a file, one in a zip archive, or standard input; read as a stream, never whole.

Standard input is first written to a scratch file, because a source may be read twice (to see whether it is known).
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import time
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import xxhash

from logcost.errors import UnreadableFileError
from logcost.ingest import archive
from logcost.ingest.archive import open_member
from logcost.ingest.database import SQLITE, whole_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
BLOCK: Final = 256 * 1024
"""Bytes read at a time: of blocks twice as large each is a new mapping of memory, which takes as long as to read it."""

LINE_LIMIT: Final = 64 * 1024 * 1024
"""Longest line held in memory; a longer one is skipped while streaming and becomes a reject."""

PART: Final = 8 * 1024 * 1024
"""Bytes that are hashed together: to read a grown log on, only its last part is hashed once more."""

_COPY_BLOCK: Final = 1024 * 1024
_SETTLED_NS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """One source. ``path`` as shown, ``file`` what is opened, ``location`` the absolute path (NULL for standard input)."""

    path: str
    file: Path
    location: str | None
    size: int
    member: zipfile.ZipInfo | None = None
    """The file of the zip archive ``file`` that is meant."""
    stamp: str | None = None
    """Size, inode and times of the file before it is read: equal means unchanged. ``None``: that cannot be relied on."""
    _opened: list[BinaryIO] = field(default_factory=list, compare=False, repr=False)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The decompressed bytes. Raises ``UnreadableFileError`` for what cannot be opened or is damaged."""
        try:
            with self._raw() as raw:
                magic = raw.read(4)
                raw.seek(0)
                self._opened[:] = [raw]
                yield _decompressed(raw, magic)
        except _damage() as error:
            raise UnreadableFileError(_why(error), path=self.path, remedy="Nothing of it was loaded.") from None

    def _raw(self) -> BinaryIO:
        return self.file.open("rb") if self.member is None else open_member(self.file, self.member)

    @property
    def position(self) -> int:
        """Bytes on disk that are read since the file was opened last; all, when it is closed again."""
        return self._opened[0].tell() if self._opened and not self._opened[0].closed else self.size

    @property
    def compressed(self) -> bool:
        """The file is gzip or zstd, or stands in an archive."""
        if self.member is not None:
            return True
        with self.file.open("rb") as raw:
            return raw.read(4).startswith((GZIP, ZSTD))


def from_path(path: str, scratch: Path, folders: dict[str, str] | None = None) -> Content:
    """A file as a source, a pipe by way of a file in ``scratch``. Raises ``UnreadableFileError`` when it cannot be opened.

    ``folders``: absolute paths of the folders met so far, for one who reads many files; added to.
    """
    file, shown = Path(path), _printable(path)
    if (inside := archive.split(path)) is not None:
        info = archive.member(*inside)
        place = f"{_printable(str(inside[0].resolve()))}!{inside[1]}"
        return Content(shown, inside[0], place, info.file_size, info, stamp_of(inside[0].stat()))
    try:
        with file.open("rb") as stream:
            found = os.fstat(stream.fileno())
            if stat.S_ISFIFO(found.st_mode):
                return _spooled(stream, shown, scratch)
            place = _printable(_absolute(path, {} if folders is None else folders))
            if stream.read(len(SQLITE)) == SQLITE:
                # No stamp: what is new may stand in the file beside it.
                whole = whole_database(file, scratch)
                return Content(shown, whole, place, whole.stat().st_size)
            return Content(shown, file, place, found.st_size, stamp=stamp_of(found))
    except OSError as error:
        raise UnreadableFileError(_why(error), path=shown, remedy="Check the path and its permissions.") from None


def _absolute(path: str, folders: dict[str, str]) -> str:
    """The absolute path without links. Of many files in one folder its links are followed once: half of what a file costs."""
    folder, name = os.path.split(path)
    if name in {"", ".", ".."} or os.path.islink(path):  # noqa: PTH114 -- thousands of files, and Path costs more than the call
        return os.path.realpath(path)
    if folder not in folders:
        folders[folder] = os.path.realpath(folder)
    return os.path.join(folders[folder], name)  # noqa: PTH118 -- the same


def stamp_of(found: os.stat_result) -> str | None:
    """What tells that a file is as it was, or ``None`` for one so new that a change may leave its times as they are."""
    if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _SETTLED_NS:
        return None
    return f"{found.st_size} {found.st_ino} {found.st_mtime_ns} {found.st_ctime_ns}"


def from_stdin(scratch: Path) -> Content:
    """Standard input as a source, by way of a file in ``scratch``."""
    return _spooled(sys.stdin.buffer, "-", scratch)


def _spooled(stream: BinaryIO, shown: str, scratch: Path) -> Content:
    """A stream that cannot be read twice, kept in a file of its own: a later one must not take its place."""
    with tempfile.NamedTemporaryFile(dir=scratch, prefix="spooled-", delete=False) as copy:
        shutil.copyfileobj(stream, copy, _COPY_BLOCK)
        return Content(shown, Path(copy.name), None, copy.tell())


def _printable(path: str) -> str:
    """A path as text. A name need not be UTF-8 on Linux; its other bytes are shown as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


@contextmanager
def plain_file(content: Content, scratch: Path) -> Iterator[Path]:
    """The decompressed content as a file: the source itself when it is not compressed, else a scratch copy."""
    if not content.compressed:
        yield content.file
        return
    copy = scratch / "decompressed"
    try:
        with content.open() as stream, copy.open("wb") as target:
            shutil.copyfileobj(stream, target, _COPY_BLOCK)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


class Counted:
    """A stream that counts and hashes what is read through it.

    ``ends_line``: the last byte read ends a line. ``next_line``: number of the line after those that ``chunks`` gave.
    ``parts``: hashes of the whole parts of ``PART`` bytes read so far.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = xxhash.xxh3_128()
        self.parts: list[str] = []
        self.size = 0
        self.ends_line = True
        self.next_line = 1

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``."""
        data = self._stream.read(size)
        if self.size // PART == (self.size + len(data)) // PART:
            self._hash.update(data)
        else:
            self._hash_parts(memoryview(data))
        self.size += len(data)
        if data:
            self.ends_line = data.endswith(b"\n")
        return data

    def digest(self) -> str:
        """Hash of everything read so far: of the hashes of its parts, the last of which may be shorter."""
        return hash_of_parts(self.parts, self.tail)

    @property
    def tail(self) -> str:
        """Hash of what follows the whole parts."""
        return self._hash.hexdigest()

    def skip(self, parts: Sequence[str]) -> None:
        """Pass over whole parts whose hashes are known; only at the start of a file that is not compressed."""
        self.size = self._stream.seek(len(parts) * PART)
        self.parts = list(parts)

    def _hash_parts(self, data: memoryview) -> None:
        """Hash data that reaches the end of a part."""
        room = PART - self.size % PART
        while len(data) >= room:
            self._hash.update(data[:room])
            self.parts.append(self._hash.hexdigest())
            self._hash = xxhash.xxh3_128()
            data, room = data[room:], PART
        self._hash.update(data)

    def read_to(self, size: int) -> None:
        """Read on until ``size`` bytes are read, or the end."""
        while self.size < size and self.read(min(_COPY_BLOCK, size - self.size)):
            pass


def hash_of_parts(parts: Sequence[str], tail: str) -> str:
    """Hash of a content from the hashes of its whole parts and of what follows them."""
    return xxhash.xxh3_128_hexdigest(" ".join((*parts, tail)).encode())


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines, each with its end, the number of the first (from 1) and where it starts.

    ``too_long``: one line longer than the limit, of which the bytes are not kept.
    """

    lines: list[bytes]
    line: int
    offset: int
    too_long: bool = False


def chunks(stream: Counted, *, line: int = 1, limit: int = LINE_LIMIT) -> Iterator[Chunk]:
    """Cut the rest of a stream into chunks of whole lines; a line longer than ``limit`` bytes is never held."""
    held: list[bytes] = []
    held_bytes = 0
    offset = stream.size
    while block := stream.read(BLOCK):
        lines = BytesIO(block).readlines()
        rest = b"" if block.endswith(b"\n") else lines.pop()
        if lines and held_bytes:
            if held_bytes > limit:
                # The end of a line that is too long: forget it, and go on after it.
                yield Chunk([], line, offset, too_long=True)
                stream.next_line = line = line + 1
                offset += held_bytes + len(lines.pop(0))
            else:
                lines[0] = b"".join((*held, lines[0]))
            held, held_bytes = [], 0
        if lines:
            yield Chunk(lines, line, offset)
            stream.next_line = line = line + len(lines)
            offset = stream.size - len(rest)
        held_bytes += len(rest)
        held = [] if held_bytes > limit else [*held, rest]
    if held_bytes > limit:
        yield Chunk([], line, offset, too_long=True)
    elif held_bytes:
        yield Chunk([b"".join(held)], line, offset)


def _decompressed(raw: BinaryIO, magic: bytes) -> BinaryIO:
    if magic.startswith(GZIP):
        from isal import igzip

        unannotated: Any = igzip.GzipFile
        return cast("BinaryIO", unannotated(fileobj=raw))
    if magic.startswith(ZSTD):
        return cast("BinaryIO", ZstdStream(raw))
    return raw


class ZstdStream:
    """Decompresses zstd frame after frame and, unlike the library's own reader, notices a frame that ends too early."""

    _FEED: Final = 2048  # bytes at a time: even the most extreme ratio then gives less than a line may be long

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw = raw
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._given = b""
        self._ready = bytearray()

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ``EOFError`` when a frame is not complete, ``ZstdError`` when it is damaged."""
        while (size < 0 or len(self._ready) < size) and self._step():
            pass
        taken = len(self._ready) if size < 0 else size
        data = bytes(self._ready[:taken])
        del self._ready[:taken]
        return data

    def _step(self) -> bool:
        """Decompress a little more; False at the end."""
        self._given = self._given or self._raw.read(self._FEED)
        if not self._given:
            if self._frame is not None:
                raise EOFError
            return False
        self._frame = self._frame or self._decompressor.decompressobj()
        self._ready += self._frame.decompress(self._given)
        self._given = self._frame.unused_data
        if self._frame.eof:
            self._frame = None
        return True


def _damage() -> tuple[type[Exception], ...]:
    """What reading raises when a file cannot be opened or its data is damaged."""
    import zstandard
    from isal import igzip, igzip_lib

    data: Any = igzip_lib  # its error is annotated as an instance
    return OSError, EOFError, zlib.error, zipfile.BadZipFile, zstandard.ZstdError, igzip.BadGzipFile, data.IsalError


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"The file cannot be read: {os.strerror(error.errno)}."
    return "The compressed data is damaged or ends too early."
