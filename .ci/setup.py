"""Make or complete the virtual environment: ``setup.py FOLDER run|dev``.

Runs on the bare system Python, so it uses the standard library only and must be readable by old versions: they have to
get as far as the message that says they are too old.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
PIP = "pip>=25.1"  # the first with --group

TOO_OLD = """logcost needs Python {needed} or newer; {python} is {found}.
Name a newer one: make ... PYTHON=/path/to/python3"""

NO_VENV = """This Python cannot make virtual environments: its 'ensurepip' module is missing.
  Debian, Ubuntu:  apt-get install python3-venv
  Fedora:          dnf install python3-pip
Then run the command again, or name another interpreter: make ... PYTHON=/path/to/python3.11"""


def main(folder: str, kind: str) -> None:
    """Check the interpreter, make the environment if there is none, install into it."""
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        stop(TOO_OLD.format(needed=".".join(map(str, OLDEST)), python=sys.executable, found=found))
    venv = Path(folder)
    python = venv / "bin" / "python"
    if not python.exists():
        say(f"Making the environment {venv} ...")
        make_venv(venv)
    say("Installing what is needed (the first time this takes a minute) ...")
    install(python, kind)


def make_venv(venv: Path) -> None:
    """Make the environment with its own pip; on Debian without python3-venv, root gets that package first."""
    if not has_ensurepip() and can_apt():
        apt_install("python3-venv", f"python3.{sys.version_info.minor}-venv")
    if not has_ensurepip():
        stop(NO_VENV)
    run([sys.executable, "-m", "venv", str(venv)])


def install(python: Path, kind: str) -> None:
    """Install the package as a link to this checkout, with the development tools if ``kind`` is dev."""
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if not has_module(python, "pip"):
        run([str(python), "-m", "ensurepip", "--upgrade"])
    # The pip that comes with Python 3.11 knows no dependency groups.
    run([*pip, "--upgrade", PIP])
    run([*pip, "--editable", ".", *(["--group", "dev"] if kind == "dev" else [])])


def has_ensurepip() -> bool:
    """Tell whether this interpreter can make an environment with pip in it (Debian packs that apart)."""
    return has_module(Path(sys.executable), "ensurepip")


def has_module(python: Path, name: str) -> bool:
    """Tell whether an interpreter can import a module."""
    return subprocess.run([str(python), "-c", f"import {name}"], check=False, stderr=subprocess.DEVNULL).returncode == 0


def can_apt() -> bool:
    """Tell whether this is root on a machine with Debian's package manager, and this the system's Python."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and sys.executable.startswith("/usr/bin/")


def apt_install(*names: str) -> None:
    """Install the first of the Debian packages that exists."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
    for name in names:
        say(f"Installing Debian's {name} ...")
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", name]
        if subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode == 0:
            return


def run(command: list[str]) -> None:
    """Run a command; stop with its exit code when it fails (it has said why)."""
    code = subprocess.run(command, check=False).returncode
    if code:
        stop(f"Failed: {' '.join(command)}", code)


def say(text: str) -> None:
    """Progress goes to stderr: stdout belongs to what was asked for."""
    sys.stderr.write(text + "\n")


def stop(text: str, code: int = 1) -> None:
    """End with a message and no traceback."""
    say(text)
    raise SystemExit(code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
