"""The ``[fields]`` of a format: which keys are decoded, as which type, into which column.

One declaration gives the msgspec type that decodes a record and the Polars columns its values become.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import msgspec
import polars as pl
from msgspec.structs import astuple

from logcost.ingest import prompt_columns
from logcost.ingest.cells import Cells, Items, Values
from logcost.ingest.pairs import Pairs, after_decoding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from logcost.ingest.cells import Column

_MOST: Final = 2**63 - 1
_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
_Int64: TypeAlias = Annotated[int, msgspec.Meta(ge=-_MOST - 1, le=_MOST)]
_LONGEST_DECIMAL: Final = 60
UNDECODABLE: Final = re.compile(r'["\\\x00-\x1f]')
"""Signs that the name of a declared field cannot have: the decoder does not take them."""

_NO_OBJECT: Final = list[msgspec.Raw] | float | bool | None
"""Values in which no object stands, nor JSON text of one."""

_NO_KEY: Final = "\ufffe"
"""Opens the name of a field that no key of a source may fill (a non-character: no writer of JSON uses it)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A declared key: a value of ``kind``, or an object (``children``), or an array of objects (``repeated``).

    ``pairs``: the object is written as an array of ``{key, value}``.
    """

    kind: str = ""
    children: dict[str, Field] = field(default_factory=dict)
    repeated: bool = False
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of the grammar: what msgspec decodes, the column, and how a decoded value becomes a column value."""

    annotation: Any
    dtype: pl.DataType
    convert: Callable[[Any], Any] | None = None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain_decimal(value: Decimal | None) -> str | None:
    if value is None:
        return None
    # Without an exponent the SQL cast is exact; an absurd exponent must not become gigabytes of zeros.
    return format(value, "f") if value.is_finite() and abs(value.adjusted()) < _LONGEST_DECIMAL else str(value)


def _json_text(value: msgspec.Raw | None) -> str | None:
    text = "null" if value is None else bytes(value).decode()
    return None if text == "null" else text


def _listed(value: object) -> object:
    return value if value is None or isinstance(value, list) else [value]


KINDS: Final = {
    "int": Kind(_Count | None, pl.Int64()),
    "int64": Kind(_Int64 | None, pl.Int64()),
    "float": Kind(float | None, pl.Float64()),
    "decimal": Kind(Decimal | None, pl.String(), _plain_decimal),
    "bool": Kind(bool | None, pl.Boolean()),
    "str": Kind(str | None, pl.String()),
    "id": Kind(str | int | None, pl.String(), _text),
    "time": Kind(str | int | float | None, pl.String(), _text),
    "json": Kind(msgspec.Raw, pl.String(), _json_text),
    "str[]": Kind(str | list[str] | None, pl.List(pl.String()), _listed),
    "int[]": Kind(_Count | list[_Count] | None, pl.List(pl.Int64()), _listed),
}
"""All types of the grammar by name."""

PROMPT: Final = Field(kind="prompt")
"""The column of hashed prompts of a format with ``[prompt]``: no key fills it, the engine does."""

_MADE: Final = {"prompt": Kind(Any, prompt_columns.DTYPE)}
"""Types of columns that the engine makes."""


def _kind(name: str) -> Kind:
    return KINDS[name] if name in KINDS else _MADE[name]


def field_tree(declared: Mapping[str, Any]) -> dict[str, Field]:
    """The fields of a head. Raises ``ValueError`` for an unknown type, or a name that the decoder cannot take."""
    if wrong := [name for name in declared if UNDECODABLE.search(name)]:
        raise ValueError(f"field {wrong[0]!r}: a name cannot hold quotes, backslashes or control characters")
    return {name: _field(name, value) for name, value in declared.items()}


def _field(name: str, declared: Any) -> Field:
    if isinstance(declared, str):
        if declared not in KINDS:
            raise ValueError(f"field '{name}': unknown type '{declared}'; known are {', '.join(KINDS)}")
        return Field(kind=declared)
    if isinstance(declared, dict) and declared:
        return Field(children=field_tree(declared))
    if isinstance(declared, list) and len(declared) == 1:
        return Field(children=field_tree(declared[0]), repeated=True)
    raise ValueError(f"field '{name}': neither a type, nor a table, nor one [[array of tables]]")


def with_pairs(fields: Mapping[str, Field], place: Sequence[str]) -> dict[str, Field]:
    """The fields, of which the object at ``place`` is written as pairs. Raises ``ValueError`` when there is none."""
    name, *inner = place
    declared = fields.get(name)
    if declared is None or declared.kind:
        raise ValueError(f"pairs: '{name}' is no declared table; declare the wanted keys with [fields...{name}]")
    if inner:
        return {**fields, name: replace(declared, children=with_pairs(declared.children, inner))}
    if declared.repeated or not all(one.kind for one in declared.children.values()):
        raise ValueError(f"pairs: '{name}' must be a table of quoted keys and their types")
    return {**fields, name: replace(declared, pairs=True)}


class Shape:
    """Declared fields made ready: ``type`` decodes one object, ``columns`` turns many objects into columns.

    All fields are optional. Attributes are ``f0``, ``f1``, ... in the order of the fields, because a key need not be an
    identifier. Keys of ``raw`` are decoded as lists of undecoded items (``raw0``, ...), which give no column. Fields of
    ``unread`` are columns that no key fills.
    """

    def __init__(self, fields: Mapping[str, Field], *, raw: Sequence[str] = (), unread: Sequence[str] = ()) -> None:
        self._fields = {name: declared for name, declared in fields.items() if name not in raw}
        self._nested = {name: Shape(declared.children) for name, declared in self._fields.items() if not declared.kind}
        attributes = [(f"f{n}", *self._annotation(name, declared)) for n, (name, declared) in enumerate(self._fields.items())]
        names = {f"f{n}": f"{_NO_KEY}{name}" if name in unread else name for n, name in enumerate(self._fields)}
        for n, name in enumerate(raw):
            attributes.append((f"raw{n}", list[msgspec.Raw] | None, None))
            names[f"raw{n}"] = name
        paired = {f"f{n}": (name, one) for n, (name, one) in enumerate(self._fields.items()) if one.pairs}
        filled = {"__post_init__": after_decoding({own: self._wanted(*one) for own, one in paired.items()})} if paired else {}
        self.type: type[msgspec.Struct] = msgspec.defstruct("Record", attributes, rename=names, gc=False, namespace=filled)
        self.empty = self.type()
        self._takers = [self._taker(name, declared) for name, declared in self._fields.items()]
        self._null_columns: dict[str, pl.Series] = {}

    def without(self, keys: Sequence[str]) -> type[msgspec.Struct]:
        """As ``type``, but no object can be decoded that has an object, or text, at one of the ``keys``."""
        names = {f"none{n}": key for n, key in enumerate(keys)}
        fields = [(name, _NO_OBJECT, None) for name in names]
        return msgspec.defstruct("Bare", fields, bases=(self.type,), rename=names, gc=False)

    def _annotation(self, name: str, declared: Field) -> tuple[Any, Any]:
        if declared.kind:
            return _kind(declared.kind).annotation, None
        if declared.pairs:
            return Pairs, None
        nested: Any = self._nested[name].type
        return (list[nested] | None if declared.repeated else nested | None), None

    def _wanted(self, name: str, declared: Field) -> tuple[str, type[msgspec.Struct], dict[str, tuple[str, Any]]]:
        keys = {key: (f"f{n}", KINDS[one.kind].annotation) for n, (key, one) in enumerate(declared.children.items())}
        return name, self._nested[name].type, keys

    def nested(self, name: str) -> Shape:
        """The shape of an object field."""
        return self._nested[name]

    def attribute(self, name: str) -> str:
        """The attribute of a decoded object that holds the field ``name``."""
        return f"f{list(self._fields).index(name)}"

    def getter(self, key: Sequence[str]) -> Callable[[Any], Any]:
        """A function that finds the value of a dotted key in a decoded object; ``None`` when it is missing."""
        own = self._own(key)
        if len(key) == 1:
            return own
        inner = self._nested[key[0]].getter(key[1:])
        return lambda record: None if (value := own(record)) is None else inner(value)

    def _own(self, key: Sequence[str]) -> attrgetter[Any]:
        if key[0] not in self._fields:
            raise ValueError(f"'{'.'.join(key)}' is not among the fields")
        return attrgetter(self.attribute(key[0]))

    def place(self, key: Sequence[str]) -> tuple[int, ...]:
        """Where the values of a dotted key stand in ``Cells``; nowhere (empty) when it leads to objects."""
        number, declared = list(self._fields).index(key[0]), self._fields[key[0]]
        if len(key) == 1 or declared.kind or declared.repeated:
            return (number,) if declared.kind else ()
        inner = self._nested[key[0]].place(key[1:])
        return (number, *inner) if inner else ()

    def finder(self, key: Sequence[str]) -> Callable[[Sequence[Any]], list[Any]]:
        """As ``getter``, for many objects at once."""
        own = self._own(key)
        if len(key) == 1:
            return lambda objects: list(map(own, objects))
        nested = self._nested[key[0]]
        inner, empty = nested.finder(key[1:]), nested.empty

        def find(objects: Sequence[Any]) -> list[Any]:
            values = list(map(own, objects))
            return inner(values if all(values) else [value or empty for value in values])

        return find

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Names and types of the columns. It is asked for with each file, and types of structs take time to make."""
        return {name: self._dtype(name, declared) for name, declared in self._fields.items()}

    def _dtype(self, name: str, declared: Field) -> pl.DataType:
        if declared.kind:
            return _kind(declared.kind).dtype
        struct = pl.Struct(self._nested[name].schema)
        return pl.List(struct) if declared.repeated else struct

    def cells(self, objects: Sequence[Any]) -> Cells:
        """The fields of decoded objects by column.

        Raises ``UnicodeDecodeError`` when an undecoded value (type ``json``) is no UTF-8.
        """
        if not objects:
            return Cells(0, [None] * len(self._fields))
        # What is left undecoded stands behind the fields, and is not taken.
        values = zip(*map(astuple, objects), strict=False)
        return Cells(len(objects), [take(taken) for take, taken in zip(self._takers, values, strict=False)])

    def _taker(self, name: str, declared: Field) -> Callable[[tuple[Any, ...]], Column]:
        """A function that makes the values of one field a column of ``Cells``."""
        if declared.kind:
            kind = _kind(declared.kind)
            return partial(_taken, None if declared is PROMPT else kind.dtype, kind.convert)
        return self._nested[name].items if declared.repeated else self._nested[name].present

    def present(self, objects: tuple[Any, ...]) -> Cells | None:
        """The fields of objects of which some are missing (``None``); ``None`` when all are."""
        if all(objects):
            return self.cells(objects)
        return None if _none_of(objects) else self.cells([value or self.empty for value in objects])

    def items(self, arrays: tuple[Any, ...]) -> Items | None:
        """The fields of objects in arrays, of which some are missing (``None``); ``None`` when all are."""
        if _none_of(arrays):
            return None
        held = list(chain.from_iterable(filter(None, arrays)))
        return Items([len(array) if array else 0 for array in arrays], self.cells(held))

    def columns(self, cells: Cells) -> list[pl.Series]:
        """One column for each field; the fields of a missing object are NULL."""
        fields = zip(self._fields.items(), cells.columns, strict=True)
        return [self._column(name, declared, column, cells.height) for (name, declared), column in fields]

    def _column(self, name: str, declared: Field, cells: Column, height: int) -> pl.Series:
        if cells is None:
            return self._nulls(name, height)
        if isinstance(cells, Values):
            return prompt_columns.column(name, cells.last) if declared is PROMPT else cells.column(name)
        nested = self._nested[name]
        return _list_column(name, nested, cells) if isinstance(cells, Items) else nested.struct(name, cells)

    def _nulls(self, name: str, height: int) -> pl.Series:
        """A column of NULL throughout: a part of one that is kept, because most columns of most frames are such."""
        kept = self._null_columns.get(name)
        if kept is None or kept.len() < height:
            kept = self._null_columns[name] = pl.Series(name, [None], dtype=self.schema[name]).new_from_index(0, height)
        return kept.head(height)

    def struct(self, name: str, cells: Cells) -> pl.Series:
        """The objects as one struct column."""
        return pl.DataFrame(self.columns(cells)).to_struct(name)


def _none_of(values: tuple[Any, ...]) -> bool:
    return values[0] is None and values.count(None) == len(values)


def _taken(dtype: pl.DataType | None, convert: Callable[[Any], Any] | None, values: tuple[Any, ...]) -> Values | None:
    if _none_of(values):
        return None
    return Values(dtype, list(values if convert is None else map(convert, values)))


def _list_column(name: str, nested: Shape, arrays: Items) -> pl.Series:
    """Arrays of objects, which are flattened, cut into lists again by their owners; NULL where there is none, or an empty one."""
    items = nested.struct(name, arrays.cells)
    owners = pl.Series("owner", [row for row, count in enumerate(arrays.counts) for _ in range(count)], dtype=pl.Int64)
    lists = pl.DataFrame([owners, items]).group_by("owner", maintain_order=True).agg(pl.col(name))
    rows = pl.DataFrame({"owner": pl.Series(range(len(arrays.counts)), dtype=pl.Int64)})
    return rows.join(lists, on="owner", how="left", maintain_order="left").get_column(name)
