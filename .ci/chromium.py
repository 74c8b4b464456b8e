"""Print the path of a Chromium for the browser tests, installing one if there is none.

Order: the environment variable CHROMIUM, a browser on PATH, the one Playwright downloaded before. If all are missing:
Debian's package where root may install it, else Playwright's own download. In CI a missing browser is an error; elsewhere
a warning, and the browser tests then say themselves that they did not run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def main() -> int:
    """Find, else install and find again."""
    browser = find() or install()
    if browser is None:
        sys.stderr.write("No Chromium: set CHROMIUM=/path/to/chromium, or install one. The browser tests cannot run.\n")
        return 1 if os.environ.get("CI") else 0
    sys.stdout.write(f"{browser}\n")
    return 0


def find() -> str | None:
    """Path of a browser that is there already."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path), None) or playwrights_own()


def playwrights_own() -> str | None:
    """Path of the browser Playwright downloads, if it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """Install Debian's package as root, else ask Playwright for its own build."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("Installing Debian's chromium for the browser tests ...\n")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        quiet(["apt-get", "update", "-qq"], environment)
        quiet(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], environment)
        found = find()
        if found:
            return found
    sys.stderr.write("Asking Playwright for its Chromium for the browser tests ...\n")
    quiet([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))
    return find()


def quiet(command: list[str], environment: dict[str, str]) -> None:
    """Run with the output on stderr only: stdout is the path."""
    subprocess.run(command, check=False, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
