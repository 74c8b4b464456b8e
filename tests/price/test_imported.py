"""The importer of the long tail: which of what the tables say is a price, from which day, and what it never does."""

from __future__ import annotations

import gzip
import importlib
import json
import sys
import tomllib
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from logcost import resources
from logcost.price import PriceBook, grammar

if TYPE_CHECKING:
    from pathlib import Path

sys.path.insert(0, str(resources.path("pricing", "tools", "import_tables.py").parent))
tables: Any = importlib.import_module("import_tables")

TODAY = date(2026, 11, 22)
HALF = {"input_cost_per_token": "5e-7", "output_cost_per_token": "1e-6"}
ONE = {"input_cost_per_token": "1e-6", "output_cost_per_token": "2e-6"}
FILES = resources.files("pricing", "imported", suffix=".toml")


def event(source: str, prices: Any, seen: str, *, model: str = "acme/one", **more: Any) -> dict[str, Any]:
    provider = more.pop("provider", "acme")
    told = {"source": source, "provider": provider, "model": model, "first_seen": seen, "not_before": None, "ref": source}
    return told | {"prices": prices} | more


def seen(prices: dict[str, str] | None, day: str, *, before: str | None = None, **more: Any) -> dict[str, Any]:
    return event("litellm", prices, day, not_before=before, mode="chat", **more)


def genai(prices: Any, day: str, **more: Any) -> dict[str, Any]:
    return event("genai-prices", {"prices": prices}, day, model=more.pop("model", "one"), **more)


def mtok(low: str, high: str) -> dict[str, str]:
    return {"input_mtok": low, "output_mtok": high}


class World:
    """Made-up evidence and packages in a folder, and the import from them."""

    def __init__(self, folder: Path) -> None:
        self.evidence, self.packages, self.imported = folder / "evidence", folder / "packages", folder / "imported"
        for one in (self.evidence, self.packages / "litellm", self.packages / "genai_prices"):
            one.mkdir(parents=True)
        self.imported.mkdir()

    def run(self, events: list[dict[str, Any]], current: dict[str, Any] | None = None, **options: Any) -> Any:
        """Import; the models of provider acme as (from, input, output, confidence, from_basis), and all that was found."""
        lines = "".join(f"{json.dumps(one)}\n" for one in events)
        (self.evidence / "changes_all.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
        named = {key: {"litellm_provider": "acme", "mode": "chat", **entry} for key, entry in (current or {}).items()}
        table = self.packages / "litellm" / "model_prices_and_context_window_backup.json"
        table.write_text(json.dumps(named), encoding="utf-8")
        model = "ModelInfo(id='one', match=ClauseEquals(equals='one'), prices=[])"
        provider = f"Provider(id='acme', name='Acme', pricing_urls=['https://acme.example/prices'], models=[{model}])"
        (self.packages / "genai_prices" / "data.py").write_text(f"providers: list[Provider] = [{provider}]\n", encoding="utf-8")
        checked, rebuild = options.get("checked", TODAY), options.get("rebuild", True)
        before, after, result = tables.imported(self.evidence, self.packages, checked, self.imported, rebuild=rebuild)
        tables.save(self.imported, after, "made-up tables")
        self.difference = list(tables.difference(before, after))
        return result

    def text(self) -> str:
        return (self.imported / "acme.toml").read_text(encoding="utf-8")

    def prices(self, model: str = "one") -> list[tuple[str, str, str, str]]:
        """(from, input/output, confidence, from_basis) of every price of a model."""
        blocks = [block for block in tomllib.loads(self.text())["price"] if model in block["models"]]
        said = [(str(block["from"]), block.get("rates", {}), block) for block in sorted(blocks, key=lambda one: str(one["from"]))]
        return [
            (day, f"{rates.get('input', '-')}/{rates.get('output', '-')}", block["confidence"], block["from_basis"])
            for day, rates, block in said
        ]

    def block(self, model: str = "one") -> Any:
        return next(block for block in tomllib.loads(self.text())["price"] if model in block["models"])


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(tables, "_FEWEST", 1)
    return World(tmp_path)


def test_the_first_price_begins_on_the_day_after_the_last_copy_without_it(world: World) -> None:
    world.run([seen(ONE, "2026-02-16", before="2026-02-01")], {"acme/one": ONE})
    assert world.prices() == [("2026-02-02", "1/2", "table", "noticed")]


def test_a_bulk_load_begins_on_its_day(world: World) -> None:
    world.run([genai(mtok("1", "2"), "2025-06-22")])
    assert world.prices() == [("2025-06-22", "1/2", "table", "noticed")]


def test_a_change_begins_when_the_first_table_saw_it(world: World) -> None:
    world.run(
        [
            seen(ONE, "2026-02-16", before="2026-02-01"),
            seen(HALF, "2026-08-16", before="2026-08-01"),
            genai(mtok("1", "2"), "2026-03-01"),
            genai(mtok("0.5", "1"), "2026-07-09"),
        ],
        {"acme/one": HALF},
    )
    assert world.prices() == [("2026-02-02", "1/2", "two-tables", "noticed"), ("2026-07-09", "0.5/1", "two-tables", "noticed")]


def test_a_stated_start_is_a_block_of_its_own_even_if_it_is_noticed_late(world: World) -> None:
    dated = [{"prices": mtok("1", "2")}, {"constraint": {"start_date": "2026-09-10"}, "prices": mtok("3", "6")}]
    world.run([genai(mtok("1", "2"), "2026-05-05"), genai(dated, "2026-10-01")])
    assert world.prices() == [("2026-05-05", "1/2", "table", "noticed"), ("2026-09-10", "3/6", "table", "stated")]


def test_a_price_of_which_only_the_end_is_stated_is_left_out_where_nobody_says_its_first_day(world: World) -> None:
    dated = [{"prices": mtok("1", "2")}, {"constraint": {"start_date": "2026-09-10"}, "prices": mtok("3", "6")}]
    world.run([genai(dated, "2026-10-01")])
    assert world.prices() == [("2026-09-10", "3/6", "table", "stated")]


def test_a_price_to_come_is_written_with_its_day(world: World) -> None:
    dated = [{"prices": mtok("1", "2")}, {"constraint": {"start_date": "2027-01-01"}, "prices": mtok("3", "6")}]
    world.run([genai(dated, "2026-10-01")])
    assert world.prices() == [("2026-10-01", "1/2", "table", "noticed"), ("2027-01-01", "3/6", "table", "stated")]


def test_a_price_that_was_announced_and_taken_back_is_none(world: World) -> None:
    dated = [{"prices": mtok("1", "2")}, {"constraint": {"start_date": "2026-12-01"}, "prices": mtok("3", "6")}]
    world.run([genai(dated, "2026-10-01"), genai(mtok("1", "2"), "2026-11-01")])
    assert world.prices() == [("2026-10-01", "1/2", "table", "noticed")]


def test_a_correction_after_a_few_weeks_is_no_price(world: World) -> None:
    world.run([seen(HALF, "2026-02-16", before="2026-02-01"), seen(ONE, "2026-03-16", before="2026-03-01")], {"acme/one": ONE})
    assert world.prices() == [("2026-02-02", "1/2", "table", "noticed")]


def test_a_long_price_that_another_table_contradicted_all_the_time_is_none(world: World) -> None:
    world.run(
        [
            genai(mtok("1", "2"), "2026-01-10"),
            seen(HALF, "2026-02-16", before="2026-02-01"),
            seen(ONE, "2026-08-16", before="2026-08-01"),
        ],
        {"acme/one": ONE},
    )
    assert world.prices() == [("2026-01-10", "1/2", "two-tables", "noticed")]


def test_a_slip_of_the_decimal_point_that_was_corrected_is_no_price(world: World) -> None:
    slip = {"input_cost_per_token": "1e-5", "output_cost_per_token": "2e-5"}
    events = [seen(slip, "2025-02-16", before="2025-02-01"), seen(ONE, "2026-03-16", before="2026-03-01")]
    world.run(events, {"acme/one": ONE})
    assert world.prices() == [("2025-02-02", "1/2", "table", "noticed")]


def test_the_last_copy_of_a_table_that_ended_decides_between_two_others(world: World) -> None:
    models_dev = event("modelsdev", {"input": "0.5", "output": "1"}, "2026-03-01", model="one", release_date=None)
    events = [genai(mtok("1", "2"), "2026-01-10"), seen(HALF, "2026-08-16", before="2026-08-01"), models_dev]
    world.run(events, {"acme/one": HALF})
    assert world.prices()[-1][1] == "0.5/1"


def test_tables_that_contradict_each_other_without_a_change_make_no_history(world: World) -> None:
    result = world.run([seen(HALF, "2026-02-16", before="2026-02-01"), genai(mtok("1", "2"), "2026-06-22")], {"acme/one": HALF})
    assert world.prices() == [("2026-02-02", "1/2", "table", "noticed")], "genai-prices before litellm, from the first day on"
    assert result.disagreements == ["acme one: litellm input=0.5 output=1; taken input=1 output=2"]


def test_the_table_that_changed_to_its_price_last_is_taken_where_they_contradict_each_other(world: World) -> None:
    events = [
        genai(mtok("1", "2"), "2026-01-10"),
        seen(ONE, "2026-02-16", before="2026-02-01"),
        seen(HALF, "2026-08-16", before="2026-08-01"),
    ]
    world.run(events, {"acme/one": HALF})
    assert world.prices() == [("2026-01-10", "1/2", "two-tables", "noticed"), ("2026-08-16", "0.5/1", "table", "noticed")]


def test_a_release_makes_the_first_day_stated_and_a_day_in_the_name_a_snapshot(world: World) -> None:
    models_dev = event("modelsdev", {"input": "1", "output": "2"}, "2026-03-01", model="one", release_date="2026-02-10")
    dated = seen(ONE, "2026-02-16", before="2026-02-01", model="acme/one-2026-02-12")
    world.run([seen(ONE, "2026-02-16", before="2026-02-01"), models_dev, dated], {"acme/one": ONE, "acme/one-2026-02-12": ONE})
    assert world.prices() == [("2026-02-10", "1/2", "two-tables", "stated")]
    assert world.prices("one-2026-02-12") == [("2026-02-12", "1/2", "table", "snapshot")]


def test_a_release_long_before_a_host_had_the_model_says_nothing(world: World) -> None:
    models_dev = event("modelsdev", {"input": "1", "output": "2"}, "2026-03-01", model="one", release_date="2024-02-10")
    world.run([seen(ONE, "2026-02-16", before="2026-02-01"), models_dev], {"acme/one": ONE})
    assert world.prices() == [("2026-02-02", "1/2", "two-tables", "noticed")]


def test_a_model_that_left_the_tables_keeps_its_price_unless_it_was_seen_for_days_only(world: World) -> None:
    old = [seen(ONE, "2025-02-16", before="2025-02-01"), seen(None, "2025-08-16", before="2025-08-01")]
    short = [one | {"model": "acme/short"} for one in (old[0], old[1] | {"first_seen": "2025-03-16"})]
    result = world.run([*old, *short])
    assert world.prices() == [("2025-02-02", "1/2", "table", "noticed")]
    assert "short" not in world.text()
    assert result.skipped["seen for less than 45 days in one table"] == 1


def test_a_zero_means_unknown_unless_a_table_is_explicit_or_the_name_says_free(world: World) -> None:
    nothing = {"input_cost_per_token": "0", "output_cost_per_token": "0"}
    named = {"acme/two": nothing, "acme/three:free": nothing}
    result = world.run([genai(mtok("0", "0"), "2026-03-01"), *(seen(nothing, "2026-03-01", model=key) for key in named)], named)
    assert world.prices() == [("2026-03-01", "0/0", "table", "noticed")]
    assert world.prices("three:free") == [("2026-03-01", "0/0", "table", "noticed")]
    assert world.prices("two") == []
    assert result.skipped["a 0 that means unknown"] == 1


def test_a_zero_beside_a_rate_is_not_stated(world: World) -> None:
    entry = {"input_cost_per_token": "1e-6", "output_cost_per_token": "0", "cache_read_input_token_cost": "0"}
    result = world.run([seen(entry, "2026-03-01")], {"acme/one": entry})
    assert world.block()["rates"] == {"input": "1"}
    assert result.left_out == {"cache_read is 0 beside rates that are not": 1}


def test_the_same_input_gives_the_same_bytes(world: World) -> None:
    events = [seen(ONE, "2026-02-16", model=f"acme/{name}") for name in ("c", "a", "b")]
    world.run(events, dict.fromkeys(("acme/c", "acme/a", "acme/b"), ONE))
    once = world.text()
    world.run(list(reversed(events)), dict.fromkeys(("acme/b", "acme/a", "acme/c"), ONE))
    assert world.text() == once
    assert world.difference == []


def test_a_rerun_keeps_the_past_byte_for_byte_and_appends_what_changed(world: World) -> None:
    first = [seen(ONE, "2026-02-16", before="2026-02-01"), seen(ONE, "2026-02-16", model="acme/gone")]
    world.run(first, {"acme/one": ONE, "acme/gone": ONE}, checked=date(2026, 6, 1))
    past = world.text().splitlines()
    later = [seen(HALF, "2026-08-16", before="2026-08-01"), seen(ONE, "2026-08-16", model="acme/new", before="2026-08-01")]
    world.run(later, {"acme/one": HALF, "acme/new": ONE}, rebuild=False)
    assert [line for line in past if line.startswith("  {")] == [line for line in world.text().splitlines() if line in past[8:10]]
    assert [day for day, *_ in world.prices()] == ["2026-02-02", "2026-08-02"]
    assert world.prices("gone") == [("2026-02-16", "1/2", "table", "noticed")]
    assert world.difference == [
        "+ acme new: input=1 output=2 from 2026-08-02",
        "~ acme one: input=0.5 output=1 from 2026-08-02",
    ]


def test_a_rerun_with_nothing_new_changes_nothing(world: World) -> None:
    ten = {"input_cost_per_token": "1e-5", "output_cost_per_token": "2e-5"}
    events = [seen(ten, "2026-02-16", before="2026-02-01")]
    world.run(events, {"acme/one": ten})
    once = world.text()
    assert world.difference == ["+ acme one: input=10 output=20 from 2026-02-02"]
    world.run(events, {"acme/one": ten}, checked=date(2026, 12, 24), rebuild=False)
    assert world.text() == once
    assert world.difference == []


def test_a_rerun_notices_a_tier_that_is_gone_and_a_mode_that_changed(world: World) -> None:
    long = ONE | {"input_cost_per_token_above_200k_tokens": "2e-6", "output_cost_per_token_above_200k_tokens": "3e-6"}
    half = ONE | {"input_cost_per_token_batches": "5e-7", "output_cost_per_token_batches": "1e-6"}
    events = [seen(long, "2026-02-16"), seen(half, "2026-02-16", model="acme/two")]
    world.run(events, {"acme/one": long, "acme/two": half}, checked=date(2026, 6, 1))
    most = half | {"input_cost_per_token_batches": "8e-7", "output_cost_per_token_batches": "1.6e-6"}
    later = [seen(ONE, "2026-08-16", before="2026-08-01"), seen(most, "2026-08-16", model="acme/two", before="2026-08-01")]
    world.run([*events, *later], {"acme/one": ONE, "acme/two": most}, rebuild=False)
    assert [day for day, *_ in world.prices()] == ["2026-02-16", "2026-08-16"]
    assert [day for day, *_ in world.prices("two")] == ["2026-02-16", "2026-11-22"], "from the day on which it was noticed"


def test_modes_are_factors_where_the_table_has_one_and_hold_above_the_threshold_only_where_it_says_so(world: World) -> None:
    half = {"input_cost_per_token_batches": "5e-7", "output_cost_per_token_batches": "1e-6"}
    long = {"input_cost_per_token_above_200k_tokens": "2e-6", "output_cost_per_token_above_200k_tokens": "3e-6"}
    long_half = {
        "input_cost_per_token_above_200k_tokens_batches": "1e-6",
        "output_cost_per_token_above_200k_tokens_batches": "1.5e-6",
    }
    odd = {"input_cost_per_token_priority": "2e-6", "output_cost_per_token_priority": "3e-6"}
    named = {"acme/a": ONE | half, "acme/b": ONE | half | long, "acme/c": ONE | half | long | long_half, "acme/d": ONE | odd}
    world.run([seen(entry, "2026-03-01", model=key) for key, entry in named.items()], named)
    assert world.block("a")["modes"] == {"batch": {"times": "0.5"}}
    assert world.block("b")["modes"] == {"batch": {"times": "0.5"}}
    assert world.block("c")["modes"] == {"batch": {"times": "0.5", "above": True}}
    assert world.block("d")["modes"] == {"priority": {"rates": {"input": "2", "output": "3"}}}
    assert world.block("c")["long_context"] == [{"above": 200_000, "rates": {"input": "2", "output": "3"}}]


def test_a_factor_is_limited_to_the_meters_for_which_the_table_states_it(world: World) -> None:
    cached = ONE | {"cache_read_input_token_cost": "1e-7"}
    entry = cached | {"input_cost_per_token_batches": "5e-7", "output_cost_per_token_batches": "1e-6"}
    kept = entry | {"cache_read_input_token_cost_batches": "1e-7"}
    world.run([seen(entry, "2026-03-01"), seen(kept, "2026-03-01", model="acme/two")], {"acme/one": entry, "acme/two": kept})
    assert world.block()["modes"] == {"batch": {"times": "0.5", "meters": ["input", "output"]}}
    assert world.block("two")["modes"] == {"batch": {"times": "0.5", "keep": ["cache_read"]}}


def test_what_three_models_share_is_a_rule(world: World) -> None:
    entry = ONE | {"input_cost_per_token_batches": "5e-7", "output_cost_per_token_batches": "1e-6"}
    named = {
        f"acme/{name}": {**entry, "input_cost_per_token": price}
        for name, price in {"a": "1e-6", "b": "1e-6", "c": "1e-6"}.items()
    }
    events = [
        seen(one, day, model=key)
        for (key, one), day in zip(named.items(), ("2026-03-01", "2026-04-01", "2026-05-01"), strict=True)
    ]
    world.run(events, named)
    assert world.block("a")["rules"] == ["batch-x0_5"]
    assert tomllib.loads(world.text())["rules"] == {"batch-x0_5": {"modes": {"batch": {"times": "0.5"}}}}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_every_imported_price_says_where_it_is_from_and_no_cached_token_costs_more_than_a_fresh_one(file: Path) -> None:
    read = grammar.read(file, grammar.ProviderFile)
    assert file.stem == read.provider
    for block in read.price:
        assert block.source in read.sources, block.models
        assert block.confidence in ("two-tables", "table"), block.models
        assert block.from_basis != "reported", block.models
        if "input" in block.rates:
            assert block.rates.get("cache_read", Decimal(0)) <= block.rates["input"], block.models
        assert all(rate <= 600 for rate in block.rates.values()), block.models


def test_a_model_of_the_curated_files_is_not_imported() -> None:
    curated = tables.curated_book()
    both = [
        f"{file.stem} {model}"
        for file in FILES
        if file.stem in curated.providers
        for block in grammar.read(file, grammar.ProviderFile).price
        for model in block.models
        if model in curated.providers[file.stem].blocks
    ]
    assert both == []


def test_the_book_has_thousands_of_models() -> None:
    book = PriceBook.load()
    found = {(provider, model.lower()) for provider, one in book.providers.items() for model in one.blocks}
    assert len(found) >= 5000, len(found)
    assert len(book.providers) >= 90, len(book.providers)
