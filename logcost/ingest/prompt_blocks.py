"""Prompt parts to blocks: one a tool, a system block, or a content block of a message; each hashed, its text dropped.

The hash of a block covers the role and the content: text as it is, anything else as JSON without insignificant space and in the
order of its keys. Text given as a string and as a list with one text block hash the same. Cache markers are no content.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import xxhash

from logcost.ingest.prompt_volatile import scanned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

PARTS: Final = ("tools", "format", "system", "user", "assistant", "tool", "other")
"""What a block is part of. A closed list: the role that a log states could hold anything."""

OWN_WORDS: Final = frozenset({"tools", "format", "system"})
"""Parts that the maker of an application writes: they stand in front of a conversation and stay the same."""

SEED: Final = 0x6C6F_6763_6F73_7431
"""Our own seed: a hash says nothing to tables that were made for other uses of xxh3. Changed whenever the hashing changes."""

OVERHEAD: Final = 16
"""Weight of the tokens around a block (role, separators), in bytes of text."""

BLOB_WEIGHT: Final = 4096
"""Weight of an image, a sound or a document: its base64 says nothing of its tokens. About 1,000 tokens of text."""

_BLOB_LENGTH: Final = 1000
_PENDING_CHARACTERS: Final = 1_000_000
_GENERATION: Final = 8192
_MARK_KEYS: Final = ("cache_control", "prompt_cache_breakpoint")
_LIFETIMES: Final = frozenset({"5m", "30m", "1h", "12h", "24h"})
_MEDIA: Final = ("image", "file", "document", "audio", "video", "upload", "inline")
_FIXED: Final = frozenset({"tools", "format"})
_TEXT_TYPES: Final = frozenset({None, "text", "input_text", "output_text"})
_ROLES: Final = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "reasoning": "assistant",
    "tool": "tool",
    "function": "tool",
    "function_call_output": "tool",
}
_CONTENTS: Final = ("content", "parts")
_PLAIN_KEYS: Final = 2


class Block:
    """One hashed block. ``mark``: None, or the lifetime its cache marker asks for (empty: not stated).

    ``masked``: the hash with volatile tokens masked; their ``classes`` and ``places`` (in bytes) are known once it is scanned.
    """

    __slots__ = ("classes", "digest", "mark", "masked", "part", "places", "weight")

    def __init__(self, part: str, weight: int, digest: bytes, mark: str | None) -> None:
        self.part = part
        self.weight = weight
        self.digest = digest
        self.mark = mark
        self.masked = digest
        self.classes: tuple[str, ...] = ()
        self.places: tuple[int, ...] = ()


class _Piece(NamedTuple):
    """A block before hashing. ``head``: what belongs to the message, not to its first content block."""

    part: str
    role: str
    content: Any
    mark: str | None
    head: dict[str, Any]


class UnknownShapeError(ValueError):
    """A part of a prompt is not as any provider takes it."""


class Blocks:
    """Makes blocks. Equal raw JSON is made once: system prompts, tools and the history of a conversation come again and again.

    New texts wait until some are together, since the scan for volatile tokens works on columns: call ``settle`` before
    ``masked``, ``classes`` and ``places`` of a block are read.
    """

    def __init__(self, key: bytes = b"") -> None:
        """``key``: a secret of up to 64 bytes without which nobody can test a guess against a hash."""
        self._key = key
        self._young: dict[bytes, tuple[Block, ...]] = {}
        self._old: dict[bytes, tuple[Block, ...]] = {}
        self._held = 0
        self._pending: list[tuple[Block, bytes, str, bytes]] = []
        self._pending_characters = 0

    def of(self, kind: str, raw: bytes | memoryview | msgspec.Raw, key: bytes) -> tuple[Block, ...]:
        """Blocks of one tool list, one system prompt, one format, or one message (``kind``: messages); ``key``: its ``key_of``.

        Raises as a msgspec decoder does, and ``UnknownShapeError``.
        """
        known = self._young.get(key)
        if known is not None:
            return known
        known = self._old.get(key)
        if known is None:
            value = msgspec.json.decode(raw)
            plain = self._plain(value) if kind == "messages" else None
            known = tuple(map(self._hashed, _PIECES[kind](value))) if plain is None else (plain,)
        self._young[key] = known
        self._held += len(known) + 1
        if self._held >= _GENERATION:
            self._old, self._young, self._held = self._young, {}, 0
        return known

    def settle(self) -> None:
        """Scan the texts that wait."""
        pending, self._pending, self._pending_characters = self._pending, [], 0
        for (block, tag, _, blobs), found in zip(pending, scanned([text for _, _, text, _ in pending]), strict=True):
            if found is not None:
                block.masked = self._digest(tag + found.masked.encode() + blobs)
                block.classes, block.places = found.classes, found.places

    def _plain(self, item: Any) -> Block | None:
        """A message that is a role and a text, as most are."""
        if type(item) is not dict or len(item) != _PLAIN_KEYS:
            return None
        role, content = item.get("role"), item.get("content")
        if type(role) is not str or type(content) is not str:
            return None
        data = content.encode()
        tag = f"t\0{role}\0".encode()
        block = Block(_ROLES.get(role, "other"), len(data) + OVERHEAD, self._digest(tag + data), None)
        self._wait(block, tag, content, b"")
        return block

    def _hashed(self, piece: _Piece) -> Block:
        text, shown, blobs = _texts(piece)
        tag = f"{'t' if isinstance(piece.content, str) else 'j'}\0{piece.role}\0".encode()
        data = text.encode()
        media = max(len(blobs), _is_media(piece))
        weight = (len(data) if shown is text else len(shown.encode())) + BLOB_WEIGHT * media + OVERHEAD
        block = Block(piece.part, weight, self._digest(tag + data), piece.mark)
        self._wait(block, tag, shown, b"".join(blobs))
        return block

    def _wait(self, block: Block, tag: bytes, shown: str, blobs: bytes) -> None:
        self._pending.append((block, tag, shown, blobs))
        self._pending_characters += len(shown)
        if self._pending_characters >= _PENDING_CHARACTERS:
            self.settle()

    def _digest(self, data: bytes) -> bytes:
        digest = xxhash.xxh3_128_digest(data, SEED)
        return blake2b(digest, key=self._key, digest_size=len(digest)).digest() if self._key else digest


def _is_media(piece: _Piece) -> bool:
    """A picture, sound or document in a message, also one that is only referred to."""
    if piece.part in _FIXED or not isinstance(piece.content, dict):
        return False
    kind = piece.content.get("type")
    words = (kind,) if isinstance(kind, str) else piece.content
    return any(word in name.lower() for name in words for word in _MEDIA)


def _texts(piece: _Piece) -> tuple[str, str, list[bytes]]:
    """The text to hash, the text to scan and to weigh, and the digests of the blobs that the latter leaves out."""
    blobs: list[bytes] = []
    if isinstance(piece.content, str):
        text = shown = piece.content
    else:
        text = shown = msgspec.json.encode(piece.content).decode()
        if len(text) > _BLOB_LENGTH:
            without = _without_blobs(piece.content, blobs)
            shown = msgspec.json.encode(without).decode() if blobs else text
        if "\\" in shown:
            # An escaped line break must not look like the start of a word; the length stays.
            shown = shown.replace("\\n", "  ").replace("\\t", "  ").replace("\\r", "  ")
    if not piece.head:
        return text, shown, blobs
    head = msgspec.json.encode(piece.head).decode() + "\x1f"
    return head + text, head + shown, blobs


def _without_blobs(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, str):
        if len(value) < _BLOB_LENGTH or any(space in value[:_BLOB_LENGTH] for space in " \n"):
            return value
        blobs.append(xxhash.xxh3_128_digest(value.encode(), SEED))
        return ""
    if isinstance(value, dict):
        return {key: _without_blobs(inner, blobs) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_blobs(inner, blobs) for inner in value]
    return value


def _tools(value: Any) -> Iterator[_Piece]:
    """One block a tool."""
    return _each("tools", "tools", value if isinstance(value, list) else [value])


def _format(value: Any) -> Iterator[_Piece]:
    """The schema an answer must have: one block."""
    return _each("format", "format", [value])


def _system(value: Any) -> Iterable[_Piece]:
    """Text, a list of blocks, or an object as Gemini takes it. Empty text is none."""
    if isinstance(value, dict) and any(key in value for key in _CONTENTS):
        return _message({**value, "role": "system"})
    return _each("system", "system", value if isinstance(value, list) else [value] if value else [])


def _message(value: Any) -> Iterable[_Piece]:
    """A message, or an item of a Responses input. Plain text is the user's."""
    item = {"role": "user", "content": value} if isinstance(value, str) else value
    if not isinstance(item, dict):
        raise UnknownShapeError
    role = next((name for name in (item.get("role"), item.get("type")) if isinstance(name, str)), "")
    part = _ROLES.get(role, "other")
    place = next((key for key in _CONTENTS if key in item), None)
    if place is None:
        return _each(part, role, [item])
    content = item[place]
    head = {key: inner for key, inner in item.items() if key not in {"role", place} and (key, inner) != ("type", "message")}
    mark = _take_mark(head)
    listed = content if isinstance(content, list) else [] if content is None else [content]
    return _each(part, role, listed or [""], head, mark)


def _each(
    part: str, role: str, items: Sequence[Any], head: dict[str, Any] | None = None, mark: str | None = None
) -> Iterator[_Piece]:
    """The items as pieces; an item that is nothing but a marker marks the one before. ``mark``: of the whole list."""
    pieces: list[_Piece] = []
    for item in items:
        if isinstance(item, dict) and "cachePoint" in item and len(item) == 1:
            if pieces:
                pieces[-1] = pieces[-1]._replace(mark=_lifetime(item["cachePoint"]))
            continue
        found, content = _unmarked(item)
        pieces.append(_Piece(part, role, _plain(content), found, {} if pieces else head or {}))
    if pieces and mark is not None:
        pieces[-1] = pieces[-1]._replace(mark=mark)
    return iter(pieces)


def _unmarked(item: Any) -> tuple[str | None, Any]:
    """The marker of a block, also one inside it (a tool's result), and the block without it."""
    if isinstance(item, list):
        found = [_unmarked(inner) for inner in item]
        return next((mark for mark, _ in found if mark is not None), None), [inner for _, inner in found]
    if not isinstance(item, dict):
        return None, item
    rest = dict(item)
    mark = _take_mark(rest)
    if isinstance(rest.get("content"), list):
        inner, rest["content"] = _unmarked(rest["content"])
        mark = inner if mark is None else mark
    return mark, rest


def _take_mark(item: dict[str, Any]) -> str | None:
    """Remove a cache marker and return the lifetime it asks for. A tool may have an argument of that name: that is none."""
    mark = None
    for key in _MARK_KEYS:
        value = item.get(key, ...)
        if value is None or (isinstance(value, dict) and (value.get("type") == "ephemeral" or "mode" in value)):
            del item[key]
            mark = _lifetime(value) if value is not None else mark
    return mark


def _lifetime(marker: Any) -> str:
    ttl = marker.get("ttl") if isinstance(marker, dict) else None
    return ttl if isinstance(ttl, str) and ttl in _LIFETIMES else ""


def _plain(content: Any) -> Any:
    """A block that holds text alone, as that text."""
    if not isinstance(content, dict) or not content.keys() <= {"type", "text"}:
        return content
    text, kind = content.get("text"), content.get("type")
    return text if isinstance(text, str) and (kind is None or (isinstance(kind, str) and kind in _TEXT_TYPES)) else content


_PIECES: Final[dict[str, Callable[[Any], Iterable[_Piece]]]] = {
    "tools": _tools,
    "format": _format,
    "system": _system,
    "messages": _message,
}
KINDS: Final = tuple(_PIECES)
"""The kinds of parts that a format's head may name."""
