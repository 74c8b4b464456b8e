"""Bodies inside wrappers: programs log an API response bare, or as a pair with its request, under many names.

A format with ``bodies`` declares ``[fields]`` of the body and ``[wrapper]`` of what stands around it. Per record the first of
the listed paths that leads to an object with one of the ``keep`` keys is the body, else the record itself.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec

from logcost.ingest import messages
from logcost.ingest.fields import KINDS, PROMPT, Field, Shape
from logcost.ingest.streams import folded, is_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from logcost.ingest.header import Format, Key
    from logcost.ingest.streams import Folding

WRAPPER: Final = "wrapper"
"""Name of the struct column that holds the wrapper's fields."""

_SPACE: Final = b" \t\r\n"
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT: Final = msgspec.json.Decoder(str)


def row_fields(declared: Format) -> dict[str, Field]:
    """Fields of a source row: those of the body, the column ``wrapper``, and the column ``prompt`` of a format that has one."""
    made = {PROMPT.kind: PROMPT} if declared.prompt else {}
    around = Field(children=dict(declared.wrapper)) if declared.wrapper else Field(kind="str")
    return {**declared.fields, WRAPPER: around, **made}


class Unwrapper:
    """Decodes records of a format with ``bodies`` into objects of ``shape``, the fields of ``row_fields``."""

    def __init__(self, declared: Format) -> None:
        self._bodies = declared.bodies
        self._keep = declared.keep
        self._stream = declared.stream.folding if declared.stream is not None else None
        self.shape = Shape(row_fields(declared), unread=(WRAPPER, PROMPT.kind))
        self._body: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self.shape.type, strict=False)
        self._wrapper_shape = Shape(declared.wrapper)
        self._wrapper: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._wrapper_shape.type, strict=False)
        self._wrapper_fields = declared.wrapper
        self._attribute = self.shape.attribute(WRAPPER)
        self.decode_bare = self._bare_decoder(declared)
        """Decodes a record that is a bare body without its request, the fast case. Raises as msgspec does for any other."""

    def _bare_decoder(self, declared: Format) -> Callable[[Any], Any] | None:
        asked = declared.prompt.at if declared.prompt else ()
        places = dict.fromkeys(path[0] for path in (*declared.bodies, *asked) if path)
        # A body's own field at a place where a body may stand (the list 'output') is no object, so it hides none.
        hiding = [name for name in places if name in declared.fields and not declared.fields[name].repeated]
        if hiding or () in asked:
            return None
        bare = self.shape.without([name for name in places if name not in declared.fields])
        return msgspec.json.Decoder(bare, strict=False).decode

    def decode(self, data: bytes | msgspec.Raw | memoryview) -> Any:
        """One record. Raises as a msgspec decoder does; a record without a body is a row without a value."""
        try:
            top = _OBJECT.decode(data)
        except (UnicodeDecodeError, msgspec.DecodeError) as error:
            if not messages.tells_of_utf8(error):
                raise
            # In a key that nobody reads: as a bare body the record is good, whatever stands before it in the log.
            with suppress(msgspec.DecodeError):
                if self.decode_bare is not None:
                    return self.decode_bare(data)
            raise
        for path in self._bodies:
            body = _descend(top.get(path[0]), path[1:], self._stream)
            if body is not None and any(_has(body, key) for key in self._keep):
                return self._joined(self._body.decode(body), self._around(data))
        return self._joined(self._body.decode(data), None) if any(_has(data, key) for key in self._keep) else self.shape.type()

    def _joined(self, record: Any, wrapper: Any) -> Any:
        setattr(record, self._attribute, wrapper)
        return record

    def _around(self, data: bytes | msgspec.Raw | memoryview) -> Any:
        """The wrapper's fields. Labels are no reason to lose a call: a value of another type counts as missing."""
        if not self._wrapper_fields:
            return None
        try:
            return self._wrapper.decode(data)
        except msgspec.ValidationError:
            return _lenient(self._wrapper_shape, self._wrapper_fields, data)


def unwrapped(record: Any, declared: Format) -> Any:
    """The body of a sampled record (plain Python values), or the record itself when it holds none."""
    for path in declared.bodies:
        body = record
        for key in path:
            body = _inner(body, key)
        body = _opened(body)
        if isinstance(body, str) and declared.stream is not None and is_stream(text := body.encode()):
            body = _opened((folded(text, declared.stream.folding) or b"").decode())
        if isinstance(body, dict) and any(_reached(body, key) is not None for key in declared.keep):
            return body
    return record


def kept(record: Any, declared: Format) -> bool:
    """A sampled record carries the usage of this format."""
    body = unwrapped(record, declared)
    return any(_reached(body, key) is not None for key in declared.keep)


def _object(data: Any, folding: Folding | None = None) -> Any:
    """JSON text of an object, also when it stands inside a JSON string; ``None`` for anything else.

    ``folding``: a string that holds a recorded event stream becomes the object that its events amount to.
    """
    opening = bytes(memoryview(data)[:64]).lstrip(_SPACE)[:1]
    if opening == b'"':
        data = _TEXT.decode(data).encode()
        opening = data.lstrip(_SPACE)[:1]
        if folding is not None and opening != b"{" and is_stream(data):
            return folded(data, folding)
    return data if opening == b"{" else None


def _keys(data: Any) -> dict[str, msgspec.Raw]:
    try:
        return _OBJECT.decode(data)
    except msgspec.DecodeError:
        return {}  # text that only opens like an object


def _descend(data: Any, path: Sequence[str], folding: Folding | None = None) -> Any:
    """JSON text of the object at a path, or ``None``; JSON strings on the way are opened."""
    if data is None or (data := _object(data, None if path else folding)) is None:
        return None
    for number, key in enumerate(path, start=1):
        inner = _keys(data).get(key)
        if inner is None or (data := _object(inner, folding if number == len(path) else None)) is None:
            return None
    return data


def _has(data: Any, key: Key) -> bool:
    """The key is there and not null."""
    for step in key[:-1]:
        inner = _keys(data).get(step)
        if inner is None or (data := _object(inner)) is None:
            return False
    value = _keys(data).get(key[-1])
    return value is not None and bytes(value) != b"null"


def _lenient(shape: Shape, fields: Mapping[str, Field], data: Any) -> Any:
    """An object decoded field by field; what does not fit its type is missing."""
    record = shape.type()
    found = _keys(data)
    for number, (name, declared) in enumerate(fields.items()):
        if name not in found or declared.repeated:
            continue
        value = _lenient_value(shape, name, declared, found[name])
        if value is not None:
            setattr(record, f"f{number}", value)
    return record


def _lenient_value(shape: Shape, name: str, declared: Field, raw: msgspec.Raw) -> Any:
    if not declared.kind:
        inner = _object(raw)
        return None if inner is None else _lenient(shape.nested(name), declared.children, inner)
    try:
        return msgspec.json.decode(raw, type=KINDS[declared.kind].annotation, strict=False)
    except msgspec.ValidationError:
        return None


def _inner(value: Any, key: str) -> Any:
    opened = _opened(value)
    return opened.get(key) if isinstance(opened, dict) else None


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return None
    return value


def _reached(value: Any, key: Key) -> Any:
    for step in key:
        value = _inner(value, step)
    return value
