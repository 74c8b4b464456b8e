"""Take the README's picture of the sample month's report: ``screenshot.py REPORT.html PICTURE.png``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDTH = 1280
ROWS = 4
SHARPNESS = 1.5
"""Pixels a point: sharp on fine screens, and the file stays below 400 kB."""


def main(report: str, picture: str) -> None:
    """Open the report in Chromium and photograph it in the light theme, down to the end of a row of its first table."""
    from playwright.sync_api import FloatRect, sync_playwright

    found = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("chromium.py"))], check=True, capture_output=True, text=True
    )
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip() or None, args=QUIET)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light", device_scale_factor=SHARPNESS)
        page.goto(Path(report).resolve().as_uri())
        last = page.locator("#savings tbody tr").nth(ROWS - 1).bounding_box()
        if last is None:
            raise SystemExit(f"The report's savings have fewer than {ROWS} rows.")
        page.screenshot(path=picture, full_page=True, clip=FloatRect(x=0, y=0, width=WIDTH, height=last["y"] + last["height"]))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
