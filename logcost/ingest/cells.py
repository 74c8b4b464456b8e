"""Values of decoded objects by column, on the way from the objects to a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOGETHER: Final = 1_024
"""Values made a column at a time: they are in the processor's cache then. Of 15,000 it takes twice as long."""


class Values:
    """The values of one field of many objects, first as they are (``last``), then as parts of a column."""

    __slots__ = ("_dtype", "_parts", "last")

    def __init__(self, dtype: pl.DataType | None, values: list[Any]) -> None:
        """``dtype``: of the column; ``None`` when it can only be made of all values together, and not by this class."""
        self._dtype = dtype
        self._parts: list[pl.Series] = []
        self.last = values

    def missing(self, height: int) -> Values:
        """The same field of objects in which it is missing."""
        return Values(self._dtype, [None] * height)

    def extend(self, more: Values) -> None:
        """Put further values behind these."""
        if more._parts:
            self._make()
            self._parts += more._parts
        self.last += more.last
        if len(self.last) >= _TOGETHER:
            self._make()

    def column(self, name: str) -> pl.Series:
        """All values as a column."""
        self._make()
        return pl.concat(self._parts, rechunk=True).alias(name)

    def size(self) -> int:
        """Bytes of the values."""
        self._make()
        return sum(int(part.estimated_size()) for part in self._parts)

    def _make(self) -> None:
        if self._dtype is not None and (self.last or not self._parts):
            self._parts.append(pl.Series("", self.last, dtype=self._dtype))
            self.last = []


class Cells:
    """The fields of ``height`` objects.

    ``columns``: for each field its ``Column``; ``None`` when it is missing in all objects, as most declared fields are in most
    files.
    """

    __slots__ = ("columns", "height")

    def __init__(self, height: int, columns: list[Any]) -> None:
        self.height = height
        self.columns = columns

    def last(self, place: Sequence[int]) -> Sequence[Any]:
        """The last values of a field: its number, or that of the field that holds it, its number there, and so on."""
        column = self.columns[place[0]]
        if column is None:
            return ()
        last: Sequence[Any] = column.last if len(place) == 1 else column.last(place[1:])
        return last

    def missing(self, height: int) -> Cells:
        """The fields of so many objects that are missing themselves."""
        return Cells(height, [None] * len(self.columns))

    def extend(self, more: Cells) -> None:
        """Put the fields of further objects of the same shape behind these."""
        for number, new in enumerate(more.columns):
            own = self.columns[number]
            if own is None and new is not None:
                own = self.columns[number] = new.missing(self.height)
            if own is not None:
                own.extend(own.missing(more.height) if new is None else new)
        self.height += more.height

    def size(self) -> int:
        """Bytes of all values."""
        return sum(column.size() for column in self.columns if column is not None)


class Items:
    """Arrays of objects: how many each holds (0 also when it is missing), and the fields of all of them, one after the other."""

    __slots__ = ("cells", "counts")

    def __init__(self, counts: list[int], cells: Cells) -> None:
        self.counts = counts
        self.cells = cells

    def missing(self, height: int) -> Items:
        """The same field of objects in which it is missing."""
        return Items([0] * height, self.cells.missing(0))

    def extend(self, more: Items) -> None:
        """Put further arrays behind these."""
        self.counts += more.counts
        self.cells.extend(more.cells)

    def size(self) -> int:
        """Bytes of all values."""
        return self.cells.size()


Column: TypeAlias = Values | Cells | Items | None
"""A field of many objects: values, the objects in it, or the arrays of objects in it; ``None``: missing in all."""
