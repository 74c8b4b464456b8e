"""``logcost formats new``: a declaration written from a sample must read that sample, and must not guess in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from logcost.errors import UnknownFormatError, UsageError
from logcost.ingest import draft, ingest
from logcost.store import Ledger
from tests.cli.command import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from logcost.ingest import Draft

STRUCTLOG: list[dict[str, object]] = [
    {"event": "start", "timestamp": "2026-10-01T11:59:59Z", "level": "info"},
    {
        "event": "llm_call",
        "timestamp": "2026-10-01T12:00:00Z",
        "model": "gpt-4o",
        "prompt_tokens": 100,
        "cached_tokens": 40,
        "completion_tokens": 20,
        "request_id": "r-1",
        "user": 7,
    },
    {
        "event": "llm_call",
        "timestamp": "2026-10-01T12:00:05Z",
        "model": "gpt-4o",
        "prompt_tokens": 50,
        "cached_tokens": 0,
        "completion_tokens": 5,
        "request_id": "r-2",
        "user": 8,
    },
]


def jsonl(path: Path, records: Sequence[Mapping[str, object]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def read(made: Draft, sample: Path, *columns: str) -> list[tuple[Any, ...]]:
    """The rows that the draft gives for the sample, by line."""
    declared = sample.parent / "draft.sql"
    declared.write_text(made.text, encoding="utf-8")
    with Ledger() as ledger:
        (report,) = ingest(ledger, [sample], formats=[declared]).sources
        assert (report.error, report.rejects) == (None, 0)
        return ledger.sql(f"SELECT {', '.join(columns)} FROM usage_record ORDER BY source_line")


def test_a_structlog_sample_gives_its_calls(tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "my-app.log", STRUCTLOG)
    made = draft(sample)
    assert 'format   = "my_app.calls"' in made.text
    columns = (
        "input_tokens",
        "cache_read_input_tokens",
        "output_tokens",
        "response_model",
        "provider_name",
        "user_id",
        "dedup_key",
    )
    assert read(made, sample, *columns) == [
        (100, 40, 20, "gpt-4o", "openai", "7", "r-1"),
        (50, 0, 5, "gpt-4o", "openai", "8", "r-2"),
    ]
    assert read(made, sample, "started_at::VARCHAR")[0] == ("2026-10-01 12:00:00+00",)
    assert [check for check in made.checks if "assumed that the input count includes" in check]


@pytest.mark.parametrize(
    ("total", "input_tokens", "output_tokens"),
    [
        pytest.param(lambda r: r["in"] + r["out"], 100, 20, id="both inside"),
        pytest.param(lambda r: r["in"] + r["out"] + r["cached"], 140, 20, id="cache apart"),
        pytest.param(lambda r: r["in"] + r["out"] + r["reasoning"], 100, 27, id="reasoning apart"),
        pytest.param(lambda r: r["in"] + r["out"] + r["cached"] + r["reasoning"], 140, 27, id="both apart"),
    ],
)
def test_totals_decide_what_the_counts_include(total: Any, input_tokens: int, output_tokens: int, tmp_path: Path) -> None:
    record = {"in": 100, "out": 20, "cached": 40, "reasoning": 7, "model": "m"}
    sample = jsonl(tmp_path / "app.jsonl", [record | {"total_tokens": total(record)}])
    made = draft(sample)
    assert read(made, sample, "input_tokens", "output_tokens") == [(input_tokens, output_tokens)]
    assert not [check for check in made.checks if "assumed" in check]


def test_names_of_anthropic_mean_an_input_without_the_cache(tmp_path: Path) -> None:
    usage = {"input_tokens": 200, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 30, "output_tokens": 5}
    sample = jsonl(tmp_path / "app.jsonl", [{"at": "x", "call": {"model": "claude-opus-5", "usage": usage}}])
    made = draft(sample)
    assert read(made, sample, "input_tokens", "cache_creation_unsplit_input_tokens") == [(330, 30)]
    assert [check for check in made.checks if "assumed that the input count excludes" in check]


def test_csv_columns_with_odd_names(tmp_path: Path) -> None:
    sample = tmp_path / "calls.csv"
    sample.write_text("Created At;Model Name;Tokens In;Tokens Out;Cost USD\n2026-10-01;gpt-4o;7;3;0.25\n", encoding="utf-8")
    made = draft(sample)
    assert [(str(cost), *rest) for cost, *rest in read(made, sample, "reported_cost", "input_tokens", "output_tokens")] == [
        ("0.250000000000000", 7, 3)
    ]


def test_an_array_inside_a_document_becomes_its_records(tmp_path: Path) -> None:
    sample = tmp_path / "export.json"
    calls = [{"model": "gpt-4o", "prompt_tokens": n, "completion_tokens": 1, "id": f"c{n}"} for n in (5, 6)]
    sample.write_text(json.dumps({"exported": "today", "calls": calls}, indent=2), encoding="utf-8")
    assert read(draft(sample), sample, "input_tokens", "dedup_key") == [(5, "c5"), (6, "c6")]


def test_counts_below_a_key_that_speaks_of_tokens_and_keys_with_dots(tmp_path: Path) -> None:
    nested = jsonl(tmp_path / "a.jsonl", [{"llm": {"tok": {"prompt": 3, "completion": 1}, "model_name": "gpt-4o"}}])
    dotted = jsonl(tmp_path / "b.jsonl", [{"my.input.tokens": 3, "my.output.tokens": 1, "gen_ai.request.model": "gpt-4o"}])
    for sample in (nested, dotted):
        made = draft(sample)
        assert read(made, sample, "input_tokens", "output_tokens", "response_model") == [(3, 1, "gpt-4o")]
        assert "total" not in dict(made.found)


def test_a_time_is_known_by_its_values_when_its_name_says_nothing(tmp_path: Path) -> None:
    calls = [{"model": "m", "moment": "2026-10-01T12:00:00Z", "when": "today", "prompt_tokens": 3}]
    sample = jsonl(tmp_path / "app.jsonl", calls)
    assert read(draft(sample), sample, "started_at::VARCHAR") == [("2026-10-01 12:00:00+00",)]


def test_an_id_that_calls_of_the_sample_share_is_not_theirs(tmp_path: Path) -> None:
    calls = [{"model": "m", "request_id": "web-1", "prompt_tokens": n} for n in (3, 4)]
    sample = jsonl(tmp_path / "app.jsonl", calls)
    made = draft(sample)
    assert read(made, sample, "input_tokens") == [(3,), (4,)]
    assert [check for check in made.checks if "no id of the answer" in check]


def test_what_was_not_found_is_told(tmp_path: Path) -> None:
    sample = tmp_path / "calls.csv"
    sample.write_text('model,input tokens,output tokens\nm,"1,23",5\n', encoding="utf-8")
    assert "no key looks like the number of input tokens: they stay unknown." in draft(sample).checks


@pytest.mark.parametrize("name", ["a'b", "a.b", "a b", "*/ DROP TABLE x", "user", "order", "when", "CASE", "ä"], ids=repr)
def test_hostile_names_of_keys_do_no_harm(name: str, tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "app.jsonl", [{name: {"prompt_tokens": 3, "completion_tokens": 1}, "model": "gpt-4o"}])
    assert read(draft(sample), sample, "input_tokens", "output_tokens") == [(3, 1)]


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", '{"level": "info"}\n', "just text\n", '{"prompt_tokens": "many", "completion_tokens": "few"}\n'],
    ids=repr,
)
def test_a_sample_without_calls_is_refused(content: str, tmp_path: Path) -> None:
    sample = tmp_path / "app.jsonl"
    sample.write_text(content, encoding="utf-8")
    with pytest.raises(UnknownFormatError):
        draft(sample)


@pytest.mark.parametrize("name", ['a"b', "a\\b", "tab\there"], ids=repr)
def test_a_key_that_cannot_be_declared_is_left_out(name: str, tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "app.jsonl", [{name: 1, "prompt_tokens": 3, "model": "gpt-4o", name + "_id": "x"}])
    assert read(draft(sample), sample, "input_tokens") == [(3,)]


@pytest.mark.parametrize("name", ["calls", "My.App", "a..b", "a.b; DROP"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no name of a format"):
        draft(jsonl(tmp_path / "app.jsonl", STRUCTLOG), name)


def test_the_command_writes_the_draft_and_says_what_it_guessed(tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "app.jsonl", STRUCTLOG)
    to_stdout = run("formats", "new", sample)
    assert (to_stdout.code, to_stdout.out) == (0, draft(sample).text)
    assert "cached_tokens" in to_stdout.err
    target = tmp_path / "mine.sql"
    assert run("formats", "new", sample, "-o", target, "--name", "shop.calls").code == 0
    assert 'format   = "shop.calls"' in target.read_text(encoding="utf-8")
    assert run("formats", "new", sample, "-o", target).code == 2
    assert "shop.calls" in run("formats", sample, "--input-format", target).out
    assert "$" in run("spend", "--input-format", target, sample).out


def test_formats_of_the_configuration_folder_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "formats"
    folder.mkdir()
    sample = jsonl(tmp_path / "app.jsonl", STRUCTLOG)
    assert run("spend", sample).code == 4
    (folder / "mine.sql").write_text(draft(sample).text, encoding="utf-8")
    monkeypatch.setenv("LOGCOST_FORMATS", str(folder))
    assert run("spend", sample).code == 0
    assert "app.calls" in run("formats").out


def test_a_format_of_ones_own_goes_before_ours(tmp_path: Path) -> None:
    body = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [], "model": "gpt-4o"}
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    sample = jsonl(tmp_path / "app.jsonl", [body | {"usage": usage}])
    assert "openai.chat" in run("formats", sample).out
    own = tmp_path / "own.sql"
    own.write_text(draft(sample, "own.chat").text, encoding="utf-8")
    assert run("formats", sample, "--input-format", own).out.startswith("own.chat:")
