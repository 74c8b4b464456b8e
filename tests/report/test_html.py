"""The report file: closed to the network, safe against hostile names, and its tables add up to its headline."""

from __future__ import annotations

import base64
import hashlib
import json as standard
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logcost.report import html, json
from tests.report import sample
from tests.report.page import Page, amount

if TYPE_CHECKING:
    from logcost.report.model import ReportModel
    from logcost.spending import SpendSummary

ROOT = Path(__file__).parents[2]
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","x")',
    "\u202etxt.exe\u2066 <b>bold</b>",
    "a" * 300,
    "{{ 7 * 7 }} {% raw %} ' \" ` & &amp; | ; = \t\n",
    "-->]]></style><style>*{display:none}</style>",
)


def page(model: ReportModel | None = None) -> Page:
    return Page(html.render(model or sample.month()))


def test_tables_add_up_to_the_headline() -> None:
    found = page()
    whole, fraction = re.search(r'</span>([\d,]+)<span class="cts">(\.\d\d)', found.source).groups()  # type: ignore[union-attr]  # it matches
    headline = amount(whole + fraction)
    for table, position in (("t-dr", 1), ("t-days", -1)):
        cells, total = found.column(table, position)
        assert sum(map(amount, cells)) == amount(total)
        assert abs(amount(total) - headline) < 1
    calls, total_calls = found.column("t-dr", 3)
    assert sum(map(amount, calls)) == amount(total_calls)


def test_days_and_models_add_up_both_ways() -> None:
    rows = page().tables["t-days"][1:]
    numbers = [[amount(cell) for cell in row[1:]] for row in rows]
    assert all(sum(row[:-1]) == row[-1] for row in numbers)
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
    assert len(rows) == 32


def test_sources_and_caching_add_up() -> None:
    found = page()
    for position in range(2, 7):
        cells, total = found.column("t-src", position)
        assert sum(map(amount, cells)) == amount(total)
    cells, total = found.column("t-ca", 5)
    assert sum(amount(cell) for cell in cells if cell.startswith("$")) == amount(total)


def test_cards_add_up_to_the_histogram() -> None:
    found = page()
    cards = [amount(text) for text in re.findall(r'class="gfig">(\S+)', found.source)]
    assert len(cards) == 2
    assert sum(cards) == round(sum((b.spend for b in sample.month().shape.histogram), Decimal(0)))
    assert sum(amount(row[3].strip()) for row in found.tables["t-ratios"][1:]) == sum(cards)


def test_the_verdict_tells_the_numbers_of_the_tables() -> None:
    found = page()
    rows = found.tables["t-dr"][1:4]
    for row in rows:
        assert f"{row[0].strip()} ({row[1].strip()})" in found.text.replace(" (", " (").replace("  ", " ")
    assert found.headings[4].startswith(found.column("t-ca", 5)[1])
    paragraphs = re.search(r'class="verdict">(.*?)</div>', found.source, re.DOTALL)
    assert paragraphs is not None
    texts = [re.sub("<[^>]+>", "", text) for text in re.findall(r"<p>(.*?)</p>", paragraphs.group(1))]
    assert len(texts) == 2
    assert all(len(text.split()) <= 35 for text in texts)


def test_the_file_refers_to_nothing_outside() -> None:
    found = page()
    for tag, name, value in found.attributes:
        assert name not in {"src", "srcset", "style", "action", "ping", "background"}, (tag, name)
        assert not name.startswith("on"), (tag, name)
        if name == "href":
            assert value.startswith("#")
            assert value[1:] in found.ids
    assert "url(" not in found.raw["style"]
    assert "@import" not in found.raw["style"]
    assert not re.search(r"https?:", re.sub(r"<script type.*?</script>", "", found.source, flags=re.DOTALL))


def test_every_id_is_there_once_and_every_label_points_to_one() -> None:
    found = page()
    assert len(found.ids) == len(set(found.ids))
    for _, name, value in found.attributes:
        if name in {"aria-labelledby", "for", "data-for"}:
            assert set(value.split()) <= set(found.ids), value


def test_the_content_policy_allows_exactly_this_style_and_script() -> None:
    found = page()
    policy = next(value for _, name, value in found.attributes if name == "content" and "default-src" in value)
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(found.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert found.source.count("<style") == 1
    assert found.source.count("<script>") == 1


def test_the_script_stays_small() -> None:
    assert len(page().raw["script"].encode()) <= 6_000


def test_the_embedded_model_is_the_json_document() -> None:
    model = sample.month()
    embedded = Page(html.render(model)).raw["model"]
    assert "<" not in embedded
    assert standard.loads(embedded) == standard.loads(json.dumps(json.document(model)))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    works = [replace(work, name=name, model=name, provider=name) if i < 2 else work for i, work in enumerate(sample.WORKS)]
    model = sample.month(works, title=name, bad_day=False)
    row = replace(model.caching.rows[0], workload=name, model=name)
    model = replace(model, caching=replace(model.caching, rows=(row, *model.caching.rows[1:])))
    found, clean = Page(html.render(model)), page(sample.month(bad_day=False))
    assert {tag for tag, _, _ in found.attributes} == {tag for tag, _, _ in clean.attributes}
    assert {attribute for _, attribute, _ in found.attributes} <= {a for _, a, _ in clean.attributes} | {"title"}
    assert not set(found.text) & set("\u202e\u2066")
    assert found.source.count("<script") == 2
    assert found.source.count("<style") == 1
    tables = standard.loads(found.raw["model"])["tables"]
    assert name in [line[0] for line in tables["workloads"]]
    if len(name) < 48:
        assert "<b>" not in re.sub(r"<b><bdi>|<b>Levers|<b>Input to|<b>Spend per|<b>Level", "", found.source)


def test_long_names_are_cut_and_whole_in_the_title() -> None:
    works = [replace(sample.WORKS[0], name="a" * 300), *sample.WORKS[1:]]
    found = page(sample.month(works))
    assert ("bdi", "title", "a" * 300) in found.attributes
    assert "a" * 60 not in found.text


def shuffled(summary: SpendSummary) -> SpendSummary:
    return replace(summary, rows=tuple(reversed(summary.rows)))


def test_same_data_same_bytes_in_any_order_and_process() -> None:
    model = sample.month()
    first = html.render(model)
    spend = model.spend
    other = replace(
        model,
        spend=replace(
            spend,
            by_day=shuffled(spend.by_day),
            by_day_model=shuffled(spend.by_day_model),
            by_workload_model=shuffled(spend.by_workload_model),
            by_workload_day=shuffled(spend.by_workload_day),
        ),
        shape=replace(model.shape, by_workload=tuple(reversed(model.shape.by_workload))),
        quality=replace(model.quality, sources=tuple(reversed(model.quality.sources))),
    )
    visible = re.compile(r'<script type="application/json".*?</script>', re.DOTALL)
    assert visible.sub("", html.render(other)) == visible.sub("", first)
    program = (
        "import hashlib; from logcost.report import html; from tests.report import sample; "
        "print(hashlib.sha256(html.render(sample.month()).encode()).hexdigest())"
    )
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        result = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
        )
        assert result.stdout.strip() == hashlib.sha256(first.encode()).hexdigest()


def many(count: int) -> list[sample.Work]:
    return [replace(sample.WORKS[i % 11], name=f"workload-{i:04}", calls=50 + 7 * i) for i in range(count)]


@pytest.mark.parametrize(
    ("workloads", "days", "limit"), [(1, 28, 300), (12, 31, 300), (500, 31, 1000), (12, 400, 340), (12, 61, 300)]
)
def test_size_budget(workloads: int, days: int, limit: int) -> None:
    first = date(2026, 10, 31) - timedelta(days=days - 1)
    text = html.render(sample.month(many(workloads), first=first, bad_day=False))
    assert len(text.encode()) < limit * 1000
    found = Page(text)
    cells, total = found.column("t-dr", 1)
    assert sum(map(amount, cells)) == amount(total)


def test_five_hundred_workloads_fold_and_stay_in_the_csv() -> None:
    found = page(sample.month(many(500), bad_day=False))
    names = [row[0].strip() for row in found.tables["t-dr"][1:]]
    assert len(names) == 202
    assert names[-2:] == ["All others (300)", "Total"]
    assert len(standard.loads(found.raw["model"])["tables"]["workloads"]) == 501


def test_thousands_of_files_and_findings_do_not_swell_the_file() -> None:
    model = sample.month()
    rows = [replace(model.caching.rows[0], workload=f"w{i:04}", net_saving=Decimal(9999 - i) / 7) for i in range(2_500)]
    review = replace(model.caching, rows=tuple(rows), net_saving=sum((r.net_saving or Decimal(0) for r in rows), Decimal(0)))
    sources = tuple(replace(model.quality.sources[0], path=f"logs/{i:05}.jsonl") for i in range(5_000))
    model = replace(model, caching=review, quality=replace(model.quality, sources=sources))
    text = html.render(model)
    assert len(text.encode()) < 1_000_000
    found = Page(text)
    embedded = standard.loads(found.raw["model"])
    assert embedded["left_out"] == {"caching.rows": 2_300, "sources": 4_800}
    assert json.document(model)["left_out"] == {}
    csv = embedded["tables"]["caching"]
    assert len(csv) == 2_002
    assert csv[-1][0] == "All others (500)"
    assert sum(Decimal(row[-1]) for row in csv[1:]) == review.net_saving
    shown = [amount(row[5].strip()) for row in found.tables["t-ca"][1:-1]]
    assert len(shown) == 60
    hidden = re.search(r"2,440 smaller rows with (\$[\d,]+) in all are in the CSV", found.text)
    assert hidden is not None
    assert sum(shown) + amount(hidden.group(1)) == amount(found.column("t-ca", 5)[1])
    assert [cell.strip() for cell in found.tables["t-src"][1][:2]] == ["anthropic.usage_report", "5,000 files"]
