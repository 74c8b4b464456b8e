"""Prompts as columns, and the ledger's columns from them: chained hashes, tokens of blocks, places of volatile tokens.

No tokenizer is at hand and no text is kept, so the tokens of a block are estimated: the call's own ``input_tokens`` are laid
out over its blocks in proportion to their weights (bytes of UTF-8), at least one for each block. They sum exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.ingest.prompt import PromptReader
    from logcost.ingest.prompt_blocks import Block

COLUMN: Final = "prompt"
"""Name of the source column that a SELECT passes on, and of the struct column behind it."""

_OF_BLOCKS: Final = {"hashes": pl.String(), "masked": pl.String(), "parts": pl.String(), "weights": pl.Int64()}
_OF_MARKS: Final = {"marked": pl.Int64(), "lifetimes": pl.String()}
_OF_SPANS: Final = {"classes": pl.String(), "owners": pl.Int64(), "offsets": pl.Int64()}
DTYPE: Final = pl.Struct({name: pl.List(dtype) for name, dtype in (_OF_BLOCKS | _OF_MARKS | _OF_SPANS).items()})
"""Lists of one prompt. ``weights`` of the blocks; ``marked``: numbers of the marked blocks, from 1; ``owners`` (number of
blocks before) and ``offsets`` (weight before) of the volatile spans."""

_FIELDS: Final = tuple(_OF_BLOCKS | _OF_MARKS | _OF_SPANS)

COLUMNS: Final = (
    "prefix_hashes",
    "prefix_masked_hashes",
    "prefix_block_tokens",
    "prefix_block_parts",
    "prefix_marked",
    "prefix_marked_ttls",
    "volatile_classes",
    "volatile_positions",
)
"""The canonical columns that the engine fills from a prompt."""

_MOST_TOKENS: Final = 2**36
"""Beyond it products with weights could leave 64 bits; no prompt comes near."""


class Prompt:
    """The hashed blocks of one request. ``mark``: lifetime of a marker at its end (empty: not stated), or None."""

    __slots__ = ("blocks", "maker", "mark")

    def __init__(self, maker: PromptReader, blocks: Sequence[Block], mark: str | None) -> None:
        self.maker = maker
        self.blocks = blocks
        self.mark = mark


def column(name: str, prompts: Sequence[Prompt | None]) -> pl.Series:
    """Prompts as one struct column; NULL where there is none."""
    for maker in {prompt.maker for prompt in prompts if prompt is not None}:
        maker.blocks.settle()
    chains = [None if prompt is None else prompt.maker.chains.of(prompt.blocks) for prompt in prompts]
    links = [link for chain in chains if chain for link in chain]
    there = [(row, prompt) for row, prompt in enumerate(prompts) if prompt is not None]
    of_blocks = (
        [row for row, prompt in there for _ in prompt.blocks],
        [link.hash for link in links],
        [link.masked for link in links],
        [block.part for _, prompt in there for block in prompt.blocks],
        [block.weight for _, prompt in there for block in prompt.blocks],
    )
    of_marks = _columns([mark for row, prompt in there for mark in _marks(row, prompt)], _OF_MARKS)
    spans = [(row, span) for row, chain in enumerate(chains) if chain for link in chain if link.spans for span in link.spans]
    of_spans: list[list[Any]] = [[row for row, _ in spans]]
    of_spans += [[span[place] for _, span in spans] for place in range(len(_OF_SPANS))]
    rows = pl.DataFrame({"row": pl.int_range(len(prompts), eager=True, dtype=pl.Int64)})
    for cells, fields in ((of_blocks, _OF_BLOCKS), (of_marks, _OF_MARKS), (of_spans, _OF_SPANS)):
        rows = rows.join(_listed(cells, fields), on="row", how="left", maintain_order="left")
    # A prompt without a marker is known to have none.
    given = pl.col("hashes").is_not_null()
    optional = [pl.when(given).then(pl.col(field).fill_null([])) for field in (*_OF_MARKS, *_OF_SPANS)]
    return rows.with_columns(optional).select(_FIELDS).to_struct(name).cast(DTYPE)


def _columns(cells: list[tuple[Any, ...]], fields: dict[str, pl.DataType]) -> Sequence[Sequence[Any]]:
    return [list(values) for values in zip(*cells, strict=True)] if cells else [[]] * (len(fields) + 1)


def _listed(cells: Sequence[Sequence[Any]], fields: dict[str, pl.DataType]) -> pl.DataFrame:
    """Cells of a row (its number is in the first column) as lists. Built from Python's lists that takes ten times as long."""
    schema = {"row": pl.Int64(), **fields}
    flat = pl.DataFrame([pl.Series(name, values, dtype=schema[name]) for name, values in zip(schema, cells, strict=True)])
    return flat.group_by("row", maintain_order=True).agg(pl.all())


def _marks(row: int, prompt: Prompt) -> list[tuple[int, int, str | None]]:
    found = [(row, number, block.mark or None) for number, block in enumerate(prompt.blocks, start=1) if block.mark is not None]
    last = len(prompt.blocks)
    if prompt.mark is not None and (not found or found[-1][1] != last):
        found.append((row, last, prompt.mark or None))
    return found


def with_tickets(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as a SELECT sees it: in place of the prompts their row numbers; NULL where there is none."""
    if COLUMN not in frame.columns:
        return frame.with_columns(pl.lit(None, pl.Int64).alias(COLUMN))
    there = pl.col(COLUMN).struct.field("hashes").is_not_null()
    return frame.with_columns(pl.when(there).then(pl.int_range(pl.len(), dtype=pl.Int64)).alias(COLUMN))


def redeemed(selected: pl.DataFrame, prompts: pl.Series | None) -> pl.DataFrame:
    """The result of a SELECT with the ledger's columns in place of the tickets. Hashes that the SELECT yields itself stay.

    NULL where ``input_tokens`` is unknown, less than one a block, or more than the bytes of the prompt: no tokenizer makes
    more tokens than bytes, so the log does not hold the whole prompt (it is shortened, or the provider's own tools added to it).
    """
    if prompts is None or "input_tokens" not in selected.columns:
        return selected.drop(COLUMN)
    cells = prompts.gather(selected.get_column(COLUMN)).struct.unnest().with_columns(selected["input_tokens"].alias("tokens"))
    blocks = pl.col("weights").list.len().cast(pl.Int64)
    usable = pl.col("tokens").is_between(blocks, pl.min_horizontal(pl.col("weights").list.sum(), _MOST_TOKENS))
    if "prefix_hashes" in selected.columns:
        usable &= selected["prefix_hashes"].is_null()
    known = cells.with_columns(pl.when(usable).then(pl.col(name)) for name in _FIELDS)
    made = _canonical(known, blocks)
    own = [pl.coalesce(name, made[name]) for name in made.columns if name in selected.columns]
    return selected.drop(COLUMN).with_columns(*(made[name] for name in made.columns if name not in selected.columns), *own)


def _canonical(known: pl.DataFrame, blocks: pl.Expr) -> pl.DataFrame:
    """Every block has one token; the others are laid out along the weights: up to weight w stand w * others // all weights."""
    whole = pl.col("weights").list.sum()
    others = pl.col("tokens") - blocks
    ends = pl.col("weights").list.eval(pl.element().cum_sum()) * others // whole + pl.int_ranges(1, blocks + 1)
    return known.select(
        pl.col("hashes").alias("prefix_hashes"),
        pl.col("masked").alias("prefix_masked_hashes"),
        ends.list.eval(pl.element() - pl.element().shift(1, fill_value=0)).alias("prefix_block_tokens"),
        pl.col("parts").alias("prefix_block_parts"),
        pl.col("marked").alias("prefix_marked"),
        pl.col("lifetimes").alias("prefix_marked_ttls"),
        pl.col("classes").alias("volatile_classes"),
        (pl.col("offsets") * others // whole + pl.col("owners")).alias("volatile_positions"),
    )
