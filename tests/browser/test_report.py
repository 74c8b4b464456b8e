"""The report in a real browser: silent, accessible, usable with and without scripting, on screens and on paper."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from logcost.report import html
from tests.report import sample
from tests.report.test_html import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Show = "Callable[..., Any]"


def names(page: Page, table: str = "t-dr") -> list[str]:
    """First words of the visible rows of a table."""
    return [row.locator("th bdi").first.inner_text() for row in page.locator(f"#{table} tbody tr").all() if row.is_visible()]


def test_nothing_is_requested_and_nothing_is_said(show: Callable[..., Any], report: Path) -> None:
    opened = show()
    page = opened.page
    page.locator("#theme").click()
    page.locator("#t-dr thead button").first.click()
    page.locator("#days-w-t").wait_for(state="attached")
    page.mouse.move(600, 600)
    assert opened.requests == [report.as_uri()]
    assert opened.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_accessible(show: Callable[..., Any], scheme: str, width: int) -> None:
    page = show(width=width, color_scheme=scheme).page
    for details in page.locator("details").all():
        details.locator("summary").click()
    page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    problems = [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in found["violations"]]
    assert problems == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("scripting", [True, False])
def test_never_wider_than_the_screen(show: Callable[..., Any], width: int, scripting: bool) -> None:
    page = show(width=width, java_script_enabled=scripting).page
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_have_room_on_a_phone_beside_records_without_a_price(show: Callable[..., Any], tmp_path: Path) -> None:
    """That remark stood on one line, and took the room of the names."""
    model = sample.month()
    rows = tuple(
        replace(row, totals=replace(row.totals, unpriced_records=1, uncounted_records=1)) for row in model.spend.by_workload.rows
    )
    spend = replace(model.spend, by_workload=replace(model.spend.by_workload, rows=rows))
    path = tmp_path / "r.html"
    path.write_text(html.render(replace(model, spend=spend)), encoding="utf-8")
    page = show(width=390, path=path).page
    assert "1 record without a price" in page.locator("#t-dr").inner_text()
    box = page.locator("#t-dr tbody th").first.bounding_box()
    assert box is not None
    assert box["width"] > 80
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_readable_without_scripting(show: Callable[..., Any]) -> None:
    page = show(java_script_enabled=False).page
    text = page.locator("main").inner_text()
    assert "$47,780.72" in re.sub(r"\s", "", text)
    for heading in page.locator("h2").all():
        assert heading.is_visible()
    assert page.locator("button:visible").count() == page.locator("thead button").count()
    assert not page.locator(".tools, .ctl").first.is_visible()
    assert page.locator("svg.w[role=img]:visible").count() == 2
    page.locator("label[for=hw2]").click()
    assert page.locator("#hist-calls-w-t").locator("..").is_visible()
    assert not page.locator("#hist-spend-w-t").locator("..").is_visible()
    page.locator("#spend summary").click()
    assert page.locator("#t-days").is_visible()


def test_histogram_switch_works_with_the_keyboard(show: Callable[..., Any]) -> None:
    page = show().page
    page.locator("#hw1").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".hv2").is_visible()
    assert not page.locator(".hv1").is_visible()


def test_sorting(show: Callable[..., Any]) -> None:
    page = show().page
    assert names(page)[:2] == ["support-rag", "code-review-agent"]
    calls = page.locator("#t-dr thead button", has_text="Calls").first
    calls.click()
    assert names(page)[:2] == ["ticket-classifier", "ingest-extract"]
    assert calls.locator("..").get_attribute("aria-sort") == "descending"
    calls.click()
    assert names(page)[0] == "(untagged)"
    assert page.locator("#t-dr [aria-sort]").count() == 1
    page.locator("#t-dr thead button", has_text="Workload").click()
    page.locator("#t-dr thead button", has_text="Workload").click()
    assert names(page)[:2] == ["(untagged)", "chat-assistant"]
    assert page.locator("#t-dr tfoot th").inner_text() == "Total"


def test_unknown_values_sort_last_both_ways(show: Callable[..., Any]) -> None:
    page = show().page
    button = page.locator("#t-ca thead button", has_text="Net saving")
    button.click()
    assert names(page, "t-ca")[-1] == "product-copy"
    button.click()
    assert names(page, "t-ca")[-1] == "product-copy"
    assert names(page, "t-ca")[0] == "support-rag"


def test_filter(show: Callable[..., Any]) -> None:
    page = show().page
    box = page.locator("input[data-for=t-dr]")
    box.fill("SONNET")
    assert names(page) == ["support-rag", "sales-email-draft"]
    box.fill("nothing like it")
    assert names(page) == []
    assert page.get_by_text("No workload matches. Clear the filter to see all 11.").is_visible()
    box.fill("")
    assert len(names(page)) == 11


def download(page: Page, name: str) -> list[list[str]]:
    """Press a CSV button and read the file."""
    with page.expect_download() as waiting:
        page.locator(f"#method button[data-csv={name}]").click()
    assert waiting.value.suggested_filename == f"logcost-2026-10-{name}.csv"
    return list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))


def test_download_gives_the_whole_table_exactly(show: Callable[..., Any]) -> None:
    page = show(accept_downloads=True).page
    page.locator("input[data-for=t-dr]").fill("sonnet")
    rows = download(page, "workloads")
    assert rows[0][:3] == ["workload", "list_cost_usd", "requests"]
    expected = {row.group["workload"] or "": row.totals.list_cost for row in sample.month().spend.by_workload.rows}
    assert {row[0]: Decimal(row[1]) for row in rows[1:]} == expected
    assert len(download(page, "days")) == 32
    assert {len(row) for row in download(page, "caching")} == {16}
    assert download(page, "ratios")[0][0] == "bin"
    assert download(page, "models")[1][:2] == ["anthropic", "claude-sonnet-4-5"]


def test_hostile_names_do_nothing(show: Callable[..., Any], tmp_path: Path) -> None:
    works = [
        replace(work, name=HOSTILE[i], model=HOSTILE[i]) if i < len(HOSTILE) else work for i, work in enumerate(sample.WORKS)
    ]
    path = tmp_path / "hostile.html"
    path.write_text(html.render(sample.month(works, bad_day=False, title=HOSTILE[0])), encoding="utf-8")
    opened = show(path=path, accept_downloads=True)
    page = opened.page
    page.on("dialog", lambda dialog: opened.console.append(dialog.message))
    page.locator(".day").nth(3).hover()
    assert "<img src=x" in page.locator("#tip").inner_text()
    assert page.locator("main img").count() == 0
    cells = [row[0] for row in download(page, "workloads")]
    assert f"'{HOSTILE[1]}" in cells
    assert HOSTILE[4] in cells
    assert opened.console == []
    assert len(opened.requests) == 1
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_theme_follows_the_system_and_the_button(show: Callable[..., Any]) -> None:
    for scheme, first, second in (
        ("light", "rgb(255, 255, 255)", "rgb(17, 24, 30)"),
        ("dark", "rgb(17, 24, 30)", "rgb(255, 255, 255)"),
    ):
        page = show(color_scheme=scheme).page
        colour = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(colour) == first
        page.locator("#theme").click()
        assert page.evaluate(colour) == second
        assert page.locator("#theme").inner_text() == ("Light" if scheme == "light" else "Dark")


def test_tooltip_repeats_the_numbers_and_escape_closes_it(show: Callable[..., Any]) -> None:
    page = show().page
    page.locator("svg.w .day").nth(20).hover()
    tip = page.locator("#tip").inner_text()
    assert "Wed 21 Oct" in tip
    page.locator("#spend summary").click()
    row = page.locator("#t-days tbody tr").nth(20).inner_text().split()
    assert row[-1] in tip
    page.keyboard.press("Escape")
    assert not page.locator("#tip").is_visible()


def test_summary_is_copied(show: Callable[..., Any]) -> None:
    page = show(permissions=["clipboard-read", "clipboard-write"]).page
    page.locator("#copy").click()
    page.get_by_text("Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.splitlines()[:2] == ["LLM spend, October 2026", "$47,780.72"]


def test_paper(show: Callable[..., Any], tmp_path: Path) -> None:
    page = show(color_scheme="dark").page
    path = tmp_path / "report.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    content = path.read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert 3 <= pages <= 6
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".top").is_visible()
    assert not page.locator("#theme").is_visible()
    if shutil.which("pdftotext"):
        first = subprocess.run(["pdftotext", "-l", "1", str(path), "-"], capture_output=True, text=True, check=True).stdout
        assert "47,780" in first
        assert "LLM spend, October 2026" in first
        assert f"1 of {pages}" in first
