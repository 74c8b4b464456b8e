"""Records inside arrays (``records = "data[].results[]"``): one source row for each innermost element.

The document's own fields and those of each array on the path become columns beside the element's; parents repeat.
"""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from logcost.ingest.batches import decoded
from logcost.ingest.fields import PROMPT, Field, Shape
from logcost.ingest.messages import Why
from logcost.ingest.prompt import PromptReader
from logcost.ingest.unwrap import Unwrapper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from logcost.ingest.header import Format


@cache
def expander(declared: Format) -> Expander:
    """The expander of a format, built once: a directory may hold thousands of small files."""
    return Expander(declared)


class Expander:
    """Turns one decoded object of a format into source rows; without ``records`` the object is the row.

    ``outer`` is what ``decode`` makes of the outermost object, ``shape`` what the source rows are.
    """

    def __init__(self, declared: Format) -> None:
        self.levels = declared.records
        self._unwrapper = Unwrapper(declared) if declared.bodies else None
        # Of records inside arrays each has its own prompt, else the outermost object has one.
        self._prompts = PromptReader(declared.prompt) if declared.prompt else None
        made = {PROMPT.kind: PROMPT} if declared.prompt else {}
        own = declared.fields if self.levels else {**declared.fields, **made}
        plain = Shape(own, raw=declared.records[:1], unread=tuple(made))
        self.outer = self._unwrapper.shape if self._unwrapper else plain
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self.outer.type, strict=False)
        self._inner: list[Shape] = []
        self._shown: list[bool] = []
        row = {name: one for name, one in declared.fields.items() if name not in declared.records[:1]}
        self._own = [attrgetter(f"f{number}") for number in range(len(row))]
        level = declared.fields
        for depth, step in enumerate(self.levels):
            level = level[step].children
            deeper = self.levels[depth + 1 : depth + 2]
            self._inner.append(Shape(level, raw=deeper))
            own_fields = {name: one for name, one in level.items() if name not in deeper}
            # A level that is only on the way has no column.
            self._shown.append(bool(own_fields))
            row |= {step: Field(children=own_fields)} if own_fields else {}
        self.shape = Shape({**row, **made}) if self.levels else self.outer
        self._attribute = self.shape.attribute(PROMPT.kind) if self._prompts else ""
        self._decoders: list[Callable[[Any], Any]] = [msgspec.json.Decoder(one.type, strict=False).decode for one in self._inner]
        self._incomplete = self.outer.getter(declared.complete) if declared.complete else None

    def decode(self, data: bytes | memoryview | msgspec.Raw) -> Any | Why:
        """One outermost object, or why it cannot be decoded."""
        record = decoded(self._unwrapper.decode if self._unwrapper else self._decoder.decode, data)
        if self._prompts and not self.levels and not isinstance(record, Why):
            setattr(record, self._attribute, self._prompts.read(data))
        return record

    @property
    def decode_row(self) -> Callable[[bytes], Any] | None:
        """Decodes one object that is a row without further work, and raises as msgspec does for any other; ``None``: none is."""
        if self.levels or self._incomplete or (self._prompts and not self._unwrapper):
            return None
        # A body that has its request beside it is none without further work.
        return self._unwrapper.decode_bare if self._unwrapper else self._decoder.decode

    def rows(self, outermost: Any) -> Iterator[Any | Why]:
        """The source rows of one decoded object; a ``Why`` for each element that cannot be decoded."""
        if not self.levels:
            return iter((outermost,))
        return self._descend(outermost.raw0, 0, [get(outermost) for get in self._own])

    def incomplete(self, outermost: Any) -> bool:
        """The object says that it is one page of several and not the last."""
        return self._incomplete is not None and bool(self._incomplete(outermost))

    def _descend(self, items: list[msgspec.Raw] | None, depth: int, above: list[Any]) -> Iterator[Any | Why]:
        for item in items or ():
            element = decoded(self._decoders[depth], item)
            if isinstance(element, Why):
                yield element
                continue
            values = [*above, element] if self._shown[depth] else above
            if depth + 1 == len(self.levels):
                prompt = (self._prompts.read(item),) if self._prompts else ()
                yield self.shape.type(*values, *prompt)
            else:
                yield from self._descend(element.raw0, depth + 1, values)
