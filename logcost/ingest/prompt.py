"""Where a request's prompt stands in a record, and what is kept of it: hashed blocks, no text (docs/decisions/011).

The head of a format names the places (``[prompt]``). The parts are taken undecoded, in the order in which the provider reads
them; a record whose prompt is not whole, or has no known shape, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import msgspec
from xxhash import xxh3_128_digest

from logcost import config
from logcost.ingest.prompt_blocks import KINDS, SEED, Blocks
from logcost.ingest.prompt_chain import Chains
from logcost.ingest.prompt_columns import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from logcost.ingest.prompt_chain import Link

Key: TypeAlias = tuple[str, ...]
_Place: TypeAlias = tuple[int, Key]
"""A key in a request: the number of its first step among the wanted names, and its other steps."""

_Request: TypeAlias = "tuple[Any, ...]"
"""The undecoded values of the wanted names, in their order."""

_Way: TypeAlias = "tuple[list[str], Callable[[Any], _Request]]"
"""How one place is reached in a decoded record: the attributes that lead there, and what takes the wanted values from it."""

_SPACE: Final = b" \t\r\n"
_SPACES: Final = frozenset({b" ", b"\t", b"\r", b"\n"})
_NULL: Final = msgspec.Raw(b"null")
_TEXT: Final = msgspec.json.Decoder(str)
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_MESSAGES: Final = "messages"


@dataclass(frozen=True, slots=True)
class Places:
    """``[prompt]`` of a head. ``at``: where the request may stand, the first that holds messages counts.

    ``parts``: kind and key of each part in the order of the prefix. ``unless``: keys that say that more precedes than the
    request holds. ``mark``: keys that ask for a cache marker at the end.
    """

    at: tuple[Key, ...]
    parts: tuple[tuple[str, Key], ...]
    unless: tuple[Key, ...]
    mark: tuple[Key, ...]


def places(declared: Mapping[str, Sequence[str]], key_of: Callable[[str], Key]) -> Places:
    """The places of a head. Raises ``ValueError`` for an unknown kind, or when no messages are named."""
    options = {"at", "unless", "mark"}
    if unknown := sorted(declared.keys() - {*options, *KINDS}):
        raise ValueError(f"prompt: unknown key {', '.join(unknown)}; known are at, unless, mark, {', '.join(KINDS)}")
    if not declared.get(_MESSAGES):
        raise ValueError("prompt: 'messages' must name where the messages stand")
    parts = [(kind, key_of(key)) for kind, keys in declared.items() if kind not in options for key in keys]
    at, unless, mark = (tuple(key_of(key) if key else () for key in declared.get(name, ())) for name in ("at", "unless", "mark"))
    return Places(at or ((),), tuple(parts), unless, mark)


class PromptReader:
    """Finds and hashes the prompts of one format."""

    def __init__(self, declared: Places) -> None:
        self._at = declared.at
        self._messages = frozenset(key for kind, key in declared.parts if kind == _MESSAGES)
        leaves = (*(key for _, key in declared.parts), *declared.unless, *declared.mark)
        self._names = sorted({key[0] for key in leaves})
        self._parts = [(kind, self._place(key)) for kind, key in declared.parts]
        self._asked = [self._place(key) for kind, key in declared.parts if kind == _MESSAGES]
        self._unless = [self._place(key) for key in declared.unless]
        self._mark = [self._place(key) for key in declared.mark]
        self.blocks = Blocks(config.prompt_key())
        self.chains = Chains()
        steps: dict[Key, set[str]] = {}
        for at in declared.at:
            for depth, step in enumerate(at):
                steps.setdefault(at[:depth], set()).add(step)
            steps.setdefault(at, set()).update(self._names)
        self._levels = {path: _Level(sorted(names)) for path, names in steps.items()}
        self._whole: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._nested((), steps))
        self._ways = [self._way(at, steps) for at in declared.at]

    def read(self, record: bytes | memoryview | msgspec.Raw) -> Prompt | None:
        """The prompt of one undecoded record; ``None`` when there is none, it is not whole, or has no known shape."""
        try:
            request = self._request(record)
            return None if request is None else self._prompt(request)
        except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError, TypeError):
            # Evidence for caching is no reason to lose a call.
            return None

    def settle(self) -> None:
        """Make what waits: call it before masked hashes and volatile tokens are read."""
        self.blocks.settle()
        self.chains.settle()

    def _place(self, key: Key) -> _Place:
        return self._names.index(key[0]), key[1:]

    def _nested(self, path: Key, steps: Mapping[Key, set[str]]) -> Any:
        """The type of the object at a path with all places below it: decodes a record in one pass."""
        fields: list[tuple[str, Any]] = []
        for step in sorted(steps[path]):
            inner = (*path, step)
            if (step,) in self._messages and path in self._at:
                kind: Any = list[msgspec.Raw] | str | None
            else:
                kind = self._nested(inner, steps) | None if inner in steps else msgspec.Raw
            fields.append((step, kind))
        return _struct(fields)

    def _way(self, at: Key, steps: Mapping[Key, set[str]]) -> _Way:
        on_the_way = [_attribute(steps[at[:depth]], step) for depth, step in enumerate(at)]
        # With two names at least it gives a tuple.
        wanted = [_attribute(steps[at], name) for name in self._names]
        return on_the_way, attrgetter(*wanted, *wanted[:1])

    def _request(self, record: Any) -> _Request | None:
        """The wanted values of the first place that holds messages: in one pass, or step by step where strings hold JSON."""
        try:
            whole = self._whole.decode(record)
        except msgspec.ValidationError:
            return self._request_by_steps(record)
        for on_the_way, values_of in self._ways:
            found = whole
            for attribute in on_the_way:
                found = getattr(found, attribute, None)
            if isinstance(found, _Object):
                values: _Request = values_of(found)
                if _any(values, self._asked):
                    return values
        return None

    def _request_by_steps(self, record: Any) -> _Request | None:
        opened: dict[Key, dict[str, Any] | None] = {(): self._opened((), record)}
        for at in self._at:
            for depth in range(1, len(at) + 1):
                path = at[:depth]
                if path not in opened:
                    above = opened[path[:-1]]
                    opened[path] = self._opened(path, above.get(path[-1])) if above else None
            found = opened[at]
            if found:
                values = tuple(map(found.get, self._names))
                if _any(values, self._asked):
                    return values
        return None

    def _opened(self, path: Key, value: Any) -> dict[str, Any] | None:
        """Wanted values of an object, undecoded and not null; ``None`` for what is no object."""
        text = _opened_text(value)
        if text is None or text[:1] != b"{":
            return None
        return self._levels[path].decode(text)

    def _prompt(self, request: _Request) -> Prompt | None:
        if _any(request, self._unless):
            return None
        links: list[Link] = []
        last = self.chains.start()
        for kind, place in self._parts:
            value = _value(request, place)
            if value is None:
                continue
            parts, suffix = _parts(kind, value)
            for part in parts:
                key = xxh3_128_digest(part, SEED) + suffix
                run = last.next.get(key)
                if run is None:
                    run = self.chains.grow(last, key, self.blocks.of(kind, part, key))
                if run:
                    links += run
                    last = run[-1]
        if not links:
            return None
        return Prompt(self, links, "" if _any(request, self._mark) else None)


def _any(request: _Request, places: Iterable[_Place]) -> bool:
    for place in places:  # noqa: SIM110 -- this runs for every record, and a generator takes three times as long
        if _value(request, place) is not None:
            return True
    return False


def _parts(kind: str, value: Any) -> tuple[Sequence[Any], bytes]:
    """The parts of a value, undecoded, and what tells their hashes from those of parts of another kind."""
    if kind != _MESSAGES:
        return (value,), kind.encode()
    return value if isinstance(value, list) else _messages(value), b""


def _messages(value: Any) -> Sequence[Any]:
    """Messages that are written in some other way than as a list: inside a string, or as one text."""
    if isinstance(value, str):
        value = msgspec.json.encode(value)
    text = _opened_text(value)
    return _LIST.decode(text) if text is not None and text[:1] == b"[" else [value if text is None else text]


class _Object(msgspec.Struct):
    """An object of which only the wanted keys are decoded."""


def _struct(fields: Sequence[tuple[str, Any]]) -> type[_Object]:
    """A type with these keys; their attributes are numbered, since a key need not be an identifier."""
    attributes = [(f"f{number}", kind, None) for number, (_, kind) in enumerate(fields)]
    rename = {f"f{number}": name for number, (name, _) in enumerate(fields)}
    return cast("type[_Object]", msgspec.defstruct("Wanted", attributes, bases=(_Object,), rename=rename, gc=False))


def _attribute(names: Iterable[str], name: str) -> str:
    """The attribute of a key in a type that is made of the sorted names."""
    return f"f{sorted(names).index(name)}"


class _Level:
    """Decodes the wanted keys of an object, and leaves their values undecoded."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_struct([(name, msgspec.Raw) for name in names]))

    def decode(self, text: Any) -> dict[str, Any]:
        """Values by name; the keys that are missing are left out."""
        pairs = zip(self._names, msgspec.structs.astuple(self._decoder.decode(text)), strict=True)
        return {name: value for name, value in pairs if value is not None}


def _value(request: _Request, place: _Place) -> Any:
    """The undecoded value of a dotted key; ``None`` when it is missing or null."""
    number, steps = place
    value: Any = request[number]
    if value is None:
        return None
    for step in steps:
        text = None if value is None else _opened_text(value)
        if text is None or text[:1] != b"{":
            return None
        value = msgspec.json.decode(text, type=dict[str, msgspec.Raw]).get(step)
    return None if value is None or (isinstance(value, msgspec.Raw) and value == _NULL) else value


def _opened_text(value: Any) -> memoryview | bytes | None:
    """JSON text without space in front, also of JSON written inside a string; ``None`` for plain text and nothing."""
    if value is None:
        return None
    text = memoryview(value)
    opening = bytes(text[:1])
    if opening in _SPACES:
        text = memoryview(bytes(text).lstrip(_SPACE))
        opening = bytes(text[:1])
    if opening == b'"':
        inner = _TEXT.decode(text).encode().lstrip(_SPACE)
        return inner if inner[:1] in {b"{", b"["} and _is_json(inner) else None
    return text


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    return True
