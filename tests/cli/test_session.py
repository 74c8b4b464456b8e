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
    assert lines[0].startswith(f"logcost: {text}: No format claims this file, text that is neither JSON, a table nor logfmt.")
    assert lines[1].startswith(f"logcost: {cut}: This is neither whole JSON nor JSON Lines.")
    assert lines[2].startswith("logcost: Not one file could be read.")


def test_the_other_files_of_a_folder_are_named_together(tmp_path: Path) -> None:
    """A line for each of them hid what was rejected."""
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("not a log", encoding="utf-8")
    for name in ("a", "b"):
        call = f'{{"dedup_key": "{name}", "input_tokens": 1, "output_tokens": 1, "response_model": "gpt-4o"}}'
        (tmp_path / f"{name}.jsonl").write_text(f"{call}\n{{torn\n{call}\n", encoding="utf-8")
    lines = run("spend", tmp_path).err.splitlines()
    assert lines[0].startswith("logcost: 5 files of no known format: ")
    assert f"logcost: {tmp_path / 'a.jsonl'} and 1 more, each: 1 record rejected; 'logcost rejects PATH' lists them." in lines
    assert not [line for line in lines if ".txt: " in line]
