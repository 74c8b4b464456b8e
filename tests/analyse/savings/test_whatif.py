"""What-ifs: the published mixes, caches that are simulated for each model, batches, other days, and what cannot be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from logcost.analyse.savings.questions import question
from logcost.analyse.savings.whatif import what_if
from logcost.errors import LogcostError
from tests.analyse.savings.made import BOOK, priced, record, repeated

if TYPE_CHECKING:
    from logcost.savings import WhatIf

JANUARY = datetime(2026, 1, 15, tzinfo=UTC)
PREFIX = [f"s{i}" for i in range(12)]


def asked(rows: list[dict[str, Any]], **options: Any) -> WhatIf:
    return what_if(priced(rows), BOOK, question(**options))


def mix(model: str, provider: str) -> list[dict[str, Any]]:
    call: dict[str, Any] = {"started_at": JANUARY, "provider_name": provider, "response_model": model, "workload": "bot"}
    return [record(**call, input_tokens=2000, output_tokens=400) for _ in range(100)]


@pytest.mark.parametrize(
    ("model", "provider", "share", "per_million"),
    [
        ("claude-sonnet-4-5", "anthropic", "60%", "5124"),
        ("claude-sonnet-4-5", "anthropic", "0.9", "1686"),
        ("gpt-5.2-pro", "openai", "99%", "1626.60"),
    ],
)
def test_published_mixes(model: str, provider: str, share: str, per_million: str) -> None:
    """Mixes of a large model with gpt-4o-mini (0.15 and 0.60 USD per million) on calls of 2,000 and 400 tokens."""
    found = asked(mix(model, provider), routes=[f"bot=gpt-4o-mini:{share}"])
    assert found.after * 10_000 == Decimal(per_million)
    assert found.calls == found.steps[0].calls == 100
    assert found.steps[0].kept == 0


def test_an_escalated_call_is_paid_twice() -> None:
    """Methods 3: of 0.7 sent down at a tenth of the price, 0.15 come back: 0.07 + 0.3 + 0.105 = 0.475 of the old cost."""
    rows = [record(i, input_tokens=10_000, output_tokens=0, response_model="claude-opus-4-1") for i in range(10)]
    found = asked(rows, routes=["bot=claude-haiku-4-5:70%:15%"])
    assert found.before == Decimal("1.5")
    # claude-haiku-4-5 is a fifteenth of claude-opus-4-1.
    assert found.after == found.before * (Decimal("0.7") / 15 + Decimal("0.3") + Decimal("0.7") * Decimal("0.15"))


def test_a_route_of_nothing_changes_nothing_and_one_of_all_is_the_other_model() -> None:
    rows = repeated([{"repeat": 50, "every": 60, "input_tokens": 5000}])
    assert asked(rows, routes=["bot=claude-haiku-4-5:0"]).after == asked(rows, routes=["bot=claude-haiku-4-5:0"]).before
    other = [{**row, "response_model": "claude-haiku-4-5"} for row in rows]
    assert asked(rows, routes=["*=claude-haiku-4-5:1"]).after == asked(other, routes=["*=claude-haiku-4-5:1"]).before


def test_each_model_has_a_cache_of_its_own() -> None:
    """A prefix every 200 seconds is always warm; half of the calls are 400 seconds apart, and both caches are cold."""
    rows = repeated([{"repeat": 100, "every": 200, "blocks": PREFIX, "tail": 0}])
    warm = [
        {**row, "cache_read_input_tokens": 6143 if i else 0, "cache_creation_5m_input_tokens": 1 if i else 6144}
        for i, row in enumerate(rows)
    ]
    alone = asked(warm, routes=["bot=claude-haiku-4-5:0"])
    half = asked(warm, routes=["bot=claude-haiku-4-5:50%"])
    assert alone.steps[0].hit_share == pytest.approx(0.99, abs=0.01)
    assert half.steps[0].hit_share == 0
    # Cold, sonnet costs 12.5 times a read, and haiku a third of that: the "cheap" route is several times as dear.
    assert half.after > 4 * half.before
    third = asked(warm, routes=["bot=claude-haiku-4-5:34%"])
    assert 0 < (third.steps[0].hit_share or 0) < 1


def test_whole_sessions_go_to_one_model_and_keep_their_hits() -> None:
    rows = [
        record(
            session * 5000 + turn * 60,
            [f"a{session}", *(f"b{session}.{t}" for t in range(4 + turn))],
            tail=0,
            session_id=f"s{session}",
            cache_read_input_tokens=512 * (4 + turn) if turn else 0,
        )
        for session in range(20)
        for turn in range(10)
    ]
    found = asked(rows, routes=["bot=claude-haiku-4-5:50%"])
    before = sum(row["cache_read_input_tokens"] for row in rows) / sum(row["input_tokens"] for row in rows)
    # The prompts of claude-haiku-4-5 must have 4,096 tokens to be cached, so its sessions read from their fifth turn on.
    assert 0.4 * before < (found.steps[0].hit_share or 0) < before


def test_a_cache_is_replayed_with_its_write_premiums() -> None:
    rows = repeated([{"repeat": 20, "every": 1800, "blocks": PREFIX, "tail": 0}])
    short, hour = asked(rows, caches=["bot=5m"]), asked(rows, caches=["bot=1h"])
    tokens = 20 * 6144 * 3
    assert short.before == Decimal(tokens + 20 * 100 * 15) / 10**6
    assert short.after - short.before == Decimal(tokens) / 4 / 10**6
    hits = 19 * 6143
    cost = Decimal(hits * 3) / 10 + Decimal((20 * 6144 - hits) * 3) * 2
    assert hour.after == cost / 10**6 + Decimal(20 * 100 * 15) / 10**6
    assert asked(rows, caches=["bot=1h"]).steps[0].hit_share == pytest.approx(0.95, abs=0.001)


def test_a_cache_has_its_marker_where_it_is_cheapest() -> None:
    """Four shared blocks in front of twelve that never come again."""
    rows = repeated([{"repeat": 20, "every": 60, "blocks": ["s", "t", "u", "v", *(f"{{i}}{n}" for n in range(12))], "tail": 0}])
    found = asked(rows, caches=["bot=5m"])
    assert found.after - found.before == Decimal(2048 * 3) / 4 / 10**6 - Decimal(19 * 2048 * 27) / 10**7
    assert "one marker behind what repeats, as every prompt written would cost more: bot." in found.steps[0].notes[0]


def test_nothing_is_read_that_only_a_workload_without_a_cache_would_have_written() -> None:
    """Every two hours a call of one workload, and 200 seconds later one of another that begins alike."""
    front = {"repeat": 20, "every": 7200, "blocks": PREFIX, "tail": 0}
    rows = repeated([front | {"workload": "first"}, front | {"workload": "bot", "at": 200}])
    alone, both = asked(rows, caches=["bot=5m"]), asked(rows, caches=["first=5m", "bot=5m"])
    assert alone.after - alone.before == Decimal(20 * 6144 * 3) / 4 / 10**6
    read, written = Decimal(6143 * 3 * 9) / 10, Decimal(3) / 4
    assert both.steps[0].cost - both.steps[1].cost == 20 * (read - written) / 10**6
    in_use = repeated(
        [front | {"workload": "first", "cache_creation_5m_input_tokens": 6144}, front | {"workload": "bot", "at": 200}]
    )
    assert asked(in_use, caches=["bot=5m"]).steps[0].hit_share == pytest.approx(6143 / 6144)


def test_off_makes_all_of_it_plain_input() -> None:
    rows = [record(i, input_tokens=10_000, cache_read_input_tokens=9_000) for i in range(4)]
    assert asked(rows, caches=["bot=off"]).after == Decimal(4 * (10_000 * 3 + 100 * 15)) / 10**6


def test_a_batch_is_half_of_the_price_without_a_cache() -> None:
    rows = [record(i, input_tokens=10_000, cache_read_input_tokens=9_000) for i in range(4)]
    found = asked([*rows, record(9, workload="other", input_tokens=10_000)], batches=["bot"])
    other = Decimal(10_000 * 3 + 100 * 15) / 10**6
    assert found.after == Decimal(4 * (10_000 * 3 + 100 * 15)) / 10**6 / 2 + other
    assert found.steps[0].calls == 4


def test_changes_add_up_one_after_the_other() -> None:
    rows = mix("claude-sonnet-4-5", "anthropic")
    both = asked(rows, routes=["bot=gpt-4o-mini:60%"], batches=["bot"])
    assert [step.option for step in both.steps] == ["route", "batch"]
    assert both.after == both.steps[0].cost / 2


def test_prices_of_another_day() -> None:
    """claude-opus-4-1 kept its price; gpt-5 did not exist in January 2025, so its calls stay as they were."""
    rows = [record(0, input_tokens=10_000), record(1, input_tokens=10_000, provider_name="openai", response_model="gpt-5")]
    found = asked(rows, price_as_of=datetime(2025, 1, 1, tzinfo=UTC))
    assert found.steps[0].kept == 2
    assert found.after == found.before
    later = asked(rows, price_as_of=datetime(2026, 6, 1, tzinfo=UTC))
    assert later.steps[0].kept == 0


def test_calls_without_a_price_are_left_out_and_counted() -> None:
    found = asked([record(0, input_tokens=1000), record(1, input_tokens=1000, response_model="unknown")], batches=["bot"])
    assert (found.calls, found.left_out) == (1, 1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "nothing to change"),
        ({"routes": ["bot=gpt-4o-mini"]}, "lacks a share"),
        ({"routes": ["bot=:5%"]}, "lacks a model"),
        ({"routes": ["gpt-4o-mini:5%"]}, "names no workload"),
        ({"routes": ["bot=gpt-4o-mini:150%"]}, "from 0 to 1"),
        ({"routes": ["bot=gpt-4o-mini:-1"]}, "from 0 to 1"),
        ({"routes": ["bot=gpt-4o-mini:nan"]}, "lacks a share"),
        ({"routes": ["bot=gpt-4o-mini:0.12345678"]}, "lacks a share"),
        ({"routes": ["bot=gpt-4o-mini:5%", "bot=gpt-5:5%"]}, "twice"),
        ({"batches": ["*", "bot"]}, "twice"),
        ({"routes": ["bot=no-such-model:5%"]}, "No price for no-such-model"),
        ({"batches": ["bott"]}, "Did you mean bot?"),
        ({"batches": ["zzz"]}, "There are bot"),
        ({"caches": ["bot"]}, "not understood"),
        ({"caches": ["bot=30m"]}, "It offers 5m, 1h"),
        ({"caches": ["bot=1h"]}, "nothing says which prompts of it repeat"),
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], says: str) -> None:
    with pytest.raises(LogcostError) as error:
        asked([record(0, input_tokens=1000)], **options)
    assert says in str(error.value)


def test_names_of_models_may_have_colons() -> None:
    (route,) = question(routes=["a=b/c:free:0.5:1%"]).routes
    assert (route.workload, route.model, route.share, route.escalated) == ("a", "b/c:free", 500_000, 10_000)


def test_a_call_without_a_price_under_a_change_keeps_what_the_step_before_it_left() -> None:
    """xAI has no batch price for grok-4: the route stays, it is not undone by the batch after it."""
    rows = [record(i, input_tokens=10_000, response_model="claude-opus-4-1") for i in range(10)]
    found = asked([*rows, record(0, workload="other", input_tokens=10_000)], routes=["bot=grok-4:50%"], batches=["bot", "other"])
    route, bot, other = found.steps
    assert (route.kept, bot.kept, other.kept) == (0, 10, 0)
    half = Decimal(10_000 * 15 + 100 * 75) / 10**6 * 5
    grok = Decimal("1.25") * 10_000 / 10**6 * 5 + Decimal("2.5") * 100 / 10**6 * 5
    rest = Decimal(10_000 * 3 + 100 * 15) / 10**6
    assert (route.cost, bot.cost, other.cost) == (half + grok + rest, half / 2 + grok + rest, half / 2 + grok + rest / 2)


def test_prices_of_a_day_before_the_other_model_do_not_undo_the_route() -> None:
    rows = [record(i, input_tokens=10_000, response_model="claude-opus-4-1") for i in range(10)]
    found = asked(rows, routes=["bot=claude-haiku-4-5:100%"], price_as_of=datetime(2025, 9, 1, tzinfo=UTC))
    assert found.steps[1].kept == 10
    assert found.after == found.steps[0].cost == Decimal(10_000 + 100 * 5) * 10 / 10**6


def test_a_call_that_cannot_be_routed_costs_what_it_did() -> None:
    """gpt-4o-mini has no price for audio: with no call moved, none is paid twice either."""
    audio: dict[str, Any] = {"provider_name": "openai", "response_model": "gpt-4o-audio-preview", "input_audio_tokens": 3000}
    rows = [record(i, input_tokens=6000, output_audio_tokens=50, **audio) for i in range(10)]
    for escalation in ("0", "20%", "100%"):
        found = asked(rows, routes=[f"bot=gpt-4o-mini:50%:{escalation}"])
        assert (found.after, found.steps[0].kept) == (found.before, 10)


def test_calls_that_are_with_the_model_already_stay_as_they_are() -> None:
    """Under any of its names; else they would be priced as if their own cache served them nothing."""
    rows = [
        record(i, input_tokens=10_000, cache_read_input_tokens=9_000, response_model=name)
        for i, name in enumerate(["claude-haiku-4-5", "claude-haiku-4-5-20251001"] * 5)
    ]
    found = asked(rows, routes=["*=claude-haiku-4-5:50%:10%"])
    assert found.after == found.before
    assert found.steps[0].hit_share == pytest.approx(0.9)
    assert "with it already" in found.steps[0].notes[0]


def test_calls_that_are_in_batches_already_keep_their_hits() -> None:
    sent = [record(i, input_tokens=10_000, cache_read_input_tokens=9_000, service_tier="batch") for i in range(10)]
    assert asked(sent, batches=["bot"]).after == asked(sent, batches=["bot"]).before
    both = asked([*sent, record(99, input_tokens=10_000)], batches=["bot"])
    assert both.before - both.after == Decimal(10_000 * 3 + 100 * 15) / 10**6 / 2


def test_names_of_workloads_may_have_an_equals_sign() -> None:
    (route,) = question(routes=["team=a=gpt-4o-mini:60%"]).routes
    assert (route.workload, route.model) == ("team=a", "gpt-4o-mini")


def test_a_cache_of_one_workload_reads_nothing_that_another_would_have_to_write() -> None:
    """Alone, each prompt of ``b`` is cold after 600 seconds, and every write costs a quarter more than no cache."""
    rows = [record(i * 600 + after, PREFIX, tail=0, workload=name) for i in range(20) for name, after in (("a", 400), ("b", 0))]
    found = asked(rows, caches=["b=5m"])
    assert found.steps[0].hit_share == 0
    assert found.after - found.before == Decimal(20 * 6144 * 3) / 4 / 10**6
    assert asked(rows, caches=["*=5m"]).after < found.before


def test_what_was_written_for_one_lifetime_is_written_for_the_other_instead() -> None:
    rows = repeated([{"repeat": 20, "every": 1800, "blocks": PREFIX, "tail": 0}])
    written = [{**row, "cache_creation_5m_input_tokens": 6144} for row in rows]
    assert asked(written, caches=["bot=1h"]).after == asked(rows, caches=["bot=1h"]).after
