"""What the benchmark scripts share: a command in a process of its own, its CPU, wall time and peak memory, and medians."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Figures:
    """Medians of the runs of one side: seconds of CPU and wall time, peak memory in MB. ``result``: the last line it printed."""

    cpu: float
    wall: float
    peak: float
    result: Any


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Figures:
    """One run. ``cpu`` and ``peak`` are of the process and the children it waited for (peak: of the largest of them)."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **(environment or {})}) as process:
        printed = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Figures(used.ru_utime + used.ru_stime, time.perf_counter() - started, used.ru_maxrss / 1024, _parsed(printed))


def _parsed(printed: bytes) -> Any:
    lines = printed.splitlines()
    try:
        return json.loads(lines[-1]) if lines else None
    except ValueError:
        return printed.decode()


def peak_mb() -> int:
    """Peak resident memory of this process (Linux); unlike ``ru_maxrss`` it does not remember the parent's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def timed(work: Callable[[], Iterable[Any]]) -> dict[str, Any]:
    """The whole numbers that the work gives, and what it took: for a process that measures itself after its imports."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    numbers = [str(int(number)) for number in work()]
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"numbers": numbers, "cpu": round(cpu, 3), "wall": round(time.perf_counter() - began, 3), "peak_mb": peak_mb()}


def inside(command: Sequence[str]) -> Figures:
    """One run of a process that measures itself (``timed``): start and imports are not counted."""
    result = run(command).result
    return Figures(result["cpu"], result["wall"], result["peak_mb"], result["numbers"])


def medians(runs: Sequence[Figures]) -> Figures:
    """The median of each figure."""
    cpu, wall, peak = ([getattr(one, name) for one in runs] for name in ("cpu", "wall", "peak"))
    return Figures(statistics.median(cpu), statistics.median(wall), statistics.median(peak), runs[-1].result)


def alternate(
    ours: Sequence[str], theirs: Sequence[str], runs: int, figures: Callable[[Sequence[str]], Figures] = run
) -> tuple[Figures, Figures]:
    """Both commands in turn; the first pair only warms the file cache. ``figures`` makes one run."""
    pairs = [(figures(ours), figures(theirs)) for _ in range(runs + 1)][1:]
    return medians([one for one, _ in pairs]), medians([one for _, one in pairs])


def show(name: str, ours: Figures, theirs: Figures, bar: float, *, wall: bool = False) -> None:
    """One result: both sides, the ratio and the bar it is to stay under."""
    ratio, other = ours.cpu / theirs.cpu, ours.wall / theirs.wall
    print(name)
    for side, one in (("ours", ours), ("reference", theirs)):
        print(f"  {side:10s} {one.cpu:7.2f} CPU s  {one.wall:7.2f} s  {one.peak:5.0f} MB")
    walls = f", wall {other:.2f}" if wall else ""
    holds = ratio <= bar and (not wall or other <= bar)
    print(f"  ratio CPU {ratio:.2f}{walls} (bar {bar}): {'holds' if holds else 'DOES NOT HOLD'}", flush=True)
