"""``--config``, ``--no-config``, ``--currency`` and ``--prices-as-of``: where a contract is found, and what it changes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import platformdirs
import pytest

from logcost.report import words
from tests.cli.command import calls, run

TERMS = """
[[discount]]
percent = "12.5"
models = ["claude-opus-*"]

[[commitment]]
amount = "5"
provider = "anthropic"

[currency]
code = "EUR"
[[currency.rate]]
from = 2026-10-01
usd = "1.25"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a log beside it; no contract of the machine's is in reach."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("LOGCOST_CONFIG", raising=False)
    settings = tmp_path / "settings"
    settings.mkdir()
    monkeypatch.setattr(platformdirs, "user_config_dir", lambda *_, **__: str(settings))
    # 1,000 tokens in and 100 out at 5 and 25 USD per million: 0.0075 each.
    calls(tmp_path / "log.jsonl", {}, {"started_at": "2026-10-31T00:00:00Z"})
    return tmp_path


def write(path: Path, text: str = TERMS) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_list_contracted_and_effective_cost_side_by_side(folder: Path) -> None:
    done = run("spend", folder / "log.jsonl", "--config", write(folder / "agreed.toml"))
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[1] == "Provider Model Calls Input Cached Written Output List Contracted EUR Share"
    assert lines[3].replace(words.UNKNOWN, "?") == "Total 2 2.00 k ? ? 200 $0.01500 $0.01312 0.01050 100.0%"
    assert lines[-3:] == [
        "Contract agreed.toml: contracted $0.01312, adjusted +$4.99.",
        "2026-10 anthropic shortfall of the commitment of 5 USD a month: +$4.99",
        "Effective cost: $5.00 (EUR 4.00).",
    ]


def test_the_same_as_json(folder: Path) -> None:
    found = run("spend", folder / "log.jsonl", "--config", write(folder / "agreed.toml"), "--json").json
    assert found["contract"] == {"file": "agreed.toml"}
    totals = found["totals"]
    assert (totals["list_cost"], totals["contracted_cost"], totals["effective_cost"]) == ("0.015", "0.013125", "5")
    assert totals["converted_effective_cost"] == "4"
    assert totals["converted"]["contracted_cost"] == "0.0105"
    assert [(line["month"], line["category"], line["amount"]) for line in totals["adjustments"]] == [
        ("2026-10", "Adjustment", "4.986875")
    ]
    assert totals["not_applied"] == []
    assert sum(Decimal(row["contracted_cost"]) for row in found["rows"]) == Decimal(totals["contracted_cost"])


def test_where_a_contract_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def used(*options: str | Path) -> str | None:
        contract = run("spend", folder / "log.jsonl", "--json", *options).json["contract"]
        return None if contract is None else str(contract["file"])

    assert used() is None
    write(folder / "settings" / "logcost.toml", "prices = []\n")
    assert used() == "logcost.toml"
    write(Path("logcost.toml"), "colour = 1\n")
    assert run("spend", folder / "log.jsonl").code == 2  # the one here goes before that of the configuration folder
    monkeypatch.setenv("LOGCOST_CONFIG", str(write(folder / "variable.toml", "")))
    assert used() == "variable.toml"
    assert used("--config", write(folder / "option.toml", "")) == "option.toml"
    assert used("--no-config") is None


@pytest.mark.parametrize("command", ["spend", "report", "shape", "caching"])
def test_every_command_that_prices_refuses_a_wrong_contract(folder: Path, command: str) -> None:
    write(Path("logcost.toml"), '[[discount]]\npercnt = "5"\n')
    done = run(command, folder / "log.jsonl")
    said = "logcost.toml:2: 'percnt' is no key of [[discount]]. Did you mean 'percent'? docs/contracts.md lists all keys."
    assert (done.code, done.err, done.out) == (2, f"logcost: {said} [contract]\n", "")
    output = ("-o", "r.html") if command == "report" else ()
    assert run(command, folder / "log.jsonl", "--no-config", *output).code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[discount]]\npercent = "5"\nprovider = "antropic"\n',
            "logcost.toml:3: discount[0].provider: 'antropic' is not in the price book, so nothing would come of it. Near: anthr",
        ),
        (
            '[[discount]]\npercent = "5"\nmodels = ["claude-opuss-4-5"]\n',
            "logcost.toml:3: discount[0].models: 'claude-opuss-4-5' is not in the price book, so nothing would come of it. Near:",
        ),
        ('prices = ["nowhere.toml"]\n', "nowhere.toml: The price file cannot be read: No such file or directory."),
    ],
)
def test_a_name_of_nobody_and_a_missing_file_are_told(folder: Path, text: str, said: str) -> None:
    write(Path("logcost.toml"), text)
    done = run("spend", folder / "log.jsonl")
    assert done.code != 0
    assert done.err.startswith(f"logcost: {said}")


def test_a_discount_of_a_model_that_only_a_host_sells_needs_no_provider(folder: Path) -> None:
    write(Path("logcost.toml"), '[[discount]]\npercent = "5"\nmodels = ["llama-3.3-70b-versatile"]\n')
    assert run("spend", folder / "log.jsonl").code == 0


def test_options_that_exclude_each_other(folder: Path) -> None:
    log = folder / "log.jsonl"
    write(folder / "agreed.toml")
    assert "--config and --no-config exclude each other." in run("spend", log, "--no-config", "--config", "x").err
    assert "--currency EUR needs rates, and there is no contract." in run("spend", log, "--currency", "EUR").err
    assert "--currency needs a contract" in run("spend", log, "--no-config", "--currency", "EUR").err
    assert run("spend", log, "--currency", "USD").code == 0
    done = run("spend", log, "--config", folder / "agreed.toml", "--currency", "CHF")
    assert (done.code, "the contract has rates of EUR only." in done.err) == (2, True)
    assert "No such file or directory" in run("spend", log, "--config", "missing.toml").err


def test_dollars_only(folder: Path) -> None:
    done = run("spend", folder / "log.jsonl", "--config", write(folder / "agreed.toml"), "--currency", "USD")
    assert "EUR" not in done.out
    assert "Effective cost: $5.00." in done.out


def test_a_file_of_rates_lies_beside_the_contract_and_has_many_currencies(folder: Path) -> None:
    write(folder / "rates.csv", "Date,USD,CHF\n2026-10-30,1.25,0.9375\n2026-10-01,1.25,1\n")
    path = write(folder / "agreed.toml", '[currency]\ncode = "EUR"\nrates = "rates.csv"\n')
    found = run("spend", folder / "log.jsonl", "--config", path, "--json", "--currency", "CHF").json["totals"]
    assert found["converted"]["currency"] == "CHF"
    assert found["converted"]["list_cost"] == "0.011625"  # 0.0075 at 0.8 and at 0.75
    assert run("spend", folder / "log.jsonl", "--config", path, "--json").json["totals"]["converted"]["list_cost"] == "0.012"


def test_a_day_without_a_rate_ends_the_command(folder: Path) -> None:
    path = write(folder / "agreed.toml", TERMS.replace("2026-10-01", "2026-10-02"))
    done = run("spend", folder / "log.jsonl", "--config", path)
    assert (done.code, done.out) == (2, "")
    assert "There is no rate of EUR for 2026-10-01: the rates of agreed.toml begin on 2026-10-02." in done.err


def test_prices_of_another_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call = {"provider_name": "openai", "response_model": "gpt-4o-2024-08-06", "started_at": "2026-10-01T12:00:00Z"}
    log = calls(tmp_path / "log.jsonl", call | {"response_model": "o3", "input_tokens": 10**6, "output_tokens": 0})
    now = run("spend", log, "--json").json
    then = run("spend", log, "--json", "--prices-as-of", "2025-05-01").json
    assert (now["totals"]["list_cost"], now["prices_as_of"]) == ("2", None)
    assert (then["totals"]["list_cost"], then["prices_as_of"]) == ("10", "2025-05-01T00:00:00Z")
    text = run("spend", log, "--prices-as-of", "2025-05-01T12:00:00Z").out
    assert text.startswith("Spend in USD, list prices of 2025-05-01T12:00:00Z, all calls\n")
    for command in ("shape", "caching"):
        done = run(command, log, "--prices-as-of", "2025-05-01")
        assert done.out.endswith("At the prices of 2025-05-01 (UTC), whenever the calls were made.\n")
        assert run(command, log, "--prices-as-of", "2025-05-01", "--json").json["prices_as_of"] == "2025-05-01T00:00:00Z"
    page = run("report", log, "--prices-as-of", "2025-05-01", "-o", "-").out
    assert "All calls are priced at the prices of 2025-05-01, whenever they were made." in page
    assert "logcost report PATH... --prices-as-of 2025-05-01" in page
    assert run("spend", log, "--prices-as-of", "yesterday").code == 2


def test_the_report_shows_list_contracted_and_effective_cost(folder: Path) -> None:
    page = run("report", folder / "log.jsonl", "--config", write(folder / "agreed.toml"), "--month", "2026-10", "-o", "-").out
    for name, figure in (("List cost", "$0.01500"), ("Contracted cost", "$0.01312"), ("Effective cost", "$5.00000")):
        assert f"<dt>{name}</dt><dd>{figure}" in page
    assert "2026-10 anthropic, shortfall of the commitment of 5 USD a month: +$4.98688." in page
    assert str(folder) not in page
    found = run("report", folder / "log.jsonl", "--config", folder / "agreed.toml", "--json").json
    assert found["totals"]["effective_cost"] == "5"
    assert found["contract"] == {"file": "agreed.toml"}


def test_a_month_of_another_time_zone_is_not_billed(folder: Path) -> None:
    path = write(folder / "agreed.toml")
    options = ("--config", path, "--month", "2026-10", "--tz", "Europe/Berlin")
    found = run("spend", folder / "log.jsonl", *options, "--json").json["totals"]
    assert (found["adjustments"], found["effective_cost"]) == ([], found["contracted_cost"])
    assert [gap["reason"] for gap in found["not_applied"]] == [
        "partial month: the period covers only part of it (months are those of UTC)"
    ]
