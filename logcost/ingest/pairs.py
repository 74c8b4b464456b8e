"""Arrays of ``{key, value}`` (OTLP attributes): the wanted keys become fields; all other values are never built.

A value is an OTLP AnyValue (``{"intValue": "12"}``) or bare. The rules of AnyValue: opentelemetry-proto, common.proto, in
its JSON mapping, in which 64-bit numbers may be text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NULL: Final = b"null"
_SPACE: Final = b" \t\r\n"
_EMPTY: Final = b"{} \t\r\n"


class Pair(msgspec.Struct, gc=False):
    """One attribute, its value undecoded."""

    key: str = ""
    value: msgspec.Raw = msgspec.Raw()


Pairs: TypeAlias = list[Pair] | dict[str, msgspec.Raw] | None
"""What stands at a place of pairs; an object with the keys says the same, and some exporters write it."""


class _AnyValue(msgspec.Struct, gc=False):
    stringValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP
    intValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP
    doubleValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP
    boolValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP
    bytesValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP
    arrayValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP
    kvlistValue: msgspec.Raw = msgspec.Raw()  # noqa: N815 -- the name in OTLP


class _Items(msgspec.Struct, gc=False):
    values: list[msgspec.Raw] = []


class _Attributes(msgspec.Struct, gc=False):
    values: list[Pair] = []


_ANY: Final = msgspec.json.Decoder(_AnyValue)
_ITEMS: Final = msgspec.json.Decoder(_Items)
_ATTRIBUTES: Final = msgspec.json.Decoder(_Attributes)


def after_decoding(places: Mapping[str, tuple[str, type[msgspec.Struct], Mapping[str, Any]]]) -> Callable[[Any], None]:
    """A ``__post_init__`` that turns the pairs of a decoded object into structs of the wanted keys.

    ``places``: for each attribute its key in the source, the struct, and for each wanted key its attribute there and type.
    """
    readers = {
        attribute: (name, struct, {key: (own, msgspec.json.Decoder(kind, strict=False)) for key, (own, kind) in wanted.items()})
        for attribute, (name, struct, wanted) in places.items()
    }

    def fill(record: Any) -> None:
        for attribute, (name, struct, wanted) in readers.items():
            found = getattr(record, attribute)
            if isinstance(found, (list, dict)):
                values = found if isinstance(found, dict) else {pair.key: pair.value for pair in found}
                setattr(record, attribute, _filled(struct(), name, wanted, values))

    return fill


def _filled(
    record: Any, name: str, wanted: Mapping[str, tuple[str, msgspec.json.Decoder[Any]]], values: Mapping[str, msgspec.Raw]
) -> Any:
    for key, value in values.items():
        if key in wanted:
            own, decoder = wanted[key]
            try:
                setattr(record, own, decoder.decode(bare_value(value)))
            except msgspec.DecodeError as error:
                # The reason names the attribute, not the place inside its AnyValue. A number that is no JSON stood in text.
                wrong_type = isinstance(error, msgspec.ValidationError)
                message = str(error).split(" - at `", maxsplit=1)[0] if wrong_type else "Expected `float`, got `str`"
                raise ValueError(f"{message} - at `$.{name}.{key}`") from None
    return record


def bare_value(value: msgspec.Raw | bytes) -> bytes:
    """The JSON text of an attribute's value without the wrapping of an AnyValue; ``null`` for an empty one.

    Raises ``msgspec.ValidationError`` when it is wrapped wrongly.
    """
    text = bytes(value)
    if not text.startswith(b"{"):
        return text or _NULL
    found = _ANY.decode(text)
    if number := bytes(found.intValue) or bytes(found.doubleValue):
        return number[1:-1].strip(_SPACE) or _NULL if number.startswith(b'"') else number
    if listed := bytes(found.arrayValue):
        return b"[%b]" % b",".join(map(bare_value, _ITEMS.decode(listed).values))
    if attributes := bytes(found.kvlistValue):
        pairs = _ATTRIBUTES.decode(attributes).values
        return b"{%b}" % b",".join(msgspec.json.encode(pair.key) + b":" + bare_value(pair.value) for pair in pairs)
    plain = bytes(found.stringValue) or bytes(found.boolValue) or bytes(found.bytesValue)
    # What is no AnyValue is an object of the exporter's own; an empty one states nothing.
    return plain or (text if text.strip(_EMPTY) else _NULL)


def as_object(pairs: object) -> object:
    """A sampled array of pairs as an object of their values, to look for keys in it; anything else as it is."""
    if not isinstance(pairs, list):
        return pairs
    return {one["key"]: one.get("value") for one in pairs if isinstance(one, dict) and isinstance(one.get("key"), str)}
