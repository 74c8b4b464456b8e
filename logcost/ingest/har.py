"""HAR files (HTTP Archive 1.2): traffic that a browser or proxy recorded, read as request and response pairs.

Each entry becomes the pair that programs log (``request.url``, ``request.body``, ``response.body``, ``timestamp``,
``latency_ms``), so that all formats of API bodies read it. Bodies in base64 are opened; pages, pictures and the like are pairs
without usage. The file is read as the pairs are asked for.
"""

from __future__ import annotations

import base64
import re
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from logcost.ingest import messages
from logcost.ingest.content import LINE_LIMIT
from logcost.ingest.har_entries import entries
from logcost.ingest.messages import Why

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OPENING: Final = re.compile(rb'\{\s*"log"\s*:\s*\{')
_API: Final = re.compile(r"\ufeff?\s*(?:\{|(?:data|event|id|retry)?:)")
"""A body of an API: an object, or the events of a stream. Scripts, pages and pictures are passed over."""
_USAGE: Final = re.compile(rb'(?:usage|TokenCount|token_count|billed_units)\\"')
"""The end of a key, inside the text of a body."""
_NOTHING: Final = b"{}"
_FIRST: Final = 5
"""Entries of which one must be of the known kind."""
_SHORT: Final = 64 * 1024
_SAMPLED: Final = 16 * 1024 * 1024


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


_ENTRY: Final = msgspec.json.Decoder(_Entry)


def looks_like(text: bytes) -> bool:
    """The start of a file may be that of a HAR file."""
    return _OPENING.match(text) is not None


def pairs(file: Path) -> Iterator[bytes | Why] | None:
    """The pairs of a HAR file as JSON objects, in the file's order, a ``Why`` for one too long; ``None`` when it is none.

    They are read as they are asked for, and raise ``ValueError`` where the file turns out to be cut off.
    """
    try:
        known = any(map(_is_entry, islice(entries(file), _FIRST)))
    except ValueError:
        return None
    return map(_pair, entries(file)) if known else None


def _is_entry(entry: bytes | None) -> bool:
    try:
        _ENTRY.decode(entry or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def sampled(found: Iterator[bytes | Why], most: int) -> list[bytes]:
    """The first pairs that may carry usage, of recordings that have none the first of all; no more of either than is needed."""
    kept: list[bytes] = []
    others: list[bytes] = []
    size = 0
    for pair in found:
        if isinstance(pair, Why):
            continue
        if _USAGE.search(pair):
            kept.append(pair)
            size += len(pair)
            if len(kept) == most or size > _SAMPLED:
                break
        elif not others or (len(others) < most and len(pair) < _SHORT):
            others.append(pair)
    return kept or others


def _pair(entry: bytes | None) -> bytes | Why:
    if entry is None:
        return messages.long_line(LINE_LIMIT)
    try:
        read = _ENTRY.decode(entry)
    except msgspec.ValidationError:
        return _NOTHING  # An entry that was cut off or is of another kind carries no body.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return entry  # Whoever decodes it says what is wrong.
    request = {"method": read.request.method, "url": read.request.url}
    if read.request.postData is not None:
        request["body"] = _api(read.request.postData.text)
    around: dict[str, object] = {"timestamp": read.startedDateTime, "request": request}
    if read.time is not None and read.time >= 0:
        around["latency_ms"] = read.time
    return msgspec.json.encode({**around, "response": {"status": read.response.status, "body": _body(read.response.content)}})


def _body(content: _Content | None) -> str | None:
    """The text of a response; ``None`` when it was not recorded or is none of an API."""
    if content is None or content.text is None or (content.encoding or "").lower() != "base64":
        return _api(content.text if content is not None else None)
    try:
        # Some encoders break it into lines.
        return _api(base64.b64decode("".join(content.text.split()), validate=True).decode())
    except ValueError:
        return None


def _api(text: str | None) -> str | None:
    return text if text is not None and _API.match(text) else None
