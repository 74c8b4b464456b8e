"""One Chromium for all browser tests. No browser is a failure, never a skip."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from logcost.report import html
from tests.report import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """``CHROMIUM``, else a browser on PATH, else ``None`` for Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Opened:
    """A page with everything it asked for and said."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the session."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        yield found
        found.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample report as a file."""
    path = tmp_path_factory.mktemp("report") / "logcost-report.html"
    path.write_text(html.render(sample.month()), encoding="utf-8")
    return path


@pytest.fixture
def show(browser: Browser, report: Path) -> Iterator[Callable[..., Opened]]:
    """Open the report (or another file): ``show(width=390, color_scheme="dark", java_script_enabled=False, path=...)``."""
    contexts = []

    def _show(*, width: int = 1280, path: Path = report, **options: Any) -> Opened:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda line: opened.console.append(line.text))
        opened.page.on("pageerror", lambda error: opened.console.append(str(error)))
        opened.page.goto(path.as_uri())
        return opened

    yield _show
    for context in contexts:
        context.close()
