"""HAR files (HTTP Archive 1.2): traffic that a browser or proxy recorded, read as request and response pairs.

Each entry becomes the pair that programs log (``request.url``, ``request.body``, ``response.body``, ``timestamp``,
``latency_ms``), so that all formats of API bodies read it. Bodies in base64 are opened; pages, pictures and the like are pairs
without usage.
"""

from __future__ import annotations

import base64
import binascii
import re
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING: Final = re.compile(rb'\{\s*"log"\s*:\s*\{')
_USAGE: Final = ("usage", "TokenCount", "billed_units")


class _Content(msgspec.Struct):
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct):
    status: int | None = None
    content: _Content | None = None


class _Post(msgspec.Struct):
    text: str | None = None


class _Request(msgspec.Struct):
    url: str
    method: str | None = None
    postData: _Post | None = None  # noqa: N815 -- the key of the file


class _Entry(msgspec.Struct):
    startedDateTime: str  # noqa: N815 -- the key of the file
    request: _Request
    response: _Response
    time: float | None = None


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]


class _Archive(msgspec.Struct):
    log: _Log


_ARCHIVE: Final = msgspec.json.Decoder(_Archive)
_ENTRY: Final = msgspec.json.Decoder(_Entry)


def looks_like(text: bytes) -> bool:
    """The start of a file may be that of a HAR file."""
    return _OPENING.match(text) is not None


def pairs(data: memoryview) -> Iterator[bytes] | None:
    """The pairs of a HAR file as JSON objects, in the file's order; ``None`` when it is none."""
    try:
        entries = _ARCHIVE.decode(data).log.entries
        _ENTRY.decode(entries[0])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        return None
    return map(_pair, entries)


def sampled(found: Iterator[bytes], most: int) -> list[bytes]:
    """The first pairs that may carry usage, of recordings that have none the first of all."""
    others: list[bytes] = []
    kept = list(islice((one for one in found if _tells(one, others, most)), most))
    return kept or others


def _tells(pair: bytes, others: list[bytes], most: int) -> bool:
    if any(mark.encode() in pair for mark in _USAGE):
        return True
    if len(others) < most:
        others.append(pair)
    return False


def _pair(entry: msgspec.Raw) -> bytes:
    try:
        read = _ENTRY.decode(entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return bytes(entry)  # An entry that was cut off or is of another kind carries no body.
    request = {"method": read.request.method, "url": read.request.url}
    if read.request.postData is not None:
        request["body"] = read.request.postData.text
    around: dict[str, object] = {"timestamp": read.startedDateTime, "request": request}
    if read.time is not None and read.time >= 0:
        around["latency_ms"] = read.time
    return msgspec.json.encode({**around, "response": {"status": read.response.status, "body": _body(read.response.content)}})


def _body(content: _Content | None) -> str | None:
    """The text of a response; ``None`` when it was not recorded or is no text."""
    if content is None or content.text is None or (content.encoding or "").lower() != "base64":
        return content.text if content is not None else None
    try:
        return base64.b64decode(content.text, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
