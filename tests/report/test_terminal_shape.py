"""``logcost shape`` on the terminal: exact texts, sums that add up, every width, hostile names, with and without colour."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from typing import Final

import pytest
from rich.console import Console

from logcost.report import terminal
from logcost.report.terminal import shape_chart
from logcost.traffic import Explanation, GroupShape, TrafficShape, Verdict
from tests.report import shapes
from tests.report.shapes import DRAFTS, RAG

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
WIDTHS: Final = (40, 59, 60, 72, 80, 100, 120, 200)

TWO_KINDS: Final = """\
Two kinds of traffic by spend: 87% ($1,626) is input-heavy, 13% ($252)
output-heavy.

Weighted by  Verdict  Peaks       Depth  Separation   Calls
calls        bimodal  1:4, 130:1   0.97     7.5 oct  56,000
tokens       bimodal  1:4, 130:1   0.97     7.5 oct  56,000
spend        bimodal  1:4, 130:1   0.97     7.5 oct  56,000

Share of spend by input to output tokens; a bar spans 1.30x
       Output-heavy, peak 1:4        Input-heavy, peak 130:1
                          split 4.2:1
49.0% ┤                        ┊                          ██
      │                        ┊                          ██
      │                        ┊                          ██
      │                        ┊                          ██
      │                        ┊                        ▂▂██
24.5% ┤                        ┊                        ████
      │                        ┊                        ████
      │                        ┊                      ▄▄████
      │  ▇▇                    ┊                      ██████
      │▇▇██                    ┊                      ██████
      └─────────────┴─────────────────┴─────────────────┴───
                   1:1              10:1              100:1

Group         Of calls  Mean call           Input paid        USD  Of spend
Output-heavy     28.6%  251 in, 1,000 out           5%    $252.04     13.4%
Input-heavy      71.4%  13,004 in, 110 out         96%  $1,626.47     86.6%
Total           100.0%                                  $1,878.51    100.0%
Output-heavy, 1:5 to 4.2:1 input to output. Largest by spend: drafts 100%.
Input-heavy, 4.2:1 to 160:1 input to output. Largest by spend: support-rag 79%
  and code-review 21%.

Workload     Group         Median  Own verdict   Calls        USD
support-rag  Input-heavy    130:1  unimodal     32,000  $1,281.41
code-review  Input-heavy     91:1  unimodal      8,000    $345.06
drafts       Output-heavy     1:4  unimodal     16,000    $252.04
Total                                           56,000  $1,878.51

What explains it
  The groups are these workloads: input-heavy is support-rag and code-review;
    output-heavy is drafts (U = 0.97). Route by workload name; no classifier is
    needed.

What is paid for
  Input is 80% or more of the price in calls with 52% of spend, output in calls
    with 21%; 27% is mixed.

What to do
  Serve two parts apart, split at 4.2:1. Route by workload name; no classifier
    is needed.
  - Output-heavy, around 1:4: 13% of spend ($252), 5% of it input. A cheaper
    tier, output limits; caching does little here.
  - Input-heavy, around 130:1: 87% of spend ($1,626), 96% of it input. Prompt
    caching, shorter context, batch.
  Quality is not measured: try a sample before traffic moves.

Not in the histogram
  1,204 calls without output, $12 (1% of all spend).
"""
NARROW: Final = """\
Two kinds of traffic by spend: 87%
($1,626) is input-heavy, 13% ($252)
output-heavy.

By calls: bimodal (depth 0.97, 7.5 oct),
  peaks 1:4 and 130:1, 56,000 calls
By tokens: bimodal (depth 0.97, 7.5
  oct), peaks 1:4 and 130:1, 56,000
  calls
By spend: bimodal (depth 0.97, 7.5 oct),
  peaks 1:4 and 130:1, 56,000 calls

Share of spend; a line spans 1.41x
    1:4.6   9.2% ### peak
    1:3.2   4.2% #
    1:2.3
    1:1.6
    1:1.1
    1.2:1
    1.8:1
    2.5:1
    3.5:1
--- split 4.2:1 ---
      5:1
      7:1
    9.9:1
     14:1
     20:1
     28:1
     40:1
     56:1
     79:1  12.1% ####
    110:1  51.0% ################# peak
    160:1  23.5% ########

Groups of traffic
Output-heavy, 28.6% of calls, $252.04
  (13.4%), 1:5 to 4.2:1 input to output,
  mean call 251 in, 1,000 out, 5% paid
  for input. Largest by spend: drafts
  100%.
Input-heavy, 71.4% of calls, $1,626.47
  (86.6%), 4.2:1 to 160:1 input to
  output, mean call 13,004 in, 110 out,
  96% paid for input. Largest by spend:
  support-rag 79% and code-review 21%.
Total: 56,000 calls, $1,878.51
"""


def written(result: TrafficShape, capsys: Capture, patch: Patch, width: int = 0, *, colour: bool = False) -> str:
    """What is printed on a terminal of ``width`` columns (0: into a file), without spaces at the ends of lines."""
    if width:
        patch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
        patch.setenv("COLUMNS", str(width))
        patch.setenv("TERM", "xterm-256color")
        patch.delenv("NO_COLOR", raising=False)
        if not colour:
            patch.setenv("NO_COLOR", "1")
    terminal.shape(result)
    text = capsys.readouterr().out
    if not colour:
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def test_two_kinds_of_traffic_to_the_letter(capsys: Capture, monkeypatch: Patch) -> None:
    assert written(shapes.two_kinds(), capsys, monkeypatch, 80) == TWO_KINDS


def test_a_narrow_terminal_gets_lines(capsys: Capture, monkeypatch: Patch) -> None:
    assert written(shapes.two_kinds(), capsys, monkeypatch, 40).startswith(NARROW)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", list(shapes.cases()))
def test_nothing_is_wider_than_the_terminal_or_cut(capsys: Capture, monkeypatch: Patch, name: str, width: int) -> None:
    text = written(shapes.cases()[name], capsys, monkeypatch, width)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert name == "hostile" or "\u2026" not in text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("name", list(shapes.cases()))
def test_columns_add_up(capsys: Capture, monkeypatch: Patch, name: str, width: int) -> None:
    """Amounts of every table that has a total; calls and shares where it shows them."""
    columns = 0
    rows: list[dict[str, Decimal]] = []
    for line in written(shapes.cases()[name], capsys, monkeypatch, width).splitlines():
        cells = [cell for cell in re.split(r"\s{2,}", line) if cell]
        found = {
            "usd": next((Decimal(cell[1:].replace(",", "")) for cell in cells if re.fullmatch(r"\$[\d,.]+", cell)), None),
            "calls": next((Decimal(cell.replace(",", "")) for cell in cells[1:] if re.fullmatch(r"[\d,]+", cell)), None),
            "share": next((Decimal(cell[:-1]) for cell in cells[1:] if re.fullmatch(r"[\d.]+%", cell)), None),
        }
        if line.startswith("Total"):
            for key in ("usd", "calls", "share"):
                if found[key] is not None and all(key in row for row in rows):
                    assert sum(row[key] for row in rows) == found[key], (key, line)
                    columns += 1
            rows = []
        elif found["usd"] is not None or "no price" in line:
            rows.append({key: value for key, value in found.items() if value is not None})
        elif not line:
            rows = []
    assert columns or name in {"one", "few"}


@pytest.mark.parametrize("width", [0, 40, 80])
@pytest.mark.parametrize("name", list(shapes.cases()))
def test_bimodal_is_never_said_without_depth_and_separation(capsys: Capture, monkeypatch: Patch, name: str, width: int) -> None:
    text = written(shapes.cases()[name], capsys, monkeypatch, width)
    for line in re.findall(r".*modal.*(?:\n .*)?", text):
        if "unimodal" not in line:
            assert re.search(r"0\.\d\d", line), line
            assert re.search(r"\d\.\d\s+oct", line), line


def test_without_prices_there_are_no_dollars(capsys: Capture, monkeypatch: Patch) -> None:
    for width in (40, 80):
        text = written(shapes.cases()["unpriced"], capsys, monkeypatch, width)
        assert "$" not in text
        assert "Input paid" not in text
        assert "no price" in text


def test_what_is_outside_is_told_with_its_spend(capsys: Capture, monkeypatch: Patch) -> None:
    spend = {"no_output": Decimal("1.2"), "no_input": Decimal(0), "not_request_level": Decimal("0.3")}
    nothing = Verdict("insufficient", 0)
    none = Explanation("none", None, None, None)
    empty = TrafficShape(nothing, nothing, nothing, (), (), none, None, (), 3, 1, 7, excluded_spend=spend, notes=("a\x1b",))
    assert written(empty, capsys, monkeypatch, 100).splitlines()[1:] == [
        "",
        "Not in the histogram",
        "  3 calls without output, $1.20 (80% of all spend).",
        "  1 call without input.",
        "  7 rows of daily totals, $0.30 (20% of all spend): request-level logs are needed.",
        "",
        "Notes",
        "  a<U+001B>",
    ]


def test_hostile_names_are_text(capsys: Capture, monkeypatch: Patch) -> None:
    text = written(shapes.cases()["hostile"], capsys, monkeypatch, 120)
    assert "<U+001B>[31mred</script><U+202E>xxx" in text
    assert "x" * 60 not in text.split("Notes")[0]


def test_groups_that_are_too_small_or_too_many_are_one_row(capsys: Capture, monkeypatch: Patch) -> None:
    many = [replace(RAG, name=f"w{number:02}", calls=160) for number in range(45)]
    made = shapes.shape((*many, DRAFTS), (16,))
    text = written(replace(made, by_feature=made.by_feature[:44]), capsys, monkeypatch, 120)
    assert re.search(r"^All others \(4 more and small ones; --json\) .* 960 +\$38.44", text, re.MULTILINE)
    few = written(replace(made, by_feature=made.by_feature[:10]), capsys, monkeypatch, 120)
    assert re.search(r"^All others \(too small to judge\)", few, re.MULTILINE)


def grouped(name: str, values: tuple[str | None, ...], one: GroupShape) -> tuple[GroupShape, ...]:
    return tuple(replace(one, group={name: value}) for value in values)


def test_models_and_months_are_shown_when_there_are_several(capsys: Capture, monkeypatch: Patch) -> None:
    two = shapes.two_kinds()
    own = replace(two.by_workload[0], by_spend=two.spend, verdict=two.calls, calls=28_000, spend=Decimal(900))
    months = grouped("month", ("2026-09", None), own)
    text = written(replace(two, by_month=months), capsys, monkeypatch, 120)
    assert re.search(r"^2026-09 +both +130:1 +bimodal \(depth 0.97, 7.5 oct\) +28,000", text, re.MULTILINE)
    assert re.search(r"^\(no date\) +both", text, re.MULTILINE)
    assert "Month" not in written(replace(two, by_month=months[:1]), capsys, monkeypatch, 120)
    spend_only = replace(own, verdict=two.by_workload[0].verdict)
    by_calls = replace(two, lead="calls", by_month=(spend_only, spend_only))
    assert "unimodal; by spend bimodal (depth 0.97, 7.5 oct)" in written(by_calls, capsys, monkeypatch, 200)


def test_a_provider_is_left_out_only_beside_its_model(capsys: Capture, monkeypatch: Patch) -> None:
    two = shapes.two_kinds()
    pair = tuple(replace(one, group={"provider": "openai", "model": f"m{i}"}) for i, one in enumerate(two.by_workload))
    narrow = written(replace(two, by_model=pair), capsys, monkeypatch, 80)
    assert re.search(r"^Model +Group", narrow, re.MULTILINE)
    assert "openai" not in narrow
    assert re.search(r"^openai +m0 ", written(replace(two, by_model=pair), capsys, monkeypatch, 100), re.MULTILINE)
    chosen = Explanation("none", None, None, None, ("provider",))
    alone = tuple(replace(one, group={"provider": f"p{i}"}) for i, one in enumerate(two.by_workload))
    text = written(replace(two, by_feature=alone, explanation=chosen), capsys, monkeypatch, 80)
    assert re.search(r"^p0 +Input-heavy", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["two", "three", "sample"])
def test_colour_tells_the_groups_apart_and_can_be_off(capsys: Capture, monkeypatch: Patch, name: str) -> None:
    coloured = written(shapes.cases()[name], capsys, monkeypatch, 100, colour=True)
    assert re.search(r"\x1b\[33m[▁▂▃▄▅▆▇█ ]+\x1b\[0m", coloured)
    assert re.search(r"\x1b\[94m[▁▂▃▄▅▆▇█ ]+\x1b\[0m", coloured)
    assert ("\x1b[35m" in coloured) == (name == "three")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.shape(shapes.cases()[name])
    assert not re.search(r"\x1b\[[0-9;]*(3[0-7]|9[0-7])m", capsys.readouterr().out)


def test_a_file_gets_no_escapes_and_prose_of_readable_width(capsys: Capture, monkeypatch: Patch) -> None:
    text = written(shapes.cases()["hostile"], capsys, monkeypatch)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", list(shapes.cases()))
def test_an_encoding_without_blocks_gets_ascii(name: str, monkeypatch: Patch) -> None:
    raw = BytesIO()
    out = TextIOWrapper(raw, encoding="ascii", write_through=True)
    monkeypatch.setattr("sys.stdout", out)
    terminal.shape(shapes.cases()[name])
    text = raw.getvalue().decode("ascii")
    assert "####" in text
    assert text.count("--- split") == max(0, len(shapes.cases()[name].leading.modes) - 1)


@pytest.mark.parametrize("room", [33, 60, 93, 200])
@pytest.mark.parametrize("name", list(shapes.cases()))
def test_bars_hold_all_but_the_tails_and_none_lies_over_the_split(name: str, room: int) -> None:
    result = shapes.cases()[name]
    weights = shape_chart.weights_of(result, result.lead)
    bars = shape_chart.grouped(weights, result.leading, room)
    assert 1 - 2 * 0.0005 <= sum(bars.shares) <= 1 + 1e-9
    assert room // 3 <= bars.columns - len(bars.splits) <= room
    if len(result.leading.modes) == 2:
        edge = result.leading.modes[0].high_bin + 0.5
        assert bars.first + bars.size * bars.splits[0] - 0.5 == edge
        below = sum(share for share, mode in zip(bars.shares, bars.modes, strict=True) if mode == 0)
        true = sum(weight for k, weight in weights.items() if k <= edge) / sum(weights.values())
        assert below == pytest.approx(true, abs=0.001)


def test_the_longest_bar_is_the_largest_share_and_ticks_are_powers_of_ten() -> None:
    console = Console(file=StringIO(), width=100, force_terminal=True)
    lines = shape_chart.picture(shapes.two_kinds(), console).plain.splitlines()
    assert lines[0] == "Share of spend by input to output tokens; a bar spans 1.19x"
    body = [line for line in lines if line[6:7] in {"┤", "│"}]
    assert len(body) == 10
    assert body[0].startswith("41.1% ┤")
    assert body[5].startswith("20.6% ┤")
    ticks, labels = lines[-2:]
    for label in ("1:1", "10:1", "100:1"):
        middle = re.search(rf"(?<![\d:]){re.escape(label)}(?!\d)", labels)
        assert middle is not None
        assert ticks[middle.start() + len(label) // 2] == "┴"


def test_one_ratio_alone_and_far_ratios_are_drawn() -> None:
    console = Console(file=StringIO(), width=80, force_terminal=True)
    alone = shapes.shape((RAG,))
    (cell,) = (b for b in alone.histogram if b.k == 56)
    lines = shape_chart.picture(replace(alone, histogram=(cell,)), console).plain.splitlines()
    assert "100.0% ┤" in lines[2]
    assert lines[-1].split() == ["50:1", "100:1", "200:1"]
    far = replace(alone, histogram=(replace(cell, k=-300), cell, replace(cell, k=300)))
    axis = shape_chart.picture(far, console).plain.splitlines()[-1]
    assert "1:1" in axis.split()
    assert not shape_chart.picture(replace(alone, histogram=(replace(cell, spend=Decimal(0)),)), console)
