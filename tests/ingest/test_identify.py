"""A format claims what is its own and nothing else, also when only a part of a log is seen or a key is not there."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.errors import AmbiguousFormatError, UnknownFormatError
from logcost.ingest import declarations
from logcost.ingest.content import Content, from_path
from logcost.ingest.identify import claim, identification, only_claim
from logcost.ingest.sampling import Head, Sample, take_sample
from tests.ingest.golden import FOLDERS, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS: Final = declarations()
EXCEPTIONS: Final = {
    # A log that mixes the APIs of Bedrock: a body without a message is read by the format of the other models.
    "anthropic.messages": {"bedrock.invoke_model"},
    # A page without its results says nothing of what it would hold, and gives no rows.
    "anthropic.analytics_cost": {"anthropic.usage_report"},
    "anthropic.analytics_usage": {"anthropic.usage_report"},
    "anthropic.cost_report": {"anthropic.usage_report"},
    "openai.costs_api": {"openai.usage_api"},
    # The two shapes differ only in this key, which a bill in money always has.
    "deepseek.platform_cost": {"deepseek.platform_amount"},
    # What the gateway wraps is the answer of the API itself.
    "litellm.standard_logging": {"openai.chat"},
    # A database of an older version has no table of turns.
    "llm.turns": {"llm.responses"},
    # A record of either without a message has no usage and gives no row.
    "qwen_code.session": {"claude_code.transcript"},
    # A log that mixes answers of Bedrock and of an SDK.
    "bedrock.converse": {"ai_sdk.result"},
}
"""Other formats that may claim a part of a sample, and why."""


@cache
def looked_at(folder: Path) -> tuple[Sample, ...]:
    with tempfile.TemporaryDirectory() as scratch:
        return tuple(take_sample(from_path(str(path), Path(scratch)), Path(scratch)) for path in samples(folder))


def turned(value: Any) -> Any:
    """The value with the keys of its objects in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


def thinned(value: Any) -> Iterator[tuple[str, Any]]:
    """The value without one of its keys, for each of them, and the path of that key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, {other: kept for other, kept in value.items() if other != key}
            yield from ((f"{key}.{below}", {**value, key: less}) for below, less in thinned(inner))
    elif isinstance(value, list) and value:
        yield from ((f"[].{below}", [less, *value[1:]]) for below, less in thinned(value[0]))


def parts(sample: Sample) -> Iterator[tuple[str, Sample]]:
    """The sample seen otherwise: turned, cut, each record alone, and without one key or column."""
    records, columns = sample.records, sample.columns
    yield "turned", replace(sample, records=tuple(map(turned, records)), columns=columns[::-1])
    for number in range(len(records)):
        yield f"first {number + 1}", replace(sample, records=records[: number + 1])
        yield f"only {number}", replace(sample, records=records[number : number + 1])
    less = dict(pair for record in reversed(records[:3]) for pair in thinned(record))
    yield from ((f"without {key}", replace(sample, records=(record,))) for key, record in less.items())
    for column in columns:
        yield f"without {column}", replace(sample, columns=tuple(other for other in columns if other != column))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_other_format_claims_a_part_of_a_sample(folder: Path) -> None:
    wrong = {
        (part, claim.format.name)
        for sample in looked_at(folder)
        for part, seen in parts(sample)
        for claim in identification(seen, FORMATS).claims
    }
    others = {name for _, name in wrong} - {folder.name}
    assert others == EXCEPTIONS.get(folder.name, set()), sorted(one for one in wrong if one[1] in others)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_quick_way_to_the_one_claim_ends_where_the_long_one_does(folder: Path) -> None:
    for sample in looked_at(folder):
        for part, seen in (("all", sample), *parts(sample)):
            assert quick(seen) == thorough(seen), part


def quick(sample: Sample) -> tuple[str, ...]:
    """Name and reader of the claim, or the error, as an ingest finds them."""
    try:
        found = claim(sample, FORMATS, "a file")
    except (AmbiguousFormatError, UnknownFormatError) as error:
        return (str(error),)
    return found.format.name, found.reader


def thorough(sample: Sample) -> tuple[str, ...]:
    """The same by asking every format for all that it misses."""
    try:
        found = only_claim(identification(sample, FORMATS), "a file")
    except (AmbiguousFormatError, UnknownFormatError) as error:
        return (str(error),)
    return found.format.name, found.reader


def test_what_was_read_of_the_start_is_not_read_again(tmp_path: Path) -> None:
    gone = Content("gone.jsonl", tmp_path / "gone.jsonl", None, 16)
    assert take_sample(gone, tmp_path, Head(b'{"a": 1}\n{"a": 2}\n', whole=True)).records == ({"a": 1}, {"a": 2})


def test_a_line_that_the_first_bytes_cut_is_read_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(b'{"a": 1}\n{"a": 2}\n')
    cut = Head(b'{"a": 1}\n{"a"', whole=False)
    assert take_sample(from_path(str(log), tmp_path), tmp_path, cut).records == ({"a": 1}, {"a": 2})
