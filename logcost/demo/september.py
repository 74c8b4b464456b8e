"""September, before the applications kept logs of everything: what the providers' own usage exports still tell.

Anthropic: the usage report, a row per day and model. OpenAI: the applications' logs. Google: daily sums.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from logcost.demo import calls, clock, files, records
from logcost.demo.workloads import CHAT, GATEWAY, MESSAGES, PLATFORM, PRODUCT_COPY, RESPONSES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from logcost.demo.calls import Call
    from logcost.demo.workloads import Workload

_SHARE: Final = 0.88
"""September's calls as a share of October's."""

_THINNING: Final = 8
"""Daily sums need not be drawn call by call: every eighth call is drawn and counts eight times."""

_BUCKET_COLUMNS: Final = (
    "started_at",
    "ended_at",
    "grain",
    "requests",
    "provider_name",
    "response_model",
    "operation_name",
    "input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "project",
    "workload",
)


def write(folder: Path, *, seed: int, scale: float) -> list[Path]:
    """Write the exports of September."""
    return [
        files.json_document(folder / "anthropic-usage-report.json", _usage_report((*GATEWAY, *MESSAGES), seed, scale)),
        files.json_lines(folder / "openai-responses.jsonl.gz", map(records.responses, _logged(RESPONSES, seed, scale))),
        files.json_lines(folder / "openai-chat.jsonl.gz", map(records.chat, _logged((*CHAT, *PLATFORM), seed, scale))),
        files.csv_table(folder / "google-usage.csv", _BUCKET_COLUMNS, _daily_rows(PRODUCT_COPY, seed, scale)),
    ]


def _logged(workloads: Iterable[Workload], seed: int, scale: float) -> list[Call]:
    found = (calls.of(w, clock.SEPTEMBER, seed=seed, count=max(1, round(w.calls * scale * _SHARE))) for w in workloads)
    return sorted(chain.from_iterable(found), key=lambda call: (call.at, call.ident))


def _thinned(workload: Workload, seed: int, scale: float) -> list[Call]:
    count = max(1, round(workload.calls * scale * _SHARE / _THINNING))
    return [call for call in calls.of(workload, clock.SEPTEMBER, seed=seed, count=count) if not call.failed]


def _day(call: Call) -> int:
    return 1 + (call.at - clock.SEPTEMBER.start_of(1)) // clock.MILLISECONDS_A_DAY


def _usage_report(workloads: Iterable[Workload], seed: int, scale: float) -> dict[str, Any]:
    sums: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0, 0]))
    for workload in workloads:
        for call in _thinned(workload, seed, scale):
            row = sums[_day(call)][call.model]
            for column, tokens in enumerate((call.uncached, call.cache_read, call.cache_write, call.output)):
                row[column] += tokens * _THINNING
    days = [_report_day(day, sums[day]) for day in range(1, clock.SEPTEMBER.days + 1)]
    return {"data": days, "has_more": False, "next_page": None}


def _report_day(day: int, models: dict[str, list[int]]) -> dict[str, Any]:
    return {
        "starting_at": _midnight(day),
        "ending_at": _midnight(day + 1),
        "results": [
            {
                "model": model,
                "service_tier": "standard",
                "context_window": None,
                "api_key_id": None,
                "workspace_id": None,
                "inference_geo": None,
                "uncached_input_tokens": uncached,
                "cache_read_input_tokens": read,
                "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
                "output_tokens": output,
                "server_tool_use": {"web_search_requests": 0},
            }
            for model, (uncached, read, written, output) in sorted(models.items())
        ],
    }


def _daily_rows(workload: Workload, seed: int, scale: float) -> list[dict[str, Any]]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for call in _thinned(workload, seed, scale):
        for column, amount in enumerate((1, call.input_tokens, call.output)):
            sums[_day(call)][column] += amount * _THINNING
    return [
        {
            "started_at": _midnight(day),
            "ended_at": _midnight(day + 1),
            "grain": "bucket",
            "requests": requests,
            "provider_name": workload.provider,
            "response_model": workload.model(1),
            "operation_name": "chat",
            "input_tokens": prompt,
            "cache_read_input_tokens": 0,
            "output_tokens": output,
            "project": workload.projects[0],
            "workload": workload.name,
        }
        for day, (requests, prompt, output) in sorted(sums.items())
    ]


def _midnight(day: int) -> str:
    return clock.iso(clock.SEPTEMBER.start_of(day)).replace(".000Z", "Z")
