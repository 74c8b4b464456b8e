"""Processes that read ranges of a large log beside the one that writes the ledger.

They are started as programs of their own, not with ``multiprocessing``: that would import the caller's main module anew, and a
fork would copy the locks of the threads of DuckDB and Polars. Tasks come in at standard input, answers go out at standard
output, both pickled. Each is in a session of its own, so that an interrupt from the keyboard reaches only the process that
tidies up; and when that one is gone in whatever way, their standard input ends, and so do they.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import threading
import traceback
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from logcost.errors import LogcostError, UnreadableFileError
from logcost.ingest.ranges import RangeReader
from logcost.ingest.transform import Workbench

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path
    from typing import IO, BinaryIO

    from logcost.ingest.options import Options
    from logcost.ingest.ranges import Found, Task

_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; from logcost.ingest.workers import serve; serve()"
_AHEAD: Final = 2
"""Ranges that each process has before it, so that it need not wait for the next."""

_HELD: Final = 8
"""Ranges for each process that may be read and not yet written: what is on disk for them stays small."""

_ALLOCATIONS: Final = 200_000
"""As in ``run``: objects between two collections of garbage."""


@dataclass(slots=True)
class _Asked:
    task: Task
    answer: Future[Found]


class Workers:
    """Up to ``count`` processes, started when they are first needed. Close it: they are killed."""

    def __init__(self, count: int, scratch: Path, options: Options) -> None:
        self._count = count
        self._scratch = scratch
        self._options = options
        self._started = 0
        self._running: list[Worker] = []
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._askers: ThreadPoolExecutor | None = None

    def read(self, tasks: Iterable[Task], own: RangeReader) -> Generator[Found]:
        """The answers in the order of the tasks; what no process has begun when there is time is read by ``own``, here.

        When it is left before its end, or anything fails, the processes are killed. Raises what reading a range raises, and
        ``UnreadableFileError`` when a process dies.
        """
        finished = False
        try:
            yield from self._read(iter(tasks), own)
            finished = True
        finally:
            if not finished:
                self.close()

    def _read(self, tasks: Iterator[Task], own: RangeReader) -> Iterator[Found]:
        askers = self._start()
        asked: deque[_Asked] = deque()
        while True:
            while len(asked) < _HELD * self._count and sum(not one.answer.done() for one in asked) < _AHEAD * self._count + 1:
                if (task := next(tasks, None)) is None:
                    break
                asked.append(_Asked(task, askers.submit(self._ask, task)))
            if not asked:
                return
            waits = not asked[0].answer.done()
            if waits and (idle := next((one for one in asked if one.answer.cancel()), None)) is not None:
                idle.answer = Future()
                idle.answer.set_result(own.read(idle.task))
            else:
                yield asked.popleft().answer.result()

    def close(self) -> None:
        """Kill the processes and wait for their end."""
        for worker in self._running:
            worker.kill()
        if self._askers is not None:
            self._askers.shutdown(cancel_futures=True)
        for worker in self._running:
            worker.close()
        self._running.clear()
        self._askers, self._idle = None, queue.SimpleQueue()

    def _start(self) -> ThreadPoolExecutor:
        if self._askers is None:
            self._askers = ThreadPoolExecutor(self._count)
            for _ in range(self._count):
                self._running.append(worker := Worker(self._scratch / f"process-{self._started}", self._options))
                self._started += 1
                self._idle.put(worker)
        return self._askers

    def _ask(self, task: Task) -> Found:
        worker = self._idle.get()
        try:
            return worker.ask(task)
        finally:
            self._idle.put(worker)


class Worker:
    """One process, seen from the one that asks."""

    def __init__(self, place: Path, options: Options) -> None:
        # -P: the folder of the logs is no place to import from.
        command = [sys.executable, "-P", "-c", _PROGRAM, *map(str, sys.path)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- this program, and nothing of the input in it
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        except OSError as error:
            why = f"No further process can be started: {error.strerror}."
            raise LogcostError(why, remedy="Read with one process (--jobs 1).") from None
        self.pid = self._process.pid
        self._place = place
        self._first: tuple[object, ...] = (place, options)

    def ask(self, task: Task) -> Found:
        """One range, read by this process."""
        try:
            for one in (*self._first, task):
                pickle.dump(one, _there(self._process.stdin))
            self._first = ()
            _there(self._process.stdin).flush()
            answer: Found | Exception = pickle.load(_there(self._process.stdout))  # noqa: S301 -- from our own process
        except (OSError, EOFError, pickle.UnpicklingError):
            answer = _died(task, self._process)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let go of a process that has ended, and of what it wrote."""
        shutil.rmtree(self._place, ignore_errors=True)
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what could not be sent any more
                _there(pipe).close()


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        message = "the process was started without pipes"
        raise RuntimeError(message)
    return pipe


def _died(task: Task, process: subprocess.Popen[bytes]) -> UnreadableFileError:
    code = process.wait()
    how = f"was killed (signal {-code})" if code < 0 else f"ended (exit code {code})"
    why = f"A process that read the file {how}."
    return UnreadableFileError(why, path=task.path, remedy="Nothing of it was loaded; one process (--jobs 1) needs less memory.")


def serve() -> NoReturn:
    """Answer tasks until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        _serve(sys.stdin.buffer, answers)
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        pass  # who asks is gone: nobody waits for the answer, or the first words never came or broke off
    except Exception:  # noqa: BLE001 -- shown before the process ends in the only way that does not wait for its input
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(1)


def _serve(given: BinaryIO, answers: BinaryIO) -> NoReturn:
    place, options = pickle.load(given), pickle.load(given)  # noqa: S301 -- from the process that started this one
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(given, tasks), daemon=True).start()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    place.mkdir()
    reader = RangeReader(Workbench(place, options), place)
    while True:
        answers.write(_answer(reader, tasks.get()))
        answers.flush()


def _receive(given: BinaryIO, tasks: queue.SimpleQueue[Task]) -> None:
    """Take tasks in while another is at work; the end of the input ends the process at once."""
    try:
        while True:
            tasks.put(pickle.load(given))  # noqa: S301 -- as in serve
    except EOFError:
        os._exit(0)
    finally:
        os._exit(1)


def _answer(reader: RangeReader, task: Task) -> bytes:
    """What a range holds, or the error that reading it raised, pickled."""
    answer: Found | Exception
    try:
        answer = reader.read(task)
    except Exception as error:  # noqa: BLE001 -- the process that asked raises it
        answer = error
        if not isinstance(error, LogcostError):
            error.add_note(f"In a process that read ranges:\n{traceback.format_exc()}")
    return pickle.dumps(answer)
