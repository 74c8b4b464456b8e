"""Recorded event streams: files of them, and bodies that hold one as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.errors import FormatDeclarationError, NothingReadableError
from logcost.ingest import ingest, streams
from logcost.ingest.header import read_format
from logcost.store import Ledger
from tests.ingest.engine import NOW, reasons, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logcost.types import SourceReport

SELECT: Final = """
SELECT file_id, line, model AS response_model, use."in" AS input_tokens, use.out AS output_tokens, id AS dedup_key FROM source
"""
FIELDS: Final = """
[fields]
id = "str"
model = "str"
use.in = "int"
use.out = "int"
*/"""

WHOLE: Final = f"""/* logcost
format   = "test.whole"
title    = "Chunks, of which the last has the usage"
reader   = ["json_lines", "sse"]
bodies   = ["response.body", "response"]
identify = ["choices", "use.in"]
keep     = ["use"]
[stream]
identify = ["choices", "model"]{FIELDS}{SELECT}"""

TAKEN: Final = f"""/* logcost
format   = "test.taken"
title    = "A message, completed by later events"
reader   = ["json_lines", "sse"]
bodies   = ["response.body", "response"]
identify = ["role", "use.in"]
keep     = ["use"]
[stream]
take     = "message"
merge    = ["use"]{FIELDS}{SELECT}"""

ROWS: Final = "SELECT source_line, dedup_key, response_model, input_tokens, output_tokens FROM usage_record ORDER BY ALL"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def _whole(id_: str, used: int | None = 5) -> list[dict[str, Any]]:
    chunks: list[dict[str, Any]] = [
        {"id": id_, "model": "m", "choices": [{"delta": {"content": text}}], "use": None} for text in ("data: {", "\n\n")
    ]
    return chunks if used is None else [*chunks, {"id": id_, "model": "m", "choices": [], "use": {"in": used, "out": 2}}]


def _taken(id_: str, output: int | None = 7) -> list[dict[str, Any]]:
    start = {"type": "start", "message": {"id": id_, "role": "assistant", "model": "m", "use": {"in": 3, "out": 1}}}
    delta = {"type": "delta", "delta": {"text": "x"}, "message": None, "use": None}
    end = {"type": "end", "use": {"in": None, "out": output}}
    return [start, {"type": "ping"}, delta, *([] if output is None else [end]), {"type": "stop"}]


def _text(payloads: list[dict[str, Any]], *, end: str = "\n", done: bool = False, named: bool = False) -> str:
    events = [*map(json.dumps, payloads), *(["[DONE]"] if done else [])]
    return "".join(f"{f'event: e{end}' if named else ''}data: {event}{end}{end}" for event in events)


def _load(ledger: Ledger, folder: Path, text: str | bytes, name: str = "calls.sse") -> SourceReport:
    declared = [write(folder, "whole.sql", WHOLE), write(folder, "taken.sql", TAKEN)]
    (report,) = ingest(ledger, [write(folder, name, text)], formats=declared, now=NOW).sources
    return report


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", ": a comment\n\n", "retry: 10\nid: 7\n", "\n\n"])
def test_a_stream_is_one_call(start: str, end: str, ledger: Ledger, tmp_path: Path) -> None:
    report = _load(ledger, tmp_path, start + _text(_whole("a"), end=end, done=True))
    assert (report.format, report.rows_read, report.rows_loaded) == ("test.whole", 1, 1)
    assert ledger.sql(ROWS) == [(1 + start.count("\n"), "a", "m", 5, 2)]


def test_later_values_replace_earlier_ones_and_null_replaces_nothing(ledger: Ledger, tmp_path: Path) -> None:
    report = _load(ledger, tmp_path, _text(_taken("a"), named=True))
    assert report.format == "test.taken"
    assert ledger.sql(ROWS) == [(2, "a", "m", 3, 7)]


def test_several_streams_in_one_file(ledger: Ledger, tmp_path: Path) -> None:
    text = _text(_whole("a"), done=True) + _text(_whole("b", 6)) + _text(_whole("c", 7), done=True) + _text(_whole("d", None))
    report = _load(ledger, tmp_path, text)
    assert [row[1:4] for row in ledger.sql(ROWS)] == [("a", "m", 5), ("b", "m", 6), ("c", "m", 7)]
    assert (report.rows_read, report.skipped, report.rejects) == (4, 1, 0)


def test_the_same_stream_twice_is_two_calls_of_one_id_of_which_one_counts(ledger: Ledger, tmp_path: Path) -> None:
    report = _load(ledger, tmp_path, _text(_taken("a")) + _text(_taken("a")))
    assert [row[1:] for row in ledger.sql(ROWS)] == [("a", "m", 3, 7)]
    assert (report.rows_read, report.rows_loaded, report.duplicates) == (2, 1, 1)


@pytest.mark.parametrize("stream", [_whole("a", None), _taken("a", None)])
def test_a_stream_without_final_usage_is_skipped_and_never_zero(
    stream: list[dict[str, Any]], ledger: Ledger, tmp_path: Path
) -> None:
    report = _load(ledger, tmp_path, _text(stream))
    assert (report.rows_read, report.rows_loaded, report.skipped, report.rejects) == (1, 0, 1, 0)
    assert ledger.sql("SELECT count(*) FROM usage_record") == [(0,)]


def test_data_over_several_lines_and_events_without_blank_lines_between(ledger: Ledger, tmp_path: Path) -> None:
    spread = "data: " + json.dumps(_whole("a")[-1], indent=1).replace("\n", "\ndata:") + "\n\n"
    dense = "".join(f"data:{json.dumps(one)}\n" for one in _whole("b"))
    _load(ledger, tmp_path, spread + "data: [DONE]\n\n" + dense + "data: [DONE]\n")
    assert [row[1] for row in ledger.sql(ROWS)] == ["a", "b"]


def test_a_damaged_payload_is_rejected_at_its_line_and_the_call_goes_on(ledger: Ledger, tmp_path: Path) -> None:
    one, two, three = (f"data: {json.dumps(payload)}\n\n" for payload in _whole("a"))
    _load(ledger, tmp_path, one + 'data: {"secret": \n\n' + two + "data: 7\n\n" + three)
    assert ledger.sql(ROWS) == [(1, "a", "m", 5, 2)]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(3, "bad-json"), (7, "bad-type")]
    assert not any("secret" in row[3] for row in reasons(ledger))


def test_a_stream_cut_anywhere_neither_crashes_nor_invents_tokens(tmp_path: Path) -> None:
    text = _text(_taken("a"), named=True).encode() + b"\xff\x00" + _text(_taken("b")).encode()
    for cut in range(150, len(text), 37):
        with Ledger() as ledger:
            _load(ledger, tmp_path, text[:cut])
            assert {row[1:] for row in ledger.sql(ROWS)} <= {("a", "m", 3, 7), ("b", "m", 3, 7)}


def test_deep_nesting_and_many_new_keys_cost_a_reject_at_most(ledger: Ledger, tmp_path: Path) -> None:
    deep = 'data: {"use": ' + '{"a":' * 50_000 + "\n\n"
    level = 'data: {"use": ' + '{"a":' * 300 + "1" + "}" * 300 + "}\n\n"
    wide = "".join(f'data: {{"use": {{"k{number}": 1}}}}\n\n' for number in range(3000))
    _load(ledger, tmp_path, _text(_whole("a")) + deep + level * 2 + wide)
    assert ledger.sql(ROWS) == [(1, "a", "m", 5, 2)]
    assert [row[2] for row in reasons(ledger)] == ["bad-json"]


@pytest.mark.parametrize("around", [lambda text: {"response": text}, lambda text: {"response": {"status": 200, "body": text}}])
@pytest.mark.parametrize("stream", [_text(_whole("a"), done=True), _text(_taken("a"), named=True, end="\r\n")])
def test_a_body_that_holds_a_stream_as_text(around: Any, stream: str, ledger: Ledger, tmp_path: Path) -> None:
    lines = [around(stream), around("data: {"), around(_text(_whole("b", None)))]
    report = _load(ledger, tmp_path, "".join(f"{json.dumps(line)}\n" for line in lines), "calls.jsonl")
    assert [row[:2] for row in ledger.sql(ROWS)] == [(1, "a")]
    assert (report.rows_read, report.skipped, report.rejects) == (3, 2, 0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[stream]\nidentify = ["choices", "model"]', "", "'sse' needs a table"),
        ('identify = ["choices", "model"]', 'merge = ["use"]', "'merge' needs 'take'"),
        ('keep     = ["use"]', "", "needs 'keep'"),
    ],
)
def test_a_wrong_declaration_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FormatDeclarationError, match=said):
        read_format(write(tmp_path, "f.sql", WHOLE.replace(old, new)))


def _lines(*payloads: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(payload)}\n" for payload in payloads)


def _events(id_: str, output: int) -> list[dict[str, Any]]:
    """The events of Anthropic's API: the start with the input, the usage with the output, and the end."""
    usage = {"input_tokens": 3, "cache_read_input_tokens": 40, "output_tokens": 1}
    message = {"id": id_, "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": [], "usage": usage}
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": output}}
    return [{"type": "message_start", "message": message}, {"type": "ping"}, delta, {"type": "message_stop"}]


def _as_read(ledger: Ledger, folder: Path, *payloads: dict[str, Any]) -> tuple[list[tuple[Any, ...]], SourceReport]:
    (report,) = ingest(ledger, [write(folder, "events.jsonl", _lines(*payloads))], now=NOW).sources
    return ledger.sql("SELECT dedup_key, output_tokens, source_line FROM usage_record ORDER BY ALL"), report


def test_events_one_a_line_are_a_stream(ledger: Ledger, tmp_path: Path) -> None:
    found, report = _as_read(ledger, tmp_path, *_events("msg_a", 7), {"type": "ping"}, *_events("msg_b", 9))
    assert (report.format, report.rows_read, report.rejects) == ("anthropic.messages", 2, 0)
    assert found == [("msg_a", 7, 1), ("msg_b", 9, 6)]


def test_a_call_after_one_that_broke_off_is_whole(ledger: Ledger, tmp_path: Path) -> None:
    found, report = _as_read(ledger, tmp_path, *_events("msg_a", 7)[:2], *_events("msg_b", 9), *_events("msg_c", 8))
    assert found == [("msg_b", 9, 3), ("msg_c", 8, 7)]
    assert (report.rows_read, report.skipped, report.rejects) == (3, 1, 0)


@pytest.mark.parametrize("second_first", [False, True])
def test_mixed_streams_are_refused_since_their_usage_names_no_call(second_first: bool, ledger: Ledger, tmp_path: Path) -> None:
    one, two = _events("msg_a", 7), _events("msg_b", 9)
    ends = [*two[2:], *one[2:]] if second_first else [*one[2:], *two[2:]]
    found, report = _as_read(ledger, tmp_path, *one[:2], *two[:2], *ends, *_events("msg_c", 8))
    assert found == [("msg_c", 8, 9)]
    assert reasons(ledger)[0][0] == 3
    assert (report.rows_read, report.skipped) == (2 + report.rejects, 1)


def test_streams_mixed_event_by_event_are_refused(ledger: Ledger, tmp_path: Path) -> None:
    pairs = [event for pair in zip(_events("msg_a", 7), _events("msg_b", 9), strict=True) for event in pair]
    found, report = _as_read(ledger, tmp_path, *pairs)
    assert found == []
    assert (report.rows_loaded, report.rejects > 0) == (0, True)


def test_usage_without_a_start_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    found, report = _as_read(ledger, tmp_path, *_events("msg_a", 7)[2:], *_events("msg_b", 9))
    assert (found, report.rejects) == ([("msg_b", 9, 3)], 1)


@pytest.mark.parametrize("whole_first", [False, True])
def test_events_among_whole_answers_are_no_calls_of_their_own(whole_first: bool, ledger: Ledger, tmp_path: Path) -> None:
    events = _events("msg_a", 7)
    whole = {**events[0]["message"], "usage": {"input_tokens": 5, "output_tokens": 7}}
    found, report = _as_read(ledger, tmp_path, *([whole, *events] if whole_first else [*events, whole]))
    assert found == [("msg_a", 7, 1 if whole_first else 5)]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(4 if whole_first else 3, "bad-value")]
    assert report.rows_read == 5


def test_a_line_that_is_too_long_costs_none_of_the_lines_after_it() -> None:
    found = list(streams.events([(b'{"a":1}\n', 1, 0), (None, 2, 8), (b'{"b":1}\n', 3, 99), (b'{"c":1}\n', 4, 107)]))
    assert [(one.line, isinstance(one.data, bytes)) for one in found] == [(1, True), (2, False), (3, True), (4, True)]


def test_whole_messages_under_the_key_message_are_no_events(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError, match="No format claims this file"):
        _as_read(ledger, tmp_path, {"message": _events("a", 1)[0]["message"]})


def test_an_end_without_anything_to_merge_is_a_mistake(tmp_path: Path) -> None:
    file = write(tmp_path, "wrong.sql", WHOLE.replace("[stream]\n", '[stream]\nend = { type = "stop" }\n'))
    with pytest.raises(FormatDeclarationError, match="'end' needs 'merge'"):
        read_format(file)


@pytest.mark.parametrize("place", [0, 1])
def test_an_event_that_is_no_utf8_is_refused_and_costs_no_other_call(place: int, ledger: Ledger, tmp_path: Path) -> None:
    start, end = (
        {"message": {"id": "a", "role": "assistant", "model": "m", "use": {"in": 3, "k": 1}}},
        {"use": {"out": 7, "k": 1}},
    )
    spoiled = [_text([one]).encode() for one in (start, end)]
    spoiled[place] = spoiled[place].replace(b'"k"', b'"k\xff"')
    report = _load(ledger, tmp_path, b"".join(spoiled) + _text(_taken("b")).encode())
    assert [(at, slug) for at, _, slug, _ in reasons(ledger)] == [(1 + 2 * place, "bad-utf8")]
    assert [row[1:] for row in ledger.sql(ROWS) if row[1] == "b"] == [("b", "m", 3, 7)]
    assert (report.rejects, report.error) == (1, None)
