"""Scratch folders: private, unique, and gone whenever the work ends."""

from __future__ import annotations

import stat
from pathlib import Path
from unittest.mock import patch

import pytest

from logcost.scratch import scratch_folder
from logcost.store import Ledger


def test_a_folder_is_private_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_folder("logcost-a-") as one, scratch_folder("logcost-a-") as other:
        assert one != other
        assert stat.S_IMODE(one.stat().st_mode) == 0o700
        (one / "inner").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_right_after_its_making_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made, mkdir = [], Path.mkdir

    def interrupted(path: Path, mode: int = 0o777) -> None:
        mkdir(path, mode)
        made.append(path.exists())
        raise KeyboardInterrupt

    with patch.object(Path, "mkdir", interrupted):
        with pytest.raises(KeyboardInterrupt), scratch_folder("logcost-a-"):
            pass
        with pytest.raises(KeyboardInterrupt):
            Ledger()
    assert made == [True, True]
    assert list(tmp_path.iterdir()) == []
