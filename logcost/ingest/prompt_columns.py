"""Prompts as columns, and the ledger's columns from them: chained hashes, tokens of blocks, places of volatile tokens.

No tokenizer is at hand and no text is kept, so the tokens of a block are estimated: the call's own ``input_tokens`` are laid
out over its blocks in proportion to their weights (bytes of UTF-8), at least one for each block. They sum exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.ingest.prompt_blocks import OWN_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from logcost.ingest.prompt import PromptReader
    from logcost.ingest.prompt_blocks import Block
    from logcost.ingest.prompt_chain import Link

COLUMN: Final = "prompt"
"""Name of the source column that a SELECT passes on, and of the struct column behind it."""

_OF_BLOCKS: Final = {
    "hashes": pl.String(),
    "masked": pl.String(),
    "contents": pl.String(),
    "parts": pl.String(),
    "ends": pl.Int64(),
    "starts": pl.Int64(),
}
_OF_MARKS: Final = {"marked": pl.Int64(), "lifetimes": pl.String()}
_OF_SPANS: Final = {"classes": pl.String(), "owners": pl.Int64(), "offsets": pl.Int64()}
DTYPE: Final = pl.Struct({name: pl.List(dtype) for name, dtype in (_OF_BLOCKS | _OF_MARKS | _OF_SPANS).items()})
"""Lists of one prompt. ``starts`` and ``ends`` of the blocks in weight; ``marked``: numbers of the marked blocks, from 1;
``owners`` (number of blocks before) and ``offsets`` (weight before) of the volatile spans."""

_FIELDS: Final = tuple(_OF_BLOCKS | _OF_MARKS | _OF_SPANS)

COLUMNS: Final = (
    "prefix_hashes",
    "prefix_masked_hashes",
    "prefix_content_hashes",
    "prefix_block_tokens",
    "prefix_block_parts",
    "prefix_marked",
    "prefix_marked_ttls",
    "volatile_classes",
    "volatile_positions",
)
"""The canonical columns that the engine fills from a prompt."""

_CONTENT_BYTES: Final = 8
"""Bytes kept of a block's own hash: it is only compared with those of other prompts of one workload."""

_SHORTEST_CONTENT: Final = 272
"""Weight (bytes with overhead) from which a block of a conversation keeps a hash of its own: what is short can be guessed."""

_MOST_TOKENS: Final = 2**36
"""Beyond it products with weights could leave 64 bits; no prompt comes near."""


class Prompt:
    """The hashed blocks of one request. ``mark``: lifetime of a marker at its end (empty: not stated), or None."""

    __slots__ = ("blocks", "maker", "mark")

    def __init__(self, maker: PromptReader, blocks: Sequence[Link], mark: str | None) -> None:
        self.maker = maker
        self.blocks = blocks
        self.mark = mark


def column(name: str, prompts: Sequence[Prompt | None]) -> pl.Series:
    """Prompts as one struct column; NULL where there is none."""
    there = [(row, prompt) for row, prompt in enumerate(prompts) if prompt is not None]
    for maker in {prompt.maker for _, prompt in there}:
        maker.settle()
    links = [link for _, prompt in there for link in prompt.blocks]
    # The calls of a conversation share most of their links: what is in Python is looked at once for each.
    distinct = {link: number for number, link in enumerate(dict.fromkeys(links))}
    numbers = pl.Series("link", list(map(distinct.__getitem__, links)), dtype=pl.UInt32)
    lengths = pl.DataFrame(
        {"row": [row for row, _ in there], "length": [len(prompt.blocks) for _, prompt in there]},
        schema={"row": pl.Int64(), "length": pl.Int64()},
    )
    blocks = lengths.select(pl.col("row").repeat_by("length").explode(empty_as_null=False)).with_columns(
        _table(distinct)[numbers]
    )
    rows = pl.DataFrame({"row": pl.int_range(len(prompts), eager=True, dtype=pl.Int64)})
    for cells, fields in (
        (blocks, _OF_BLOCKS),
        (_marks(blocks, there), _OF_MARKS),
        (_spans(blocks, distinct), _OF_SPANS),
    ):
        rows = rows.join(_listed(cells.select("row", *fields)), on="row", how="left", maintain_order="left")
    # A prompt without a marker is known to have none.
    given = pl.col("hashes").is_not_null()
    optional = [pl.when(given).then(pl.col(field).fill_null([])) for field in (*_OF_MARKS, *_OF_SPANS)]
    return rows.with_columns(optional).select(_FIELDS).to_struct(name).cast(DTYPE)


def _table(links: Iterable[Link]) -> pl.DataFrame:
    """One row a link. ``first`` and ``behind``: where its volatile tokens stand among those of all links."""
    blocks = [(link, link.block) for link in links if link.block is not None]
    counts = pl.Series([len(block.places) for _, block in blocks], dtype=pl.Int64)
    behind = counts.cum_sum()
    return pl.DataFrame(
        [
            pl.Series("hashes", [link.digest for link, _ in blocks], dtype=pl.Binary).bin.encode("hex"),
            pl.Series("masked", [link.masked for link, _ in blocks], dtype=pl.Binary).bin.encode("hex"),
            pl.Series("contents", [_content(block) for _, block in blocks], dtype=pl.Binary).bin.encode("hex"),
            pl.Series("parts", [block.part for _, block in blocks], dtype=pl.String),
            pl.Series("ends", [link.weight for link, _ in blocks], dtype=pl.Int64),
            pl.Series("starts", [link.weight - block.weight for link, block in blocks], dtype=pl.Int64),
            pl.Series("owners", [link.before for link, _ in blocks], dtype=pl.Int64),
            pl.Series("lifetimes", [block.mark for _, block in blocks], dtype=pl.String),
            (behind - counts).alias("first"),
            behind.alias("behind"),
        ]
    )


def _content(block: Block) -> bytes | None:
    """The start of a block's own hash, unchained; of words in a conversation only if they are too many to be guessed."""
    told = block.part in OWN_WORDS or block.weight >= _SHORTEST_CONTENT
    return block.digest[:_CONTENT_BYTES] if told else None


def _spans(blocks: pl.DataFrame, links: Iterable[Link]) -> pl.DataFrame:
    """The volatile tokens of all rows."""
    known = [link.block for link in links if link.block is not None]
    places = pl.Series("place", [place for block in known for place in block.places], dtype=pl.Int64)
    classes = pl.Series("classes", [name for block in known for name in block.classes], dtype=pl.String)
    held = blocks.filter(pl.col("first") < pl.col("behind"))
    spans = held.select("row", "owners", "starts", pl.int_ranges("first", "behind").alias("span")).explode("span")
    taken = spans["span"]
    return spans.select("row", "owners", classes.gather(taken), (pl.col("starts") + places.gather(taken)).alias("offsets"))


def _marks(blocks: pl.DataFrame, there: Sequence[tuple[int, Prompt]]) -> pl.DataFrame:
    """The marked blocks of all rows; a marker at the end of a request marks its last block, unless that has its own."""
    given = blocks.filter(pl.col("lifetimes").is_not_null()).select("row", (pl.col("owners") + 1).alias("marked"), "lifetimes")
    ends = [(row, len(prompt.blocks), prompt.mark) for row, prompt in there if prompt.mark is not None]
    if ends:
        asked = pl.DataFrame(ends, schema=given.schema, orient="row")
        given = pl.concat([given, asked]).unique(["row", "marked"], keep="first", maintain_order=True).sort("row", "marked")
    return given.with_columns(pl.col("lifetimes").replace("", None))


def _listed(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells of a row as lists. Built from Python's lists that takes fifty times as long."""
    return cells.with_columns(pl.col("row").set_sorted()).group_by("row", maintain_order=True).agg(pl.all())


def with_tickets(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as a SELECT sees it: in place of the prompts their row numbers; NULL where there is none."""
    if COLUMN not in frame.columns or frame[COLUMN].null_count() == frame.height:
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
    blocks = pl.col("ends").list.len().cast(pl.Int64)
    usable = pl.col("tokens").is_between(blocks, pl.min_horizontal(pl.col("ends").list.last(), _MOST_TOKENS))
    if "prefix_hashes" in selected.columns:
        usable &= selected["prefix_hashes"].is_null()
    known = cells.with_columns(pl.when(usable).then(pl.col(name)) for name in _FIELDS)
    made = _canonical(known, blocks)
    own = [pl.coalesce(name, made[name]) for name in made.columns if name in selected.columns]
    return selected.drop(COLUMN).with_columns(*(made[name] for name in made.columns if name not in selected.columns), *own)


def _canonical(known: pl.DataFrame, blocks: pl.Expr) -> pl.DataFrame:
    """Every block has one token; the others are laid out along the weights: up to weight w stand w * others // all weights."""
    whole = pl.col("ends").list.last()
    others = pl.col("tokens") - blocks
    return known.select(
        pl.col("hashes").alias("prefix_hashes"),
        pl.col("masked").alias("prefix_masked_hashes"),
        pl.col("contents").alias("prefix_content_hashes"),
        (pl.col("ends") * others // whole - pl.col("starts") * others // whole + 1).alias("prefix_block_tokens"),
        pl.col("parts").alias("prefix_block_parts"),
        pl.col("marked").alias("prefix_marked"),
        pl.col("lifetimes").alias("prefix_marked_ttls"),
        pl.col("classes").alias("volatile_classes"),
        (pl.col("offsets") * others // whole + pl.col("owners")).alias("volatile_positions"),
    )
