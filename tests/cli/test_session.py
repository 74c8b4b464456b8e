"""What a command says about files that it cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.command import run

if TYPE_CHECKING:
    from pathlib import Path


def test_each_of_several_unreadable_files_gets_its_line(tmp_path: Path) -> None:
    text, cut = tmp_path / "a.txt", tmp_path / "b.json"
    text.write_text("not a log", encoding="utf-8")
    cut.write_text("{", encoding="utf-8")
    done = run("spend", text, cut)
    lines = done.err.splitlines()
    assert (done.code, done.out, len(lines)) == (4, "", 3)
    assert lines[0].startswith(f"logcost: {text}: No format claims this file.")
    assert lines[1].startswith(f"logcost: {cut}: This is neither whole JSON nor JSON Lines.")
    assert lines[2].startswith("logcost: Not one file could be read.")
