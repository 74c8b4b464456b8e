"""Hashes that a source brings itself are taken as they are, and the caching review reads both kinds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from logcost.analyse.caching import review
from logcost.analyse.caching.rule import parse_rule
from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.prompts import anthropic, rows_in

MOONCAKE = Path(__file__).parents[1] / "analyse" / "caching" / "mooncake" / "first30min.jsonl.gz"
RULE = "min=1024,step=1,ttl=300,read=0.1,write=1.25"


def test_a_mooncake_trace_gives_the_published_hits() -> None:
    with Ledger() as ledger:
        (report,) = ingest(ledger, [MOONCAKE], assume_date=date(2026, 1, 1)).sources
        assert (report.format, report.rows_loaded, report.rejects) == ("mooncake.trace", 5_719, 0)
        (row,) = review(ledger.scan("usage_record"), rule=parse_rule(RULE)).rows
    assert (row.requests, row.input_tokens, row.achievable_read_tokens) == (5_719, 73_604_194, 18_599_106)


def test_blocks_of_two_traces_are_not_the_same_blocks(tmp_path: Path) -> None:
    for name in ("one", "two"):
        line = {"timestamp": 0, "input_length": 512, "output_length": 1 + len(name), "hash_ids": [0], "name": name}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    with Ledger() as ledger:
        ingest(ledger, [tmp_path])
        assert ledger.sql("SELECT count(*), count(DISTINCT prefix_hashes[1]) FROM usage_record") == [(2, 2)]


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_our_own_format_takes_all_columns_as_they_are(tmp_path: Path, suffix: str) -> None:
    given: dict[str, list[Any]] = {
        "prefix_hashes": ["a", "b"],
        "prefix_masked_hashes": ["a", "c"],
        "prefix_content_hashes": ["a", "d"],
        "prefix_block_tokens": [10, 20],
        "prefix_block_parts": ["system", "user"],
        "prefix_marked": [1],
        "prefix_marked_ttls": ["5m"],
        "volatile_classes": ["uuid"],
        "volatile_positions": [12],
    }
    log = tmp_path / f"usage.{suffix}"
    if suffix == "jsonl":
        log.write_text(json.dumps({"input_tokens": 30, **given}) + "\n", encoding="utf-8")
    else:
        cells = ["30", *(" ".join(map(str, value)) for value in given.values())]
        log.write_text(f"input_tokens,{','.join(given)}\n{','.join(cells)}\n", encoding="utf-8")
    assert rows_in(log) == [{"input_tokens": 30, **given}]


def test_our_own_format_says_which_list_is_wrong(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    good = {"input_tokens": 30, "prefix_hashes": ["a"], "prefix_block_tokens": [30]}
    lines = [good, {"input_tokens": 1, "volatile_positions": [-1]}, {"input_tokens": 1, "prefix_masked_hashes": "[1"}]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with Ledger() as ledger:
        ingest(ledger, [log])
        reasons = [reason for (reason,) in ledger.sql("SELECT reason FROM reject ORDER BY line")]
    assert [reason.split(" must")[0] for reason in reasons] == ["volatile_positions", "prefix_masked_hashes"]


def test_a_conversation_in_a_log_shows_what_a_cache_could_have_served(tmp_path: Path) -> None:
    # Ten turns a second apart, each with the whole history; the tokens are a quarter of the bytes, nothing was cached.
    system = "Rules of the house, to be followed to the letter. " * 200
    turns: list[dict[str, object]] = []
    records, sizes = [], []
    for n in range(10):
        turns.append({"role": "user", "content": f"Question number {n}: {'please explain it once more ' * 20}"})
        request = {"system": system, "messages": list(turns)}
        sizes.append(len(json.dumps(request)) // 4)
        records.append(anthropic(request, tokens=sizes[-1], number=n))
        turns.append({"role": "assistant", "content": f"Answer {n}. {'As was said before. ' * 30}"})
    log = tmp_path / "pairs.jsonl"
    log.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with Ledger() as ledger:
        ingest(ledger, [log])
        (row,) = review(ledger.scan("usage_record"), rule=parse_rule(RULE)).rows
    # All of a call's prompt comes again in the next one. Estimated sizes of the same blocks differ a little from call to call.
    truth = sum(sizes[:-1])
    assert row.evidence == "B"
    assert abs((row.achievable_read_tokens or 0) - truth) < truth // 100
