"""What is said of the traffic shape, on the terminal and in the report: causes, repeats, advice, hostile names, widths."""

from __future__ import annotations

import json as standard
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pytest

from logcost.report import html, shape_json, shape_words, terminal
from logcost.traffic import Change, ChangeSide, Explanation, Group, Repeats, Storm, TrafficShape
from tests.report import sample
from tests.report.page import Page

if TYPE_CHECKING:
    Capture = pytest.CaptureFixture[str]
    Cause = Literal["model switch", "prompt change"]

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e\x1b[31m" + "x" * 300


def dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def changed(cause: Cause, model: str = "gpt-5", workload: str | None = "tickets") -> Change:
    before = ChangeSide("openai", "gpt-4.1", 1.0, 1_300, 812, 312, 2.6, Decimal(3))
    after = ChangeSide("openai", model, 1.0, 1_800, 830, 9_350, 0.09, Decimal(70))
    return Change(workload, date(2026, 10, 14), cause, before, after, 1.0)


def storms(*, confirmed: bool = True) -> Repeats:
    at = datetime(2026, 10, 21, 9, 30, tzinfo=UTC)
    storm = Storm("openai", "gpt-4.1", "agent", 60_000, 3, 5_000, 2, Decimal("300.06"), at, at)
    return Repeats(4_998, Decimal("299.94"), 5_000, 2, Decimal("300.06"), (storm,), 1, confirmed)


def with_shape(**changes: object) -> TrafficShape:
    return replace(sample.month().shape, **changes)  # type: ignore[arg-type]  # any field


def test_a_model_switch_names_day_models_and_calls() -> None:
    (line,) = shape_words.changes(with_shape(changes=(changed("model switch"),)))
    assert line.startswith(
        "On 14 October tickets moved from gpt-4.1 to gpt-5: mean call 812 in, 312 out before, 830 in, 9,350 out"
    )
    assert line.endswith("That alone makes two groups; they are before and after, not two kinds at once.")


def test_the_heading_says_that_the_kinds_are_before_and_after() -> None:
    change = changed("model switch")
    whole = replace(change, before=replace(change.before, calls=10**7))
    assert ", before and after 14 October: " in shape_words.heading(with_shape(changes=(whole,)))
    assert "before and after" not in shape_words.heading(with_shape(changes=(change,)))


def test_without_prices_nothing_is_said_of_a_split() -> None:
    shape = with_shape(advice=None)
    unpriced = replace(shape, spend=replace(shape.spend, n=0))
    assert shape_words.advice(unpriced, dollars) == ["No call has a price, so no split can be judged."]


def test_a_prompt_change_says_that_the_calls_changed() -> None:
    (line,) = shape_words.changes(with_shape(changes=(changed("prompt change", "gpt-4.1", None),)))
    assert line.startswith("On 14 October the calls of the untagged traffic changed: mean call 812 in")


def test_storms_are_counted_with_their_dollars_and_what_they_did() -> None:
    shape = with_shape(repeats=storms())
    (line,) = shape_words.repeats(shape, dollars)
    assert line.startswith(
        "1 retry storm of 5,000 equal calls ($300.06); the largest: agent, 5,000 calls of 60,000 in, 3 out in "
    )
    assert line.endswith("in 2 minutes from 21 October 2026, 09:30 UTC.")
    collapsed = replace(shape, calls=replace(shape.calls, with_repeats="multimodal"))
    assert shape_words.repeats(collapsed, dollars)[1] == (
        "The verdict leaves out 4,998 exact repeats within a minute; with them it would be multimodal."
    )
    coarse = with_shape(repeats=storms(confirmed=False))
    assert shape_words.repeats(coarse, dollars)[1].startswith("Times are too coarse to tell repeats from traffic")
    assert shape_words.repeats(with_shape(), dollars) == []


def test_advice_names_parts_dollars_route_and_split() -> None:
    shape = with_shape()
    lines = shape_words.advice(shape, dollars)
    assert lines[0] == "Serve these apart, of the traffic:"
    assert shape.advice is not None
    assert [line.split(",")[1].strip() for line in lines[1:3]] == [part.side for part in shape.advice.parts]
    amounts = [Decimal(line.split("$")[1].split(" ")[0].replace(",", "")) for line in lines[1:3]]
    assert sum(amounts) == pytest.approx(sum(cell.spend for cell in shape.histogram), abs=Decimal("0.02"))
    assert lines[3] == "Route by workload; no classifier is needed. The groups part at 2.7:1. Quality is not measured."


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("classifier", "Route by a classifier, or split those workloads first."),
        ("name and classifier", "Route by workload where it tells the group, else by a classifier."),
    ],
)
def test_other_routes(route: Literal["classifier", "name and classifier"], said: str) -> None:
    shape = with_shape()
    assert shape.advice is not None
    found = replace(shape, advice=replace(shape.advice, route_by=route, splits=()))
    assert shape_words.route(found) == [f"{said} Quality is not measured."]


def test_without_advice_a_plain_sentence() -> None:
    assert shape_words.advice(with_shape(advice=None), dollars) == [
        "No split is indicated: the groups do not differ enough in spend or in what they pay for."
    ]
    gone = with_shape(advice=None, changes=(changed("model switch"),))
    assert shape_words.advice(gone, dollars)[0].startswith("No split is indicated: since the change there is one kind")
    assert shape_words.advice(sample.month(split=None).shape, dollars) == ["One kind of traffic. No tiering advice."]


AGENT: tuple[Group, ...] = ({"workload": "agent"},)


@pytest.mark.parametrize(
    ("explanation", "said"),
    [
        (Explanation("inside features", 0.1, 0.8, 0.1, inside=AGENT), "Both kinds occur inside agent (80% of calls)"),
        (Explanation("both", 0.4, 0.3, 0.1, inside=AGENT), "The workload tells the group in part (U = 0.40), and 30%"),
        (Explanation("features differ", None, None, 0.44), "There is no valley, but it is no uniform traffic either: 44%"),
        (Explanation("none", None, None, 0.1), ""),
    ],
)
def test_explanations(explanation: Explanation, said: str) -> None:
    found = shape_words.explanation(with_shape(explanation=explanation))
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_hostile_names_are_text(capsys: Capture) -> None:
    shape = with_shape(changes=(changed("model switch", HOSTILE, HOSTILE),), repeats=storms())
    groups = tuple(replace(group, group={"workload": HOSTILE}) for group in shape.by_workload[:1])
    modes = tuple(replace(m, members=tuple(replace(x, group={"workload": HOSTILE}) for x in m.members)) for m in shape.modes)
    shape = replace(shape, by_workload=groups, modes=modes)
    terminal.shape(shape)
    written = capsys.readouterr().out
    assert "\x1b[31m" not in written
    assert "\u202e" not in written
    source = html.render(replace(sample.month(), shape=shape))
    assert "<img" not in source
    assert "onerror" in Page(source).text


def test_json_recomputes_the_modes_from_the_bins() -> None:
    shape = sample.month().shape
    found = standard.loads(standard.dumps(shape_json.shape(shape)))
    for mode in found["modes"]:
        inside = [cell for cell in found["histogram"] if mode["low_ratio"] <= cell["ratio"] <= mode["high_ratio"]]
        assert sum(cell["calls"] for cell in inside) == mode["calls"]
        assert sum(Decimal(cell["spend"]) for cell in inside) == Decimal(mode["spend"])
        assert sum(Decimal(cell["input_cost"]) for cell in inside) == Decimal(mode["input_cost"])
    assert found["advise_tiers"] is True
    assert [part["side"] for part in found["advice"]["parts"]] == [mode["side"] for mode in found["modes"]]


def test_report_tables_of_storms_and_months() -> None:
    model = sample.month()
    (group, *_) = model.shape.by_workload
    months = tuple(replace(group, group={"month": month}) for month in ("2026-09", "2026-10"))
    page = Page(html.render(replace(model, shape=replace(model.shape, repeats=storms(), by_month=months))))
    assert [cell.strip() for cell in page.tables["t-storms"][1]][:4] == ["agent", "60,000 in, 3 out", "5,000", "2"]
    assert [row[0].strip() for row in page.tables["t-months"][1:]] == ["2026-09", "2026-10"]
    assert "t-storms" not in Page(html.render(model)).tables
