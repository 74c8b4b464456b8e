"""Take the README's picture of the sample month's report: ``screenshot.py REPORT.html PICTURE.png``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def main(report: str, picture: str) -> None:
    """Open the report in Chromium and photograph its first screen in the light theme."""
    from playwright.sync_api import sync_playwright

    found = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("chromium.py"))], check=True, capture_output=True, text=True
    )
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip() or None, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 1120}, color_scheme="light")
        page.goto(Path(report).resolve().as_uri())
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
