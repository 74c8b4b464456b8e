"""Each finding against its fixture: cases that must fire and cases that must stay silent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from logcost.analyse.caching import review
from logcost.analyse.findings.levers import EVERY
from logcost.analyse.savings import ledger as savings
from tests.analyse.caching.made import call, calls
from tests.analyse.savings.made import BOOK, priced, repeated

if TYPE_CHECKING:
    from logcost.savings import SavingsLedger

HERE = Path(__file__).parent


def cases(kind: str, series: str = "LC1") -> list[Any]:
    fixtures = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob(f"{series}*.yaml"))}
    return [pytest.param(code, case, id=f"{code} {case['name']}") for code, fixture in fixtures.items() for case in fixture[kind]]


def rows(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for group in groups:
        fields = {"at": 0, "repeat": 1, "every": 0, **group}
        start, count, every = fields.pop("at"), fields.pop("repeat"), fields.pop("every")
        made += [call(start + i * every, **{name: filled(value, i) for name, value in fields.items()}) for i in range(count)]
    return made


def filled(value: object, i: int) -> Any:
    if isinstance(value, list):
        return [filled(item, i) for item in value]
    if value == "{grow}":
        return 3000 + 400 * i
    return value.format(i=i, i3=i % 3, pair=i // 2) if isinstance(value, str) else value


@pytest.mark.parametrize(("code", "case"), cases("fires"))
def test_fires(code: str, case: dict[str, Any]) -> None:
    row = review(calls(rows(case["calls"]))).rows[0]
    assert row.finding == code
    assert row.title.startswith(case.get("title", ""))
    assert row.confidence == case.get("confidence", row.confidence)
    assert row.net_saving is not None
    assert row.net_saving == Decimal(case.get("saving", row.net_saving))
    assert row.net_saving > 0 or code == "LC103"
    assert row.cause
    assert row.cause == case.get("cause", row.cause)
    assert row.evidence_text.endswith(".")
    assert row.evidence_text == case.get("evidence", row.evidence_text)
    assert row.fix.endswith(".")
    assert row.fix == case.get("fix", row.fix)


@pytest.mark.parametrize(("code", "case"), cases("silent"))
def test_stays_silent(code: str, case: dict[str, Any]) -> None:
    row = review(calls(rows(case["calls"]))).rows[0]
    assert row.finding != code
    assert row.finding == case.get("instead")
    assert row.cause


def test_every_finding_has_a_fixture_and_every_fixture_a_finding() -> None:
    codes = [finding.code for finding in EVERY]
    assert codes == sorted(file.stem for file in HERE.glob("LC*.yaml"))


def ledger(case: dict[str, Any]) -> SavingsLedger:
    calls = priced(repeated(case["calls"]))
    return savings.review(calls, BOOK, review(calls))


@pytest.mark.parametrize(("code", "case"), cases("fires", "LC2"))
def test_a_lever_fires(code: str, case: dict[str, Any]) -> None:
    found = ledger(case)
    (step,) = [step for step in found.steps if step.code == code]
    assert step.title == case.get("title", step.title)
    assert step.confidence == case.get("confidence", step.confidence)
    assert step.risk == case.get("risk", step.risk)
    assert step.alone == Decimal(case.get("saving", step.alone))
    assert step.low <= step.saving <= step.high
    assert step.evidence.endswith(".")
    assert step.fix.endswith(".")
    assert step.assumption.endswith(".")


@pytest.mark.parametrize(("code", "case"), cases("silent", "LC2"))
def test_a_lever_stays_silent(code: str, case: dict[str, Any]) -> None:
    found = ledger(case)
    assert code not in {step.code for step in found.steps}
    assert (code in {one.code for one in found.unpriced}) == case.get("without_amount", False)


@pytest.mark.parametrize("case", [case.values[1] for case in cases("fires")], ids=[case.id for case in cases("fires")])
def test_the_ledger_prices_a_caching_finding_as_the_review_does(case: dict[str, Any]) -> None:
    """The review adds up rates, the ledger prices the changed calls anew: both are the same."""
    made = [row | {"provider_name": row.pop("provider"), "response_model": row.pop("model")} for row in rows(case["calls"])]
    calls = priced(made)
    found = review(calls)
    told = savings.review(calls, BOOK, found)
    amounts = {(row.finding, row.model, row.workload, row.net_saving) for row in found.rows if row.way}
    steps = {(step.code, step.model, step.workload, step.alone) for step in told.steps if step.code.startswith("LC1")}
    assert steps <= amounts
    large = {row for row in amounts if (row[3] or 0) >= max(told.floor, Decimal("1e-15"))}
    assert large <= steps
