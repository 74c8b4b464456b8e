"""The set-up scripts: what they say when a machine lacks something, and how they look for a browser."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.packaging import tree

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def _script(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(f"ci_{name}", tree.ROOT / ".ci" / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def setup() -> ModuleType:
    return _script("setup")


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script on a machine without any browser, where nothing can be installed."""
    module = _script("chromium")
    for name in ("CHROMIUM", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module.shutil, "which", lambda _name: None)
    monkeypatch.setattr(module, "playwrights_own", lambda: None)
    monkeypatch.setattr(module, "quiet", lambda _command, _environment: None)
    return module


def test_an_old_python_is_told_so(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 18, "final", 0))
    with pytest.raises(SystemExit):
        setup.main(".venv", "run")
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer" in said
    assert "is 3.9.18" in said
    assert "PYTHON=" in said


def test_a_python_without_ensurepip_is_told_the_remedy(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(setup, "has_ensurepip", lambda: False)
    monkeypatch.setattr(setup, "can_apt", lambda: False)
    with pytest.raises(SystemExit):
        setup.make_venv(tmp_path / "venv")
    assert "apt-get install python3-venv" in capsys.readouterr().err
    assert not (tmp_path / "venv").exists()


def test_root_on_debian_gets_the_missing_package(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[str] = []
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "has_ensurepip", lambda: bool(installed))
    monkeypatch.setattr(setup, "can_apt", lambda: True)
    monkeypatch.setattr(setup, "apt_install", lambda *names: installed.extend(names))
    monkeypatch.setattr(setup, "run", commands.append)
    setup.make_venv(tmp_path / "venv")
    assert installed[0] == "python3-venv"
    assert commands == [[sys.executable, "-m", "venv", str(tmp_path / "venv")]]


def test_an_environment_that_exists_is_kept(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.touch()
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "run", commands.append)
    monkeypatch.setattr(setup, "has_module", lambda _python, _name: True)
    setup.main(str(tmp_path), "dev")
    assert all(command[0] == str(python) and "pip" in command for command in commands)
    assert commands[-1][-2:] == ["--group", "dev"]


def test_an_environment_without_pip_gets_it(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "run", commands.append)
    monkeypatch.setattr(setup, "has_module", lambda _python, name: name != "pip")
    setup.install(tmp_path / "python", "run")
    assert commands[0] == [str(tmp_path / "python"), "-m", "ensurepip", "--upgrade"]


def test_demo_installs_no_developer_packages(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "run", commands.append)
    monkeypatch.setattr(setup, "has_module", lambda _python, _name: True)
    setup.install(tmp_path / "bin" / "python", "run")
    assert not [command for command in commands if "--group" in command]


def test_a_failing_command_stops_the_set_up_with_its_code(setup: ModuleType) -> None:
    with pytest.raises(SystemExit) as stopped:
        setup.run([sys.executable, "-c", "raise SystemExit(7)"])
    assert stopped.value.code == 7


def test_without_a_browser_ci_fails_and_others_are_warned(
    chromium: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chromium.main() == 0
    assert "browser tests cannot run" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert chromium.main() == 1


def test_a_browser_named_by_hand_comes_first(
    chromium: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    places: dict[str, Any] = {"my-browser": "/opt/mine", "chromium": "/usr/bin/chromium"}
    monkeypatch.setattr(chromium.shutil, "which", places.get)
    assert chromium.main() == 0
    assert capsys.readouterr().out == "/usr/bin/chromium\n"
    monkeypatch.setenv("CHROMIUM", "my-browser")
    assert chromium.main() == 0
    assert capsys.readouterr().out == "/opt/mine\n"


def test_help_lists_every_target_of_the_makefile() -> None:
    # The tests run below make themselves: its flags are not for this one.
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    done = subprocess.run(["make", "help"], cwd=tree.ROOT, env=environment, capture_output=True, text=True, check=True)
    targets = [line.split()[1] for line in done.stdout.splitlines()]
    makefile = (tree.ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = [line for line in makefile.splitlines() if line.startswith(".PHONY:")]
    assert sorted(targets) == sorted(phony.split()[1:])
