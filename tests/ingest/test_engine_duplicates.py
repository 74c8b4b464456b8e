from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from logcost.ingest import ingest, sources, writer
from logcost.store import Ledger
from tests.ingest.engine import APP_LOG, NOW, line, load, totals, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STREAMED: list[dict[str, Any]] = [
    {"ts": "2026-10-01T12:00:05Z", "use": {"in": 10, "out": 1}},
    {"ts": "2026-10-01T12:00:01Z", "use": {"in": 10, "out": 3}},
    {"ts": None, "use": {"in": 10, "out": 9}},
    {"ts": "2026-10-01T12:00:09Z", "use": {"in": 11, "out": 3}},
]
KEPT = "SELECT epoch(started_at)::BIGINT % 60, input_tokens, output_tokens FROM usage_record"


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
@pytest.mark.parametrize("files", ["one file", "a file each", "an ingest each"])
def test_the_largest_row_stays_with_the_earliest_time_in_any_order(files: str, order: Sequence[int], tmp_path: Path) -> None:
    rows = [line(1, **STREAMED[number]) for number in order]
    with Ledger() as ledger:
        if files == "one file":
            load(ledger, tmp_path, write(tmp_path, "a.jsonl", "".join(rows)))
        else:
            logs = [write(tmp_path, f"{number}.jsonl", row) for number, row in enumerate(rows)]
            for group in [logs] if files == "a file each" else [[log] for log in logs]:
                load(ledger, tmp_path, *group)
        assert ledger.sql(KEPT) == [(1, 10, 9)]
        assert sum(report.duplicates for report in sources(ledger)) == 3
        assert all(
            report.rows_read == report.rows_loaded + report.skipped + report.duplicates + report.rejects
            for report in sources(ledger)
        )


@pytest.mark.parametrize(("rule", "kept"), [("first", (1, 10, 3)), ("last", (9, 11, 3)), ("largest", (1, 10, 9))])
def test_the_declared_rule_decides_which_row_stays(rule: str, kept: tuple[int, int, int], tmp_path: Path) -> None:
    head = APP_LOG.replace("[fields]", f'on_duplicate = "{rule}"\n[fields]', 1)
    declared = write(tmp_path, "rule.sql", head)
    log = write(tmp_path, "a.jsonl", "".join(line(1, **changes) for changes in STREAMED))
    with Ledger() as ledger:
        ingest(ledger, [log], formats=[declared], now=NOW)
        assert ledger.sql(KEPT) == [kept]


def test_a_smaller_rank_wins_among_equals(tmp_path: Path) -> None:
    ranked = APP_LOG.replace(
        "probe AS dedup_key", "probe AS dedup_key, CASE WHEN note = 'true' THEN 1 END AS duplicate_rank, note AS project"
    )
    declared = write(tmp_path, "ranked.sql", ranked)
    for number, pair in enumerate((("true", "false"), ("false", "true"))):
        log = write(tmp_path, f"{number}.jsonl", "".join(line(1, note=json.loads(note)) for note in pair))
        with Ledger() as ledger:
            ingest(ledger, [log], formats=[declared], now=NOW)
            assert ledger.sql("SELECT project FROM usage_record") == [("false",)]


def test_a_later_file_can_win_over_an_earlier_one_and_the_loser_counts_it(tmp_path: Path) -> None:
    small = write(tmp_path, "a.jsonl", line(1, use={"in": 10, "out": 1}) + line(2))
    large = write(tmp_path, "b.jsonl", line(1, use={"in": 10, "out": 5}))
    with Ledger() as ledger:
        load(ledger, tmp_path, small)
        (report,) = load(ledger, tmp_path, large).sources
        assert (report.rows_loaded, report.duplicates) == (1, 0)
        assert [(one.rows_loaded, one.duplicates) for one in sources(ledger)] == [(1, 1), (1, 0)]
        assert totals(ledger)[3] == 5 + 12


def test_keys_of_one_hash_are_told_apart_and_many_keys_are_compared_in_parts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def shares(column: str) -> str:
        return f"hash(coalesce({column}, 'call-5')) % 3"  # the key of a row without one has a hash, too

    for name in ("_REPEATED", "_LOOKED_UP", "_RANKED"):
        query = getattr(writer, name)
        for column in ("dedup_key", "usage_record.dedup_key"):
            query = query.replace(f"hash({column})", shares(column))
        monkeypatch.setattr(writer, name, query)
    monkeypatch.setattr(writer, "_KEYS_AT_ONCE", 10)
    with Ledger() as ledger:
        load(ledger, tmp_path, write(tmp_path, "a.jsonl", "".join(map(line, range(40)))))
        assert ledger.sql("SELECT count(*), sum(input_tokens)::BIGINT FROM usage_record") == [(40, 40 * 100 + sum(range(40)))]
        load(ledger, tmp_path, write(tmp_path, "c.jsonl", line(3) + line(77)))
        assert ledger.sql("SELECT count(*), count(DISTINCT dedup_key) FROM usage_record") == [(41, 41)]
        load(ledger, tmp_path, write(tmp_path, "d.jsonl", line(78, probe=None) * 2 + line(5)))
        assert ledger.sql("SELECT count(*), count(dedup_key) FROM usage_record") == [(43, 41)]
        assert sum(report.duplicates for report in sources(ledger)) == 2


def test_rows_without_a_key_are_never_duplicates(tmp_path: Path) -> None:
    log = write(tmp_path, "a.jsonl", line(1, probe=None) * 3)
    with Ledger() as ledger:
        (report,) = load(ledger, tmp_path, log).sources
        assert (report.rows_loaded, report.duplicates) == (3, 0)


def test_the_same_call_in_two_formats_counts_once(tmp_path: Path) -> None:
    log = write(tmp_path, "a.jsonl", line(1))
    table = write(tmp_path, "b.csv", "probe,in,model\ncall-1,101,m-1\ncall-2,7,m-1\n")
    with Ledger() as ledger:
        reports = load(ledger, tmp_path, table, log).sources
        assert [(report.rows_loaded, report.duplicates) for report in reports] == [(1, 1), (1, 0)]
        assert totals(ledger)[:2] == (2, 108)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("runs", ["one run", "a run each"])
def test_of_equal_rows_the_one_that_tells_more_stays(runs: str, order: Sequence[int], tmp_path: Path) -> None:
    body = {"id": "chatcmpl-1a", "object": "chat.completion", "created": 1_790_000_000, "model": "gpt-5", "choices": []}
    body["usage"] = {"prompt_tokens": 10, "completion_tokens": 2}
    pair = {"response": body, "workload": "support", "project": "acme"}
    logs = [write(tmp_path, f"{number}.jsonl", json.dumps(one) + "\n") for number, one in enumerate((body, pair))]
    given = [logs[number] for number in order]
    with Ledger() as ledger:
        for group in [given] if runs == "one run" else [[log] for log in given]:
            ingest(ledger, group, now=NOW)
        assert ledger.sql("SELECT workload, project FROM usage_record") == [("support", "acme")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_which_of_two_rows_stays_never_depends_on_the_order_of_files(order: Sequence[int], tmp_path: Path) -> None:
    # Equal in everything but two columns that say how much the cache writes cost.
    rows = [
        "dedup_key,input_tokens,output_tokens,cache_creation_5m_input_tokens\nk,10,1,5\n",
        "dedup_key,input_tokens,output_tokens,cache_creation_1h_input_tokens\nk,10,1,5\n",
    ]
    kept = set()
    for given in (order, tuple(reversed(order))):
        with Ledger() as ledger:
            for number in given:
                ingest(ledger, [write(tmp_path, f"{number}.csv", rows[number])], now=NOW)
            kept.add(ledger.sql("SELECT cache_creation_5m_input_tokens, cache_creation_1h_input_tokens FROM usage_record")[0])
    assert len(kept) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_time_taken_over_from_a_loser_does_not_decide_later(order: Sequence[int], tmp_path: Path) -> None:
    told = [
        {"project": "b", "workload": "w"},
        {"project": "z", "started_at": "2026-10-01T00:00:00Z"},
        {"project": "a", "workload": "w"},
    ]
    head = "dedup_key,input_tokens,output_tokens,project,workload,started_at"
    with Ledger() as ledger:
        for number in order:
            row = {"dedup_key": "k", "input_tokens": "10", "output_tokens": "1"} | told[number]
            text = f"{head}\n{','.join(row.get(name, '') for name in head.split(','))}\n"
            ingest(ledger, [write(tmp_path, f"{number}.csv", text)], now=NOW)
        assert ledger.sql("SELECT project, epoch(started_at)::BIGINT % 60 FROM usage_record") == [("a", 0)]


def test_ids_drawn_from_few_numbers_are_no_key_by_themselves(tmp_path: Path) -> None:
    calls = [
        {
            "id": "chatcmpl-7",
            "created": 1_790_000_000 + number // 2,
            "model": "llama3",
            "choices": [],
            "usage": {"prompt_tokens": 9},
        }
        for number in range(4)
    ]
    with Ledger() as ledger:
        (report,) = ingest(
            ledger, [write(tmp_path, "a.jsonl", "".join(json.dumps(call) + "\n" for call in calls))], now=NOW
        ).sources
        assert (report.rows_loaded, report.duplicates) == (2, 2)
