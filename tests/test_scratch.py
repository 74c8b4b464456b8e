"""Scratch folders: private, unique, and gone whenever the work ends."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pytest

from logcost.scratch import ScratchFolder
from logcost.store import Ledger


@pytest.fixture(autouse=True)
def _temporary_files_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with ScratchFolder("logcost-a-") as one, ScratchFolder("logcost-a-") as other:
        assert one != other
        assert stat.S_IMODE(one.stat().st_mode) == 0o700
        (one / "inner").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_right_after_its_making_leaves_nothing(tmp_path: Path) -> None:
    made, mkdir = [], Path.mkdir

    def interrupted(path: Path, mode: int = 0o777) -> None:
        mkdir(path, mode)
        made.append(path.exists())
        raise KeyboardInterrupt

    with patch.object(Path, "mkdir", interrupted):
        with pytest.raises(KeyboardInterrupt), ScratchFolder("logcost-a-"):
            pass
        with pytest.raises(KeyboardInterrupt):
            Ledger()
    assert made == [True, True]
    assert list(tmp_path.iterdir()) == []


def test_what_an_interrupt_kept_from_being_removed_goes_with_its_owner(tmp_path: Path) -> None:
    folder = ScratchFolder("logcost-a-")
    with patch("shutil.rmtree", side_effect=KeyboardInterrupt):
        try:
            folder.remove()
        except KeyboardInterrupt:
            assert list(tmp_path.iterdir()) == [folder.path]
    del folder
    assert list(tmp_path.iterdir()) == []


def _run(program: str, temporary: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_ledger_that_nobody_closed_goes_with_the_process(tmp_path: Path) -> None:
    done = _run(
        "import os; from logcost.store import Ledger; ledger = Ledger(); print(*os.listdir(os.environ['TMPDIR']))", tmp_path
    )
    assert done.stdout.startswith("logcost-")
    assert list(tmp_path.iterdir()) == []


IMPATIENT: Final = """
import atexit, os, signal, sys
from logcost import scratch
from logcost.cli import main
from logcost.ingest.session import Session
def interrupt(*_):
    print("interrupted", flush=True)
    os.kill(os.getpid(), signal.SIGINT)
def first(*_):
    atexit.register(interrupt)
    interrupt()
Session.add = first
scratch.ScratchFolder.remove = interrupt
sys.argv = ["logcost", "spend", "--quiet", sys.argv[1]]
main()
"""


def test_interrupts_while_an_interrupt_is_tidied_up_leave_nothing(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    log = tmp_path / "calls.csv"
    log.write_text("request_model,input_tokens,output_tokens\ngpt-5,100,10\n", encoding="utf-8")
    done = _run(IMPATIENT, temporary, str(log))
    assert done.stdout.splitlines() == ["interrupted"] * 4  # in the work, for the two folders, and at exit
    assert (done.returncode, done.stderr.count("\n")) == (130, 1)
    assert list(temporary.iterdir()) == []
