"""The calls of one workload in one month, with the token counts its provider would bill."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from math import log
from random import Random
from typing import TYPE_CHECKING, Final

from logcost.demo import clock
from logcost.demo.workloads import Conversation, SharedPrefix, Single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logcost.demo.clock import Month
    from logcost.demo.workloads import Size, Workload

CACHE_LIFETIME_MS: Final = 300_000
_COMPACTION: Final = 180_000
_PROMPT_VERSION_DAYS: Final = (1, 14)
_DOCUMENTS: Final = 6_000
_USERS: Final = 420


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``input_tokens`` is all of the prompt; ``cache_read`` and ``cache_write`` are parts of it.

    ``blocks`` are pairs of a chained hash and the tokens of the block it ends. A ``failed`` call was never billed.
    """

    at: int
    ident: int
    workload: str | None
    model: str
    project: str
    user: str
    session: str | None
    input_tokens: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int
    latency_ms: int
    asks: str
    blocks: tuple[tuple[str, int], ...] = ()
    failed: bool = False

    @property
    def uncached(self) -> int:
        """Prompt tokens that were neither read from nor written to the cache."""
        return self.input_tokens - self.cache_read - self.cache_write


@dataclass(frozen=True, slots=True)
class _Prompt:
    """What a pattern decides; the rest of a call is the same for all patterns."""

    at: int
    input_tokens: int
    read: int = 0
    write: int = 0
    session: str | None = None
    project: str | None = None
    blocks: tuple[tuple[str, int], ...] = ()


def of(workload: Workload, month: Month, *, seed: int, count: int) -> list[Call]:
    """About ``count`` calls of the workload in the month, in order of time; the same for the same seed."""
    rng = Random(f"{seed}/{month.year}-{month.month:02d}/{workload.provider}/{workload.name}")  # noqa: S311 -- sample data
    match workload.prompts:
        case Single():
            prompts = _single(rng, workload, workload.prompts, month, count)
        case Conversation():
            prompts = _conversations(rng, workload, workload.prompts, month, count)
        case SharedPrefix():
            prompts = _shared(rng, workload, workload.prompts, month, count)
    return [_call(rng, workload, month, prompt) for prompt in prompts]


def draw(rng: Random, size: Size) -> int:
    """A token count of about this size, at least 1."""
    return max(1, round(rng.lognormvariate(log(size.median), size.spread)))


def identifier(rng: Random) -> str:
    """A random UUID in its usual writing."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _call(rng: Random, workload: Workload, month: Month, prompt: _Prompt) -> Call:
    output = draw(rng, workload.output)
    day = 1 + (prompt.at - month.start_of(1)) // clock.MILLISECONDS_A_DAY
    september = month == clock.SEPTEMBER
    return Call(
        at=prompt.at,
        ident=rng.getrandbits(96),
        workload=workload.name,
        model=(workload.september_model or workload.model(1)) if september else workload.model(day),
        project=prompt.project or workload.projects[0],
        user=f"user-{rng.randrange(_USERS):04d}",
        session=prompt.session,
        input_tokens=prompt.input_tokens,
        cache_read=prompt.read,
        cache_write=prompt.write,
        output=output,
        reasoning=int(output * workload.reasoning_share * rng.uniform(0.6, 1.4)),
        latency_ms=int(350 + output * rng.uniform(9, 16) + prompt.input_tokens * 0.02),
        asks=workload.asks,
        blocks=prompt.blocks,
        failed=workload.failures > 0 and rng.random() < workload.failures,
    )


def _single(rng: Random, workload: Workload, pattern: Single, month: Month, count: int) -> Iterator[_Prompt]:
    for at in clock.instants(rng, workload, month, count):
        yield _Prompt(at, draw(rng, pattern.prompt))


def _conversations(rng: Random, workload: Workload, pattern: Conversation, month: Month, count: int) -> Iterator[_Prompt]:
    openings = clock.instants(rng, workload, month, max(1, count // pattern.turns))
    end = month.start_of(month.days + 1)
    turns = [turn for at in openings for turn in _turns(rng, pattern, at) if turn.at < end]
    yield from sorted(turns, key=lambda turn: (turn.at, turn.session))


def _turns(rng: Random, pattern: Conversation, at: int) -> Iterator[_Prompt]:
    session = identifier(rng)
    total, cached, last = draw(rng, pattern.opening), 0, at
    for _ in range(1 + min(int(rng.expovariate(1 / (pattern.turns - 1))), 6 * pattern.turns)):
        read = cached if at - last < CACHE_LIFETIME_MS else 0
        write = total - read - rng.randint(2, 12)
        if not pattern.cached or write < 1:
            read, write = 0, 0
        yield _Prompt(at, total, read, write, session)
        cached, last = read + write, at
        total += draw(rng, pattern.growth)
        if total > _COMPACTION:
            total, cached = draw(rng, pattern.opening), 0
        at += _gap(rng, pattern.pause_share)


def _gap(rng: Random, pause_share: float) -> int:
    """Milliseconds to the next turn: seconds to minutes, or a pause of 5 to 60 minutes."""
    if rng.random() < pause_share:
        return int(rng.uniform(5.2, 58) * 60_000)
    return min(int(rng.lognormvariate(log(48_000), 0.8)), CACHE_LIFETIME_MS - 2_000)


def _shared(rng: Random, workload: Workload, pattern: SharedPrefix, month: Month, count: int) -> Iterator[_Prompt]:
    warm: dict[tuple[str, str], int] = {}
    for at in clock.instants(rng, workload, month, count):
        project = workload.projects[rng.randrange(len(workload.projects))]
        blocks = tuple(_blocks(rng, workload, pattern, month, at))
        stable = sum(tokens for _, tokens in blocks)
        total = stable + draw(rng, pattern.rest)
        read = write = 0
        if pattern.billing == "written":
            write = stable
        elif pattern.billing == "per project":
            key = (project, blocks[0][0])
            hit = at - warm.get(key, -CACHE_LIFETIME_MS) < CACHE_LIFETIME_MS
            read, write = (stable, 0) if hit else (0, stable)
            warm[key] = at
        yield _Prompt(at, total, read, write, project=project, blocks=blocks)


def _blocks(rng: Random, workload: Workload, pattern: SharedPrefix, month: Month, at: int) -> Iterator[tuple[str, int]]:
    version = sum(at >= month.start_of(day) for day in _PROMPT_VERSION_DAYS)
    top = f"{workload.name}/{version}" + (f"/{at}" if pattern.volatile else "")
    chained = _chain("", top)
    yield chained, pattern.prefix
    for _ in range(pattern.passages):
        chained = _chain(chained, str(rng.randrange(_DOCUMENTS)))
        yield chained, draw(rng, pattern.passage)


def _chain(before: str, block: str) -> str:
    return blake2b(f"{before}|{block}".encode(), digest_size=8).hexdigest()
