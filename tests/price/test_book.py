"""The book itself: complete, consistent, append-only, quick to read, and honest about what it does not know."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logcost import resources
from logcost.errors import PriceBookError
from logcost.price import PriceBook, show
from logcost.price.tariff import GLOBAL, STANDARD, Where, tariff

if TYPE_CHECKING:
    from types import ModuleType

BOOK = PriceBook.load()
HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

GOOD = """
provider = "acme"
title = "Acme"
[sources]
page = "https://example.com"
[[price]]
models = ["one"]
from = 2026-01-01
rates = { input = "1", output = "2" }
source = "page"
checked = 2026-11-22
confidence = "published"
"""
NAMES = """
makers = ["acme"]
[tiers]
[regions]
[hosts]
[hosts_when_unnamed]
[providers.acme]
names = ["acme"]
"""


def write_book(folder: Path, prices: str, names: str = NAMES) -> PriceBook:
    (folder / "acme.toml").write_text(prices, encoding="utf-8")
    (folder / "aliases.toml").write_text(names, encoding="utf-8")
    book = PriceBook.read([folder / "acme.toml"], folder / "aliases.toml")
    assert book.providers["acme"].blocks  # read now, with all that is wrong in it
    return book


def load_freeze() -> ModuleType:
    import importlib.util

    spec = importlib.util.spec_from_file_location("freeze", resources.path("pricing", "tools", "freeze.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_past_has_not_changed() -> None:
    now = {tuple(row[:2]): row[2] for row in csv.reader(load_freeze().document(BOOK).splitlines())}
    frozen = {tuple(row[:2]): row[2] for row in csv.reader((HERE / "frozen.csv").read_text(encoding="utf-8").splitlines())}
    changed = sorted(key for key in frozen if now.get(key) != frozen[key])
    assert changed == [], "a past price changed: add a block instead, or run pricing/tools/freeze.py and say why"
    assert sorted(set(now) - set(frozen)) == [], "new models: run pricing/tools/freeze.py"


def test_a_later_block_leaves_the_fingerprint_and_a_changed_rate_does_not(tmp_path: Path) -> None:
    freeze = load_freeze()
    before = freeze.fingerprint(write_book(tmp_path, GOOD).providers["acme"], "one")
    later = GOOD + GOOD[GOOD.index("[[price]]") :].replace("2026-01-01", "2027-01-01").replace('"2"', '"9"')
    assert freeze.fingerprint(write_book(tmp_path, later).providers["acme"], "one") == before
    changed = GOOD.replace('"2"', '"3"')
    assert freeze.fingerprint(write_book(tmp_path, changed).providers["acme"], "one") != before


def test_every_rate_of_every_model_is_a_whole_number_of_femto_usd() -> None:
    seen = 0
    for provider, one in BOOK.providers.items():
        for model in one.blocks:
            for part in one.timeline(model):
                for mode in (STANDARD, *(part.merged.modes if part.merged else ())):
                    for region in (GLOBAL, *(part.merged.regions if part.merged else ())):
                        found = tariff(provider, model, part.merged, part.start, Where(mode, region)) if part.merged else None
                        seen += len(found.rates) if found else 0
    assert seen > 5_000


def test_cached_reads_never_cost_more_than_input_and_writes_never_less() -> None:
    for provider, one in BOOK.providers.items():
        for model in one.blocks:
            for part in one.timeline(model):
                for tier in range(len(part.merged.block.tiers) + 1) if part.merged else ():
                    found = tariff(provider, model, part.merged, part.start, Where(tier=tier)) if part.merged else None
                    rates = dict(found.rates) if found else {}
                    assert rates.get("cache_read", 0) <= rates.get("input", 0), model
                    assert all(rate >= rates["input"] for meter, rate in rates.items() if "write" in meter), model


def test_the_makers_are_there_with_their_history() -> None:
    assert len(BOOK.models("openai")) > 150
    assert len(BOOK.models("google")) > 80
    assert len(BOOK.models("anthropic")) > 40


def test_only_the_books_that_are_asked_for_are_read(tmp_path: Path) -> None:
    write_book(tmp_path, GOOD)
    (tmp_path / "broken.toml").write_text("provider = ", encoding="utf-8")
    book = PriceBook.read([tmp_path / "acme.toml", tmp_path / "broken.toml"], tmp_path / "aliases.toml")
    assert list(book.providers) == ["acme", "broken"]
    assert list(book.providers["acme"].blocks) == ["one"]
    with pytest.raises(PriceBookError, match="The price file is wrong"):
        book.providers["broken"]


def test_a_curated_model_wins_over_an_imported_one_and_the_rest_is_added(tmp_path: Path) -> None:
    write_book(tmp_path, GOOD)
    imported = tmp_path / "imported"
    imported.mkdir()
    more = GOOD.replace('["one"]', '["one", "two"]').replace('"2"', '"7"').replace("example.com", "example.com/table")
    (imported / "acme.toml").write_text(more, encoding="utf-8")
    one = PriceBook.read([tmp_path / "acme.toml", imported / "acme.toml"], tmp_path / "aliases.toml").providers["acme"]
    assert {model: dated[0].rates["output"] for model, dated in one.blocks.items()} == {"one": Decimal(2), "two": Decimal(7)}
    sources = [one.timeline(model)[0].merged for model in ("one", "two")]
    assert [merged.source for merged in sources if merged] == ["https://example.com", "https://example.com/table"]


def test_every_alias_stands_for_a_model_with_a_price() -> None:
    for one in BOOK.providers.values():
        for alias, targets in one.names.alias.items():
            assert alias not in one.blocks
            assert all(target.model in one.blocks for target in targets)
            starts = [target.start for target in targets[1:]]
            assert starts == sorted(start for start in starts if start)


def test_every_block_has_a_source_a_date_and_a_reason_when_inferred() -> None:
    for one in BOOK.providers.values():
        for block in one.file.price:
            assert one.file.sources[block.source].startswith("https://")
            assert block.checked.year >= 2026
            assert block.note or block.confidence != "inferred", block.models


def test_reading_the_book_is_quick() -> None:
    code = (
        "import time; from logcost.price.book import PriceBook; start = time.process_time(); PriceBook.load(); "
        "print(time.process_time() - start)"
    )
    seconds = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3))
    assert seconds < 0.15


def test_show_states_every_rate_with_its_source() -> None:
    facts = show(BOOK, "claude-3-5-haiku-latest", at=datetime(2024, 12, 3, tzinfo=UTC))
    inputs = [fact for fact in facts if fact.meter == "input" and fact.mode == "standard"]
    assert [(fact.usd, fact.unit, fact.valid_from, fact.valid_to) for fact in inputs] == [
        (Decimal("0.8"), "USD per 1M tokens", datetime(2024, 12, 3, tzinfo=UTC), None)
    ]
    assert all(fact.source.startswith("https://") and fact.checked for fact in facts)


def test_show_without_a_date_is_the_history() -> None:
    facts = show(BOOK, "gpt-4o")
    plain = [fact for fact in facts if (fact.meter, fact.mode, fact.region) == ("input", STANDARD, GLOBAL)]
    moved = datetime(2024, 10, 2, tzinfo=UTC)
    assert [(fact.model, fact.usd, fact.valid_from, fact.valid_to) for fact in plain] == [
        ("gpt-4o-2024-05-13", Decimal(5), datetime(2024, 5, 13, tzinfo=UTC), moved),
        ("gpt-4o-2024-08-06", Decimal("2.5"), moved, None),
    ]


def test_show_tells_of_a_price_that_was_taken_back() -> None:
    revoked = [fact for fact in show(BOOK, "claude-sonnet-5") if fact.confidence == "revoked"]
    assert [(fact.meter, fact.usd) for fact in revoked] == [("input", Decimal(3)), ("output", Decimal(15))]
    assert all("cancelled" in fact.note for fact in revoked)


def test_an_unknown_name_is_an_error_with_the_nearest_names() -> None:
    with pytest.raises(PriceBookError) as caught:
        show(BOOK, "claude-sonet-4-5")
    near = "claude-sonnet-4-5, claude-sonnet-5-5, claude-sonnet-4-6"
    assert str(caught.value) == f"No price for claude-sonet-4-5 (unknown-model). Near: {near}. [price-book]"
    assert BOOK.nearest("zzzzzzzzzzzz") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('input = "1"', "input = 1.5"), "1.5 is written without quotes"),
        (('input = "1"', 'inptu = "1"'), "Invalid enum value 'inptu'"),
        (('source = "page"', 'source = "pgae"'), "one: pgae is not defined in this file."),
        (("from = 2026-01-01", "since_when = 2026-01-01"), "unknown field `since_when`"),
        (('confidence = "published"', 'confidence = "sure"'), "Invalid enum value 'sure'"),
        (('title = "Acme"', "title = "), "Invalid value"),
    ],
)
def test_a_wrong_price_file_is_named_with_what_is_wrong(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(PriceBookError) as caught:
        write_book(tmp_path, GOOD.replace(*change))
    assert message in str(caught.value)
    assert str(tmp_path / "acme.toml") in str(caught.value)


def test_two_prices_from_the_same_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceBookError, match="one has two prices from 2026-01-01"):
        write_book(tmp_path, GOOD + GOOD[GOOD.index("[[price]]") :])


def test_a_rate_finer_than_a_femto_usd_is_refused(tmp_path: Path) -> None:
    one = write_book(tmp_path, GOOD.replace('"1"', '"0.0000000001"')).providers["acme"]
    part = one.timeline("one")[0]
    assert part.merged is not None
    with pytest.raises(PriceBookError, match="not a whole number of femto-USD"):
        tariff("acme", "one", part.merged, NOW, Where())
