"""The calls of one provider and model, cut in time, so that never more are held than can share what is in a cache.

A cache forgets what was not used for a lifetime. So what a call is served depends only on calls up to one lifetime before it, and
whether its own tokens are used again only on calls up to one lifetime after it: a part of the calls with these two margins gives
exactly what all of them would give. Up to ``HELD_BLOCKS`` blocks are held as they are; more are put in files, ``PART_BLOCKS`` or
a quarter of an hour of calls in each.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import polars as pl

from logcost.analyse.caching.calls import ORDER, POOL
from logcost.scratch import ScratchFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

HELD_BLOCKS: Final = 6_000_000
"""Blocks of all calls together that are held in memory (8 bytes each, 24 where prompts could be restructured)."""
PART_BLOCKS: Final = 3_000_000
"""Blocks in a file. A part is read with its margins, and a replay needs about 60 bytes for each of their blocks."""
SLOT: Final = 15 * 60 * 10**6
"""Microseconds: parts begin at whole quarters of an hour, so that calls of one instant stay together."""

_BATCH_CALLS: Final = 50_000
_FILE_CALLS: Final = 10_000
_EVER: Final = 2**61
_RAW: Final = "raw"
_SLOTS: Final = (*POOL, "slot")


class _Part(NamedTuple):
    """Calls from ``first`` to ``last`` (microseconds, both included)."""

    calls: pl.LazyFrame
    first: int
    last: int


class Pool:
    """The calls of one provider, model and era (``key``): they follow one rule and could share a cache."""

    def __init__(self, key: tuple[Any, ...], parts: tuple[_Part, ...], folder: Path | None) -> None:
        """``folder``: where results may be put for the time being; ``None``: they are held, like the calls."""
        self.key = key
        self._parts = parts
        self._folder = folder
        self._files = 0
        self._workloads: list[str] | None = None

    def all(self) -> pl.LazyFrame:
        """All calls, in no order."""
        return pl.concat([part.calls for part in self._parts])

    def several(self, column: str) -> bool:
        """Whether the calls have more than one value there; unknown is one."""
        return int(self.all().select(pl.col(column).n_unique()).collect(engine="streaming").item()) > 1

    def slices(self, reach: int) -> Iterator[pl.DataFrame]:
        """Part by part in time order, each with the calls up to ``reach`` microseconds before and after it.

        These are not ``own``. Adds ``row`` as well, a number for each workload.
        """
        time = pl.col("started_at").dt.epoch("us")
        for part in self._parts:
            first, last = part.first - reach, part.last + reach
            near = [other.calls for other in self._parts if other.last >= first and other.first <= last]
            found = pl.concat(near).filter(time.is_between(first, last)) if len(self._parts) > 1 else part.calls
            numbered = found.with_columns(own=time.is_between(part.first, part.last), row=self._row())
            yield numbered.sort(ORDER).collect(engine="streaming")

    def _row(self) -> pl.Expr:
        """A number for each workload, 0 without one: the same in every slice."""
        if self._workloads is None:
            names = self.all().select(pl.col("workload").drop_nulls().unique()).collect(engine="streaming").to_series()
            self._workloads = names.sort().to_list()
        numbers = range(1, len(self._workloads) + 1)
        return pl.col("workload").replace_strict(self._workloads, list(numbers), default=0, return_dtype=pl.UInt32)

    def kept(self, results: Iterable[pl.DataFrame]) -> pl.LazyFrame:
        """What came of each slice, one after the other. They are gone with the pools."""
        frames = []
        for result in results:
            if self._folder is None:
                frames.append(result.lazy())
                continue
            self._files += 1
            path = self._folder / f"result-{self._files}.ipc"
            result.write_ipc(path, compression="lz4")
            frames.append(pl.scan_ipc(path))
        return pl.concat(frames)


class Pools:
    """The calls of each provider, model and era by themselves; read once. Files are gone at the end of the ``with`` block."""

    def __init__(self, calls: pl.LazyFrame) -> None:
        """``calls``: with the columns ``POOL`` and ``ORDER``, a time in each, and ``hashes``, a list."""
        self._calls = calls
        self._scratch: ScratchFolder | None = None

    def __iter__(self) -> Iterator[Pool]:
        """Reads the calls, and gives each pool once."""
        held: list[pl.DataFrame] = []
        slots: pl.DataFrame | None = None
        blocks = 0
        # Batch by batch: parting all calls at once would hold all hashes twice.
        batches = self._calls.collect_batches(chunk_size=_BATCH_CALLS, engine="streaming", maintain_order=False)
        for number, batch in enumerate(batches):
            slots = _counted(slots, batch)
            held.append(batch)
            blocks += int(batch["hashes"].list.len().sum())
            if blocks > HELD_BLOCKS:
                self._put_away(held, number)
        if self._scratch is None:
            yield from _parted(held)
        elif slots is not None:
            self._put_away(held, -1)
            yield from self._from_files(self._scratch.path, _cut(slots))

    def _put_away(self, held: list[pl.DataFrame], number: int) -> None:
        """Into files what is held."""
        if self._scratch is None:
            self._scratch = ScratchFolder("logcost-replay-")
            (self._scratch.path / _RAW).mkdir()
        if held:
            pl.concat(held).write_ipc(self._scratch.path / _RAW / f"{number}.ipc", compression="lz4")
            held.clear()

    def _from_files(self, folder: Path, cut: pl.DataFrame) -> Iterator[Pool]:
        raw = pl.scan_ipc(folder / _RAW / "*.ipc").with_columns(slot=_slot())
        _sink(raw.join(cut.select(*_SLOTS, "part").lazy(), on=_SLOTS, how="left", nulls_equal=True).drop("slot"), folder)
        shutil.rmtree(folder / _RAW)
        bounds = cut.group_by("large", "part").agg(first=pl.col("slot").min() * SLOT, last=(pl.col("slot").max() + 1) * SLOT - 1)
        parts = {part: (large, _Part(_scan(folder, part), first, last)) for large, part, first, last in bounds.iter_rows()}
        for part in (part for large, part in parts.values() if not large):
            yield from _parted([part.calls.collect(engine="streaming")])
        large = cut.filter("large").select(*POOL, "part").unique(maintain_order=True)
        for key, table in large.group_by(POOL, maintain_order=True):
            yield Pool(key, tuple(parts[number][1] for number in table["part"]), folder)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Delete the files."""
        if self._scratch is not None:
            self._scratch.remove()


def in_parts(calls: pl.LazyFrame, number: pl.Expr, parts: int) -> Iterator[pl.DataFrame]:
    """The calls in so many parts, one after the other: those with the same ``number`` (from 0) together. They are read once."""
    if parts == 1:
        yield calls.collect(engine="streaming")
        return
    with ScratchFolder("logcost-replay-") as folder:
        _sink(calls.with_columns(part=number), folder)
        for part in range(parts):
            if (folder / f"part={part}").exists():
                yield _scan(folder, part).collect(engine="streaming")


def _sink(calls: pl.LazyFrame, folder: Path) -> None:
    """Into a folder for each ``part``. Without a limit for a file, all parts would be held until the last call was read."""
    files = pl.PartitionBy(folder, key="part", include_key=False, max_rows_per_file=_FILE_CALLS)
    calls.sink_ipc(files, compression="lz4", engine="streaming", maintain_order=False)


def _parted(held: list[pl.DataFrame]) -> Iterator[Pool]:
    pools: dict[tuple[Any, ...], list[pl.DataFrame]] = {}
    while held:
        for key, frame in held.pop().partition_by(POOL, maintain_order=False, as_dict=True).items():
            pools.setdefault(key, []).append(frame)
    for key in list(pools):
        yield Pool(key, (_Part(pl.concat(pools.pop(key)).lazy(), -_EVER, _EVER),), None)


def _scan(folder: Path, part: int) -> pl.LazyFrame:
    return pl.scan_ipc(folder / f"part={part}" / "*.ipc")


def _slot() -> pl.Expr:
    return pl.col("started_at").dt.epoch("us") // SLOT


def _counted(known: pl.DataFrame | None, batch: pl.DataFrame) -> pl.DataFrame:
    """Blocks of each pool and slot."""
    counts = pl.col("hashes").list.len().cast(pl.Int64).sum()
    found = batch.group_by(*POOL, slot=_slot()).agg(blocks=counts)
    return found if known is None else pl.concat([known, found]).group_by(_SLOTS).agg(pl.col("blocks").sum())


def _cut(slots: pl.DataFrame) -> pl.DataFrame:
    """Each pool and slot with its ``part``: a large pool has several of its own, small ones share some."""
    pools = slots.group_by(POOL).agg(whole=pl.col("blocks").sum()).sort(POOL)
    pools = pools.with_columns(large=pl.col("whole") > PART_BLOCKS).with_row_index("pool")
    before = (pl.col("whole").cum_sum() - pl.col("whole")).over("large") // PART_BLOCKS
    pools = pools.with_columns(owner=pl.when("large").then("pool"), chunk=pl.when(~pl.col("large")).then(before))
    table = slots.join(pools, on=POOL, how="left", nulls_equal=True).sort("pool", "slot")
    within = (pl.col("blocks").cum_sum() - pl.col("blocks")).over("pool") // PART_BLOCKS
    table = table.with_columns(chunk=pl.coalesce("chunk", within))
    parts = table.select("owner", "chunk").unique(maintain_order=True).with_row_index("part")
    return table.join(parts, on=("owner", "chunk"), how="left", nulls_equal=True, maintain_order="left")
