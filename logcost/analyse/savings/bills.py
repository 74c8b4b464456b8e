"""The bill of calls under changed settings: the same engine that priced them prices them again, in exact integers.

Calls count with a weight (``WHOLE`` = once), so that a call that goes to one model or another counts in each with its share.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import polars as pl

from logcost import schema
from logcost.analyse.caching.applied import call_key
from logcost.analyse.caching.calls import evidence
from logcost.analyse.frames import FEMTO, column_types
from logcost.price import charges
from logcost.scratch import ScratchFolder
from logcost.spending import EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from types import TracebackType

    from logcost.price import PriceBook

MILLION: Final = 10**6
"""Shares are given in millionths."""
WHOLE: Final = MILLION * MILLION
"""Weight of a call that counts once: shares of six decimals, and products of two of them, are whole numbers of it."""

HELD: Final = 250_000
"""Up to so many calls are held in memory (about 400 bytes each), as by a report; more are in a file for the time being."""
WAS: Final = "was_fusd"

_LEFT_OUT: Final = (
    *("prefix_", "volatile_", "tags", "reported_", "cache_miss_reason", "duplicate_rank", "latency_ms"),
    *("api_key_id", "project", "user_id", "source_id", "source_line", "dedup_key"),
)
"""Beginnings of columns that neither a price nor a finding needs; where a call is from is in its ``call_key``."""


class Bill(NamedTuple):
    """``amount``: USD, exact. ``kept``: calls without a price under the change, which are in it at the price they had."""

    amount: Decimal
    kept: int


def usage_of(calls: pl.LazyFrame) -> pl.LazyFrame:
    """Priced calls as they were before pricing, less those without an exact price, with what they cost (``was_fusd``).

    Adds ``weight``, ``sold_by`` (whose price it was), ``output_fusd`` (cost of the output), the two
    rates, ``call_key`` (a name of the call), ``evidence`` and ``known`` (as in the caching review). Columns of
    the ledger that the frame lacks are added as unknown; what the ledger keeps of prompts is left out.
    """
    present = calls.collect_schema().names()
    types = column_types()
    wanted = [name for name in schema.column_names("usage_record") if not name.startswith(_LEFT_OUT)]
    lacking = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in types.items() if name not in present]
    whole = calls.with_columns(lacking).filter(pl.col("list_cost_fusd").is_not_null())
    return whole.select(
        "provider",
        "model",
        *wanted,
        pl.col("list_cost_fusd").cast(pl.Int128).alias(WAS),
        pl.col("price_provider").alias("sold_by"),
        pl.col("output_cost_fusd").alias("output_fusd"),
        pl.col("input_rate_fusd").alias("input_rate"),
        pl.col("output_rate_fusd").alias("output_rate"),
        weight=pl.lit(WHOLE, dtype=pl.Int64),
        call_key=call_key(),
        evidence=evidence(),
        known=pl.col("cache_read_input_tokens").is_not_null(),
    )


class Workspace:
    """Calls that are priced again and again: read from the ledger once, then held, or in a file of their own."""

    def __init__(self, count: int) -> None:
        """``count``: how many calls there are at most."""
        self._folder = ScratchFolder("logcost-bills-") if count > HELD else None
        self._files = 0

    def kept(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The same calls, where reading them again costs next to nothing. They are gone with the workspace."""
        if self._folder is None:
            return rows.collect(engine="streaming").lazy()
        self._files += 1
        path = self._folder.path / f"{self._files}.arrow"
        rows.sink_ipc(path, compression="lz4")
        return pl.scan_ipc(path)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Delete the files."""
        if self._folder is not None:
            self._folder.remove()


def bills(variants: Sequence[pl.LazyFrame], book: PriceBook, at: datetime | None = None) -> list[Bill]:
    """What each frame of calls (see ``usage_of``) costs, in one pass over all of them."""
    named = [frame.with_columns(variant=pl.lit(number, dtype=pl.Int32)) for number, frame in enumerate(variants)]
    priced = charges(pl.concat(named, how="diagonal"), book, at=at)
    cost = pl.coalesce("list_cost_fusd", WAS).cast(pl.Int128) * pl.col("weight").cast(pl.Int128)
    sums = (
        priced.group_by("variant")
        .agg(cost.sum().alias("cost"), pl.col("list_cost_fusd").is_null().sum().alias("kept"))
        .collect(engine="streaming")
    )
    found = {number: Bill(weighted(cost), kept) for number, cost, kept in sums.select("variant", "cost", "kept").iter_rows()}
    return [found.get(number, Bill(Decimal(0), 0)) for number in range(len(variants))]


def settled(calls: pl.LazyFrame, book: PriceBook, at: datetime | None = None) -> pl.LazyFrame:
    """The calls at what they cost now: what has no price keeps the cost it had, and is ``unpriced``."""
    names = calls.collect_schema().names()
    cost = pl.coalesce("list_cost_fusd", WAS).cast(pl.Int128)
    told = charges(calls, book, at=at).with_columns(cost.alias(WAS), unpriced=pl.col("list_cost_fusd").is_null())
    return told.select(*(name for name in names if name != "unpriced"), "unpriced")


def settled_bill(calls: pl.LazyFrame) -> Decimal:
    """What calls that were ``settled`` cost."""
    cost = pl.col(WAS).cast(pl.Int128) * pl.col("weight").cast(pl.Int128)
    return weighted(calls.select(cost.sum()).collect(engine="streaming").item())


def weighted(amount: int) -> Decimal:
    """A sum of costs times weights as USD: exact, without the digits that a weight of one call adds."""
    digits = len(str(WHOLE)) - 1
    whole, rest = divmod(amount, WHOLE)
    return Decimal(amount).scaleb(-(FEMTO + digits), EXACT) if rest else Decimal(whole).scaleb(-FEMTO, EXACT)
