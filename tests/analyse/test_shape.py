"""Traffic shape of priced calls: known answers, three weightings, explanation, polarisation, advice."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.analyse import histogram, shape
from logcost.analyse.tiers import Cut, Part, advice
from tests.analyse.build import calls, traffic

if TYPE_CHECKING:
    from logcost.traffic import TrafficShape

DATA = Path(__file__).parent / "data"


def trace(name: str) -> TrafficShape:
    """Shape of a public trace, from its histogram (data/ORIGIN.md)."""
    squares = {"tokens_squares": "tokens_squares_low", "spend_squares": "spend_squares_low"}
    table = pl.read_csv(DATA / name, infer_schema=False).rename(squares)
    sums = {name: pl.col(name) if name in table.columns else pl.lit(0) for name in histogram.SUMS}
    unknown = [
        *(pl.lit(None, dtype=pl.String).alias(key) for key in ("provider", "model")),
        pl.lit(None, dtype=pl.Date).alias("day"),
    ]
    numbers = {name: number.cast(pl.Int128) for name, number in sums.items()}
    return shape.review_table(table.with_columns(pl.lit("ratio").alias("kind"), pl.col("k").cast(pl.Int16), *unknown, **numbers))


def two_features() -> pl.LazyFrame:
    return pl.concat([traffic([(8_000, 50)] * 4_000, workload="rag"), traffic([(200, 1_600)] * 4_000, workload="draft")])


def test_two_plain_features_are_a_feature_mix() -> None:
    found = shape.review(two_features())
    assert found.calls.verdict == found.tokens.verdict == found.spend.verdict == "bimodal"
    assert found.calls.depth == 1
    assert found.calls.separation_octaves == pytest.approx(10.3, abs=0.1)
    assert [mode.peak_ratio for mode in found.calls.modes] == pytest.approx([1 / 8, 160], rel=0.05)
    assert found.explanation.verdict == "feature mix"
    assert found.explanation.theil_u == pytest.approx(1)
    assert found.explanation.inside_share == 0
    assert found.explanation.eta2 == pytest.approx(1)
    assert found.advice is not None
    assert [group.group for group in found.by_workload] == [{"workload": "rag"}, {"workload": "draft"}]
    assert {group.verdict.verdict for group in found.by_workload} == {"unimodal"}


def test_the_same_without_labels_is_inside_features() -> None:
    found = shape.review(two_features().drop("workload"))
    assert found.explanation.verdict == "inside features"
    assert found.explanation.inside_share == 1
    assert found.explanation.theil_u == 0


def test_without_labels_models_stand_for_features() -> None:
    found = shape.review(two_features().rename({"workload": "model"}))
    assert found.explanation.verdict == "feature mix"
    assert any("models are compared" in note for note in found.notes)


def test_one_feature_of_two_kinds_beside_a_plain_one_needs_both_or_a_split() -> None:
    inside = traffic([(8_000, 50), (200, 1_600)] * 3_000, workload="agent")
    found = shape.review(pl.concat([inside, traffic([(8_000, 50)] * 1_000, workload="rag")]))
    assert found.explanation.verdict == "inside features"
    assert found.explanation.inside_share == pytest.approx(6 / 7)
    mixed = shape.review(pl.concat([traffic([(8_000, 50), (200, 1_600)] * 1_000, workload="agent"), two_features()]))
    assert mixed.explanation.verdict == "both"
    assert mixed.explanation.inside_share == pytest.approx(0.2)


def test_constant_calls_are_one_kind() -> None:
    found = shape.review(traffic([(1_200, 300)] * 6_000))
    assert found.calls.verdict == found.tokens.verdict == found.spend.verdict == "unimodal"
    assert found.calls.modes[0].peak_ratio == 4
    assert found.explanation.verdict == "none"
    assert found.advice is None


@pytest.mark.parametrize("n", [100, 300, 1_000, 20_000])
@pytest.mark.parametrize("seed", range(5))
def test_a_comb_of_tiny_outputs_is_one_kind(n: int, seed: int) -> None:
    draw = random.Random(seed)

    def output() -> int:
        return next((i for i in range(1, 5) if draw.random() < 0.4), 5)

    assert shape.review(traffic([(round(draw.gauss(500, 20)), output()) for _ in range(n)])).calls.verdict == "unimodal"


def test_calls_without_output_or_input_are_apart() -> None:
    found = shape.review(traffic([(800, 0)] * 4_000 + [(800, 200)] * 6_000 + [(0, 5)] * 7))
    assert found.calls.n == 6_000
    assert (found.no_output, found.no_input) == (4_000, 7)
    assert sum(cell.calls for cell in found.histogram) == 6_000
    spend = {"no_output": Decimal("3.2"), "no_input": Decimal("0.00014"), "not_request_level": Decimal(0)}
    assert found.excluded_spend == spend


def test_sums_over_a_period_have_no_ratio() -> None:
    rows = [{"grain": "bucket", "requests": 500, "input_tokens": 10, "output_tokens": 1}] * 3
    found = shape.review(calls(rows))
    assert found.not_request_level == 3
    assert found.calls.verdict == "insufficient"
    assert found.histogram == ()
    assert found.polarisation is None


def test_unpriced_calls_count_by_calls_only() -> None:
    priced: list[dict[str, object]] = [{"input_tokens": 1_000, "output_tokens": 100}] * 150
    unpriced: list[dict[str, object]] = [{"input_tokens": 1_000, "output_tokens": 100, "unpriced_reason": "unknown-model"}] * 50
    found = shape.review(calls(priced + unpriced))
    assert (found.calls.n, found.tokens.n, found.spend.n) == (200, 200, 150)
    assert any("50 of 200 calls have no price" in note for note in found.notes)
    without = shape.review(calls(unpriced * 4))
    assert without.calls.verdict == "unimodal"
    assert without.spend.verdict == "insufficient"
    assert without.polarisation is None


def test_polarisation_is_by_side_of_the_bill() -> None:
    rows = [(4_000, 250)] * 10 + [(250, 1_000)] * 10 + [(1_000, 250)] * 10
    found = shape.review(traffic(rows))
    assert found.polarisation == pytest.approx(
        {"input_dominated": 5_000 / 11_250, "output_dominated": 4_250 / 11_250, "mixed": 2_000 / 11_250}
    )


def test_cache_discount_is_inside_the_input_cost() -> None:
    row = {"input_tokens": 1_000, "output_tokens": 100, "input_cost_fusd": 0, "output_cost_fusd": 60, "list_cost_fusd": 100}
    found = shape.review(calls([{**row, "cache_read_cost_fusd": 30, "cache_write_cost_fusd": 10}]))
    assert found.polarisation == {"input_dominated": 0, "output_dominated": 0, "mixed": 1}
    assert sum(cell.spend for cell in found.histogram) == sum(group.spend for group in found.by_model)


def test_features_that_differ_without_a_valley_are_not_uniform() -> None:
    draw = random.Random(3)

    def feature(octaves: float, label: str) -> pl.LazyFrame:
        return traffic([(round(400 * 2 ** draw.gauss(octaves, 1)), 400) for _ in range(4_000)], workload=label)

    found = shape.review(pl.concat([feature(0, "draft"), feature(2.4, "rag")]))
    assert found.calls.verdict == "unimodal"
    assert found.explanation.verdict == "features differ"
    assert found.explanation.eta2 is not None
    assert found.explanation.eta2 == pytest.approx(0.59, abs=0.03)
    assert found.advice is not None


def test_modes_by_spend_alone_are_explained_by_spend() -> None:
    even = [
        (round(1_000 * 2 ** (k / 8)) * (50 if abs(k) > 28 else 1), 1_000 * (50 if abs(k) > 28 else 1)) for k in range(-36, 37)
    ]
    found = shape.review(pl.concat([traffic(even * 20, workload=label) for label in ("a", "b")]))
    assert (found.calls.verdict, found.spend.verdict) == ("unimodal", "bimodal")
    assert found.explanation.theil_u == pytest.approx(0)
    assert found.explanation.eta2 == pytest.approx(0)
    assert any("about the groups by spend" in note for note in found.notes)
    assert found.advice is not None


def test_too_few_calls_explain_nothing() -> None:
    found = shape.review(two_features().filter(pl.int_range(pl.len()).is_in([0, 1, 2, 7_999])))
    assert (found.explanation.verdict, found.explanation.eta2) == ("none", None)


def worth_splitting(total_spend: int, *parts: Part) -> bool:
    return advice([Cut("spend", parts)], total_spend, "feature mix", ("workload",), after_changes=False) is not None


def test_a_split_needs_two_large_parts_of_different_kind() -> None:
    on_input, on_output, small = Part(60, 50, 2.0), Part(40, 10, 1.0), Part(9, 0, 0.001)
    assert worth_splitting(100, on_input, on_output)
    assert worth_splitting(100, on_input, Part(40, 39, 8.0))
    assert not worth_splitting(100, on_input, Part(40, 39, 7.9))
    assert not worth_splitting(100, on_input, small)
    assert not worth_splitting(100)
    assert not worth_splitting(0, Part(0, 0, 1.0), Part(0, 0, 9.0))


def test_a_model_switch_is_named() -> None:
    found = shape.review(two_features().with_columns(model=pl.col("workload") + "-model"))
    assert any(note.startswith("The model of a call alone tells") for note in found.notes)


def test_small_groups_get_no_verdict() -> None:
    rows = pl.concat([two_features(), traffic([(10, 1)] * 299, workload="rare"), traffic([(10, 1)] * 300, workload="cheap")])
    assert [group.group["workload"] for group in shape.review(rows).by_workload] == ["rag", "draft", "cheap"]


def test_nothing_at_all() -> None:
    found = shape.review(calls([]))
    assert found.calls.verdict == "insufficient"
    assert (found.by_model, found.by_workload, found.notes) == ((), (), ())
    assert found.explanation.verdict == "none"


def test_azure_code_trace() -> None:
    found = trace("azure_code.csv")
    assert found.calls.verdict == found.tokens.verdict == found.spend.verdict == "unimodal"
    assert found.calls.modes[0].peak_ratio == pytest.approx(166, abs=0.5)
    assert found.polarisation == pytest.approx({"input_dominated": 0.945, "output_dominated": 0.003, "mixed": 0.052}, abs=0.0006)
    assert found.advice is None


def test_arxiv_summarization_trace() -> None:
    found = trace("arxiv_summarization.csv")
    assert found.calls.verdict == found.spend.verdict == "bimodal"
    assert [mode.peak_ratio for mode in found.calls.modes] == [0.25, 16]
    assert found.calls.modes[0].calls_share == pytest.approx(0.04, abs=0.005)
    assert found.calls.modes[0].spend_share == pytest.approx(0.12, abs=0.005)
    assert found.calls.depth == pytest.approx(0.62, abs=0.01)


def test_servegen_deepseek_r1_trace() -> None:
    found = trace("servegen_deepseek_r1.csv.gz")
    assert found.calls.verdict == "weakly bimodal"
    assert [mode.peak_ratio for mode in found.calls.modes] == pytest.approx([0.02, 0.65], abs=0.005)
    assert found.calls.depth == pytest.approx(0.498, abs=0.002)
    assert found.explanation.verdict == "feature mix"
    assert found.explanation.theil_u == pytest.approx(0.65, abs=0.005)
    assert found.explanation.eta2 == pytest.approx(0.78, abs=0.005)
    assert found.polarisation == pytest.approx({"input_dominated": 0.08, "output_dominated": 0.76, "mixed": 0.16}, abs=0.005)


PAIRS = st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=60)


@given(PAIRS, PAIRS)
def test_splitting_the_rows_gives_the_same_result(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    parts = pl.concat([histogram.table(traffic(pairs, workload="w")) for pairs in (one, two)])
    assert shape.review_table(parts) == shape.review(traffic([*two, *one], workload="w"))


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_the_bin_is_the_nearest_eighth_of_an_octave(inputs: int, outputs: int) -> None:
    (cell,) = shape.review(traffic([(inputs, outputs)])).histogram
    # 2**((2k-1)/16) <= ratio <= 2**((2k+1)/16), in whole numbers.
    low, high = inputs**16 * 2 ** max(0, 1 - 2 * cell.k), outputs**16 * 2 ** max(0, 2 * cell.k - 1)
    assert low >= high
    low, high = inputs**16 * 2 ** max(0, -1 - 2 * cell.k), outputs**16 * 2 ** max(0, 2 * cell.k + 1)
    assert low <= high


@pytest.mark.parametrize("huge", [2**62, 9 * 10**18])
def test_one_call_of_a_broken_counter_counts_as_one_call(huge: int) -> None:
    found = shape.review(traffic([(100, 100)] * 500 + [(huge, huge)]))
    assert (found.calls.verdict, found.calls.effective_n) == ("unimodal", 501)
    assert (found.tokens.verdict, found.tokens.effective_n) == ("insufficient", 1)
    assert (found.spend.verdict, found.spend.effective_n) == ("insufficient", 1)


def test_huge_calls_do_not_wrap() -> None:
    found = shape.review(traffic([(4 * 10**9, 4 * 10**9)] * 200))
    assert sum(cell.tokens for cell in found.histogram) == 200 * 8 * 10**9
    assert str(sum(cell.spend for cell in found.histogram)) == "4000000.000000000000000"
    assert found.spend.effective_n == 200
