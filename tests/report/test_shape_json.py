"""``logcost shape --json``: every number of the terminal and of the report can be worked out from it again."""

from __future__ import annotations

import json as standard
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from logcost.report import json, shape_json
from tests.report import shapes
from tests.report.shapes import DRAFTS, RAG, REVIEW

if TYPE_CHECKING:
    from logcost.traffic import TrafficShape


def read(result: TrafficShape) -> Any:
    """The document as a program reads it; numbers with a point stay text, to show that none of them is money."""
    return standard.loads(json.dumps(shape_json.shape(result)), parse_float=str)


def full() -> TrafficShape:
    inside = replace(shapes.two_kinds().explanation, inside=({"workload": "ticket-bot"},))
    two = replace(shapes.two_kinds(), changes=(shapes.change(),), repeats=shapes.repeats(), explanation=inside)
    return replace(two, calls=replace(two.calls, with_repeats="unimodal"))


def test_the_parts_of_the_document() -> None:
    found = read(full())
    assert set(found) == {
        "schema_version", "weightings", "lead", "by_model", "by_workload", "by_month", "by_feature", "explanation",
        "polarisation", "modes", "changes", "repeats", "advice", "advise_tiers", "excluded", "excluded_spend", "histogram",
        "notes", "prices_as_of",
    }  # fmt: skip
    calls = found["weightings"]["calls"]
    assert (calls["with_repeats"], calls["effective_n"]) == ("unimodal", 56_000)
    assert found["weightings"]["spend"]["effective_n"] == 42_000
    assert found["excluded_spend"] == {"no_output": "12.304"}
    assert found["explanation"]["inside"] == [{"workload": "ticket-bot"}]


def test_groups_have_all_three_verdicts_and_what_they_pay_for() -> None:
    (first, *_) = read(full())["by_workload"]
    assert first["workload"] == "support-rag"
    assert first["by_tokens"]["verdict"] == first["by_spend"]["verdict"] == "unimodal"
    assert (first["calls"], first["priced_calls"]) == (32_000, 32_000)
    assert Decimal(first["input_cost"]) == Decimal(first["spend"]) - 32_000 * 100 * 15 / Decimal(10**6)


def test_modes_are_sums_of_the_bins_between_their_edges() -> None:
    found = read(full())
    for mode in found["modes"]:
        low, high = (Decimal(mode[edge]) for edge in ("low_ratio", "high_ratio"))
        inside = [cell for cell in found["histogram"] if low < Decimal(str(cell["ratio"])) < high]
        for name in ("calls", "priced_calls", "input_tokens", "output_tokens"):
            assert sum(cell[name] for cell in inside) == mode[name]
        for name in ("input_cost", "output_cost", "spend"):
            assert sum(Decimal(cell[name]) for cell in inside) == Decimal(mode[name])
        assert sum(Decimal(member["spend"]) for member in mode["members"]) == Decimal(mode["spend"])
        assert sum(member["calls"] for member in mode["members"]) == mode["calls"]
    (low, high) = found["modes"]
    assert low["high_ratio"] == high["low_ratio"]
    assert [mode["side"] for mode in found["modes"]] == ["output-heavy", "input-heavy"]


def test_bins_carry_their_ratio_and_both_costs() -> None:
    cells = read(full())["histogram"]
    assert [cell["k"] for cell in cells] == sorted({cell["k"] for cell in cells})
    for cell in cells:
        assert float(cell["ratio"]) == pytest.approx(2 ** (cell["k"] / 8), rel=1e-5)
        assert Decimal(cell["input_cost"]) + Decimal(cell["output_cost"]) == Decimal(cell["spend"])


def test_changes_storms_and_advice_are_whole() -> None:
    found = read(full())
    (change,) = found["changes"]
    assert (change["day"], change["cause"], change["after"]["model"]) == ("2026-10-14", "model switch", "gpt-5")
    assert change["before"]["spend"] == "48.4"
    (storm,) = found["repeats"]["storms"]
    assert (storm["calls"], storm["spend"], storm["first"]) == (9_000, "100.4", "2026-10-14T21:03:00Z")
    assert (found["repeats"]["storms_in_all"], found["repeats"]["storm_spend"]) == (2, "111.5")
    parts = found["advice"]["parts"]
    assert [part["spend"] for part in parts] == [mode["spend"] for mode in found["modes"]]
    assert found["advise_tiers"] is True


def test_without_prices_shares_of_spend_are_null_and_nothing_is_advised() -> None:
    unpriced = [replace(one, priced=False) for one in (RAG, REVIEW, DRAFTS)]
    found = read(shapes.shape(unpriced, (16,), lead="calls"))
    assert found["weightings"]["calls"]["modes"][0]["spend_share"] is None
    assert found["by_workload"][0]["spend_share"] is None
    assert found["modes"][0]["spend_share"] is None
    assert found["modes"][0]["members"][0]["spend_share"] is None
    assert (found["advice"], found["advise_tiers"], found["polarisation"]) == (None, False, None)


def test_names_are_as_the_logs_have_them() -> None:
    name = "\x1b[31m</script>\u202e" + "x" * 300
    found = read(shapes.shape((replace(RAG, name=name), replace(DRAFTS, name=None)), (16,)))
    assert {group["workload"] for group in found["by_workload"]} == {name, None}
    assert "\x1b" not in json.dumps(shape_json.shape(shapes.shape((replace(RAG, name=name),))))
