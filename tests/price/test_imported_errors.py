"""What a table states and cannot be right: the importer's rules, and its list of errors judged by hand."""

from __future__ import annotations

import importlib
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from logcost import resources
from logcost.price import grammar

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

sys.path.insert(0, str(resources.path("pricing", "tools", "import_tables.py").parent))
errors: Any = importlib.import_module("import_errors")
evidence: Any = importlib.import_module("import_evidence")
history: Any = importlib.import_module("import_history")
offers: Any = importlib.import_module("import_offer")
fields: Any = importlib.import_module("import_fields")

JUDGED = resources.path("pricing", "tools", "import_judged.toml")


def rates(**usd: str) -> dict[str, Decimal]:
    return {meter: Decimal(rate) for meter, rate in usd.items()}


def state(family: str = "litellm", begin: str = "2026-01-01", end: str = "9999-12-31", **usd: str) -> Any:
    return evidence.State(family, offers.Offer(rates=rates(**usd)), date.fromisoformat(begin), date.fromisoformat(end))


def model(provider: str, name: str, *states: Any) -> Any:
    return evidence.Model(provider, name, list(states))


def sifted(one: Any, *others: Any, judged: tuple[Any, ...] = ()) -> tuple[list[Any], Counter[str]]:
    """The states of a model that stay, and what was counted."""
    found = errors.Errors([one, *others], judged)
    return found.sift(one, one.states), found.counted


def kept(one: Any, *others: Any) -> list[dict[str, str]]:
    return [{meter: str(rate) for meter, rate in state.offer.rates.items()} for state in sifted(one, *others)[0]]


def judged(**more: Any) -> Any:
    named = {"provider": "acme", "models": frozenset({"one"}), "what": {}, "reason": "Because.", "instead": {}}
    return errors.Judged(**(named | {"start": None, "basis": "stated", "right_from": None} | more))


@pytest.mark.parametrize(
    "above",
    [
        {"input_cost_per_token_above_200k_tokens": 0, "output_cost_per_token_above_200k_tokens": "3e-6"},
        {"input_cost_per_token_above_200k_tokens": 0, "output_cost_per_token_above_200k_tokens": 0},
        {"input_cost_per_token_above_200k_tokens": "2e-6"},
    ],
)
def test_a_rate_that_is_0_or_missing_above_a_threshold_is_refused_there(above: dict[str, object]) -> None:
    offer = fields.of_litellm("one", {"input_cost_per_token": "1e-6", "output_cost_per_token": "2e-6"} | above)
    assert offer.tiers == (offers.Tier(200_000, {}),)
    assert any("refused there" in reason for reason in offer.left_out)


def test_a_tier_of_a_free_model_stays_free_and_refused_tiers_are_the_same() -> None:
    free = fields.of_litellm("one", {"input_cost_per_token": 0, "input_cost_per_token_above_200k_tokens": 0})
    assert free.tiers == ()
    refused = offers.Offer(rates=rates(input="1"), tiers=(offers.Tier(200_000, {}),))
    assert offers.same(refused, refused)
    assert not offers.same(refused, offers.Offer(rates=rates(input="1"), tiers=(offers.Tier(200_000, rates(input="2")),)))


@pytest.mark.parametrize(("write", "stays"), [("0.9", True), ("2.5", True), ("0.8", False), ("2.6", False)])
def test_a_cache_write_far_off_the_input_rate_is_left_out(write: str, stays: bool) -> None:
    one = model("acme", "one", state(input="1", output="2", cache_write_5m=write))
    assert ("cache_write_5m" in kept(one)[0]) is stays


def test_a_cache_write_that_two_tables_state_stays_but_not_for_claude() -> None:
    both = [state(family, input="1", output="5", cache_write_5m="3") for family in ("litellm", "genai-prices")]
    assert all("cache_write_5m" in one for one in kept(model("acme", "one", *both)))
    assert not any("cache_write_5m" in one for one in kept(model("acme", "claude-one", *both)))


def test_claudes_cache_rates_are_fixed_multiples_of_its_input_rate() -> None:
    right = state(input="5", output="25", cache_read="0.5", cache_write_5m="6.25", cache_write_1h="10")
    cheap = state(input="10", output="50", cache_read="0.25")
    wrong = state(input="5", output="25", cache_read="1.5", cache_write_5m="18.75", cache_write_1h="30")
    found, counted = sifted(model("azure", "claude-opus-4-5", right, cheap, wrong))
    assert found[:2] == [right, cheap]
    assert found[2].offer.rates == rates(input="5", output="25")
    assert sorted(counted.values()) == [1, 1, 1]


def test_a_meter_that_is_left_out_goes_from_modes_and_tiers_too() -> None:
    every = rates(input="1", cache_read="3")
    offer = offers.Offer(
        rates=every,
        tiers=(offers.Tier(9, every),),
        modes={"batch": every, "flex": rates(cache_read="1")},
        mode_tiers={("batch", 9): every},
    )
    left = errors.without(offer, {"cache_read"})
    assert left.rates == left.tiers[0].rates == left.mode_tiers["batch", 9] == rates(input="1")
    assert left.modes == {"batch": rates(input="1")}


def test_google_itself_charges_no_cache_write() -> None:
    stated = state(input="0.3", output="2.5", cache_write_5m="0.383")
    assert kept(model("gcp.vertex_ai", "gemini-2.5-flash", stated)) == [{"input": "0.3", "output": "2.5"}]
    assert "cache_write_5m" in kept(model("openrouter", "google/gemini-2.5-flash", stated))[0]


def test_output_below_input_in_one_table_alone_is_no_price() -> None:
    swapped, right = state(input="1.1", output="0.37"), state("models.dev", input="2.68", output="3.54")
    assert kept(model("azure", "one", swapped, right)) == [{"input": "2.68", "output": "3.54"}]
    assert kept(model("azure", "rerank-one", swapped)) == [{"input": "1.1", "output": "0.37"}], "the output can be cheaper there"
    both = model("acme", "one", swapped, state("genai-prices", input="1.1", output="0.37"))
    assert len(kept(both)) == 2, "two tables have it"
    assert len(kept(model("acme", "one", swapped), model("other", "maker/one", swapped))) == 1, "another host has it"


def test_output_far_off_what_the_makers_ratio_is_is_no_price() -> None:
    own = model("moonshot", "kimi-k3", state(input="3", output="15"))
    odd = model("openrouter", "moonshotai/kimi-k3-20260715", state(input="0.239", output="11.936"), state(input="3", output="15"))
    assert kept(odd, own) == [{"input": "3", "output": "15"}]
    assert len(kept(odd)) == 2, "nothing to compare with"
    alias = model("openrouter", "~moonshotai/kimi-k3-latest", *odd.states)
    assert len(kept(alias, model("moonshot", "kimi-k3-latest", *own.states))) == 2, "an alias has several models' prices"


def test_a_flat_price_is_one_for_an_open_model_but_not_for_one_that_only_its_maker_makes() -> None:
    flat = state(input="2.5", output="2.5")
    hosts = [model(host, "google/gemini-2.5-flash", state(input="0.3", output="2.5")) for host in ("a", "b", "c")]
    assert kept(model("replicate", "google/gemini-2.5-flash", flat), *hosts) == []
    hosts = [model(host, "qwen/qwen3-next", state(input="0.3", output="2.5")) for host in ("a", "b", "c")]
    assert len(kept(model("fireworks", "qwen3-next", flat), *hosts)) == 1


def test_hosts_that_do_not_agree_say_nothing() -> None:
    hosts = [model(host, "grok-1", state(input="1", output=usd)) for host, usd in (("a", "1"), ("b", "3"), ("c", "9"))]
    assert len(kept(model("acme", "grok-1", state(input="1", output="40")), *hosts)) == 1


def test_of_an_open_model_only_the_makers_ratio_counts_and_makers_that_agree() -> None:
    odd = model("acme", "glm-5.3", state(input="0.079", output="1.4"))
    hosts = [model(host, "glm-5.3", state(input="1", output="3")) for host in ("a", "b", "c")]
    makers = [model(maker, "glm-5.3", state(input="1", output=usd)) for maker, usd in (("zai", "3.1"), ("zhipuai", "3.5"))]
    assert len(kept(odd, *hosts)) == 1
    assert kept(odd, *hosts, *makers) == []


def test_a_judged_state_is_left_out_and_a_judged_model_altogether() -> None:
    one = model("acme", "One", state(input="1", output="2"), state(input="3", output="6"))
    left, counted = sifted(one, judged=(judged(what=rates(input="3")),))
    assert [each.offer.rates["input"] for each in left] == [1]
    assert counted == {"judged by hand: left out": 1}
    assert sifted(one, judged=(judged(),))[0] == []
    found = errors.Errors([one], [judged(provider="other")])
    assert found.sift(one, one.states) == one.states
    assert list(errors.told(found))[-1] == "  judged, but in no table: other one"


def test_a_judged_correction_has_its_day_its_note_and_no_more_than_one_tables_label() -> None:
    late = state("genai-prices", "2025-06-22", "2026-06-15", input="10", output="40")
    now = [state(family, "2026-06-15", input="2", output="8") for family in ("genai-prices", "litellm")]
    cut = judged(
        what=rates(input="10"),
        instead=rates(input="2", output="8"),
        start=date(2025, 6, 10),
        right_from=date(2025, 4, 16),
    )
    one = model("acme", "one", late, *now)
    prices = history.prices_of(one, sifted(one, judged=(cut,))[0])
    said = [(str(price.start), str(price.offer.rates["input"]), price.basis, price.confidence, price.note) for price in prices]
    assert said == [("2025-04-16", "10", "noticed", "table", ""), ("2025-06-10", "2", "stated", "table", "Because.")]


def test_a_correction_goes_before_the_rules_and_takes_the_wrong_rates_tiers_along() -> None:
    tiered = offers.Offer(rates=rates(input="1.41", output="0.35"), tiers=(offers.Tier(9, rates(input="2")),))
    one = model("acme", "one", evidence.State("litellm", tiered, date(2025, 5, 16), date.max))
    (left,), _ = sifted(one, judged=(judged(what=rates(input="1.41"), instead=rates(input="0.35", output="1.41")),))
    assert left.offer == offers.Offer(rates=rates(input="0.35", output="1.41"))


def test_every_judged_correction_stands_in_the_files_with_its_reason() -> None:
    listed = errors.read_judged(JUDGED)
    assert len(listed) >= 20
    for one in listed:
        assert one.reason.endswith("."), one
        if one.instead:
            file = grammar.read(resources.path("pricing", "imported", f"{one.provider}.toml"), grammar.ProviderFile)
            named = {name.lower() for block in file.price if one.reason in block.note for name in block.models}
            assert named >= one.models, one.reason


def test_a_judged_list_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "judged.toml"
    path.write_text(
        '[[error]]\nprovider = "acme"\nmodels = ["One"]\nwhat = { input = "1" }\nreason = "Because."\n', encoding="utf-8"
    )
    assert errors.read_judged(path) == [judged(what=rates(input="1"))]
