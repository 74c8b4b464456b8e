"""Which count contains which (``pricing/meters.toml``): the only place that subtracts cache tokens.

Ingest refuses counts that cannot be (a part larger than its whole); price takes the disjoint meters. Both read the same
declaration, so a count that was loaded always has meters that are zero or more.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from logcost import resources

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import polars as pl


@dataclass(frozen=True, slots=True)
class Partition:
    """``whole`` contains the disjoint ``parts``; ``rest`` is the name of what is left."""

    whole: str
    parts: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class Total:
    """``name`` is the sum of the disjoint ``parts``."""

    name: str
    parts: tuple[str, ...]


@cache
def partitions() -> tuple[Partition, ...]:
    """All declared partitions, in the order of the file."""
    return tuple(Partition(p["whole"], tuple(p["parts"]), p["rest"]) for p in _declared()["partition"])


@cache
def totals() -> tuple[Total, ...]:
    """All declared totals, in the order of the file."""
    return tuple(Total(t["name"], tuple(t["parts"])) for t in _declared()["total"])


def disjoint(counts: Mapping[str, int | None]) -> dict[str, int | None]:
    """Rests and totals of one record's inclusive counts.

    An unknown part (``None`` or absent) takes nothing away; an unknown whole has an unknown rest; a total of which no
    part is known is unknown. Raises ``ValueError`` with both names and both numbers for a rest below 0.
    """
    meters: dict[str, int | None] = {}
    for partition in partitions():
        whole = counts.get(partition.whole)
        known = {part: value for part in partition.parts if (value := counts.get(part)) is not None}
        if whole is not None and sum(known.values()) > whole:
            raise ValueError(impossible(partition, whole, known))
        meters[partition.rest] = None if whole is None else whole - sum(known.values())
    for total in totals():
        values = [value for part in total.parts if (value := counts.get(part)) is not None]
        meters[total.name] = sum(values) if values else None
    return meters


def impossible(partition: Partition, whole: int, parts: Mapping[str, int]) -> str:
    """The message for parts that exceed their whole: both names and both numbers."""
    told = {name: value for name, value in parts.items() if value}
    names, numbers = " + ".join(told), " + ".join(str(value) for value in told.values())
    return f"{names} ({numbers}) is more than {partition.whole} ({whole}), which must contain it."


def expressions(available: Collection[str]) -> dict[str, pl.Expr]:
    """Polars expressions of every rest and total whose columns are there; same rules as ``disjoint``, without the check.

    ``available``: columns of the frame. A rest whose whole is absent, and a total without any part, are NULL (Int64).
    """
    import polars as pl

    unknown = pl.lit(None, dtype=pl.Int64)
    found: dict[str, pl.Expr] = {}
    for partition in partitions():
        parts = [pl.col(part).fill_null(0) for part in partition.parts if part in available]
        whole = pl.col(partition.whole) if partition.whole in available else unknown
        found[partition.rest] = (whole - pl.sum_horizontal(parts) if parts else whole).cast(pl.Int64)
    for total in totals():
        present = [part for part in total.parts if part in available]
        known = pl.any_horizontal(pl.col(part).is_not_null() for part in present) if present else pl.lit(value=False)
        sums = pl.sum_horizontal(pl.col(part).fill_null(0) for part in present) if present else unknown
        found[total.name] = pl.when(known).then(sums).otherwise(unknown).cast(pl.Int64)
    return found


def impossible_sql(available: Collection[str]) -> str:
    """SQL expression: NULL for possible counts, else the same message as ``impossible``."""
    cases = []
    for partition in partitions():
        parts = [part for part in partition.parts if part in available]
        if partition.whole in available and parts:
            # 128 bit: hostile counts near the 64-bit limit must be refused, not stop the query by an overflow.
            sums = " + ".join(f"coalesce({part}, 0)::HUGEINT" for part in parts)
            names = ", ".join(f"CASE WHEN {part} > 0 THEN '{part}' END" for part in parts)
            numbers = ", ".join(f"CASE WHEN {part} > 0 THEN {part} END" for part in parts)
            told = f"concat_ws(' + ', {names}) || ' (' || concat_ws(' + ', {numbers}) || ')'"
            whole = f"'{partition.whole} (' || {partition.whole} || '), which must contain it.'"
            cases.append(f"WHEN {sums} > {partition.whole} THEN {told} || ' is more than ' || {whole}")
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


@cache
def _declared() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(resources.text("pricing", "meters.toml"))
