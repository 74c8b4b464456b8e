"""Savings and the ladder in a real browser: sorting inside groups, links, pictures to scale, every state accessible."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from logcost.report import html
from tests.browser.test_report import download
from tests.report import sample, sample_savings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from logcost.savings import SavingsLedger

pytestmark = pytest.mark.browser

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")


def written(ledger: SavingsLedger, folder: Path) -> Path:
    path = folder / "savings.html"
    path.write_text(html.render(replace(sample.month(), savings=ledger)), encoding="utf-8")
    return path


def ledger() -> SavingsLedger:
    found = sample.month().savings
    assert found is not None
    return found


def titles(page: Page) -> list[str]:
    """The visible rows of the table, groups as ``[name]``."""
    rows = [row for row in page.locator("#t-sv tbody tr").all() if row.is_visible()]
    texts = [(row.get_attribute("class"), row.locator("th").inner_text().splitlines()[0]) for row in rows]
    return [f"[{text}]" if kind else text for kind, text in texts]


def test_rows_are_sorted_inside_their_group(show: Callable[..., Any]) -> None:
    page = show().page
    page.locator("#t-sv thead button", has_text="Saves a month").click()
    found = titles(page)
    assert [text for text in found if text.startswith("[")] == [
        "[No quality risk 3 changes]", "[Later answers 2 changes]", "[Answers may change 2 changes]",
    ]  # fmt: skip
    assert found[1].startswith("Keep ticket-classifier")
    assert found[3].startswith("Move the timestamp")
    assert found[5].startswith("Queue doc-summarise")
    page.locator("#t-sv thead button", has_text="Confidence").click()
    assert titles(page)[3].startswith("Use the 1-hour cache")


def test_the_filter_keeps_the_names_of_groups(show: Callable[..., Any], tmp_path: Path) -> None:
    steps = (*sample_savings.STEPS, *sample_savings.STEPS[:2])
    page = show(path=written(sample_savings.ledger(ledger().billed, steps), tmp_path)).page
    box = page.locator("input[data-for=t-sv]")
    box.fill("haiku")
    assert [text for text in titles(page) if not text.startswith("[")] == ["Run short sales drafts on claude-haiku-4-5"]
    box.fill("nothing like it")
    assert page.get_by_text("No change matches. Clear the filter to see all 9.").is_visible()


def test_caching_leads_to_the_saving(show: Callable[..., Any]) -> None:
    page = show(reduced_motion="reduce").page
    page.locator("#t-ca a").first.click()
    assert page.url.endswith("#sv1")
    box = page.locator("#sv1").bounding_box()
    assert box is not None
    assert box["y"] >= 50


def test_bars_are_to_scale(show: Callable[..., Any]) -> None:
    page = show().page
    widths = [
        [rect.bounding_box()["width"] for rect in row.locator("rect").all()] for row in page.locator("#t-wi tbody tr").all()
    ]
    whole = widths[0][0]
    found = ledger()
    for (left, cut), step in zip(widths[1:-1], found.steps, strict=True):
        assert left / whole == pytest.approx(float(step.left / found.billed), abs=0.003)
        assert cut / whole == pytest.approx(max(0.004, float(step.saving / found.billed)), abs=0.003)
    assert sum(widths[-1]) == pytest.approx(whole, abs=1)


def test_the_savings_file_is_whole(show: Callable[..., Any]) -> None:
    rows = download(show(accept_downloads=True).page, "savings")
    assert rows[0][:5] == ["code", "provider", "model", "workload", "risk"]
    assert len(rows) == 8


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["servers", "nothing", "many", "long"])
def test_every_state_is_accessible_and_fits(
    show: Callable[..., Any], tmp_path: Path, state: str, scheme: str, width: int
) -> None:
    found = ledger()
    name = "w" * 300
    made = {
        "servers": replace(found, self_hosting=sample_savings.servers(found.left)),
        "nothing": sample_savings.nothing(found.billed),
        "many": sample_savings.ledger(found.billed, tuple(replace(step, share=(9, 9)) for step in sample_savings.STEPS * 7)),
        "long": replace(
            found,
            steps=tuple(replace(step, workload=name, model=name, title=name, evidence=name, fix=name) for step in found.steps),
            unpriced=tuple(replace(one, title=name, workload=name, reason=name) for one in found.unpriced),
        ),
    }
    page = show(width=width, color_scheme=scheme, path=written(made[state], tmp_path)).page
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text(encoding="utf-8"))
    problems = page.evaluate("axe.run('#savings, #whatif, .lede', {resultTypes: ['violations']})")["violations"]
    assert [(v["id"], [node["html"][:160] for node in v["nodes"]][:3]) for v in problems] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_table_needs_a_sideways_scroll(show: Callable[..., Any], width: int) -> None:
    page = show(width=width).page
    for table in ("t-sv", "t-su", "t-wi"):
        over = page.evaluate(f"(() => {{ const e = document.getElementById('{table}').parentNode; "
                             "return e.scrollWidth - e.clientWidth; })()")  # fmt: skip
        assert over <= 0, table
