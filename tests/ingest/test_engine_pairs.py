"""Attributes written as arrays of key and value, as OpenTelemetry does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.errors import FormatDeclarationError
from logcost.ingest import ingest
from logcost.ingest.header import read_format
from logcost.store import Ledger
from tests.ingest.engine import NOW, reasons, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPANS: Final = """/* logcost
format   = "test.spans"
title    = "Spans for tests"
reader   = ["json_lines", "json_document"]
identify = ["resourceSpans.scopeSpans.spans.spanId", 'resourceSpans.scopeSpans.spans.attributes."use.in"']
records  = "resourceSpans[].scopeSpans[].spans[]"
pairs    = ["resourceSpans.resource.attributes", "resourceSpans.scopeSpans.spans.attributes"]
keep     = ['spans.attributes."use.in"', 'spans.attributes."use.out"']
[[fields.resourceSpans]]
[fields.resourceSpans.resource.attributes]
"service.name" = "str"
[[fields.resourceSpans.scopeSpans]]
[[fields.resourceSpans.scopeSpans.spans]]
spanId = "str"
[fields.resourceSpans.scopeSpans.spans.attributes]
"model" = "str"
"user" = "id"
"use.in" = "int"
"use.out" = "int"
"use.cost" = "decimal"
"stream" = "bool"
"tags" = "str[]"
"more" = "json"
*/
SELECT
    file_id, line, spans.attributes.model AS response_model, spans.attributes."use.in" AS input_tokens,
    spans.attributes."use.out" AS output_tokens, spans.attributes."user" AS user_id, spans.spanId AS dedup_key,
    resourceSpans.resource.attributes."service.name" AS workload, strict_decimal(spans.attributes."use.cost") AS reported_cost,
    MAP {'stream': spans.attributes.stream::VARCHAR, 'tags': spans.attributes.tags::VARCHAR, 'more': spans.attributes.more}
        AS tags
FROM source
"""

FLAT: Final = """/* logcost
format   = "test.flat"
title    = "Span records for tests"
reader   = "json_lines"
identify = ["spanId", 'attributes."use.in"']
pairs    = ["attributes"]
keep     = ['attributes."use.in"']
[fields]
spanId = "str"
[fields.attributes]
"use.in" = "int"
*/
SELECT file_id, line, attributes."use.in" AS input_tokens, spanId AS dedup_key FROM source
"""

ROWS: Final = "SELECT dedup_key, workload, response_model, input_tokens, output_tokens, user_id FROM usage_record ORDER BY 1"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def _pairs(**values: Any) -> list[dict[str, Any]]:
    """Attributes; ``use_in`` is the key ``use.in``."""
    return [{"key": key.replace("_", "."), "value": value} for key, value in values.items()]


def _trace(*spans: list[dict[str, Any]], service: str = "shop") -> dict[str, Any]:
    listed = [{"spanId": f"s{number}", "attributes": attributes} for number, attributes in enumerate(spans)]
    resource = {"attributes": _pairs(service_name={"stringValue": service})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": listed}]}]}


def _load(ledger: Ledger, folder: Path, *traces: dict[str, Any], declared: str = SPANS) -> None:
    text = "".join(f"{json.dumps(trace)}\n" for trace in traces)
    ingest(ledger, [write(folder, "spans.jsonl", text)], formats=[write(folder, "spans.sql", declared)], now=NOW)


def test_values_of_every_kind_below_and_above_the_records(ledger: Ledger, tmp_path: Path) -> None:
    wrapped = _pairs(
        model={"stringValue": "m"},
        use_in={"intValue": "12"},
        use_out={"intValue": 3},
        use_cost={"doubleValue": 0.25},
        stream={"boolValue": True},
        tags={"arrayValue": {"values": [{"stringValue": "a"}, {"stringValue": "b"}]}},
        more={"kvlistValue": {"values": _pairs(x={"arrayValue": {"values": [{"intValue": "1"}]}}, y={})}},
        user={"intValue": "7"},
    )
    bare = _pairs(model="m", use_in=5, use_out="6", use_cost="0.5", stream=False, tags=["c"], more={"z": 1}, user="u")
    _load(ledger, tmp_path, _trace(wrapped, bare))
    assert ledger.sql(ROWS) == [("s0", "shop", "m", 12, 3, "7"), ("s1", "shop", "m", 5, 6, "u")]
    assert ledger.sql("SELECT reported_cost::VARCHAR, tags::VARCHAR FROM usage_record ORDER BY dedup_key") == [
        ("0.250000000000000", "{stream=true, tags='[a, b]', more='{\"x\":[1],\"y\":null}'}"),
        ("0.500000000000000", "{stream=false, tags='[c]', more='{\"z\": 1}'}"),
    ]


def test_the_last_of_two_keys_counts_and_a_null_states_nothing(ledger: Ledger, tmp_path: Path) -> None:
    twice = [*_pairs(use_in={"intValue": "many"}, use_out={"intValue": 1}), *_pairs(use_in={"intValue": 2}, use_out={})]
    _load(ledger, tmp_path, _trace(twice, [{"key": "use.in"}, {"value": {"intValue": 1}}, *_pairs(use_out={"intValue": 9})]))
    assert ledger.sql(ROWS) == [("s0", "shop", None, 2, None, None), ("s1", "shop", None, None, 9, None)]


def test_an_object_in_the_place_of_the_pairs(ledger: Ledger, tmp_path: Path) -> None:
    trace = _trace()
    spans = [{"spanId": "o", "attributes": {"use.in": 4, "use.out": {"intValue": "2"}, "other": [1]}}, {"spanId": "n"}]
    trace["resourceSpans"][0]["scopeSpans"][0]["spans"] = spans
    _load(ledger, tmp_path, trace)
    assert ledger.sql(ROWS) == [("o", "shop", None, 4, 2, None)]


@pytest.mark.parametrize(
    ("value", "slug", "reason"),
    [
        ({"stringValue": "many"}, "bad-type", 'spans.attributes."use.in"'),
        ({"intValue": "many"}, "bad-type", "many"),
        ({"intValue": "1,2"}, "bad-type", "1,2"),
        ({"doubleValue": 1.5}, "bad-type", "1.5"),
        ({"doubleValue": "NaN"}, "bad-type", "NaN"),
        ({"boolValue": True}, "bad-type", "boolValue"),
        ({"intValue": "-1"}, "negative-count", "-1"),
        ({"intValue": str(2**63)}, "bad-type", "9223372036854775808"),
        ({"arrayValue": {"values": [{"intValue": 1}]}}, "bad-type", "[1]"),
        ({"arrayValue": 3}, "bad-type", "arrayValue"),
        ({"mine": 3}, "bad-type", "mine"),
    ],
)
def test_a_value_of_the_wrong_type_costs_one_span_and_names_the_key(
    value: object, slug: str, reason: str, ledger: Ledger, tmp_path: Path
) -> None:
    _load(ledger, tmp_path, _trace(_pairs(use_in=value), _pairs(use_in={"intValue": 1})))
    assert ledger.sql(ROWS) == [("s1", "shop", None, 1, None, None)]
    ((line, _, found, text),) = reasons(ledger)
    assert (line, found) == (1, slug)
    assert text.startswith("attributes.use.in "), text
    assert reason not in text


def test_prompts_in_attributes_are_not_built_and_deep_nesting_rejects_one_record(ledger: Ledger, tmp_path: Path) -> None:
    deep = json.dumps(_trace(_pairs(use_in={"intValue": 1}, more="HERE"))).replace('"HERE"', '{"arrayValue":{"values":[' * 9000)
    good = json.dumps(_trace([*_pairs(prompt={"stringValue": "x" * 2_000_000}), *_pairs(use_in={"intValue": 1})]))
    file = write(tmp_path, "spans.jsonl", f"{good}\n{deep}\n")
    ingest(ledger, [file], formats=[write(tmp_path, "spans.sql", SPANS)], now=NOW)
    assert ledger.sql(ROWS) == [("s0", "shop", None, 1, None, None)]
    assert [row[:1] + row[2:3] for row in reasons(ledger)] == [(2, "bad-json")]


def test_a_wanted_key_behind_many_others_is_seen(ledger: Ledger, tmp_path: Path) -> None:
    many = [{"key": f"k{number}", "value": {"intValue": number}} for number in range(200)]
    _load(ledger, tmp_path, _trace([*many, *_pairs(use_in={"intValue": 1})]))
    assert ledger.sql(ROWS) == [("s0", "shop", None, 1, None, None)]


def test_pairs_of_a_flat_record_at_full_speed_and_beside_bad_lines(ledger: Ledger, tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [
        {"spanId": f"s{n:04}", "attributes": _pairs(use_in={"intValue": str(n)})} for n in range(1000)
    ]
    records[7]["attributes"] = _pairs(use_in=True)
    records[9]["attributes"] = None
    _load(ledger, tmp_path, *records, declared=FLAT)
    assert ledger.sql("SELECT count(*), sum(input_tokens) FROM usage_record") == [(998, sum(range(1000)) - 16)]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(8, "bad-type")]


def test_pairs_of_the_document_beside_its_records(ledger: Ledger, tmp_path: Path) -> None:
    declared = """/* logcost
format   = "test.calls"
title    = "Calls for tests"
reader   = "json_lines"
identify = ["labels.team", "calls.n"]
records  = "calls[]"
pairs    = ["labels"]
[[fields.calls]]
n = "int"
[fields.labels]
team = "str"
*/
SELECT file_id, line, calls.n AS input_tokens, labels.team AS dedup_key FROM source
"""
    _load(ledger, tmp_path, {"labels": _pairs(team={"stringValue": "a"}), "calls": [{"n": 5}]}, declared=declared)
    assert ledger.sql("SELECT dedup_key, input_tokens FROM usage_record") == [("a", 5)]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ('["attributes.deeper"]', "'deeper' is no declared table"),
        ('["spanId"]', "'spanId' is no declared table"),
        ('["missing"]', "'missing' is no declared table"),
    ],
)
def test_a_wrong_declaration_is_refused(pairs: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FormatDeclarationError, match=said):
        read_format(write(tmp_path, "f.sql", FLAT.replace('["attributes"]', pairs)))


def test_tables_inside_pairs_are_refused(tmp_path: Path) -> None:
    declared = FLAT.replace('"use.in" = "int"\n*/', '"use.in" = "int"\nmore.deep = "int"\n*/')
    with pytest.raises(FormatDeclarationError, match="a table of quoted keys"):
        read_format(write(tmp_path, "f.sql", declared))
