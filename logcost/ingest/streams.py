"""Recorded event streams (server-sent events): the payloads of one call are folded into one object, its final state.

Event syntax: HTML Living Standard, 9.2 Server-sent events. How payloads belong together is declared: ``[stream]`` of a head.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from logcost.ingest import messages
from logcost.ingest.batches import decoded
from logcost.ingest.content import LINE_LIMIT, chunks
from logcost.ingest.messages import Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from logcost.ingest.content import Counted

_BOM: Final = b"\xef\xbb\xbf"
_OPENING: Final = re.compile(rb"\s*(?:data|event|id|retry)?:")
_DATA: Final = re.compile(rb"^data:\s*(?:\{|\[DONE\])", re.MULTILINE)
_DONE: Final = b"[DONE]"
_OBJECT: Final[msgspec.json.Decoder[dict[str, msgspec.Raw]]] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_UNSTATED: Final = frozenset({b"null", b'""'})
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Folding:
    """How payloads become one object: the declared ``[stream]``; the keys are explained in docs/formats-grammar.md."""

    take: tuple[str, ...] = ()
    merge: tuple[str, ...] = ()
    id: str = "id"
    end: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """The data of one event, and the line and byte where it starts; a ``Why`` for data that cannot be held or read."""

    data: bytes | Why
    line: int
    offset: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call as JSON text, at the place of its first payload; a ``Why`` for a payload that is no JSON object."""

    body: bytes | Why
    line: int
    offset: int


def is_stream(head: bytes) -> bool:
    """Text that opens like an event stream and has an event with a JSON object."""
    text = head.removeprefix(_BOM)
    return _OPENING.match(text) is not None and _DATA.search(text) is not None


def placed_lines(stream: Counted) -> Iterator[tuple[bytes | None, int, int]]:
    """The lines of a stream with their numbers and byte offsets; ``None`` for one that is too long to be held."""
    for chunk in chunks(stream):
        if chunk.too_long:
            yield None, chunk.line, chunk.offset
        offset = chunk.offset
        for number, line in enumerate(chunk.lines, start=chunk.line):
            yield line, number, offset
            offset += len(line)


def events(lines: Iterable[tuple[bytes | None, int, int]]) -> Iterator[Event]:
    """The events of lines, each with its number and byte offset; ``None`` for a line that is too long to be held."""
    held: list[Event] = []
    size = 0
    for data, line, offset in lines:
        text = b"" if data is None else data.removeprefix(_BOM).rstrip(b"\r\n")
        if text.startswith(b"{"):
            # A log of events as JSON Lines: each is one without being called data.
            yield from _dispatched(held)
            held, size = [], 0
            yield Event(text, line, offset)
            continue
        size += LINE_LIMIT + 1 if data is None else len(text)
        if data is None or size > LINE_LIMIT:
            held = [Event(messages.long_line(LINE_LIMIT), line, offset)]
        elif text.startswith(b"data:"):
            held.append(Event(text[5:].removeprefix(b" "), line, offset))
        elif not text:
            yield from _dispatched(held)
            held, size = [], 0
    yield from _dispatched(held)


def _dispatched(held: Sequence[Event]) -> Iterator[Event]:
    """One event, its lines joined. Where the blank lines between events were lost, each line is an event."""
    whole = [one for one in held if isinstance(one.data, bytes) and one.data.strip()]
    if len(whole) > 1 and not all(one.data[:1] == b"{" or one.data == _DONE for one in whole if isinstance(one.data, bytes)):
        first = whole[0]
        whole = [Event(b"\n".join(one.data for one in whole if isinstance(one.data, bytes)), first.line, first.offset)]
    yield from (one for one in held if isinstance(one.data, Why))
    yield from whole


@dataclass(slots=True)
class _Open:
    """The call that payloads are being laid into. ``doubtful``: it opened while another was open, whose payloads may follow."""

    line: int
    offset: int
    object: dict[str, Any] = field(default_factory=dict)
    merged: bool = False
    doubtful: bool = False


def calls(found: Iterable[Event], folding: Folding, *, unfinished: bool = False) -> Iterator[Call]:
    """The calls of a stream, or of several one after the other.

    A call ends with ``[DONE]``, with a payload that is declared to be the end, or where the next one opens: another id, or the
    taken object again after merged payloads. One that broke off before what is to be merged came states no final usage and is
    an empty object, unless ``unfinished``. Where ends are declared, payloads of several calls mixed with each other are refused.
    """
    folder = _Folder(folding, unfinished)
    for event in found:
        yield from folder.add(event)
    yield from folder.finish()


class _Folder:
    """Lays payload after payload into the call that is open."""

    def __init__(self, folding: Folding, unfinished: bool) -> None:
        self._folding = folding
        self._unfinished = unfinished
        self._current: _Open | None = None
        self._doubtful: list[Call] = []

    def add(self, event: Event) -> Iterator[Call]:
        if event.data == _DONE:
            yield from self._closed()
            return
        payload = event.data if isinstance(event.data, Why) else decoded(_payload, event.data)
        if isinstance(payload, Why):
            yield Call(payload, event.line, event.offset)
            return
        taken, added = _parts(payload, self._folding)
        ends = _ends(payload, self._folding)
        if self._current is None and taken is None and self._folding.end:
            yield from self._stray(event, counts=bool(added) or (ends and bool(self._doubtful)))
            return
        yield from self._opened(event, taken)
        yield from self._laid(taken, added, ends)

    def finish(self) -> Iterator[Call]:
        """The calls that are still open."""
        yield from self._closed()
        yield from self._settled()

    def _opened(self, event: Event, taken: dict[str, msgspec.Raw] | None) -> Iterator[Call]:
        """Ends the open call where the payload opens another."""
        current = self._current
        if current is not None and (taken is None or not _opens(taken, current, self._folding)):
            return
        doubtful = current is not None and not current.merged and bool(self._folding.end)
        yield from self._closed()
        if not doubtful:
            yield from self._settled()
        self._current = _Open(event.line, event.offset, doubtful=doubtful)

    def _laid(self, taken: dict[str, msgspec.Raw] | None, added: dict[str, msgspec.Raw], ends: bool) -> Iterator[Call]:
        current = self._current
        if current is not None:
            _lay_over(current.object, taken or {})
            _lay_over(current.object, added)
            current.merged = current.merged or bool(added)
        if ends:
            yield from self._closed()

    def _closed(self) -> Iterator[Call]:
        current, self._current = self._current, None
        if current is None:
            return
        stated = current.object if current.merged or self._unfinished or not self._folding.merge else {}
        call = Call(msgspec.json.encode(stated), current.line, current.offset)
        if current.doubtful and current.merged:
            self._doubtful.append(call)  # Its usage may be another's: what follows will tell.
        else:
            yield call

    def _stray(self, event: Event, *, counts: bool) -> Iterator[Call]:
        """A payload while no call is open. One with usage is another's: so is, perhaps, what was laid into the call before."""
        if counts:
            yield from (Call(messages.mixed_events(), call.line, call.offset) for call in self._doubtful)
            self._doubtful = []
            yield Call(messages.mixed_events(), event.line, event.offset)

    def _settled(self) -> Iterator[Call]:
        yield from self._doubtful
        self._doubtful = []


def folded(text: bytes, folding: Folding) -> bytes | None:
    """The first call of a stream that stands in a text; ``None`` when there is none or a payload is damaged."""
    lines = ((line, number, 0) for number, line in enumerate(text.splitlines(), start=1))
    first = next(calls(events(lines), folding), None)
    return first.body if first is not None and isinstance(first.body, bytes) else None


def _payload(data: bytes) -> dict[str, msgspec.Raw]:
    """The keys of a payload. Raises as msgspec does, and ``UnicodeDecodeError`` for a text that is no UTF-8 anywhere."""
    if not data.isascii():
        data.decode()  # What is passed over now may be opened later, when another payload is laid over it.
    return _OBJECT.decode(data)


def _parts(payload: dict[str, msgspec.Raw], folding: Folding) -> tuple[dict[str, msgspec.Raw] | None, dict[str, msgspec.Raw]]:
    """The object that a payload brings, and what it adds to the one that came before."""
    if not folding.take:
        return payload, {}
    for key in folding.take:
        if key in payload and _is_object(payload[key]):
            return _OBJECT.decode(payload[key]), {}
    return None, {key: payload[key] for key in folding.merge if key in payload and _stated(payload[key])}


def _opens(taken: dict[str, msgspec.Raw], current: _Open, folding: Folding) -> bool:
    new, old = (one.get(folding.id) for one in (taken, current.object))
    return current.merged or (_stated(new) and _stated(old) and bytes(new or b"") != bytes(old or b""))


def _ends(payload: dict[str, msgspec.Raw], folding: Folding) -> bool:
    return any(key in payload and bytes(payload[key]) in {f'"{one}"'.encode() for one in allowed} for key, allowed in folding.end)


def _lay_over(below: dict[str, Any], above: dict[str, msgspec.Raw], depth: int = 0) -> None:
    """What is stated replaces what was; objects are laid over each other key by key."""
    for key, value in above.items():
        if key not in below or not _is_object(below[key]) or not _is_object(value) or depth == _DEEPEST:
            if key not in below or _stated(value):
                below[key] = value
            continue
        if not isinstance(below[key], dict):
            below[key] = _OBJECT.decode(below[key])
        _lay_over(below[key], _OBJECT.decode(value), depth + 1)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) or bytes(memoryview(value)[:1]) == b"{"


def _stated(value: Any) -> bool:
    return isinstance(value, dict) or (value is not None and bytes(value) not in _UNSTATED)
