"""The JSON contracts: exactly the named keys, money as plain decimal text, unknown as null."""

from __future__ import annotations

import json as standard
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from logcost.ingest import declarations, explain
from logcost.report import json, shape_json
from logcost.types import IngestResult, RejectRow, SourceReport
from tests.report import sample

if TYPE_CHECKING:
    from pathlib import Path

TOTALS = [
    "requests",
    "input_tokens",
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "list_cost",
    "contracted_cost",
    "reported_cost",
    "unpriced_requests",
    "unpriced_tokens",
    "records",
    "unpriced_records",
    "uncounted_records",
    "bounded_records",
    "bounded_requests",
    "list_cost_low",
    "list_cost_high",
    "contracted_cost_low",
    "contracted_cost_high",
    "converted",
]
BILLED = [
    "effective_cost",
    "effective_cost_low",
    "effective_cost_high",
    "converted_effective_cost",
    "adjustments",
    "not_applied",
]
VERDICT = {"verdict", "n", "modes", "depth", "separation_octaves"}


def read(document: dict[str, object]) -> Any:
    return standard.loads(json.dumps(document), parse_float=str)


def test_spend() -> None:
    model = sample.month()
    found = read(json.spend(model.spend.by_workload, model.quality.sources))
    named = ["schema_version", "period", "currency", "prices_as_of", "contract", "totals", "rows", "sources", "unpriced"]
    assert list(found) == [*named, "bounded"]
    assert found["schema_version"] == 2
    assert found["period"] == {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}
    assert list(found["totals"]) == [*TOTALS, *BILLED]
    assert list(found["rows"][0]) == ["workload", *TOTALS]
    assert sum(Decimal(row["list_cost"]) for row in found["rows"]) == Decimal(found["totals"]["list_cost"])
    assert found["totals"]["reported_cost"] is None
    assert None in [row["workload"] for row in found["rows"]]
    named = ["path", "format", "rows_read", "rows_loaded", "duplicates", "rejects"]
    assert [list(source)[:6] for source in found["sources"]] == [named] * 3
    assert found["sources"][0]["path"] == "exports/anthropic-october.json"


def test_money_is_exact_text_at_every_size() -> None:
    tiny = replace(sample.WORKS[0], calls=1, tokens=(1, 1), cached=0.0, rates=("0.000001", "0", "0"))
    model = sample.month([tiny], last=date(2026, 10, 1), bad_day=False)
    assert read(json.spend(model.spend.by_day, ()))["totals"]["list_cost"] == "0.000000000001"


def test_shape() -> None:
    found = read(shape_json.shape(sample.month().shape))
    assert list(found)[:4] == ["schema_version", "weightings", "lead", "by_model"]
    assert {"by_workload", "by_month", "by_feature", "explanation", "polarisation", "modes", "advice", "repeats"} <= set(found)
    assert list(found["weightings"]) == ["calls", "tokens", "spend"]
    for verdict in found["weightings"].values():
        assert set(verdict) >= VERDICT
        shares = {"calls_share", "tokens_share", "spend_share"}
        assert set(verdict["modes"][0]) == {"peak_ratio", "low_ratio", "high_ratio", *shares}
    assert set(found["explanation"]) == {"verdict", "theil_u", "inside_share", "eta2", "features", "weighting", "inside"}
    assert set(found["polarisation"]) == {"input_dominated", "output_dominated", "mixed"}
    assert {"no_output", "no_input"} <= set(found["excluded"])
    assert set(found["by_workload"][0]) >= VERDICT | {"workload"}


def test_caching() -> None:
    found = read(json.caching(sample.caching_review()))
    assert set(found["totals"]) == {
        "input_tokens",
        "billed_read_tokens",
        "achievable_read_tokens",
        "missed_tokens",
        "net_saving",
    }
    row = found["rows"][0]
    assert {"provider", "model", "workload", "evidence", "cause", "finding"} <= set(row)
    assert row["net_saving"] == "2741.518233"
    assert found["rows"][-1]["net_saving"] is None


def test_document_holds_every_part_and_no_folder_of_its_author() -> None:
    found = read(json.document(sample.month()))
    assert {"spend", "shape", "caching", "quality", "sources", "tables", "provenance"} - {"spend"} <= set(found)
    assert {source["path"] for source in found["sources"]} == {"anthropic-october.json", "gateway.jsonl.gz", "prompts.txt"}
    assert "logs/" not in standard.dumps(found)
    assert set(found["tables"]) == {"workloads", "models", "days", "savings", "caching", "ratios"}
    for rows in found["tables"].values():
        assert {len(row) for row in rows} == {len(rows[0])}
    assert found["anomalies"][0]["day"] == "2026-10-21"
    assert found["provenance"]["latest_call"] == "2026-10-31T23:58:12Z"


def test_no_floating_point_money_anywhere() -> None:
    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, f"{path}.{key}")
        elif isinstance(value, list):
            for item in value:
                walk(item, path)
        elif isinstance(value, float):
            assert path.endswith("relative_cost") or not any(word in path for word in ("cost", "saving", "usd")), path

    walk(standard.loads(json.dumps(json.document(sample.month()))), "")


def test_files() -> None:
    source = SourceReport("a.jsonl", "openai.chat", 10, 8, 0, 1, 1, notes=("incomplete page",))
    assert read(json.ingest(IngestResult((source,))))["sources"][0]["notes"] == ["incomplete page"]
    reject = RejectRow("a.jsonl", 3, 120, "bad-json", "The line is no JSON.")
    assert read(json.rejects([reject]))["rejects"] == [
        {"path": "a.jsonl", "line": 3, "byte_offset": 120, "slug": "bad-json", "reason": "The line is no JSON."}
    ]


def test_formats(tmp_path: Path) -> None:
    known = declarations()
    rows = read(json.formats(known))["formats"]
    assert [row["format"] for row in rows] == sorted(one.name for one in known)
    path = tmp_path / "mine.csv"
    path.write_text("started_at,request_model,input_tokens,output_tokens\n2026-10-01T00:00:00Z,gpt-5,10,1\n")
    shown = read(json.identification(explain(path)))
    assert [claim["format"] for claim in shown["claims"]] == ["logcost.usage"]
    assert all(near["missing"] for near in shown["near"])
