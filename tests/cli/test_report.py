"""``logcost report`` and ``logcost.report``: what is written where, and what happens when it cannot be."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import logcost
from logcost.report.file import write_file
from tests.cli.command import calls, run


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    calls(folder / "calls.jsonl", {}, {"started_at": "2026-11-01T00:00:00Z"})
    return folder


def test_the_example_of_the_docstring(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    example = re.search(r"    import logcost\n\n(.*?report\(.*?\n)", logcost.__doc__ or "", flags=re.DOTALL)
    assert example
    lines = "\n".join(line.removeprefix("    ") for line in example[1].splitlines())
    exec(compile(lines, "docstring", "exec"), {"logcost": logcost})  # noqa: S102 -- our own example
    assert '"requests":2,' in Path("report.html").read_text(encoding="utf-8")
    assert log.name == "logs"


def test_from_python_files_are_enough(log: Path, tmp_path: Path) -> None:
    call: Any = logcost.report
    written = call(log, tmp_path / "r.html", month="2026-10")
    assert written == tmp_path / "r.html"
    assert '"requests":1,' in written.read_text(encoding="utf-8")


def test_both_formats_lie_side_by_side(log: Path, tmp_path: Path) -> None:
    for name in ("october.html", "october.json"):
        done = run("report", log, "--format", "json,html,json", "-o", tmp_path / name)
        assert done.out.split() == [str(tmp_path / "october.json"), str(tmp_path / "october.html")]
    assert json.loads((tmp_path / "october.json").read_text(encoding="utf-8"))["totals"]["requests"] == 2
    assert (tmp_path / "october.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    run("report", log, "--format", "html,json", "-o", tmp_path / "report.2026-10")
    assert (tmp_path / "report.2026-10.json").exists()


def test_a_dash_is_stdout(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("report", log, "-o", "-").out.startswith("<!doctype html>")
    assert run("report", log, "-o", "-", "--format", "json").json["totals"]["requests"] == 2
    assert run("report", log, "-o", "-", "--format", "json,html").code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_a_period_without_a_call_gives_a_page_that_says_so_and_exit_code_4(log: Path, tmp_path: Path) -> None:
    done = run("report", log, "--month", "2025-01", "-o", tmp_path / "r.html")
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "There is not one call in this period. Look at 'logcost spend PATH... --by month'." in done.err
    assert "There is not one call in this period." in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_files_without_a_call_are_not_told_as_a_period_without_one(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    done = run("report", empty, "-o", tmp_path / "r.html")
    assert done.code == 4
    assert "Not one call was read. The report says what became of each file." in done.err
    assert "period" not in done.err


@pytest.mark.parametrize("output", [".", "missing/r.html", "circle", "r.html/deeper"])
def test_where_nothing_can_be_written_is_one_line(log: Path, tmp_path: Path, output: str) -> None:
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "r.html").touch()
    done = run("report", log, "-o", tmp_path / output)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "Give another -o FILE. [usage]" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["circle", "logs", "r.html"]


def test_a_pipe_or_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_file(pipe, "whole")
    reader.join(timeout=10)
    assert read == ["whole"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link = tmp_path / "latest.html"
    link.symlink_to("real.html")
    for text in ("first", "second"):
        write_file(link, text)
    assert link.is_symlink()
    assert (tmp_path / "real.html").read_text(encoding="utf-8") == "second"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_leaves_nothing_behind(tmp_path: Path, number: int, code: int) -> None:
    big = tmp_path / "calls.csv"
    big.write_text("request_model,input_tokens,output_tokens\n" + "gpt-5,100,10\n" * 400_000, encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = [sys.executable, "-m", "logcost", "report", str(big), "-o", str(tmp_path / "r.html")]
    running = subprocess.Popen(program, env={**os.environ, "TMPDIR": str(scratch)}, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not any(scratch.glob("logcost-ingest-*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(number)
    _, told = running.communicate(timeout=60)
    assert running.returncode == code
    assert "Traceback (most recent call last):\n  File" not in told
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("environment", [dict(os.environ), {"LC_ALL": "C.UTF-8"}])
def test_a_full_disk_is_one_line(log: Path, environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        program = [sys.executable, "-m", "logcost", "spend", str(log)]
        done = subprocess.run(program, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "[no-space]" in done.stderr


@pytest.mark.parametrize("command", ["spend --by session", "sql --output csv", "sql --json", "report -o -"])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, command: str) -> None:
    name, *options = command.split()
    many = calls(tmp_path / "calls.jsonl", *({"session_id": f"s{i}"} for i in range(1_500)))
    query = ["FROM usage_record"] if name == "sql" else []
    program = [sys.executable, "-m", "logcost", name, *query, str(many), *options]
    running = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    told = running.stderr.read()
    running.stderr.close()
    running.wait(timeout=60)
    assert told == ""
