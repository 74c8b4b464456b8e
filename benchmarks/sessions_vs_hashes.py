"""How wrong estimates from sessions are: ``python benchmarks/sessions_vs_hashes.py FOLDER``.

FOLDER holds public traces, one folder each: agents' calls with their whole prompts (``agent-*/calls.jsonl.gz`` with
``timestamp`` in microseconds, ``session_id``, ``input``, ``output``; LMCache/lmcache-agent-trace) and Mooncake's
(``mooncake-*/*.jsonl.gz`` with ``timestamp`` in milliseconds, ``input_length``, ``output_length``, ``hash_ids``;
kvcache-ai/Mooncake).

Each trace is reviewed twice: with what level C sees (session, counts, times), and with prefix hashes (level B, the truth),
both under one lifetime without minimum or step. Prompts are cut into blocks of 64 characters, four characters a token.
Mooncake's calls name no session: a call goes on from the latest one whose whole prompt, up to its last full block, it
begins with.

Printed per trace, as shares of its input: the estimate, the upper bound, the truth, and what calls were served above their
bound (by other sessions' prompts); the part of the estimate that goes beyond what a call was truly served by more than a
block; the share of consecutive calls that grow; the confidence class a reader gets.
"""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import xxhash

from logcost.analyse.caching import parse_rule, replay, review, sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

LIFETIME = 300
RULE = parse_rule(f"min=0,step=1,ttl={LIFETIME},read=0.1,write=1.25,scope=none")
CHARACTERS = 4
"""A token of the agents' prompts: there are no counts in the traces."""
AGENT_BLOCK, MOONCAKE_BLOCK = 16, 512
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Trace:
    """Calls in order of time with ``started_at``, counts, ``session_id`` and ``prefix_hashes``, and the tokens of a block."""

    name: str
    calls: pl.DataFrame
    block: int


def traces(folder: Path) -> Iterator[Trace]:
    """Every trace in the folder, by name."""
    for path in sorted(folder.glob("agent-*/calls.jsonl.gz")):
        yield Trace(path.parent.name, frame([agent_call(line) for line in lines(path)], AGENT_BLOCK), AGENT_BLOCK)
    for path in sorted(folder.glob("mooncake-*/*.jsonl.gz")):
        rows = [mooncake_call(line) for line in lines(path)]
        yield Trace(path.parent.name, frame(with_sessions(rows), MOONCAKE_BLOCK), MOONCAKE_BLOCK)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a compressed file of JSON Lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def agent_call(line: dict[str, Any]) -> dict[str, Any]:
    """Counts and chained hashes of a prompt; only whole blocks have one."""
    text, digest, hashes = line["input"], xxhash.xxh3_128(), []
    step = CHARACTERS * AGENT_BLOCK
    for start in range(0, len(text) - step + 1, step):
        digest.update(text[start : start + step].encode())
        hashes.append(digest.hexdigest())
    return {
        "microseconds": line["timestamp"],
        "session_id": line["session_id"],
        "input_tokens": -(-len(text) // CHARACTERS),
        "output_tokens": -(-len(line["output"]) // CHARACTERS),
        "prefix_hashes": hashes,
    }


def mooncake_call(line: dict[str, Any]) -> dict[str, Any]:
    """A call as it stands; the session is still missing."""
    return {
        "microseconds": line["timestamp"] * 1000,
        "input_tokens": line["input_length"],
        "output_tokens": line["output_length"],
        "prefix_hashes": [str(number) for number in line["hash_ids"]],
    }


def with_sessions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sessions rebuilt from the hashes. The first block is shared by all calls, so it says nothing about a session."""
    ends: dict[str, str] = {}
    for number, row in enumerate(rows):
        hashes, whole = row["prefix_hashes"], row["input_tokens"] // MOONCAKE_BLOCK
        known = [ends[name] for name in hashes[1:] if name in ends]
        row["session_id"] = known[-1] if known else str(number)
        if whole > 1:
            ends[hashes[whole - 1]] = row["session_id"]
    return rows


def frame(rows: list[dict[str, Any]], block: int) -> pl.DataFrame:
    """Calls as the review takes them, all of one model."""
    since = pl.col("microseconds") - pl.col("microseconds").min()
    return pl.DataFrame(rows).select(
        "session_id",
        "input_tokens",
        "output_tokens",
        "prefix_hashes",
        started_at=(pl.lit(START) + pl.duration(microseconds=since)).cast(pl.Datetime("us", "UTC")),
        source_line=pl.int_range(pl.len()),
        prefix_block_tokens=pl.lit([block], dtype=pl.List(pl.Int64)),
        latency_ms=pl.lit(None, dtype=pl.Int64),
        source_id=pl.lit(1),
        dedup_key=pl.lit(None, dtype=pl.String),
        provider=pl.lit("any"),
        model=pl.lit("any"),
    )


def estimates(calls: pl.DataFrame) -> pl.DataFrame:
    """Per call what level C says: ``hit_0`` and ``upper``; and its ``source_line``."""
    return sessions.estimated(sessions.followed(calls), RULE, [LIFETIME]).select("source_line", "hit_0", "upper")


def truth(calls: pl.DataFrame) -> pl.DataFrame:
    """Per call the tokens that the hashes say were served: ``served``."""
    ordered = calls.sort("started_at", "source_line").with_row_index("call")
    ordered = ordered.with_columns(
        time=pl.col("started_at").dt.epoch("us"),
        scope=pl.lit(None, dtype=pl.String),
        row=pl.lit(0),
        hashes=pl.col("prefix_hashes").list.eval(pl.element().hash()),
    )
    return replay.replayed(ordered, RULE, [LIFETIME], scoped=False, details=False).select("source_line", served="hit_0")


def figures(trace: Trace) -> dict[str, Any]:
    """One row of the table."""
    calls = trace.calls
    (counted,) = review(calls.drop("prefix_hashes", "prefix_block_tokens").lazy(), rule=RULE).rows
    both = estimates(calls).join(truth(calls), on="source_line")
    beyond = pl.max_horizontal(pl.col("hit_0") - pl.col("served") - trace.block, 0)
    above = pl.max_horizontal(pl.col("served") - pl.col("upper"), 0)
    sums = both.select(pl.col("hit_0", "upper", "served").sum(), beyond=beyond.sum(), above=above.sum()).row(0, named=True)
    whole = calls["input_tokens"].sum()
    return {
        "trace": trace.name,
        "calls": f"{calls.height:,}",
        "sessions": f"{calls['session_id'].n_unique():,}",
        **{name: f"{100 * sums[key] / whole:.1f} %" for name, key in SHARES.items()},
        "overclaimed": f"{100 * sums['beyond'] / max(1, sums['hit_0']):.1f} %",
        "growing": f"{100 * (counted.growth_share or 0):.1f} %",
        "class": counted.confidence_class,
    }


SHARES = {"estimate": "hit_0", "upper bound": "upper", "truth": "served", "above the bound": "above"}


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    rows = [figures(trace) for trace in traces(parser.parse_args().folder)]
    if not rows:
        parser.error("no trace in this folder")
    for cells in (list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)):
        print("|", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
