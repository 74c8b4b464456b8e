"""Building the model from a ledger: which period is compared, what the command is, and that the page comes out."""

from __future__ import annotations

import json as standard
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from logcost.errors import UsageError
from logcost.ingest import ingest
from logcost.period import period as asked_for
from logcost.price import PriceBook
from logcost.report import html, json, model, report
from logcost.store import Ledger
from logcost.types import Period
from tests.report.page import Page
from tests.report.sample import whole

if TYPE_CHECKING:
    from pathlib import Path

OCTOBER = whole(date(2026, 10, 1), date(2026, 10, 31))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:  # noqa: PLR0913, PLR0917 -- as datetime
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "latest", "expected"),
    [
        (OCTOBER, utc(2026, 10, 31, 23), whole(date(2026, 9, 1), date(2026, 9, 30))),
        (OCTOBER, utc(2026, 10, 17, 3), whole(date(2026, 9, 1), date(2026, 9, 17))),
        (whole(date(2026, 3, 1), date(2026, 3, 31)), utc(2026, 3, 30), whole(date(2026, 2, 1), date(2026, 2, 28))),
        (whole(date(2026, 10, 5), date(2026, 10, 11)), None, whole(date(2026, 9, 28), date(2026, 10, 4))),
        (OCTOBER, None, whole(date(2026, 9, 1), date(2026, 9, 30))),
        (Period(utc(2026, 10, 1), None), None, None),
        (Period(), None, None),
    ],
)
def test_the_period_before(period: Period, latest: datetime | None, expected: Period | None) -> None:
    assert model.previous_period(period, latest, UTC) == expected


def test_the_month_before_in_a_zone_with_summer_time() -> None:
    zone = ZoneInfo("Europe/Berlin")
    period = Period(utc(2026, 10, 31, 23), utc(2026, 11, 30, 23))
    assert model.previous_period(period, None, zone) == Period(utc(2026, 9, 30, 22), utc(2026, 10, 31, 23))


LINES = (
    ("2026-09-30T23:30:00Z", "support", 1_000, 10),
    ("2026-10-01T00:30:00Z", "support", 2_000, 20),
    ("2026-10-31T23:59:59Z", None, 3_000, 30),
    ("2026-11-01T00:00:00Z", "support", 4_000, 40),
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path: Path = tmp_path_factory.mktemp("logs") / "calls.jsonl"
    rows = [
        {
            "started_at": at,
            "provider_name": "anthropic",
            "request_model": "claude-sonnet-4-5",
            "input_tokens": tokens_in,
            "output_tokens": tokens_out,
            "workload": workload,
        }
        for at, workload, tokens_in, tokens_out in LINES
    ]
    path.write_text("".join(standard.dumps(row) + "\n" for row in rows), encoding="utf-8")
    made = Ledger()
    ingest(made, [path])
    return made


def test_a_month_from_the_ledger(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    built = model.build(ledger, PriceBook.load(), period=OCTOBER, tz="UTC", title="Acme")
    # 5,000 input tokens at $3 and 50 output tokens at $15 a million
    assert built.spend.totals.list_cost == Decimal("0.01575")
    assert built.spend.totals.requests == 2
    assert built.spend.previous is not None
    assert built.spend.previous.list_cost == Decimal("0.00315")
    assert built.provenance.latest_call == utc(2026, 10, 31, 23, 59, 59)
    assert built.provenance.generated_at is None
    assert built.provenance.command == "logcost report PATH... --month 2026-10"
    assert built.provenance.price_models > 100
    page = Page(html.render(built))
    assert "LLM spend, October 2026" in page.headings
    assert "+400.0%" in page.text
    assert "Too few calls to tell (2)." in page.text
    assert html.render(model.build(ledger, PriceBook.load(), period=OCTOBER, title="Acme")) == page.source
    assert standard.loads(json.dumps(json.document(built)))["totals"]["list_cost"] == "0.01575"


def test_days_follow_the_time_zone(ledger: Ledger) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    period = Period(datetime(2026, 10, 1, tzinfo=zone), datetime(2026, 10, 31, tzinfo=zone))
    built = model.build(ledger, PriceBook.load(), period=period, tz="Asia/Tokyo", previous=False)
    assert [row.group["day"] for row in built.spend.by_day.rows] == ["2026-10-01"]
    assert built.spend.totals.requests == 2
    assert built.provenance.command == "logcost report PATH... --since 2026-10-01 --until 2026-10-30 --tz Asia/Tokyo"
    assert built.spend.previous is None


def test_everything_in_the_ledger(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793491200")
    built = model.build(ledger, PriceBook.load())
    assert built.spend.totals.requests == 4
    assert built.provenance.command == "logcost report PATH..."
    assert "generated 1 November 2026, 00:00 UTC" in Page(html.render(built)).text
    assert "30 September to 1 November 2026" in Page(html.render(built)).text
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        model.build(ledger, PriceBook.load())


def test_a_period_without_a_call(ledger: Ledger) -> None:
    built = model.build(ledger, PriceBook.load(), period=whole(date(2025, 1, 1), date(2025, 1, 31)))
    page = Page(html.render(built))
    assert "There is not one call in this period." in page.text
    assert "LLM spend, January 2025" in page.headings


def test_large_months_are_priced_as_they_stream_with_the_same_result(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = html.render(model.build(ledger, PriceBook.load(), period=OCTOBER))
    monkeypatch.setattr(model, "KEEP_ROWS", 1)
    assert html.render(model.build(ledger, PriceBook.load(), period=OCTOBER)) == kept


def test_the_python_call_writes_the_same_file(ledger: Ledger, tmp_path: Path) -> None:
    path = report(ledger, tmp_path / "report.html", month="2026-10", title="Acme")
    built = model.build(ledger, PriceBook.load(), period=OCTOBER, title="Acme")
    assert path.read_text(encoding="utf-8") == html.render(built)
    assert built.spend.totals.requests == 2


def test_the_command_repeats_the_very_period(ledger: Ledger) -> None:
    def command(tz: str = "UTC", **bounds: str) -> str:
        return model.build(ledger, PriceBook.load(), period=asked_for(**bounds, tz=tz), tz=tz).provenance.command

    assert command() == "logcost report PATH..."
    assert command(month="2026-10", tz="Asia/Tokyo") == "logcost report PATH... --month 2026-10 --tz Asia/Tokyo"
    since, until = "2026-10-01T12:30:00+02:00", "2026-10-31T09:00:00+00:00"
    told = "logcost report PATH... --since 2026-10-01T10:30:00+00:00 --until 2026-10-31T09:00:00+00:00"
    assert command(since=since, until=until) == told
    assert command(since="2026-10-01", until="2026-10-31T00:00:01Z") == (
        "logcost report PATH... --since 2026-10-01 --until 2026-10-31T00:00:01+00:00"
    )


def test_hours_are_compared_with_the_hours_before() -> None:
    six, noon = datetime(2026, 10, 5, 6, tzinfo=UTC), datetime(2026, 10, 5, 12, tzinfo=UTC)
    assert model.previous_period(Period(six, noon), None, UTC) == Period(datetime(2026, 10, 5, tzinfo=UTC), six)
