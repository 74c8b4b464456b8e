"""What a file is that holds no calls, or none that is known: an image, a web page, an archive, the error answer of an API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Told:
    """What a file is, as a noun with its article, and what to do.

    ``final``: there is nothing more to say. Else it may be a log of the reader's own, whose remedy is always the same.
    """

    what: str
    remedy: str
    final: bool = True


EMPTY: Final = Told("an empty file", "It has no records, which is no error.")
TEXT: Final = Told("text that is neither JSON, a table nor logfmt", "", final=False)
HEADER: Final = Told("a line of column names without a row", "", final=False)
HAR: Final = Told(
    "a recording of web traffic (HAR) without a call that is known",
    "Record the calls, and save it with their answers.",
)
_NO_CALLS: Final = "It holds no calls: leave it out."
_UNPACK: Final = "Unpack it, and give the files."
_EXPORT: Final = "Export it as Parquet, CSV or JSON Lines."
_DOWNLOAD: Final = "An error or a login was saved in place of the data: download it again."
_WRITE: Final = "Give JSON, JSON Lines, CSV, Parquet, SQLite or logfmt."

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image", _NO_CALLS),
    (b"\xff\xd8\xff", "a JPEG image", _NO_CALLS),
    (b"GIF8", "a GIF image", _NO_CALLS),
    (b"%PDF-", "a PDF document", "Download the usage as CSV or JSON instead."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"BZh", "data compressed by bzip2", "Unpack it; gzip, zstd and zip are read as they are."),
    (b"\xfd7zXZ\x00", "data compressed by xz", "Unpack it; gzip, zstd and zip are read as they are."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document", "Save each sheet as CSV."),
    (b"ARROW1", "an Arrow IPC file", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"\x7fELF", "a program", _NO_CALLS),
    (b"MZ\x90", "a program", _NO_CALLS),
)
_MAGIC_AT: Final = (
    (0, b"ORC", "an ORC file", _EXPORT),
    (257, b"ustar", "a tar archive", _UNPACK),
    (8, b"DUCK", "a DuckDB database", _EXPORT),
)
"""Plain words, which a table or log may have at that place, too: only of binary data do they tell."""
_PICKLE: Final = re.compile(rb"\x80[\x02-\x05]")
_MARKUP: Final = re.compile(rb"<(!doctype|html|head|body)\b", re.IGNORECASE)
_XML: Final = re.compile(rb"<(\?xml|[A-Za-z][\w:.-]*[\s/>])")
_NAMED: Final = 5

_ERROR_ANSWER: Final = "the error answer of an API, not data"
_AGAIN: Final = "Ask again, with a key that may read what you asked for."
_ERRORS: Final = frozenset({"error", "errors", "__type", "message", "Message", "detail"})
_BESIDE: Final = frozenset(
    {"type", "code", "status", "statusCode", "status_code", "request_id", "requestId", "id", "object", "param", "raw_status_code",
     "documentation_url", "success", "path", "title", "timestamp"}
)  # fmt: skip
"""Keys that may stand beside the error in an answer."""


def of_bytes(head: bytes) -> Told | None:
    """By the first bytes; ``None``: it may be a log."""
    for magic, what, remedy in _MAGIC:
        if head.startswith(magic):
            return Told(what, remedy)
    for at, magic, what, remedy in _MAGIC_AT:
        if head.startswith(magic, at) and b"\x00" in head:
            return Told(what, remedy)
    if _PICKLE.match(head):
        return Told("a pickle of Python", "Write the records as JSON Lines or CSV.")
    return _of_markup(head) if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None


def _of_markup(head: bytes) -> Told | None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _MARKUP.match(text):
        return Told("a web page", _DOWNLOAD)
    if _XML.match(text):
        return Told("an XML document", "Export it as JSON or CSV; if it is an error answer, download it again.")
    return None


def of_unreadable_text(head: bytes) -> Told:
    """Of bytes that are neither JSON nor text in UTF-8."""
    if not head.strip(b"\x00"):
        # A log that was cut to nothing while a program went on writing at its old place.
        return Told("a file that begins with NUL bytes", "Remove them, such as with tr -d '\\000'.")
    controls = sum(byte < ord(" ") and byte not in b"\t\r\n\f\x1b" for byte in head[:4096])
    if controls:
        return Told("binary data of an unknown kind", _WRITE)
    return Told("text in another encoding than UTF-8", "Save it as UTF-8; iconv -f latin1 -t utf-8 repairs most old files.")


def is_utf16(head: bytes) -> bool:
    """Text with a NUL in every other byte, which UTF-16 is without a mark."""
    start = head[:200]
    even, odd = start[::2], start[1::2]
    return bool(odd) and any(not zeros.strip(b"\x00") and b"\x00" not in others for zeros, others in ((even, odd), (odd, even)))


def of_table(kind: str, parts: str, names: Sequence[str]) -> Told:
    """A database or table with the names of its tables or columns."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    listed = f" with the {parts} {', '.join(names[:_NAMED])}{more}" if names else f" without {parts}"
    return Told(f"{kind}{listed}", "", final=False)


def of_records(records: Sequence[Any], *, document: bool) -> Told | None:
    """By the first records of JSON; ``document``: there may be one alone."""
    if document and not records:
        return Told("an empty list", "It has no records: nothing was used, or the export went wrong.")
    if not any(isinstance(record, dict) for record in records):
        return Told("JSON without an object", "Give objects, or a list of them.") if document else None
    if not any(records):
        return Told("an empty JSON object", "It has no records: nothing was used, or the export went wrong.")
    if all(isinstance(record, dict) and _is_error(record, alone=document and len(records) == 1) for record in records):
        return Told(_ERROR_ANSWER, _AGAIN)
    return None


def _is_error(record: Mapping[str, Any], *, alone: bool) -> bool:
    """An object with an error and nothing else to speak of. A mere message is one only where it is the whole file."""
    told = [value for key, value in record.items() if key in _ERRORS and value is not None]
    if not told or not set(record) <= _ERRORS | _BESIDE:
        return False
    error = record.get("error")
    return isinstance(error, dict) or (alone and all(isinstance(value, str | list) for value in told))
