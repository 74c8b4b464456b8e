"""What people read on the terminal: aligned, adding up, honest about what is missing, the same without colour."""

from __future__ import annotations

import json as standard
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.ingest import declarations, explain
from logcost.ingest.identify import Claim, Identification
from logcost.price import PriceFact
from logcost.report import terminal, words
from logcost.spending import Adjustment, Bill, NotApplied, SpendRow, SpendSummary, Totals
from logcost.types import BoundedModel, CachingReview, IngestResult, Period, RejectRow, SourceReport, UnpricedModel
from tests.report import sample
from tests.report.page import amount

if TYPE_CHECKING:
    from pathlib import Path

Capture = pytest.CaptureFixture[str]


def lines(capsys: Capture) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_spend_adds_up_and_is_aligned(capsys: Capture) -> None:
    terminal.spend(sample.month().spend.by_workload)
    found = lines(capsys)
    assert found[0] == "Spend in USD, list prices, from 2026-10-01 00:00 until 2026-11-01 00:00 UTC"
    amounts = [amount(match.group()) for line in found if (match := re.search(r"\$[\d,.]+", line))]
    assert sum(amounts[:-1]) == amounts[-1]
    assert round(amounts[-1]) == round(sample.month().spend.totals.list_cost)
    ends = {match.end() for line in found if (match := re.search(r"\$[\d,.]+", line))}
    assert len(ends) == 1
    assert found[-1].startswith("Total")


def test_spend_warns_about_calls_without_a_price(capsys: Capture) -> None:
    summary = sample.month().spend.by_model
    totals = replace(
        summary.totals, unpriced_requests=7, unpriced_tokens=7_000, unpriced_records=7, reported_cost=Decimal("12.5")
    )
    row = summary.rows[-1]
    bare = replace(
        row,
        totals=replace(
            row.totals, list_cost=Decimal(0), unpriced_requests=row.totals.records, unpriced_records=row.totals.records
        ),
    )
    terminal.spend(replace(summary, totals=totals, rows=(*summary.rows[:-1], bare), period=Period()))
    text = "\n".join(lines(capsys))
    assert "! 7 calls (7.00 k tokens) without a price: not in the amounts." in text
    assert "no price" in text
    assert "The logs themselves claim $12.50." in text


def ranged(summary: SpendSummary) -> SpendSummary:
    """The summary when each row also has two records that cost between 1 and 3 USD each."""

    def more(totals: Totals, times: int = 1) -> Totals:
        low, high = Decimal(2 * times), Decimal(6 * times)
        return replace(
            totals,
            bounded_records=2 * times,
            bounded_requests=50 * times,
            records=totals.records + 2 * times,
            bounded_list_low=low,
            bounded_list_high=high,
            bounded_contracted_low=low,
            bounded_contracted_high=high,
        )

    rows = tuple(replace(row, totals=more(row.totals)) for row in summary.rows)
    return replace(summary, totals=more(summary.totals, len(rows)), rows=rows)


def test_spend_shows_both_ends_of_what_is_a_range(capsys: Capture) -> None:
    summary = ranged(sample.month().spend.by_provider)
    models = [
        BoundedModel("openai", f"m{n}", "bucket-straddles-tier", 50, 10**6, 2, 0, low=Decimal(2), high=Decimal(6))
        for n in range(7)
    ]
    terminal.spend(summary, bounded=models)
    found = lines(capsys)
    assert found[1].split()[-3:] == ["USD", "to", "Share"]
    ends = [[amount(text) for text in re.findall(r"\$[\d,.]+", line)] for line in found[2:6]]
    assert [sum(column[:-1]) for column in zip(*ends, strict=True)] == ends[-1]
    assert ends[-1][1] - ends[-1][0] == 12
    assert found[6].startswith("! The total lies between $47,786.72 and $47,798.72: 6 records (150 calls) are sums in which")
    assert found[7] == "  openai m0: 2 records, $2.00 to $6.00, bucket-straddles-tier"
    assert found[12:] == [
        "  and 2 more (--json lists them)",
        "  Export by the minute (OpenAI) or grouped by context window (Anthropic), or use request-level logs.",
    ]


def test_a_group_of_ranges_alone_has_a_price(capsys: Capture) -> None:
    totals = replace(
        sample.add([]), records=1, bounded_records=1, bounded_list_low=Decimal(2), bounded_list_high=Decimal(3), requests=None
    )
    summary = SpendSummary(Period(), "USD", ("model",), totals, (SpendRow({"model": "m"}, totals),))
    terminal.spend(summary)
    text = " ".join(capsys.readouterr().out.split())
    assert "no price" not in text
    assert "$2.00 $3.00 100.0%" in text
    assert "The total lies between $2.00 and $3.00: 1 record is a sum in which" in text


def test_spend_with_a_contract(capsys: Capture) -> None:
    summary = sample.month().spend.by_provider
    adjustment = Adjustment("2026-10", None, "Credit", "credit of 1000 USD from 2026-10-01", Decimal(-1000), 3)
    gap = NotApplied("2026-11", "openai", "Adjustment", "volume discount", "partial month: the calls end on 2026-11-02")
    cost = summary.totals.list_cost - 1000
    bill = Bill("logcost.toml", cost, cost, cost, (adjustment,) * 30, (gap,) * 30)
    terminal.spend(replace(summary, bill=bill, prices_as_of=datetime(2026, 1, 1, tzinfo=UTC)))
    found = lines(capsys)
    assert found[0].startswith("Spend in USD, list prices of 2026-01-01, from 2026-10-01")
    assert found[1].split()[-3:] == ["List", "Contracted", "Share"]
    credit = "  2026-10 credit of 1000 USD from 2026-10-01: \u2212$1,000.00 (3 records without a price taken as free)"
    assert found.count(credit) == 24
    assert "  and 6 more (--json lists them)" in found
    assert "  not applied: 2026-11 openai volume discount: partial month: the calls end on 2026-11-02" in found
    assert found[-1] == "Effective cost: $46,780.72."


def test_spend_of_nothing(capsys: Capture) -> None:
    terminal.spend(sample.summary([], ("model",), Period()))
    assert lines(capsys) == ["Spend in USD, list prices, all calls", "No calls in this period."]


def test_spend_folds_many_rows(capsys: Capture) -> None:
    works = [replace(sample.WORKS[0], name=f"w{i:04}", calls=10 + i) for i in range(300)]
    terminal.spend(sample.month(works, bad_day=False).spend.by_workload)
    found = lines(capsys)
    assert found[-2].startswith("All others (100)")
    amounts = [amount(match.group()) for line in found if (match := re.search(r"\$[\d,.]+", line))]
    assert sum(amounts[:-1]) == amounts[-1]


def test_shape(capsys: Capture) -> None:
    terminal.shape(sample.month().shape)
    text = "\n".join(lines(capsys))
    assert "bimodal" in text
    assert "5.6 oct" in text
    assert "product-copy (U = 0.98). Route by workload name; no classifier is needed." in " ".join(text.split())
    assert "1,204 calls without output." in text


def test_caching(capsys: Capture) -> None:
    terminal.caching(sample.caching_review())
    found = lines(capsys)
    total = next(line for line in found if line.startswith("Total"))
    assert "$4,398.48" in total
    assert any(line.startswith("LC101 No cache markers") for line in found)
    assert any("not known" in line for line in found if line.startswith("product-copy"))


def test_caching_of_nothing(capsys: Capture) -> None:
    terminal.caching(CachingReview(0, 0, 0, 0, Decimal(0), ()))
    assert lines(capsys) == ["No calls to review for prompt caching."]


def test_ingest(capsys: Capture) -> None:
    sources = (
        SourceReport("logs/a.jsonl", "openai.chat", 10, 7, 1, 1, 1, notes=("The last line is cut off.",), requests=6),
        SourceReport("logs/b.txt", None, 0, 0, 0, 0, 0, error="logs/b.txt: No format claims this file."),
    )
    terminal.ingest(IngestResult(sources))
    found = lines(capsys)
    assert found[0].split() == ["File", "Format", "Records", "Rows", "Requests", "Skipped", "Duplicates", "Rejects"]
    assert found[3].split() == ["2", "files", "10", "7", "6", "1", "1", "1"]
    assert "! logs/b.txt: No format claims this file." in found
    assert "logs/a.jsonl: The last line is cut off." in found
    assert "'logcost rejects' lists what could not be read, by file and line." in found


def test_ingest_of_an_export_that_counts_no_requests(capsys: Capture) -> None:
    terminal.ingest(IngestResult((SourceReport("a.json", "anthropic.usage_report", 3, 3, 0, 0, 0),)))
    assert lines(capsys)[1].split()[2:5] == ["3", "3", words.UNKNOWN]
    sources = [SourceReport(f"{n}.json", "openai.usage_api", 3, 3, 0, 0, 0, requests=n or None) for n in range(3)]
    terminal.ingest(IngestResult(tuple(sources)))
    assert lines(capsys)[-1].split()[2:6] == ["9", "9", "≥", "3"]


def test_ingest_of_very_many_files_is_summed_by_format(capsys: Capture) -> None:
    good = [SourceReport(f"{n}.jsonl", "claude_code.transcript", 10, 4, 5, 1, 0, requests=4) for n in range(60)]
    known = [SourceReport("old.jsonl", "claude_code.transcript", 0, 0, 0, 0, 0, ("Already in the ledger.",), unchanged=True)]
    torn = [SourceReport(f"{n}.gz", None, 0, 0, 0, 0, 0, error=f"{n}.gz: The data is damaged.") for n in range(45)]
    other = [SourceReport(f"x/{n}.txt", None, 0, 0, 0, 0, 0, error=f"{n}.txt: Unclaimed. [unknown-format]") for n in range(5)]
    terminal.ingest(IngestResult((*good, *known, *torn, *other)))
    found = lines(capsys)
    assert found[1].split() == ["60", "files", "claude_code.transcript", "600", "240", "240", "300", "60", "0"]
    assert found[2].split()[:4] == ["1", "file", "claude_code.transcript", "(unchanged)"]
    assert found[3].split()[:4] == ["5", "files", "no", "format"]
    assert found[4].split()[:4] == ["45", "files", "not", "readable"]
    assert found[5].split() == ["111", "files", "600", "240", "240", "300", "60", "0"]
    assert found[6].startswith("! 5 files of no known format: 0.txt, 1.txt, 2.txt and 2 more.")
    assert found[7:] == ["! 0.gz and 44 more, each: The data is damaged."]
    apart = [replace(one, error=f"{one.path}: Damaged at byte {number}.") for number, one in enumerate(torn)]
    terminal.ingest(IngestResult((*good, *apart)))
    assert lines(capsys)[-1] == "and 5 more remarks; --json lists all."


def test_an_error_that_many_files_share_is_said_once(capsys: Capture) -> None:
    errors = {
        "a.gz": "a.gz: Torn.",
        "b.json": "b.json: No JSON.",
        "c.gz": "c.gz: Torn.",
        "z.zip!x": "z.zip: Locked.",
        "e.gz": "e.gz: Torn.",
    }
    failed = [SourceReport(path, None, 0, 0, 0, 0, 0, error=error) for path, error in errors.items()]
    terminal.ingest(IngestResult(tuple(failed)))
    said = [line for line in lines(capsys) if line.startswith("! ")]
    assert said == ["! a.gz and 2 more, each: Torn.", "! b.json: No JSON.", "! z.zip: Locked."]


def test_a_remark_that_many_files_share_is_said_once(capsys: Capture) -> None:
    """A folder of bills repeated one sentence for each, and the remarks that told something were cut off."""
    bills = [SourceReport(f"{n}.csv", "bill", 1, 1, 0, 0, 0, (f"{n} of {n}.", "Amounts, no tokens.")) for n in range(3)]
    unknown = SourceReport("old.csv", "bill", 0, 0, 0, 0, 0, ("Amounts, no tokens.",), unchanged=True)
    terminal.ingest(IngestResult((*bills, unknown)))
    said = lines(capsys)[6:]
    assert said == ["0.csv: 0 of 0.", "0.csv and 2 more, each: Amounts, no tokens.", "1.csv: 1 of 1.", "2.csv: 2 of 2."]


def test_other_files_of_one_name_are_counted(capsys: Capture) -> None:
    error = "No format claims this file. [unknown-format]"
    names = ["a/README.md", "b/README.md", "c/README.md", "d.png", "e.txt", "f.txt"]
    others = [SourceReport(name, None, 0, 0, 0, 0, 0, error=f"{name}: {error}") for name in names]
    terminal.ingest(IngestResult(tuple(others)))
    assert "! 6 files of no known format: README.md (3), d.png, e.txt and 1 more. 'logcost formats FILE' says" in " ".join(
        lines(capsys)
    )
    terminal.ingest(IngestResult(tuple(others[:3])))
    assert lines(capsys)[-1] == f"! a/README.md and 2 more, each: {error}"


def test_rejects(capsys: Capture) -> None:
    terminal.rejects([RejectRow("a.jsonl", 3, 120, "bad-json", "The line is no JSON.")])
    assert lines(capsys)[1].split(maxsplit=2) == ["a.jsonl:3", "bad-json", "The line is no JSON."]
    terminal.rejects([])
    assert lines(capsys) == ["Nothing was rejected."]


def test_formats(capsys: Capture, tmp_path: Path) -> None:
    known = declarations()
    terminal.formats(known)
    found = lines(capsys)
    assert [line.split()[0] for line in found[1:]] == sorted(one.name for one in known)
    path = tmp_path / "mine.csv"
    path.write_text("colour,size\nred,1\n")
    terminal.identification(explain(path))
    found = lines(capsys)
    assert found[0].startswith("No format claims this file. If it is a log of your own")
    assert all(line.startswith("  not ") and ": misses " in line for line in found[1:])


def test_of_a_claimed_file_only_the_format_that_claims_it_is_shown(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"object": "chat.completion", "choices": [], "usage": {"prompt_tokens": 1}}')
    found = explain(path)
    assert found.near
    terminal.identification(found)
    assert [line.split(":")[0] for line in lines(capsys)] == ["openai.chat", "  because it has choices, usage.prompt_tokens"]


def test_of_many_values_that_a_key_may_have_the_first_are_named(capsys: Capture) -> None:
    declared = declarations()[0]
    near = Claim(declared, "json_lines", ("id", "type = a or b or c or d or e", "must not have usage"), ())
    terminal.identification(Identification((), (near,)))
    assert (
        lines(capsys)[1] == f"  not {declared.name}: misses id; misses type = a or b or c or 2 other values; must not have usage"
    )


def price_fact() -> PriceFact:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return PriceFact(
        "anthropic", "claude-x", "input", Decimal("3.00"), "USD per 1M tokens", "standard", "global", "", start, None,
        "https://example.com/prices", date(2026, 11, 1), "published",
    )  # fmt: skip


def test_prices(capsys: Capture) -> None:
    terminal.prices([price_fact()], datetime(2026, 11, 1, tzinfo=UTC))
    found = lines(capsys)
    assert "Source: https://example.com/prices, checked 2026-11-01" in found
    assert found[0] == "anthropic claude-x, USD per 1M tokens, from 2026-01-01"
    assert found[2].split() == ["input", "3"]


def test_names_cannot_steer_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    works = [replace(sample.WORKS[0], name="evil\x1b[2J\u202e[bold red]x[/]")]
    terminal.spend(sample.month(works, bad_day=False).spend.by_workload)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold red]x[/]" in text


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_narrow_terminals_keep_every_number_whole(capsys: Capture, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    model = sample.month()
    terminal.spend(model.spend.by_workload_model)
    summary = ranged(model.spend.by_workload_model)
    terminal.spend(replace(summary, bill=Bill("logcost.toml", Decimal(1), Decimal(1), Decimal(1))))
    terminal.caching(model.caching)
    terminal.shape(model.shape)
    found = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines(capsys)]
    assert max(len(line.rstrip()) for line in found) <= width
    assert not any("\u2026" in line for line in found)
    assert any("$47,780.72" in line for line in found)
    assert any("$4,398.48" in line for line in found)
    assert [line for line in found if line.count("$47,8") >= 4]  # list and contracted, from and to


def test_on_a_narrow_terminal_the_folder_of_all_files_is_said_once(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["logs/calls.jsonl", "logs/calls.csv", "old/export.json"]
    sources = [SourceReport(f"/home/someone/data/{name}", "openai.chat", 1, 1, 0, 0, 0) for name in names]
    terminal.ingest(IngestResult(tuple(sources)))
    assert [line.split()[0] for line in lines(capsys)[1:4]] == [source.path for source in sources]
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.ingest(IngestResult(tuple(sources)))
    found = lines(capsys)
    assert found[0] == "In /home/someone/data/"
    assert [line.split()[0] for line in found[2:5]] == names
    for alone in (sources[:1], [sources[0], replace(sources[1], path="b.csv")]):
        terminal.ingest(IngestResult(tuple(alone)))
        assert not lines(capsys)[0].startswith("In ")


def test_calls_that_are_not_all_counted_are_at_least_so_many(capsys: Capture) -> None:
    summary = sample.month().spend.by_model
    totals = replace(summary.totals, unpriced_requests=7, unpriced_tokens=7_000, unpriced_records=9)
    models = (
        UnpricedModel("a", "x", "unknown-model", 7, 6_000, 8, 1),
        UnpricedModel("a", "y", "unknown-model", None, None, 2, 2),
    )
    terminal.spend(replace(summary, totals=totals), models)
    found = lines(capsys)
    assert "! At least 7 calls (7.00 k tokens) without a price: not in the amounts." in found
    assert "  a x: at least 7 calls (6.00 k tokens), unknown-model" in found
    assert "  a y: 2 records, unknown-model" in found


def test_query_results(capsys: Capture) -> None:
    data = pl.DataFrame(
        {
            "name": ["a,b", None, "evil\x1b"],
            "cost": [Decimal("0.0000010"), Decimal(2), None],
            "at": [datetime(2026, 10, 1, tzinfo=UTC)] * 3,
            "list": [[1, 2], None, []],
        }
    )
    terminal.frame(data, "csv")
    assert lines(capsys) == [
        "name,cost,at,list",
        '"a,b",0.000001,2026-10-01T00:00:00Z,"[1, 2]"',
        ",2,2026-10-01T00:00:00Z,",
        "evil\x1b,,2026-10-01T00:00:00Z,[]",
    ]
    terminal.frame(data, "json")
    found = standard.loads(capsys.readouterr().out)
    assert found["rows"][0] == {"name": "a,b", "cost": "0.000001", "at": "2026-10-01T00:00:00Z", "list": [1, 2]}
    terminal.frame(data, "table")
    text = capsys.readouterr().out
    assert "evil<U+001B>" in text
    assert "0.000001" in text
    terminal.frame(pl.DataFrame({"n": range(1_500)}), "table")
    assert lines(capsys)[-1] == "and 500 more rows; --output csv writes all."
