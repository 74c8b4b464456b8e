"""``logcost prices quote``, ``compare``, ``check`` and ``diff``, as they are typed and read."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from logcost.cli.price_options import counted
from logcost.errors import UsageError
from tests.cli.command import run
from tests.cli.test_prices import rows

if TYPE_CHECKING:
    from pathlib import Path

_BAD = """\
provider = "acme"
title = "Acme"

[sources]
page = "https://example.com"

[[price]]
models = ["a-1"]
from = 2026-01-01
rates = { input = "1", output = "2" }
source = "page"
checked = 2026-11-01
confidence = "table"

[[price]]
models = ["a-1"]
from = 2026-01-01
rates = { input = "2", output = "2" }
source = "page"
checked = 2020-11-01
confidence = "table"
"""


@pytest.mark.parametrize(
    ("text", "number"),
    [("2000", 2000), ("2_000", 2000), ("2,000", 2000), ("2k", 2000), ("1.5M", 1_500_000), ("0", 0), ("1B", 10**9),
     ("2.0005K", None), ("1.5", None), ("-1", None), ("many", None), ("", None), ("1e3", None)],
)  # fmt: skip
def test_counts_as_people_write_them(text: str, number: int | None) -> None:
    if number is None:
        with pytest.raises(UsageError, match="is no whole number"):
            counted("--input", text)
    else:
        assert counted("--input", text) == number


def test_quote_prints_each_part_and_the_sum() -> None:
    done = run(
        "prices", "quote", "claude-opus-4-6", "--input", "12k", "--cached", "10k", "--output", "800", "--searches", "2",
        "--calls", "1M", "--at", "2026-10-01",
    )  # fmt: skip
    found = rows(done.out)
    assert done.code == 0
    assert found[0] == ["anthropic claude-opus-4-6 at the prices of 2026-10-01 UTC, in USD"]
    assert found[2:7] == [
        ["input", "2,000", "5", "1M", "0.010"],
        ["cache_read", "10,000", "0.5", "1M", "0.005"],
        ["output", "800", "25", "1M", "0.020"],
        ["web_search_requests", "2", "0.01", "each", "0.020"],
        ["One call", "0.055"],
    ]
    assert "1,000,000 calls: 55,000.00 USD" in done.out
    assert "Price anthropic/claude-opus-4-6@2026-03-13, valid from 2026-03-13, no end known" in done.out
    assert "Source: https://" in done.out


def test_quote_as_json_is_exact_text() -> None:
    done = run("prices", "quote", "gpt-4o", "--input", "1", "--output", "1", "--calls", "3", "--at", "2026-10-01", "--json").json
    assert (done["schema_version"], done["cost"], done["total"]) == (done["schema_version"], "0.0000125", "0.0000375")
    assert done["parts"][1] == {"meter": "output", "count": 1, "rate": "10", "each": False, "cost": "0.00001"}
    assert done["reason"] is None


def test_a_quote_that_is_refused_says_why_and_what_is_stated() -> None:
    done = run("prices", "quote", "gpt-4o", "--input", "2000", "--cached", "1k", "--output", "400", "--batch")
    assert done.code == 1
    assert "! Not priced: mode-not-priced: batch with cache_read_input_tokens" in done.out
    assert re.search(r"Modes: standard, batch, ", done.out)
    assert "Regions: global, " in done.out
    told = run("prices", "quote", "gpt-4o", "--input", "2", "--cached", "3", "--json")
    assert told.code == 1
    assert told.json["reason"] == "impossible-counts: cache_read_input_tokens (3) is more than input_tokens (2)"
    assert told.json["cost"] is told.json["total"] is None
    old = run("prices", "quote", "deepseek-chat", "--input", "2", "--at", "2026-11-01")
    assert (old.code, "Not priced: retired" in old.out) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("gpt-4o",), "There is nothing to price.", 2),
        (("gpt-4x", "--input", "1"), "No price for gpt-4x (unknown-model). Near: gpt-4", 1),
        (("gpt-4o", "--input", "1", "--batch", "--tier", "flex"), "--batch and --tier flex exclude each other.", 2),
        (("gpt-4o", "--input", "1", "--unit", "pages"), "--unit 'pages' is no count.", 2),
        (("gpt-4o", "--input", "1", "--calls", "0"), "--calls must be at least 1.", 2),
        (("gpt-4o", "--input", "1.5"), "--input '1.5' is no whole number.", 2),
    ],
)
def test_wrong_questions(arguments: tuple[str, ...], message: str, code: int) -> None:
    done = run("prices", "quote", *arguments)
    assert message in done.err
    assert (done.code, done.out) == (code, "")


def test_compare_lists_cost_ratio_and_range() -> None:
    done = run("prices", "compare", "--models", "gpt-4o,claude-opus-4-6", "--base", "gpt-4o", "--at", "2026-10-01")
    found = rows(done.out)
    assert found[2][:6] == ["openai", "gpt-4o", "0.009", "9,000.00", "4", "1x"]
    assert found[3][:6] == ["anthropic", "claude-opus-4-6", "0.02", "20,000.00", "5", "2.22x"]
    assert int(found[3][6]) > 3
    assert "2 models; 1x is gpt-4o." in done.out
    assert re.search(r"\d+ models of other providers not shown: --all, or --provider NAME\.", done.out)


def test_compare_tells_what_is_not_priced() -> None:
    done = run("prices", "compare", "--models", "gpt-4,gpt-4o", "--cached", "1k", "--at", "2026-10-01")
    assert "1 not priced, meter-not-priced: cache_read_input_tokens: gpt-4." in done.out
    assert "1 model; 1x is gpt-4o." in done.out
    assert "One call: 2,000 input tokens (1,000 of them cached), 400 output tokens." in done.out
    assert "No model with 'zzz' in its name." in run("prices", "compare", "--match", "zzz").out


def test_compare_over_hosts_as_table_json_and_csv() -> None:
    asked = ("prices", "compare", "--match", "claude-opus-4-6", "--all", "--at", "2026-10-01")
    out = run(*asked).out
    assert ["Sold by several", "Sellers", "Lowest", "Median", "Highest", "Cheapest"] in rows(out)
    found = run(*asked, "--json").json
    (group,) = (one for one in found["sold_by_several"] if one["group"] == "claude-opus-4-6")
    assert Decimal(group["lowest"]) <= 20_000 <= Decimal(group["highest"])
    assert {row["provider"] for row in found["rows"]} >= {"anthropic", "aws.bedrock", "openrouter"}
    table = list(csv.DictReader(run(*asked, "--csv", "--sort", "model").out.splitlines()))
    assert {(row["provider"], row["name"], row["total"]) for row in table if row["total"]} == {
        (row["provider"], row["name"], row["total"]) for row in found["rows"]
    }
    assert all(isinstance(row["relative"], str) for row in found["rows"])
    assert run(*asked, "--csv", "--json").code == 2


def test_check_names_file_line_model_and_days_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(_BAD)
    done = run("prices", "check", path)
    assert done.code == 3
    assert f"{path}:15: error: a-1: Two prices from 2026-01-01. [overlap]" in done.out
    assert f"{path}:15: warning: a-1: The source was last checked on 2020-11-01. [stale]" in done.out
    assert "1 file, 1 model, 2 blocks: 1 error, 1 warning." in done.out
    assert "warning" not in run("prices", "check", tmp_path, "--errors-only").out.replace("0 warnings", "")
    told = run("prices", "check", path, "--json", "--stale", "100000")
    assert (told.code, told.json["errors"], len(told.json["problems"])) == (3, 1, 1)
    assert run("prices", "check", tmp_path / "none.toml").code == 2


def test_check_of_the_shipped_book_passes() -> None:
    done = run("prices", "check", "--errors-only")
    assert (done.code, done.out.splitlines()[-1].endswith(": 0 errors, 0 warnings.")) == (0, True)


def test_diff_against_a_table(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 0.000003}}))
    asked = ("prices", "diff", "--path", path, "--at", "2026-10-01")
    done = run(*asked)
    assert done.code == 0
    assert ["openai", "gpt-4o", "input", "2.5", "3", "2024-08-06", "two-tables"] in rows(done.out)
    assert "1 rate compared: 0 alike, 1 differ." in done.out
    assert run(*asked, "--fail").code == 3
    found = run(*asked, "--json").json
    assert (found["differences"][0]["ours"], found["differences"][0]["theirs"]) == ("2.5", "3")
    assert run("prices", "diff", "--path", tmp_path).code == 2
    assert run(*asked, "--provider", "nobody").code == 1


def test_every_command_has_examples_that_name_it() -> None:
    for name in ("show", "list", "quote", "compare", "check", "diff"):
        assert f"logcost prices {name}" in run("prices", name, "--help").out.partition("Examples:")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "gemini-2.5-pro"),
        ("show", "gpt-4o"),
        ("quote", "gpt-4o", "--input", "2000", "--output", "400"),
        ("compare", "--match", "llama-3.3-70b", "--all"),
        ("list", "--match", "claude", "--all"),
    ],
)
def test_tables_fit_80_columns_without_colour(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    out = re.sub(r"\x1b\[[0-9;]*m", "", run("prices", *arguments).out)
    # An address is never broken, so that it can be opened.
    assert max(len(line.rstrip()) for line in out.splitlines() if "http" not in line and "Price " not in line) <= 80
    assert "\u2026" not in out
