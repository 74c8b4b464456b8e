"""Savings and what-ifs on the terminal and as JSON: exact, adding up, whole on a narrow terminal."""

from __future__ import annotations

import json as standard
import re
from dataclasses import fields, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from logcost.report import json, savings_json, tables, terminal
from logcost.savings import Saving, SelfHosting, Unpriced, WhatIf, WhatIfStep
from tests.report import sample, sample_savings
from tests.report.page import amount

Capture = pytest.CaptureFixture[str]
BILLED = Decimal("47780.7190195")
MONEY = r"[+\u2212]?\$[\d,.]+\d"


def read(document: dict[str, object]) -> Any:
    """As a program reads it; numbers with a point stay text, to show that none of them is money."""
    return standard.loads(json.dumps(document), parse_float=str)


def lines(capsys: Capture) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_the_ledger_as_json() -> None:
    ledger = sample_savings.ledger(BILLED)
    found = read(savings_json.savings(replace(ledger, self_hosting=sample_savings.servers(ledger.left))))
    assert list(found) == [
        "schema_version", "billed", "left", "saved", "saved_by_risk", "overlap", "calls", "unpriced_records", "floor", "checks",
        "steps", "unpriced", "self_hosting", "notes", "prices_as_of",
    ]  # fmt: skip
    assert list(found["steps"][0]) == [field.name for field in fields(Saving)]
    assert list(found["unpriced"][0]) == [field.name for field in fields(Unpriced)]
    assert list(found["self_hosting"]) == [field.name for field in fields(SelfHosting)]
    savings = [Decimal(step["saving"]) for step in found["steps"]]
    assert Decimal(found["billed"]) - sum(savings) == Decimal(found["left"]) == ledger.left
    assert sum(map(Decimal, found["saved_by_risk"].values())) == Decimal(found["saved"]) == sum(savings)
    assert sum(Decimal(step["alone"]) for step in found["steps"]) - sum(savings) == Decimal(found["overlap"])
    assert list(found["saved_by_risk"]) == ["none", "latency", "answers"]
    assert found["steps"][4]["calls"] is None
    assert "self_hosting" in found
    assert read(savings_json.savings(ledger))["self_hosting"] is None


def test_the_what_if_as_json() -> None:
    result = sample_savings.what_if()
    found = read(savings_json.whatif(result))
    assert list(found) == ["schema_version", "calls", "left_out", "before", "after", "saved", "steps", "prices_as_of"]
    assert list(found["steps"][0]) == [*(field.name for field in fields(WhatIfStep)), "saved"]
    assert sum(Decimal(step["saved"]) for step in found["steps"]) == Decimal(found["saved"]) == result.before - result.after
    assert found["steps"][2]["saved"] == "-61"
    assert found["steps"][1]["hit_share"] is None
    nothing = read(savings_json.whatif(WhatIf(3, BILLED, ())))
    assert (nothing["after"], nothing["saved"]) == ("47780.7190195", "0")


def test_the_report_holds_the_ledger_and_its_table() -> None:
    model = sample.month()
    found = read(json.document(model))
    assert model.savings is not None
    assert found["savings"] == read(savings_json.savings(model.savings))
    rows = found["tables"]["savings"]
    assert rows[0][-5:] == ["saving_usd", "low_usd", "high_usd", "alone_usd", "left_usd"]
    assert sum(Decimal(row[-5]) for row in rows[1:]) == model.savings.saved()
    none = replace(model, savings=None)
    assert read(json.document(none, limit=5))["savings"] is None
    assert len(tables.all_tables(none)["savings"]) == 1
    assert read(json.document(model, limit=5))["left_out"]["savings.steps"] == 2


def test_the_ledger_on_the_terminal(capsys: Capture) -> None:
    ledger = sample_savings.ledger(BILLED)
    terminal.savings(ledger)
    found = lines(capsys)
    assert found[0] == "Savings on a bill of $47,780.72, list prices, 5,172,821 calls"
    rows = [re.findall(MONEY, line) for line in found[2:10]]
    saved, left = ([amount(row[i]) for row in rows] for i in (-2, -1))
    assert sum(saved[:-1]) == saved[-1]
    assert left[-1] == left[-2] == Decimal("47780.72") - saved[-1]
    assert all(before - cut == after for (before, after), cut in zip(pairwise(left[:-1]), saved[1:-1], strict=True))
    assert rows[1][:2] == ["$940.88", "$1,072.42"]
    sums = re.findall(MONEY, found[10])
    assert sum(map(amount, sums)) == saved[-1]
    assert found[10].startswith("No quality risk $4,378.67, later answers $")
    assert found[11] == "Overlaps counted once: $780.07."
    assert "1. Move the timestamp out of the support-rag system prompt" in found
    assert "      Assumed: Nobody waits for calls that a timer starts." in found
    assert "      Why there is no amount: The log does not say which part of an answer is used." in found
    assert "! 1,902 records have no exact price: in no saving and not in the bill." in found


def test_nothing_found_on_the_terminal(capsys: Capture) -> None:
    nothing = replace(sample_savings.nothing(BILLED), unpriced_records=0, notes=())
    terminal.savings(nothing)
    found = lines(capsys)
    assert found[0] == "Nothing above $5.00 was found in 5,172,821 calls."
    assert found[1].startswith("Checked: LC101 no cache use; LC102 cache lifetime")
    terminal.savings(replace(nothing, checks=()))
    assert lines(capsys) == ["None of the checks could run on these calls."]
    terminal.savings(replace(nothing, billed=Decimal(0), left=Decimal(0), unpriced_records=1))
    assert lines(capsys)[0] == "No call has a price, so no saving can be stated."


def test_many_changes_fold_on_the_terminal(capsys: Capture) -> None:
    steps = tuple(replace(sample_savings.STEPS[0], share=(100 + i, 100 + i)) for i in range(90))
    terminal.savings(replace(sample_savings.ledger(BILLED, steps), self_hosting=sample_savings.servers(BILLED)))
    found = lines(capsys)
    rows = [re.findall(MONEY, line) for line in found[2:64]]
    assert found[62].startswith("All others (30)")
    assert "1. Move the timestamp out of the support-rag system prompt (claude-sonnet-4-5)" in found
    assert sum(amount(row[0]) for row in rows[:-1]) == amount(rows[-1][0])
    assert "And 30 findings more; --json lists them." in found
    assert any(line.startswith("24 servers of your own for 744 hours would have cost $52,640.00, ") for line in found)


def test_the_what_if_on_the_terminal(capsys: Capture) -> None:
    terminal.whatif(sample_savings.what_if())
    found = lines(capsys)
    rows = [re.findall(MONEY, line) for line in found[1:6]]
    bills = [amount(row[0]) for row in rows]
    changes = [amount(row[1]) for row in rows[1:]]
    assert all(before + change == after for (before, after), change in zip(pairwise(bills[:-1]), changes[:-1], strict=True))
    assert sum(changes[:-1]) == changes[-1] == bills[-1] - bills[0]
    assert rows[3][1] == "+$61.00"
    assert "91.4%" in found[2]
    assert found[6:8] == ["2. 12 calls without a price for it stay as they were.", "2. 12 have no price."]
    terminal.whatif(WhatIf(1, BILLED, ()))
    assert re.findall(MONEY, lines(capsys)[-1])[0] == "$47,780.72"


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_narrow_terminals_keep_every_number_whole(capsys: Capture, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.savings(sample_savings.ledger(BILLED))
    terminal.whatif(sample_savings.what_if())
    found = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines(capsys)]
    assert max(len(line.rstrip()) for line in found) <= width
    assert not any("\u2026" in line for line in found)
    assert any("$10,060.14" in line for line in found)
    assert any("$43,380.62" in line for line in found)


def test_findings_cannot_steer_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    evil = "evil\x1b[2J\u202e[bold red]x[/]"
    ledger = sample_savings.ledger(BILLED)
    step = replace(
        ledger.steps[0], code=evil, provider=evil, model=evil, workload=evil, title=evil, evidence=evil, fix=evil + ".",
        assumption=evil, confidence=evil,
    )  # fmt: skip
    terminal.savings(
        replace(ledger, steps=(step,), unpriced=(replace(ledger.unpriced[0], reason=evil, title=evil),), notes=(evil,))
    )
    terminal.savings(replace(ledger, steps=(), checks=(evil,)))
    terminal.whatif(WhatIf(1, BILLED, (WhatIfStep(evil, evil, 1, BILLED, None, notes=(evil,)),)))
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold red]x[/]" in text
