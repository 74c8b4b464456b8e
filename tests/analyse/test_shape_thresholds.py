"""The limits of what is said of the shape, on both sides: explanation, advice, sides, groups, and what counts as input."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from statistics import NormalDist
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.analyse import histogram, shape
from logcost.analyse.explain import explain
from logcost.analyse.modes import side_of
from logcost.analyse.tiers import Cut, Part, advice
from logcost.traffic import Mode
from tests.analyse.build import calls, traffic
from tests.analyse.test_changes import days
from tests.analyse.test_explain import ONE, TWO, cells
from tests.analyse.test_repeats import START, at, storm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from logcost.traffic import Advice


@pytest.mark.parametrize(("left", "verdict"), [(33, "feature mix"), (34, "both")])
def test_a_name_that_tells_half_is_a_feature_mix(left: int, verdict: str) -> None:
    # U = 1 - h(x) / 2 / h((1 + x) / 2) of one feature in one mode and another with the share x in it: 0.503 and 0.495.
    found = explain(cells(("a", -10, 100), ("b", -10, left), ("b", 10, 100 - left)), TWO, set())
    assert found.verdict == verdict
    assert found.theil_u == pytest.approx(0.5, abs=0.006)


@pytest.mark.parametrize(
    ("inside", "verdict"),
    [(199, "feature mix"), (200, "both"), (499, "both"), (500, "inside features"), (501, "inside features")],
)
def test_inside_is_hardly_from_a_fifth_and_mostly_from_half(inside: int, verdict: str) -> None:
    assert explain(cells(("a", -10, 1_000 - inside), ("b", 10, inside)), TWO, {"b"}).verdict == verdict


@pytest.mark.parametrize(("few", "verdict"), [(20, "features differ"), (21, "none")])
def test_features_differ_from_0_35_of_the_variance(few: int, verdict: str) -> None:
    # Shares of the higher bin 0.2 and 0.8: 0.09 of 0.25 is between; 0.21 and 0.8: 0.087 of 0.25.
    rows = cells(("a", 0, 100 - few), ("a", 1, few), ("b", 0, 20), ("b", 1, 80))
    found = explain(rows, ONE, set())
    assert found.verdict == verdict
    assert found.eta2 == pytest.approx(0.36 if few == 20 else 0.348, abs=0.001)


ON_INPUT, ON_OUTPUT = Part(900, 800, 20.0, mode=0), Part(100, 10, 0.5, mode=1)


def advised(*parts: Part, explanation: str = "feature mix", basis: str = "spend", after_changes: bool = False) -> Advice | None:
    cut = Cut("features" if basis == "features" else "spend", parts)
    return advice([cut], 1_000, explanation, ("workload",), after_changes=after_changes)


def test_a_part_holds_a_tenth_of_the_spend() -> None:
    assert advised(ON_INPUT, ON_OUTPUT) is not None
    assert advised(ON_INPUT, Part(99, 10, 0.5)) is None
    assert advised(Part(100, 90, 20.0), ON_OUTPUT) is not None
    assert advised(Part(99, 90, 20.0), ON_OUTPUT) is None


def test_parts_differ_in_the_side_that_is_more_than_half_or_fourfold() -> None:
    assert advised(Part(500, 251, 1.0), Part(500, 250, 1.0)) is not None
    assert advised(Part(500, 250, 1.0), Part(500, 249, 1.0)) is None
    assert advised(Part(500, 300, 1.0), Part(500, 300, 4.0)) is not None
    assert advised(Part(500, 300, 1.0), Part(500, 300, 3.999)) is None
    assert advised(Part(500, 300, 4.0), Part(500, 300, 1.0)) is not None


@pytest.mark.parametrize(
    ("explanation", "basis", "route"),
    [
        ("feature mix", "spend", "name"),
        ("inside features", "spend", "classifier"),
        ("both", "spend", "name and classifier"),
        ("inside features", "features", "name"),
    ],
)
def test_how_to_route(explanation: str, basis: str, route: str) -> None:
    found = advised(ON_INPUT, ON_OUTPUT, explanation=explanation, basis=basis)
    assert found is not None
    assert found.route_by == route


def test_modes_after_changes_have_no_number() -> None:
    before, after = advised(ON_INPUT, ON_OUTPUT), advised(ON_INPUT, ON_OUTPUT, after_changes=True)
    assert before is not None
    assert after is not None
    assert [part.mode for part in before.parts] == [0, 1]
    assert [part.mode for part in after.parts] == [None, None]


@pytest.mark.parametrize(
    ("on_input", "side"), [(60, "input-heavy"), (59, "balanced"), (41, "balanced"), (40, "output-heavy"), (0, "output-heavy")]
)
def test_a_side_is_heavy_from_60_percent(on_input: int, side: str) -> None:
    assert side_of(on_input, 100, 1.0) == side


@pytest.mark.parametrize(
    ("ratio", "side"), [(6.0, "input-heavy"), (5.99, "balanced"), (2.67, "balanced"), (8 / 3, "output-heavy")]
)
def test_without_prices_the_ratio_tells_the_side_at_four_to_one(ratio: float, side: str) -> None:
    assert side_of(0, 0, ratio) == side


def test_modes_part_at_the_edge_of_a_bin() -> None:
    mode = Mode(1.0, -8, 7, 1, 1, 1)
    assert (mode.low_ratio, mode.high_ratio) == (2 ** (-8.5 / 8), 2 ** (7.5 / 8))


def equally_dear(positions: Iterable[tuple[float, int]], workload: str = "w") -> pl.LazyFrame:
    """Calls at these bins that cost so many USD each, to the token: whatever the ratio, spend is as the calls."""
    ratios = [(2 ** (k / 8), 1_000_000 * cost) for k, cost in positions]
    return traffic([(round(r * cost / (r + 4)), round(cost / (r + 4))) for r, cost in ratios], workload=workload)


def plateaus(heights: Sequence[int], *, cost: Sequence[int] = (1, 1, 1), workload: str = "w") -> pl.LazyFrame:
    """Three plateaus of 40 bins round 1:1, of so many calls a bin that cost so many USD each."""
    bins = [(k, part) for part in range(3) for k in range(40 * part - 60, 40 * part - 20)]
    return equally_dear([(k, cost[part]) for k, part in bins for _ in range(heights[part])], workload)


def test_modes_with_a_dent_between_them_are_no_reason_to_split() -> None:
    weak, strict = shape.review(plateaus((100, 60, 100))), shape.review(plateaus((100, 40, 100)))
    assert (weak.calls.verdict, weak.advice) == ("weakly bimodal", None)
    assert strict.calls.verdict == "bimodal"
    assert strict.advice is not None
    assert strict.advice.splits == (strict.calls.modes[0].high_ratio,)


def test_modes_by_calls_alone_are_a_reason_to_split() -> None:
    found = shape.review(plateaus((100, 10, 100), cost=(1, 10, 1)))
    assert (found.calls.verdict, found.spend.several) == ("bimodal", False)
    assert found.advice is not None
    assert found.advice.basis == "calls"


def test_weak_modes_that_are_features_are_a_reason_to_split() -> None:
    normal = [28.8 * NormalDist().inv_cdf((i + 0.5) / 4_000) / 3 for i in range(4_000)]
    one, other = ([(k + middle, 1) for k in normal] for middle in (-14.4, 14.4))
    found = shape.review(pl.concat([equally_dear(one, "a"), equally_dear(other, "b")]))
    assert (found.calls.verdict, found.spend.verdict) == ("weakly bimodal", "weakly bimodal")
    assert found.explanation.verdict == "feature mix"
    assert found.advice is not None
    assert (found.advice.basis, found.advice.route_by, found.advice.splits) == ("features", "name", ())
    mixed = shape.review(pl.concat([equally_dear(one[::2] + other[::2], "a"), equally_dear(one[1::2] + other[1::2], "b")]))
    assert (mixed.calls.verdict, mixed.advice) == ("weakly bimodal", None)


def test_features_with_modes_by_spend_are_split_by_spend() -> None:
    found = shape.review(pl.concat([plateaus((40, 40, 40), cost=(60, 1, 60), workload=name) for name in "ab"]))
    assert (found.calls.several, found.spend.several) == (False, True)
    assert (found.explanation.weighting, found.explanation.verdict) == ("spend", "inside features")
    assert found.explanation.inside_share == 1


@pytest.mark.parametrize(("tokens", "shown"), [(2_000, ["usual", "dear"]), (1_999, ["usual"])])
def test_a_group_with_a_hundredth_of_the_spend_gets_a_verdict(tokens: int, shown: list[str]) -> None:
    usual = [{"input_tokens": 100, "output_tokens": 25, "workload": "usual"}] * 990
    found = shape.review(calls([*usual, {"input_tokens": tokens - 4, "output_tokens": 1, "workload": "dear"}]))
    assert [group.group["workload"] for group in found.by_workload] == shown


def test_a_storm_of_a_second_model_does_not_make_models_tell_the_group() -> None:
    times = [START + timedelta(minutes=7 * i) for i in range(2_000)]
    both = pl.concat([at([(8_000, 50), (200, 1_600)] * 500, times[i::2], name) for i, name in enumerate(("chat", "draft"))])
    retries = storm(50_000, seconds=59, pair=(8_000, 50)).with_columns(model=pl.lit("other"))
    found = shape.review(pl.concat([both, retries]))
    assert found.calls.verdict == "bimodal"
    assert found.explanation.features == ("workload",)
    assert not any("alone tells" in note for note in found.notes if note.startswith("The model"))


def test_times_too_coarse_leave_the_explanation_to_all_calls() -> None:
    pairs = {"a": [(8_000, 50)] * 4_000, "b": [(8_000, 50)] * 1_000 + [(200, 1_600)] * 3_000}
    found = shape.review(pl.concat([at(own, [START] * 4_000, name) for name, own in pairs.items()]))
    assert found.repeats is not None
    assert not found.repeats.confirmed
    assert found.explanation.theil_u == pytest.approx(0.575, abs=0.001)


def test_a_storm_before_a_change_is_out_of_the_advice() -> None:
    parts = [days(1, 13, (800, 300)), days(14, 31, (820, 9_000), model="gpt-5"), days(1, 31, (30_000, 200), workload="search")]
    retries = parts[0].head(1).select(pl.all().repeat_by(5_000).explode())
    calm, stormy = shape.review(pl.concat(parts)), shape.review(pl.concat([*parts, retries]))
    assert stormy.repeats is not None
    assert calm.advice is not None
    assert calm.advice.after_changes
    assert stormy.advice == calm.advice


def test_a_fifth_of_input_is_dominated_by_output() -> None:
    assert shape.review(traffic([(1_000, 1_000)])).polarisation == {"input_dominated": 0, "output_dominated": 1, "mixed": 0}
    assert shape.review(traffic([(1_001, 1_000)])).polarisation == {"input_dominated": 0, "output_dominated": 0, "mixed": 1}
    assert shape.review(traffic([(16_000, 1_000)])).polarisation == {"input_dominated": 1, "output_dominated": 0, "mixed": 0}
    assert shape.review(traffic([(15_999, 1_000)])).polarisation == {"input_dominated": 0, "output_dominated": 0, "mixed": 1}


def test_cached_and_written_tokens_cost_input() -> None:
    usd = 10**15
    costs = {
        "input_cost_fusd": usd,
        "cache_read_cost_fusd": 20 * usd,
        "cache_write_cost_fusd": 300 * usd,
        "output_cost_fusd": 79 * usd,
    }
    found = shape.review(calls([{"input_tokens": 1_000, "output_tokens": 100, **costs, "list_cost_fusd": 400 * usd}]))
    (cell,) = found.histogram
    assert (cell.input_cost, cell.output_cost, cell.spend) == (Decimal(321), Decimal(79), Decimal(400))
    assert found.polarisation == {"input_dominated": 1, "output_dominated": 0, "mixed": 0}


def test_squares_beyond_one_limb_are_whole() -> None:
    # 3 * 2**47 tokens a call: both limbs are taken. The 300 small ones weigh nothing beside them.
    table = histogram.table(traffic([(2**48, 2**47)] * 200 + [(1, 1)] * 300))
    whole = histogram.from_table(table.filter(pl.col("kind") == "ratio"))
    assert whole.tokens_squares == 200 * (3 * 2**47) ** 2 + 300 * 2**2
    assert whole.effective("tokens") == pytest.approx(200)
