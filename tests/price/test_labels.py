"""The labels of the book claim no more than the evidence supports, and the tool that says so can tell the difference."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from logcost import resources
from logcost.errors import PriceBookError
from logcost.price import PriceBook, show

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent
NAMES = """
makers = []
[tiers]
[regions]
[hosts]
[hosts_when_unnamed]
[providers.acme]
names = ["acme"]
"""
PRICES = """
provider = "acme"
title = "Acme"
[sources]
page = "https://example.com"
table = "https://github.com/acme/table"
[[price]]
models = ["one", "one-2026-01-05"]
from = 2026-01-05
rates = { input = "1", cache_read = "0.1", output = "2" }
source = "page"
checked = 2026-11-22
confidence = "two-tables"
from_basis = "snapshot"
"""
LATER = """
[[price]]
models = ["one", "one-2026-01-05"]
from = 2026-03-01
rates = { input = "0.5", output = "1" }
source = "page"
checked = 2026-11-22
confidence = "table"
"""
LITELLM = {"input_cost_per_token": "1e-6", "output_cost_per_token": "2e-6", "cache_read_input_token_cost": "1e-7"}
MODELS_DEV = {"input": "1", "output": "2", "cache_read": "0.1"}


def load_audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("price_audit", resources.path("pricing", "tools", "audit.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["price_audit"] = module  # its dataclasses look their annotations up there
    spec.loader.exec_module(module)
    return module


audit: Any = load_audit()
BOOK = audit.curated()


def event(source: str, prices: dict[str, Any] | None, day: str = "2026-01-09", **more: str | None) -> dict[str, Any]:
    told = {"source": source, "provider": "acme", "model": "one", "first_seen": day, "not_before": None, "prices": prices}
    return told | more


def examine(folder: Path, events: list[dict[str, Any]], prices: str = PRICES, changes: str = "") -> list[Any]:
    """The findings for ``one`` in each block of a book of one provider, from evidence that is written for the test."""
    (folder / "acme.toml").write_text(prices, encoding="utf-8")
    (folder / "aliases.toml").write_text(NAMES, encoding="utf-8")
    lines = "".join(f"{json.dumps(one)}\n" for one in [*events, event("genai", None), event("litellm", None)])
    (folder / "changes_all.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    head = "provider,what,effective_from_utc,evidence\n"
    (folder / "known_changes.csv").write_text(head + changes, encoding="utf-8")
    book = PriceBook.read([folder / "acme.toml"], folder / "aliases.toml")
    return [found for _, _, model, found in audit.audit(folder, book) if model == "one"]


def summary() -> dict[tuple[str, str, str], dict[str, str]]:
    rows = csv.DictReader((HERE / "audit.csv").read_text(encoding="utf-8").splitlines())
    return {(row["provider"], row["model"], row["from"]): row for row in rows}


def test_no_label_of_the_book_claims_more_than_the_audit_found() -> None:
    found = summary()
    wrong = [
        f"{model} {block.start:%Y-%m-%d}: {problem}"
        for provider, one in BOOK.providers.items()
        for block in one.file.price
        for model in block.models
        if (row := found.get((provider, model, f"{block.start:%Y-%m-%d}")))
        and (problem := audit.claims_too_much(block, one.file.sources[block.source], row["confidence"], row["from_basis"]))
    ]
    assert wrong == [], "weaken the label, or find the evidence and run pricing/tools/audit.py"


def test_every_rate_that_bears_a_label_of_tables_has_been_audited() -> None:
    """A rate that is changed or added after the audit has no evidence: the audit must be run again."""
    audited = {key: row["rates"] for key, row in summary().items()}
    for provider, one in BOOK.providers.items():
        for block in one.file.price:
            if block.confidence in ("two-tables", "table"):
                for model in block.models:
                    rates = " ".join(f"{meter}={rate:f}" for meter, rate in audit.written(block).items())
                    assert audited.get((provider, model, f"{block.start:%Y-%m-%d}")) == rates, model


def test_two_families_make_two_tables_and_a_copy_of_the_same_makes_one(tmp_path: Path) -> None:
    litellm, copy, other = event("litellm", LITELLM), event("tokencost", LITELLM), event("modelsdev", MODELS_DEV)
    assert [found.confidence for found in examine(tmp_path, [litellm, copy])] == ["table"]
    assert [found.confidence for found in examine(tmp_path, [litellm, copy, other])] == ["two-tables"]
    assert [found.confidence for found in examine(tmp_path, [])] == ["inferred"]


def test_a_rate_that_only_one_table_states_makes_the_block_one_table(tmp_path: Path) -> None:
    without_cache = {"input": "1", "output": "2"}
    found = examine(tmp_path, [event("litellm", LITELLM), event("modelsdev", without_cache)])[0]
    assert (found.confidence, found.in_full, found.remark) == ("table", ("litellm",), "")


def test_a_table_with_another_rate_is_named(tmp_path: Path) -> None:
    found = examine(tmp_path, [event("litellm", LITELLM), event("modelsdev", MODELS_DEV | {"output": "3"})])[0]
    assert (found.confidence, found.remark) == ("table", "output 2, models.dev has 3")


def test_a_price_counts_only_for_the_block_in_whose_time_it_was_seen(tmp_path: Path) -> None:
    cut = {"input": "0.5", "output": "1"}
    events = [event("modelsdev", MODELS_DEV), event("modelsdev", cut, "2026-03-01"), event("litellm", LITELLM, "2026-04-01")]
    first, second = examine(tmp_path, events, PRICES + LATER)
    assert (first.in_full, first.from_basis) == (("models.dev",), "snapshot")
    assert (second.in_full, second.from_basis) == (("models.dev",), "noticed")
    assert second.remark == "input 0.5, litellm has 1; output 1, litellm has 2"


def test_a_table_with_dated_prices_backs_both_blocks_and_states_the_day(tmp_path: Path) -> None:
    dated = [
        {"constraint": None, "prices": {"input_mtok": "1", "output_mtok": "2", "cache_read_mtok": "0.1"}},
        {"constraint": {"start_date": "2026-03-01"}, "prices": {"input_mtok": "0.5", "output_mtok": "1"}},
        {"constraint": {"start_time": "01:00"}, "prices": {"input_mtok": "9", "output_mtok": "9"}},
    ]
    first, second = examine(tmp_path, [event("genai-prices", {"prices": dated}, "2026-05-01")], PRICES + LATER)
    assert (first.in_full, second.in_full, second.from_basis) == (("genai-prices",), ("genai-prices",), "stated")
    assert (first.remark, second.remark) == ("", "")


def test_what_the_first_day_rests_on(tmp_path: Path) -> None:
    plain = PRICES.replace(', "one-2026-01-05"', "").replace('from_basis = "snapshot"\n', "")

    def basis(change: str = "", **more: str) -> str:
        one = event("litellm", LITELLM, **more)
        return str(examine(tmp_path, [one], plain, change)[0].from_basis)

    assert basis() == "reported"
    assert basis(day="2026-01-05") == "noticed"
    assert basis(not_before="2026-01-04") == "noticed"
    assert basis(release_date="2026-01-05") == "stated"
    assert basis("acme,one,2026-01-05,explicit\n") == "reported", "a word as short as this could stand for any model"
    assert examine(tmp_path, [event("litellm", LITELLM)])[0].from_basis == "snapshot"


def test_a_change_known_by_hand_is_stated_unless_it_is_only_reported(tmp_path: Path) -> None:
    named = PRICES.replace('"one", "one-2026-01-05"', '"one", "one-large"').replace('from_basis = "snapshot"\n', "")

    def basis(evidence: str, model: str = "one-large") -> str:
        one = event("litellm", LITELLM, model=model)
        examine(tmp_path, [one], named, f"acme,one-large (new),2026-01-05,{evidence}\n")
        book = PriceBook.read([tmp_path / "acme.toml"], tmp_path / "aliases.toml")
        return next(str(found.from_basis) for _, _, name, found in audit.audit(tmp_path, book) if name == "one-large")

    assert basis("price page") == "stated"
    assert basis("commit date of a table") == "noticed"
    assert basis("reported") == "reported"
    assert basis("about a month after launch") == "reported"


def test_a_table_that_had_the_price_before_our_first_day_is_told(tmp_path: Path) -> None:
    found = examine(tmp_path, [event("litellm", LITELLM, "2025-12-24")])[0]
    assert found.remark == "a table had this price on 2025-12-24, before our first day"


def test_labels_that_claim_too_much_are_found(tmp_path: Path) -> None:
    examine(tmp_path, [], PRICES)
    block = PriceBook.read([tmp_path / "acme.toml"], tmp_path / "aliases.toml").providers["acme"].file.price[0]
    page, table = "https://example.com", "https://github.com/acme/table"
    assert audit.claims_too_much(block, page, "two-tables", "snapshot") == ""
    assert audit.claims_too_much(block, page, "table", "snapshot") == "confidence is two-tables, supported is table"
    assert audit.claims_too_much(block, page, "two-tables", "noticed") == "from_basis is snapshot, supported is noticed"
    examine(tmp_path, [], PRICES.replace("two-tables", "published"))
    block = PriceBook.read([tmp_path / "acme.toml"], tmp_path / "aliases.toml").providers["acme"].file.price[0]
    assert audit.claims_too_much(block, page, "inferred", "reported") == ""
    assert audit.claims_too_much(block, table, "inferred", "reported") == "published, but the source is a table"


def test_a_snapshot_needs_a_name_with_its_day(tmp_path: Path) -> None:
    examine(tmp_path, [], PRICES.replace(', "one-2026-01-05"', "").replace("from_basis", 'note = "As one-20260105."\nfrom_basis'))
    with pytest.raises(PriceBookError, match="one: from_basis is snapshot, but no name in models or note has the day"):
        examine(tmp_path, [], PRICES.replace(', "one-2026-01-05"', ""))


def test_show_says_what_a_first_day_rests_on_and_nothing_for_the_day_an_alias_moved() -> None:
    plain = [
        fact
        for fact in show(PriceBook.load(), "gpt-4o", provider="openai")
        if (fact.meter, fact.mode, fact.region) == ("input", "standard", "global")
    ]
    assert [(fact.valid_from, fact.from_basis) for fact in plain] == [
        (datetime(2024, 5, 13, tzinfo=UTC), "stated"),
        (datetime(2024, 10, 2, tzinfo=UTC), ""),
    ]
