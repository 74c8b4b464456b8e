"""However a log is cut into files, in whatever order they come, the ledger ends up with the same totals."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logcost.ingest import sources
from logcost.store import Ledger
from tests.ingest.engine import line, load, totals, write

if TYPE_CHECKING:
    from collections.abc import Sequence

BAD = ("not json\n", '{"probe": 1, "use": {"in": 1.5}}\n', '{"probe": 1, "use": {"in": 1, "cached": 2}, "model": "m"}\n')
counts = st.integers(0, 2**40)


@st.composite
def log_lines(draw: st.DrawFn) -> str:
    """A line of any kind: good, a repeat of a call with other counts, without usage, or bad."""
    kind = draw(st.sampled_from(["good", "good", "good", "skipped", "bad"]))
    if kind == "bad":
        return draw(st.sampled_from(BAD))
    if kind == "skipped":
        return line(draw(st.integers(0, 5)), use=None)
    inclusive, cached = sorted(draw(st.tuples(counts, counts)), reverse=True)
    usage: dict[str, Any] = {"in": inclusive, "cached": cached, "out": draw(counts)}
    minute = draw(st.one_of(st.none(), st.integers(0, 59)))
    probe = draw(st.one_of(st.none(), st.integers(0, 8)))
    return line(0, probe=probe, ts=None if minute is None else f"2026-10-01T12:{minute:02}:00Z", use=usage)


def outcome(groups: Sequence[Sequence[bytes]]) -> tuple[Any, ...]:
    """Totals after ingesting the groups of files one after the other; checks that every record is accounted for."""
    with tempfile.TemporaryDirectory() as name, Ledger() as ledger:
        folder = Path(name)
        # A first line of its own kind makes every part recognisable, whatever else it holds.
        opening = line(0, probe="opening").encode()
        for number, group in enumerate(groups):
            files = [write(folder, f"{number}-{part}.jsonl", opening + content) for part, content in enumerate(group)]
            load(ledger, folder, *files)
        found = sources(ledger)
        for one in found:
            assert one.rows_read == one.rows_loaded + one.skipped + one.duplicates + one.rejects
        times = ledger.sql("SELECT dedup_key, epoch(started_at) FROM usage_record WHERE dedup_key IS NOT NULL ORDER BY ALL")
        rejected = ledger.sql("SELECT count(*) FROM reject")[0][0]
        return totals(ledger), times, rejected, sum(one.rejects for one in found), sum(one.skipped for one in found)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(log_lines(), max_size=30), data=st.data())
def test_splitting_and_ordering_change_nothing(lines: list[str], data: st.DataObject) -> None:
    whole = outcome([["".join(lines).encode()]])
    shuffled = data.draw(st.permutations([(number, text) for number, text in enumerate(lines)]))
    pieces = data.draw(st.integers(1, 4))
    # The number keeps the pieces of equal content apart: the same content twice would rightly be read once.
    parts = [f"{piece * ' '}\n" + "".join(text for _, text in shuffled[piece::pieces]) for piece in range(pieces)]
    together = [part.encode() for part in parts]
    assert outcome([together]) == whole
    assert outcome([[part] for part in reversed(together)]) == whole


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(log_lines(), min_size=1, max_size=20), cuts=st.lists(st.integers(0, 4000), max_size=4))
def test_a_log_that_grows_byte_by_byte_ends_like_the_whole(lines: list[str], cuts: list[int]) -> None:
    text = (line(0, probe="opening") + "".join(lines)).encode()
    with tempfile.TemporaryDirectory() as name, Ledger() as whole, Ledger() as grown:
        folder = Path(name)
        load(whole, folder, write(folder, "whole.jsonl", text))
        for cut in [*sorted(len(line(0, probe="opening")) + cut for cut in cuts), len(text)]:
            load(grown, folder, write(folder, "grown.jsonl", text[:cut]))
        assert totals(grown) == totals(whole)
        (ours,), (theirs,) = sources(grown), sources(whole)
        assert (ours.rows_read, ours.rows_loaded, ours.skipped, ours.duplicates, ours.rejects) == (
            theirs.rows_read,
            theirs.rows_loaded,
            theirs.skipped,
            theirs.duplicates,
            theirs.rejects,
        )
        assert grown.sql("SELECT line, byte_offset, slug, reason FROM reject ORDER BY ALL") == whole.sql(
            "SELECT line, byte_offset, slug, reason FROM reject ORDER BY ALL"
        )
