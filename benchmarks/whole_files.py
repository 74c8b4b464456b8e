"""Peak memory of formats that look at whole files (scope = "file"): giant traces, exports and sessions, each at two sizes.

    python benchmarks/whole_files.py [traces] [observations] [runs] [rollout] [--sizes 100 1000]

*traces*: OTLP JSON as the Collector's file exporter writes it, 64 spans a line, about 3.8 KB a span; every sixth span is an
agent's that sums up the calls below it. *observations*: Langfuse's export as JSON Lines, the same calls, every third of them in
two versions. *runs*: LangSmith's runs with their outputs. *rollout*: one Codex session with running totals, 7 KB a call. Each
size is one ingest in a process of its own into a ledger file; the calls and tokens in it are compared with those that were
written.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure import run

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOB: Final = """
import json, sys
from pathlib import Path
from logcost.ingest import ingest
from logcost.store import Ledger
with Ledger(Path(sys.argv[1])) as ledger:
    ingest(ledger, [sys.argv[2]])
    print(json.dumps(ledger.sql("SELECT count(*), sum(input_tokens)::BIGINT, sum(output_tokens)::BIGINT FROM usage_record")[0]))
"""
_START: Final = datetime(2026, 9, 1, 8, tzinfo=UTC)
_SPANS_A_LINE: Final = 64
_CALLS_A_TRACE: Final = 5
_CALLS_A_TURN: Final = 12
_PEAK, _RATIO = 300, 1.3
"""The bars: MB of a process, and large against small."""


class Written:
    """What stands in a file: calls, input tokens, output tokens."""

    def __init__(self) -> None:
        self.calls = self.input = self.output = 0

    def call(self, dice: random.Random) -> tuple[int, int]:
        """The tokens of one more call."""
        used = dice.randrange(200, 90_000), dice.randrange(1, 4000)
        self.calls, self.input, self.output = self.calls + 1, self.input + used[0], self.output + used[1]
        return used


def traces(dice: random.Random, written: Written) -> Iterator[str]:
    """Lines of an OTLP traces file without end."""
    texts = _texts(dice, 2400)
    resource = {"attributes": [_attribute("service.name", "shop"), _attribute("deployment.environment.name", "prod")]}
    spans: list[dict[str, Any]] = []
    at = _START
    while True:
        at += timedelta(milliseconds=dice.randrange(2000))
        spans += _trace(dice, written, texts, at)
        if len(spans) >= _SPANS_A_LINE:
            scope = [{"scope": {"name": "instrumentation"}, "spans": spans}]
            yield json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": scope}]}, separators=(",", ":"))
            spans = []


def _trace(dice: random.Random, written: Written, texts: list[str], at: datetime) -> Iterator[dict[str, Any]]:
    """An agent's span, which states the sum, and below it the spans of its calls."""
    trace, agent = f"{dice.getrandbits(128):032x}", f"{dice.getrandbits(64):016x}"
    calls = [written.call(dice) for _ in range(_CALLS_A_TRACE)]
    named = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"}
    both = sum(used[0] for used in calls), sum(used[1] for used in calls)
    yield _span(dice, {"traceId": trace, "spanId": agent, "parentSpanId": ""}, at, _attributes(named, both, dice.choice(texts)))
    for used in calls:
        named = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-5",
            "gen_ai.response.model": "gpt-5-2025-08-07",
            "gen_ai.response.id": f"resp_{dice.getrandbits(128):032x}",
            "gen_ai.conversation.id": trace[:12],
        }
        place = {"traceId": trace, "spanId": f"{dice.getrandbits(64):016x}", "parentSpanId": agent}
        yield _span(dice, place, at, _attributes(named, used, dice.choice(texts)))


def _span(dice: random.Random, place: dict[str, str], at: datetime, attributes: list[dict[str, Any]]) -> dict[str, Any]:
    start = int(at.timestamp()) * 10**9
    return {
        **place,
        "name": "call",
        "kind": 3,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + dice.randrange(10**10)),
        "attributes": attributes,
        "status": {"code": 1},
    }


def _attributes(named: dict[str, str], used: tuple[int, int], text: str) -> list[dict[str, Any]]:
    counts = zip(("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"), used, strict=True)
    numbers = [{"key": key, "value": {"intValue": str(count)}} for key, count in counts]
    texts = {"gen_ai.input.messages": text, "gen_ai.output.messages": text[:300]}
    return [*(_attribute(key, value) for key, value in (named | texts).items()), *numbers]


def _attribute(key: str, text: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": text}}


def observations(dice: random.Random, written: Written) -> Iterator[str]:
    """Lines of Langfuse's export of observations without end, a trace at a time."""
    texts = _texts(dice, 2400)
    at = _START
    while True:
        at += timedelta(milliseconds=dice.randrange(2000))
        yield "\n".join(_observed(dice, written, texts, at))


def _observed(dice: random.Random, written: Written, texts: list[str], at: datetime) -> Iterator[str]:
    trace, agent = f"{dice.getrandbits(128):032x}", f"{dice.getrandbits(64):016x}"
    calls = [written.call(dice) for _ in range(_CALLS_A_TRACE)]
    both = sum(used[0] for used in calls), sum(used[1] for used in calls)
    yield _observation({"id": agent, "trace_id": trace, "type": "AGENT"}, at, both, dice.choice(texts))
    for number, used in enumerate(calls):
        place = {"id": f"{dice.getrandbits(64):016x}", "trace_id": trace, "parent_observation_id": agent, "type": "GENERATION"}
        if number % 3 == 0:
            yield _observation(place, at - timedelta(seconds=1), (used[0], 1), dice.choice(texts))
        yield _observation(place, at, used, dice.choice(texts))


def _observation(place: dict[str, str], at: datetime, used: tuple[int, int], text: str) -> str:
    start = f"{_START:%Y-%m-%d %H:%M:%S}.123456"
    said = {"provided_model_name": "gpt-5", "usage_details": {"input": used[0], "output": used[1], "total": sum(used)}}
    labels = {"tags": ["team:shop"], "environment": "prod", "user_id": "u-1", "session_id": place["trace_id"][:12]}
    times = {"start_time": start, "end_time": start, "updated_at": f"{at:%Y-%m-%d %H:%M:%S.%f}"}
    rest = {"model_parameters": "{}", "cost_details": {}, "metadata": {"ls_provider": "openai", "note": text[:300]}}
    return json.dumps({**place, **times, **said, **labels, **rest, "input": text, "output": text[:900]}, separators=(",", ":"))


def runs(dice: random.Random, written: Written) -> Iterator[str]:
    """Lines of LangSmith's runs without end."""
    texts = _texts(dice, 2400)
    at = _START
    while True:
        at += timedelta(milliseconds=dice.randrange(2000))
        trace = _uuid(dice)
        place = f"{at:%Y%m%dT%H%M%S%f}Z{trace}"
        yield _run(
            {"id": trace, "trace_id": trace, "dotted_order": place, "run_type": "chain"}, at, {"output": dice.choice(texts)}
        )
        for _ in range(_CALLS_A_TRACE):
            run, used = _uuid(dice), written.call(dice)
            ids = {"id": run, "trace_id": trace, "dotted_order": f"{place}.{at:%Y%m%dT%H%M%S%f}Z{run}", "run_type": "llm"}
            usage = {"input_tokens": used[0], "output_tokens": used[1], "total_tokens": sum(used)}
            answer = {"id": f"chatcmpl-{run}", "model": "gpt-5-2025-08-07", "content": dice.choice(texts)}
            yield _run(ids, at, answer | {"usage_metadata": usage})


def _run(ids: dict[str, str], at: datetime, outputs: dict[str, Any]) -> str:
    times = {"start_time": f"{at:%Y-%m-%dT%H:%M:%S.%f}", "end_time": f"{at:%Y-%m-%dT%H:%M:%S.%f}"}
    extra = {"metadata": {"ls_provider": "openai", "ls_model_name": "gpt-5", "thread_id": ids["trace_id"][:8]}}
    return json.dumps({**ids, **times, "outputs": outputs, "extra": extra, "tags": ["team:shop"]}, separators=(",", ":"))


def _uuid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128)))


def rollout(dice: random.Random, written: Written) -> Iterator[str]:
    """Lines of a Codex session without end."""
    texts = _texts(dice, 5200)
    at = _START
    session = {"id": "019a0000-bench", "cwd": "/home/dev/shop", "originator": "codex_cli_rs", "cli_version": "0.120.0"}
    yield _event(at, "session_meta", {**session, "source": "cli", "model_provider": "openai", "git": {"branch": "main"}})
    while True:
        at += timedelta(minutes=dice.randrange(1, 9))
        yield "\n".join(_turn(dice, written, texts, at))


def _turn(dice: random.Random, written: Written, texts: list[str], at: datetime) -> Iterator[str]:
    yield _event(at, "turn_context", {"cwd": "/home/dev/shop", "model": "gpt-5.2-codex", "effort": "high"})
    yield _event(at, "event_msg", {"type": "user_message", "message": dice.choice(texts)[:400]})
    for _ in range(_CALLS_A_TURN):
        used = written.call(dice)
        yield _event(at, "response_item", {"type": "reasoning", "summary": [], "encrypted_content": dice.choice(texts)[:900]})
        yield _event(at, "response_item", {"type": "function_call", "name": "shell", "arguments": texts[0][:200]})
        yield _event(at, "response_item", {"type": "function_call_output", "output": dice.choice(texts)})
        usage = {"total_token_usage": _counts(written.input, written.output), "last_token_usage": _counts(*used)}
        limits = {"primary": {"used_percent": 1.0, "window_minutes": 300}, "plan_type": "pro"}
        yield _event(at, "event_msg", {"type": "token_count", "info": usage, "rate_limits": limits})


def _counts(given: int, made: int) -> dict[str, int]:
    plain = {"input_tokens": given, "cached_input_tokens": 0, "output_tokens": made, "reasoning_output_tokens": 0}
    return {**plain, "total_tokens": given + made}


def _event(at: datetime, kind: str, payload: dict[str, Any]) -> str:
    return json.dumps({"timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "type": kind, "payload": payload}, separators=(",", ":"))


def _texts(dice: random.Random, size: int) -> list[str]:
    return ["".join(dice.choices('abcdefghijklmnopqrstuvwxyz \\"\n', k=size)) for _ in range(50)]


SHAPES: Final = {"traces": traces, "observations": observations, "runs": runs, "rollout": rollout}


def write_file(path: Path, shape: str, megabytes: int, seed: int = 5) -> Written:
    """A seeded file of about so many megabytes; gives what stands in it."""
    written, size = Written(), 0
    with path.open("w", encoding="utf-8") as file:
        for line in SHAPES[shape](random.Random(seed), written):  # noqa: S311 -- test data
            size += file.write(line + "\n")
            if size >= megabytes * 1_000_000:
                break
    return written


def measure(folder: Path, shape: str, sizes: list[int]) -> None:
    """Ingest each size; tells its peak and the ratio of the last to the first."""
    peaks = []
    for size in sizes:
        file = folder / f"{shape}.jsonl"
        written = write_file(file, shape, size)
        one = run([sys.executable, "-c", _JOB, str(folder / f"{shape}-{size}.duckdb"), str(file)])
        if one.result != [written.calls, written.input, written.output]:
            sys.exit(f"{shape}: the ledger holds {one.result}, not {[written.calls, written.input, written.output]}")
        print(f"{shape}: {size} MB, {written.calls} calls: peak {one.peak:.0f} MB, {one.cpu:.1f} CPU s", flush=True)
        peaks.append(one.peak)
        file.unlink()
    holds = max(peaks) <= _PEAK and peaks[-1] <= _RATIO * peaks[0]
    print(f"  ratio {peaks[-1] / peaks[0]:.2f} (bars {_PEAK} MB, {_RATIO}): {'holds' if holds else 'DOES NOT HOLD'}", flush=True)


def main() -> None:
    """Measure the shapes that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"{', '.join(SHAPES)} (default: all)")
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 1000], metavar="MB")
    given = parser.parse_args()
    if unknown := set(given.shapes) - set(SHAPES):
        parser.error(f"no such shape: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as name:
        for shape in given.shapes or SHAPES:
            measure(Path(name), shape, given.sizes)


if __name__ == "__main__":
    main()
