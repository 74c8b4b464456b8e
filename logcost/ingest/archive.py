"""Zip archives: each file in one is a source of its own, shown as ``archive.zip!file``, and read as a stream.

An archive may be hostile: what would grow out of all proportion, needs a password or holds further archives is refused.
"""

from __future__ import annotations

import os
import re
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from logcost.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_MARK: Final = "!"
_MOST: Final = 100_000
_RATIO: Final = 500
_SMALL: Final = 128 * 1024 * 1024
_METHODS: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
"""LZMA is left out: the archive itself says how much memory it takes."""

_ENCRYPTED: Final = 0x1
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_OFFICE: Final = ({"[Content_Types].xml"}, {"mimetype", "content.xml"})


def is_archive(path: Path) -> bool:
    """The file opens like a zip archive; False when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) in ZIP
    except OSError:
        return False


def members(path: str) -> Iterator[str | UnreadableFileError]:
    """The files of an archive as paths, sorted; an error for each that is refused, or for the whole archive."""
    try:
        found = list(_infos(Path(path)).items())
        _refuse_whole(found, path)
    except UnreadableFileError as error:
        yield error
        return
    for name, info in sorted(found, key=lambda one: one[0]):
        shown = f"{path}{_MARK}{name}"
        reason = _refusal(info)
        yield UnreadableFileError(reason, path=shown, remedy="Unpack it by hand.") if reason else shown


def split(path: str) -> tuple[Path, str] | None:
    """Archive and name of ``archive.zip!file``; ``None`` for a path that is no such file. A real file of that name goes first."""
    for mark in re.finditer(_MARK, path):
        archive, name = Path(path[: mark.start()]), path[mark.end() :]
        if name and archive.is_file() and is_archive(archive):
            return None if Path(path).exists() else (archive, name)
    return None


def member(archive: Path, name: str) -> zipfile.ZipInfo:
    """One file of an archive. Raises ``UnreadableFileError`` when it is not there or is refused."""
    info = _infos(archive).get(name)
    reason = "The archive holds no such file." if info is None else _refusal(info)
    if info is None or reason:
        raise UnreadableFileError(reason or "", path=f"{archive}{_MARK}{name}", remedy="Unpack it by hand.")
    return info


def open_member(archive: Path, info: zipfile.ZipInfo) -> BinaryIO:
    """The bytes of one file of an archive, as a stream. Raises ``zipfile.BadZipFile`` or ``OSError`` when it is damaged."""
    return cast("BinaryIO", _opened(archive)[0].open(info))


def _infos(archive: Path) -> dict[str, zipfile.ZipInfo]:
    try:
        return _opened(archive)[1]
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, IndexError, OverflowError):
        raise UnreadableFileError("The zip archive is damaged.", path=str(archive), remedy="Copy or export it again.") from None


def _by_shown_name(found: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The files by a name that is safe to print. Later ones of the same name stay reachable under names of their own."""
    infos: dict[str, zipfile.ZipInfo] = {}
    times: dict[str, int] = {}
    for one in found:
        if one.is_dir() or _is_shadow(one.filename):
            continue
        name = shown = _shown(one.filename)
        number = times.get(shown, 0)
        while name in infos:
            number += 1
            name = f"{shown} ({number + 1})"
        times[shown] = number
        infos[name] = one
    return infos


def _refuse_whole(found: list[tuple[str, zipfile.ZipInfo]], path: str) -> None:
    names = {info.filename for _, info in found}
    if any(marks <= names for marks in _OFFICE):
        raise UnreadableFileError("This is an office document.", path=path, remedy="Save each sheet as CSV.")
    if not found:
        raise UnreadableFileError("The archive holds no file.", path=path, remedy="Check the path.")
    size = sum(info.file_size for _, info in found)
    if len(found) > _MOST or _absurd(size, Path(path).stat().st_size):
        reason = f"The archive would unpack to {len(found)} files of {size // 2**20} MB."
        raise UnreadableFileError(reason, path=path, remedy="Unpack by hand what you trust.")


def _refusal(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "The file is encrypted."
    if info.compress_type not in _METHODS:
        return "The file is compressed in a way that is not read."
    if _absurd(info.file_size, info.compress_size):
        return f"The file would unpack to {info.file_size // 2**20} MB, more than {_RATIO} times its size."
    return None


def _absurd(size: int, packed: int) -> bool:
    return size > _SMALL and size > packed * _RATIO


def _is_shadow(name: str) -> bool:
    """What macOS adds to its archives: attributes of the files, no files."""
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] == ".DS_Store"


def _shown(name: str) -> str:
    """A name that is safe to print: control characters, which could fake or move text, are shown as escapes."""
    return _CONTROL.sub(lambda sign: sign[0].encode("unicode_escape", "surrogatepass").decode(), name)


def _opened(archive: Path) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    state = archive.stat()
    return _cached(archive, state.st_mtime_ns, state.st_size, os.getpid())


@lru_cache(maxsize=1)
def _cached(archive: Path, _changed: int, _size: int, _process: int) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """The archive last used stays open: its list of files would be read, and its names be made, anew for each of them."""
    opened = zipfile.ZipFile(archive)
    return opened, _by_shown_name(opened.infolist())
