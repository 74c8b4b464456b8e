"""How much: disjoint meters times their rates, in exact femto-USD. A rate that is missing makes the cost NULL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost import meters
from logcost.price.columns import (
    INPUT,
    INPUT_PARTS,
    OUTPUT,
    OUTPUT_PARTS,
    READ,
    READ_OF,
    READ_PARTS,
    REASONING,
    SEARCHES,
    WRITES,
)
from logcost.price.rate_rows import FEE

if TYPE_CHECKING:
    from logcost.price.columns import Columns
    from logcost.price.rate_rows import RateRows

GROUPS: Final = ("input_cost_fusd", "cache_read_cost_fusd", "cache_write_cost_fusd", "output_cost_fusd", "unit_cost_fusd")
"""The parts of a cost, in the order of ``schema.CHARGE_COLUMNS``."""


class Costs:
    """The expressions of the costs, for the columns a frame has and the rates it needs.

    ``prefix`` is that of the columns with the rates, so that the same expressions serve several sets of rates.
    """

    def __init__(self, columns: Columns, rates: RateRows) -> None:
        units = rates.units
        self.always = rates.always()
        self.columns = columns
        self.given = columns.given
        self.units = sorted({SEARCHES} & columns.given | set(columns.units) & set(units))
        self.unknown_units = sorted(set(columns.units) - set(units))
        self.rests = meters.expressions([name for name in columns.schema if name in columns.given or name in {INPUT, OUTPUT}])

    def groups(self, prefix: str) -> dict[str, pl.Expr]:
        """``GROUPS`` -> exact femto-USD; NULL where a count has no rate."""
        parts = (self.inputs(prefix), self.reads(), self.writes(), self.outputs(prefix), self.fees())
        return {group: self._sum(products, prefix) for group, products in zip(GROUPS, parts, strict=True)}

    def products(self, prefix: str) -> list[tuple[pl.Expr, str, str]]:
        """All (count, meter, name of the count) of which a cost is made: for the reasons why one is missing."""
        named = [(self.text_input(prefix), "input", INPUT), (self.text_output(prefix), "output", OUTPUT)]
        groups = ((READ, "cache_read"), *READ_PARTS.items(), *WRITES.items())
        named += [(self._read() if name == READ else self.columns.count(name), meter, name) for name, meter in groups]
        named += [(self.part(name, meter, prefix), meter, name) for name, meter in INPUT_PARTS.items()]
        named += [(self.columns.count(name), meter, name) for name, meter in OUTPUT_PARTS.items()]
        named += [(self._fee_count(name), f"{FEE}{name}", name) for name in self.units]
        return [one for one in named if one[2] in self.given or one[2] in {INPUT, OUTPUT} or one[1].startswith(FEE)]

    def inputs(self, prefix: str) -> list[tuple[pl.Expr, str]]:
        """Uncached input."""
        parts = [(self.part(name, meter, prefix), meter) for name, meter in INPUT_PARTS.items() if name in self.given]
        return [(self.text_input(prefix), "input"), *parts]

    def reads(self) -> list[tuple[pl.Expr, str]]:
        """Input read from a cache."""
        parts = [(self.columns.count(name), meter) for name, meter in READ_PARTS.items() if name in self.given]
        return [(self._read(), "cache_read"), *parts] if READ in self.given else []

    def writes(self) -> list[tuple[pl.Expr, str]]:
        """Input written to a cache."""
        return [(self.columns.count(name), meter) for name, meter in WRITES.items() if name in self.given]

    def outputs(self, prefix: str) -> list[tuple[pl.Expr, str]]:
        """Output."""
        parts = [(self.columns.count(name), meter) for name, meter in OUTPUT_PARTS.items() if name in self.given]
        parts += [(self._reasoning(prefix), "reasoning")] if REASONING in self.given else []
        return [(self.text_output(prefix), "output"), *parts]

    def fees(self) -> list[tuple[pl.Expr, str]]:
        """Units that have a fee."""
        return [(self._fee_count(unit), f"{FEE}{unit}") for unit in self.units]

    def _read(self) -> pl.Expr:
        """Text read from a cache."""
        rest = self.columns.count(READ)
        for name in READ_PARTS:
            rest = rest - self.columns.count(name) if name in self.given else rest
        return rest

    def part(self, name: str, meter: str, prefix: str) -> pl.Expr:
        """Uncached input of a kind that has its own rate; 0 where it is charged like text."""
        alike = pl.col(f"{prefix}{meter}").eq(pl.col(f"{prefix}input")).fill_null(value=False)
        uncached = self.columns.count(name)
        read = READ_OF.get(name)
        uncached = uncached - self.columns.count(read) if read in self.given else uncached
        return pl.when(alike).then(pl.lit(0, dtype=pl.Int64)).otherwise(uncached)

    def mixed(self, name: str, meter: str, prefix: str) -> pl.Expr:
        """Whether nothing says how much of a kind of input was cached, and it matters."""
        cached = [column for column in (READ, *WRITES) if column in self.given]
        unknown = pl.col(read).is_null() if (read := READ_OF.get(name)) and read in self.columns.schema else pl.lit(value=True)
        written = self.columns.total([column for column in WRITES if column in self.given])
        some = (self.columns.total(cached) > 0) & (unknown | (written > 0))
        return (self.part(name, meter, prefix) > 0) & some

    def mixes(self) -> list[tuple[str, str]]:
        """The kinds of input that can be mixed with cached input in this frame."""
        cached = any(column in self.given for column in (READ, *WRITES))
        return [(name, meter) for name, meter in INPUT_PARTS.items() if cached and name in self.given]

    def text_input(self, prefix: str) -> pl.Expr:
        """Uncached input that is charged at the text rate."""
        rest = self.rests["uncached_input_tokens"].fill_null(0)
        for name, meter in INPUT_PARTS.items():
            rest = rest - self.part(name, meter, prefix) if name in self.given else rest
        return rest

    def text_output(self, prefix: str) -> pl.Expr:
        """Output that is charged at the text rate."""
        rest = self.columns.count(OUTPUT)
        rest = rest - self._reasoning(prefix) if REASONING in self.given else rest
        for name in OUTPUT_PARTS:
            rest = rest - self.columns.count(name) if name in self.given else rest
        return rest

    def can_overlap(self) -> bool:
        """Whether the frame has several kinds of input or output that exclude each other: one alone is within its whole."""
        return len(self.given & {REASONING, *OUTPUT_PARTS}) > 1 or bool(self.given & set(INPUT_PARTS))

    def overlaps(self, prefix: str) -> pl.Expr:
        """Whether kinds of output or input that exclude each other are more than their whole."""
        found = [self.text_output(prefix) < 0] if len(self.given & {REASONING, *OUTPUT_PARTS}) > 1 else []
        found += [self.text_input(prefix) < 0] if self.given & set(INPUT_PARTS) else []
        return pl.any_horizontal(found) if found else pl.lit(value=False)

    def _reasoning(self, prefix: str) -> pl.Expr:
        """Reasoning tokens where they have a rate of their own; else they are output like any other."""
        own = pl.col(f"{prefix}reasoning").is_not_null()
        return pl.when(own).then(self.columns.count(REASONING)).otherwise(pl.lit(0, dtype=pl.Int64))

    def _fee_count(self, name: str) -> pl.Expr:
        own = self.columns.count(name) if name == SEARCHES else pl.lit(0, dtype=pl.Int64)
        return own + self.columns.unit(name)

    def unknown(self) -> pl.Expr:
        """The first of the units of a row for which nobody has a fee; NULL for none."""
        used = self.columns.unit_list().list.filter(pl.element().struct.field("value") > 0)
        names = used.list.eval(pl.element().struct.field("key"))
        return names.list.set_intersection(pl.lit(self.unknown_units, dtype=pl.List(pl.String))).list.sort().list.first()

    def _sum(self, products: list[tuple[pl.Expr, str]], prefix: str) -> pl.Expr:
        """Exact sum in 128 bits; a count of 0 needs no rate."""
        found: pl.Expr | None = None
        for count, meter in products:
            cost = count.cast(pl.Int128) * pl.col(f"{prefix}{meter}").cast(pl.Int128)
            if meter not in self.always:
                cost = pl.when(count != 0).then(cost).otherwise(pl.lit(0, dtype=pl.Int128))
            found = cost if found is None else found + cost
        return pl.lit(0, dtype=pl.Int128) if found is None else found
