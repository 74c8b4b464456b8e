"""The files of the sample: which workload is logged where, and what is wrong with some of them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from logcost.demo import clock, coding, files, records, september
from logcost.demo.calls import of as calls_of
from logcost.demo.workloads import CHAT, GATEWAY, MESSAGES, PLATFORM, PRODUCT_COPY, RESPONSES, SEARCH_REWRITE, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from logcost.demo.calls import Call

CALLS: Final = 200_000
"""Calls in October at the usual size."""

SEED: Final = 42

_TABLE_COLUMNS: Final = (
    "started_at",
    "provider_name",
    "request_model",
    "response_model",
    "operation_name",
    "service_tier",
    "input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "project",
    "user_id",
    "workload",
    "status",
    "latency_ms",
    "dedup_key",
)

_NOT_A_NUMBER: Final = (
    b'{"ts":"2026-10-13T08:41:57.903Z","workload":"request-router","response":{"status":200,"body":{"id":"chatcmpl-bad1",'
    b'"object":"chat.completion","created":1791880917,"model":"gpt-5-mini-2025-08-07","choices":[],'
    b'"usage":{"prompt_tokens":"many","completion_tokens":21,"total_tokens":1021}}}}'
)
_NEGATIVE: Final = (
    b'{"ts":"2026-10-22T19:15:30.477Z","workload":"request-router","response":{"status":200,"body":{"id":"chatcmpl-bad2",'
    b'"object":"chat.completion","created":1792696530,"model":"gpt-5-mini-2025-08-07","choices":[],'
    b'"usage":{"prompt_tokens":-840,"completion_tokens":57,"total_tokens":-783}}}}'
)
_CUT_OFF: Final = b'{"ts":"2026-10-06T14:02:11.120Z","workload":"request-router","request":{"method":"POST","body":{"mod'
_DAMAGED_LINES: Final = (_CUT_OFF, _NOT_A_NUMBER, _NEGATIVE, b"=== log rotated ===")
_OVERLAP_DAY: Final = 15


def generate(folder: Path, *, seed: int = SEED, calls: int = CALLS) -> list[Path]:
    """Write the sample's log files below ``folder`` and return their paths.

    ``calls`` is the number of calls in October, about; September comes on top. The same arguments give the same bytes.
    """
    scale = calls / CALLS
    return [
        *_gateway(folder / "gateway", seed, scale),
        *_pairs(folder / "anthropic", MESSAGES, records.messages, seed, scale),
        *_pairs(folder / "openai", RESPONSES, records.responses, seed, scale),
        *_pairs(folder / "openai", CHAT, records.chat, seed, scale),
        _platform(folder / "openai" / "platform.jsonl", seed, scale),
        *_google(folder / "google", seed, scale),
        *coding.write(folder / "claude-code", seed=seed, scale=scale),
        *september.write(folder / "september", seed=seed, scale=scale),
    ]


def _october(workloads: Iterable[Workload], seed: int, scale: float) -> list[Call]:
    """Calls of October of several workloads, in the order a shared log has them."""
    found = (calls_of(w, clock.OCTOBER, seed=seed, count=max(1, round(w.calls * scale))) for w in workloads)
    return sorted(chain.from_iterable(found), key=lambda call: (call.at, call.ident))


def _gateway(folder: Path, seed: int, scale: float) -> Iterator[Path]:
    """Two exports of the gateway; both have the 15th, so its calls must be recognised and counted once."""
    found = _october(GATEWAY, seed, scale)
    begin, end = clock.OCTOBER.start_of(_OVERLAP_DAY), clock.OCTOBER.start_of(_OVERLAP_DAY + 1)
    halves = {
        "usage-2026-10-01-to-15.jsonl.gz": [call for call in found if call.at < end],
        "usage-2026-10-15-to-31.jsonl.gz": [call for call in found if call.at >= begin],
    }
    for name, half in halves.items():
        yield files.json_lines(folder / name, (records.usage(call, "anthropic") for call in half))


def _pairs(
    folder: Path, workloads: Iterable[Workload], record: Callable[[Call], dict[str, Any]], seed: int, scale: float
) -> Iterator[Path]:
    """One log a service."""
    for workload in workloads:
        path = folder / f"{workload.name}.jsonl.gz"
        yield files.json_lines(path, map(record, _october((workload,), seed, scale)))


def _platform(path: Path, seed: int, scale: float) -> Path:
    """A log that was not closed well: some of its lines are damaged."""
    lines: list[dict[str, Any] | bytes] = [records.chat(call) for call in _october(PLATFORM, seed, scale)]
    for number, damaged in enumerate(_DAMAGED_LINES, start=1):
        lines.insert(number * len(lines) // (len(_DAMAGED_LINES) + 1), damaged)
    return files.json_lines(path, lines)


def _google(folder: Path, seed: int, scale: float) -> Iterator[Path]:
    provider = PRODUCT_COPY.provider
    copies = (records.usage(call, provider) for call in _october((PRODUCT_COPY,), seed, scale))
    yield files.parquet(folder / "product-copy.parquet", _TABLE_COLUMNS, copies)
    queries = (records.usage(call, provider) for call in _october((SEARCH_REWRITE,), seed, scale))
    yield files.csv_table(folder / "search-rewrite.csv", _TABLE_COLUMNS, queries)
