"""Where a request's prompt stands in a record, and what is kept of it: hashed blocks, no text (docs/decisions/011).

The head of a format names the places (``[prompt]``). The parts are taken undecoded, in the order in which the provider reads
them; a record whose prompt is not whole, or has no known shape, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import msgspec

from logcost import config
from logcost.ingest.prompt_blocks import KINDS, Blocks
from logcost.ingest.prompt_chain import Chains
from logcost.ingest.prompt_columns import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from logcost.ingest.prompt_blocks import Block

Key: TypeAlias = tuple[str, ...]

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
        self._parts = declared.parts
        self._unless = declared.unless
        self._mark = declared.mark
        self._messages = tuple(key for kind, key in declared.parts if kind == _MESSAGES)
        self.blocks = Blocks(config.prompt_key())
        self.chains = Chains()
        steps: dict[Key, set[str]] = {}
        for at in declared.at:
            for depth, step in enumerate(at):
                steps.setdefault(at[:depth], set()).add(step)
            leaves = (*(key for _, key in declared.parts), *declared.unless, *declared.mark)
            steps.setdefault(at, set()).update(key[0] for key in leaves)
        self._levels = {path: _Level(sorted(names)) for path, names in steps.items()}
        self._whole: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._nested((), steps))

    def read(self, record: bytes | memoryview | msgspec.Raw) -> Prompt | None:
        """The prompt of one undecoded record; ``None`` when there is none, it is not whole, or has no known shape."""
        try:
            request = self._request(record)
            return None if request is None else self._prompt(request)
        except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError, TypeError):
            # Evidence for caching is no reason to lose a call.
            return None

    def _nested(self, path: Key, steps: Mapping[Key, set[str]]) -> Any:
        """The type of the object at a path with all places below it: decodes a record in one pass."""
        fields: list[tuple[str, Any, Any]] = []
        for step in sorted(steps[path]):
            inner = (*path, step)
            if (step,) in self._messages and path in self._at:
                kind: Any = list[msgspec.Raw] | str | None
            else:
                kind = self._nested(inner, steps) | None if inner in steps else msgspec.Raw
            fields.append((step, kind, None))
        return _struct(fields)

    def _request(self, record: Any) -> dict[str, Any] | None:
        """The wanted values of the first place that holds messages: in one pass, or step by step where strings hold JSON."""
        try:
            whole = self._whole.decode(record)
        except msgspec.ValidationError:
            return self._request_by_steps(record)
        for at in self._at:
            found = whole
            for step in at:
                found = None if found is None else found.get(step)
            if isinstance(found, _Object):
                values = found.values()
                if any(_value(values, key) is not None for key in self._messages):
                    return values
        return None

    def _request_by_steps(self, record: Any) -> dict[str, Any] | None:
        opened: dict[Key, dict[str, Any] | None] = {(): self._opened((), record)}
        for at in self._at:
            for depth in range(1, len(at) + 1):
                path = at[:depth]
                if path not in opened:
                    above = opened[path[:-1]]
                    opened[path] = self._opened(path, above.get(path[-1])) if above else None
            found = opened[at]
            if found and any(_value(found, key) is not None for key in self._messages):
                return found
        return None

    def _opened(self, path: Key, value: Any) -> dict[str, Any] | None:
        """Wanted values of an object, undecoded and not null; ``None`` for what is no object."""
        text = _opened_text(value)
        if text is None or text[:1] != b"{":
            return None
        return self._levels[path].decode(text)

    def _prompt(self, request: dict[str, Any]) -> Prompt | None:
        if any(_value(request, key) is not None for key in self._unless):
            return None
        blocks: list[Block] = []
        for kind, key in self._parts:
            value = _value(request, key)
            if isinstance(value, list):
                for message in value:
                    blocks += self.blocks.of(kind, message)
            elif value is not None:
                blocks += self._part(kind, value)
        if not blocks:
            return None
        marked = any(_value(request, key) is not None for key in self._mark)
        return Prompt(self, blocks, "" if marked else None)

    def _part(self, kind: str, value: Any) -> Iterator[Block]:
        if isinstance(value, str):
            value = msgspec.json.encode(value)
        text = _opened_text(value) if kind != "system" else value
        if kind == _MESSAGES and text is not None and text[:1] == b"[":
            for message in _LIST.decode(text):
                yield from self.blocks.of(kind, message)
        else:
            yield from self.blocks.of(kind, value if text is None else text)


class _Object(msgspec.Struct):
    """An object of which only the wanted keys are decoded."""

    def get(self, step: str) -> Any:
        """The value of a key; ``None`` when it is missing."""
        attribute = _ATTRIBUTES[type(self)].get(step)
        return attribute and getattr(self, attribute)

    def values(self) -> dict[str, Any]:
        """Values by key, of the keys that are there."""
        pairs = ((name, getattr(self, attribute)) for name, attribute in _ATTRIBUTES[type(self)].items())
        return {name: value for name, value in pairs if value is not None}


_ATTRIBUTES: Final[dict[type[msgspec.Struct], dict[str, str]]] = {}
"""Attributes of the made types by key: a key need not be an identifier."""


def _struct(fields: Sequence[tuple[str, Any, Any]]) -> type[_Object]:
    names = {name: f"f{number}" for number, (name, _, _) in enumerate(fields)}
    attributes = [(names[name], kind, default) for name, kind, default in fields]
    rename = {attribute: name for name, attribute in names.items()}
    made = msgspec.defstruct("Wanted", attributes, bases=(_Object,), rename=rename, gc=False)
    _ATTRIBUTES[made] = names
    return cast("type[_Object]", made)


class _Level:
    """Decodes the wanted keys of an object, and leaves their values undecoded."""

    def __init__(self, names: Sequence[str]) -> None:
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_struct([(name, msgspec.Raw, None) for name in names]))

    def decode(self, text: Any) -> dict[str, Any]:
        """Values by name; the keys that are missing are left out."""
        found: dict[str, Any] = self._decoder.decode(text).values()
        return found


def _value(request: dict[str, Any], key: Key) -> Any:
    """The undecoded value of a dotted key; ``None`` when it is missing or null."""
    value: Any = request.get(key[0])
    for step in key[1:]:
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
