from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import APP_LOG, NOW, line, load, reasons, record, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = """/* logcost
format   = "test.pages"
title    = "Pages of buckets"
reader   = "json_document"
identify = ["data"]
identify_any = ["data.results.tokens", "has_more"]
records  = "data[].results[]"
complete = "has_more"
grain    = "bucket"
[fields]
has_more = "bool"
[[fields.data]]
start = "int"
[[fields.data.results]]
tokens = "int"
tags = "str[]"
[[fields.data.results.parts]]
kind = "str"
[fields.data.results.parts.size]
n = "int"
*/
SELECT
    file_id,
    line,
    epoch_time(1700000000 + data.start) AS started_at,
    results.tokens AS input_tokens,
    len(results.tags) AS requests,
    list_sum(list_transform(list_filter(results.parts, lambda p: p.kind = 'a'), lambda p: p.size.n))::BIGINT AS output_tokens
FROM source
"""


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(record(1)),
        json.dumps(record(1), indent=2),
        json.dumps([record(1)]),
        json.dumps([record(1)], indent=4),
        "\ufeff\n" + json.dumps(record(1), indent=2) + "\n",
        line(1),
        "[\n" + line(1) + "]\n",
    ],
)
def test_one_format_reads_an_object_an_array_and_lines(text: str, ledger: Ledger, tmp_path: Path) -> None:
    (report,) = load(ledger, tmp_path, write(tmp_path, "any.name", text)).sources
    assert (report.format, report.rows_loaded) == ("test.app", 1)
    assert totals(ledger) == (1, 101, 1, 11)


def test_items_of_an_array_are_rejected_one_by_one(ledger: Ledger, tmp_path: Path) -> None:
    items = [record(1), record(2, use={"in": "many"}), 17, record(3)]
    load(ledger, tmp_path, write(tmp_path, "a.json", json.dumps(items)))
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(2, "bad-type"), (3, "bad-type")]
    assert ledger.sql("SELECT source_line FROM usage_record ORDER BY 1") == [(1,), (4,)]


def pages(folder: Path, document: object) -> tuple[Path, Path]:
    declared = write(folder, "pages.sql", PAGES)
    return write(folder, "page.json", json.dumps(document)), declared


def test_nested_records_repeat_their_parents_and_keep_their_own_arrays(ledger: Ledger, tmp_path: Path) -> None:
    parts = [{"kind": "a", "size": {"n": 4}}, {"kind": "b", "size": {"n": 8}}, {"kind": "a", "size": None}]
    document = {
        "data": [
            {"start": 1_000, "results": [{"tokens": 1, "tags": ["x", "y"]}, {"tokens": 2, "parts": parts}]},
            {"start": 2_000, "results": []},
            {"start": 3_000, "results": [{"tokens": 3, "tags": "z"}]},
        ],
        "has_more": True,
    }
    page, declared = pages(tmp_path, document)
    (report,) = ingest(ledger, [page], formats=[declared], now=NOW).sources
    query = (
        "SELECT source_line, grain, epoch(started_at)::BIGINT - 1700000000, input_tokens, requests, output_tokens "
        "FROM usage_record ORDER BY 1"
    )
    assert ledger.sql(query) == [
        (1, "bucket", 1000, 1, 2, None),
        (2, "bucket", 1000, 2, None, 4),
        (3, "bucket", 3000, 3, 1, None),
    ]
    assert report.notes == ("One page of several: the source says that more follow. Give the next page too.",)


def test_pages_as_lines_are_read_like_pages_as_documents(ledger: Ledger, tmp_path: Path) -> None:
    lines = [
        {"data": [{"start": 1, "results": [{"tokens": 1}, {"tokens": 2}]}], "has_more": True},
        {"data": [{"start": 2, "results": [{"tokens": "x"}, {"tokens": 4}]}, {"start": 3, "results": []}], "has_more": False},
    ]
    declared = write(tmp_path, "p.sql", PAGES.replace('"json_document"', '["json_lines", "json_document"]'))
    text = "".join(f"{json.dumps(one)}\n" for one in lines)
    (report,) = ingest(ledger, [write(tmp_path, "pages.jsonl", text)], formats=[declared], now=NOW).sources
    assert ledger.sql("SELECT source_line, input_tokens FROM usage_record ORDER BY ALL") == [(1, 1), (1, 2), (2, 4)]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(2, "bad-type")]
    assert (report.rows_read, report.notes) == (4, ())


def test_a_bad_element_is_rejected_alone_and_an_empty_page_is_no_error(ledger: Ledger, tmp_path: Path) -> None:
    document = {"data": [{"start": 1, "results": [{"tokens": 1}, {"tokens": -1}, {"tokens": 3}]}, {"start": "x", "results": []}]}
    page, declared = pages(tmp_path, document)
    (report,) = ingest(ledger, [page], formats=[declared], now=NOW).sources
    assert (report.rows_read, report.rows_loaded, report.rejects) == (4, 2, 2)
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(2, "negative-count"), (4, "bad-type")]
    empty, declared = pages(tmp_path, {"data": [], "has_more": False})
    (report,) = ingest(ledger, [empty], formats=[declared], now=NOW).sources
    assert (report.error, report.rows_read, report.rows_loaded) == (None, 0, 0)


def test_a_newer_export_at_the_same_place_replaces_the_former(ledger: Ledger, tmp_path: Path) -> None:
    page, declared = pages(tmp_path, {"data": [{"start": 1, "results": [{"tokens": 5}, {"tokens": "x"}]}]})
    ingest(ledger, [page], formats=[declared], now=NOW)
    page, declared = pages(tmp_path, {"data": [{"start": 1, "results": [{"tokens": 7}]}]})
    (report,) = ingest(ledger, [page], formats=[declared], now=NOW).sources
    assert (report.rows_loaded, totals(ledger)[:2], len(reasons(ledger))) == (1, (1, 7), 0)
    assert ledger.sql("SELECT count(*) FROM source_file") == [(1,)]


@pytest.mark.parametrize("text", ['{"probe": 1,\n "use": {', "[", '[{"probe": 1, "use": {}}', '{"probe"'])
def test_a_document_that_ends_too_early_is_unreadable_not_half_read(text: str, ledger: Ledger, tmp_path: Path) -> None:
    broken = write(tmp_path, "a.json", text)
    reports = load(ledger, tmp_path, broken, write(tmp_path, "b.json", line(1))).sources
    assert "[unreadable-file]" in (reports[0].error or "")
    assert totals(ledger)[0] == 1


@pytest.mark.parametrize(("more", "notes"), [((False, True), 1), ((True, False), 0)])
def test_lines_that_are_pages_themselves_say_that_more_follow(
    more: tuple[bool, ...], notes: int, ledger: Ledger, tmp_path: Path
) -> None:
    head = APP_LOG.replace("required ", 'complete = "more"\nrequired ').replace("[fields]", '[fields]\nmore = "bool"')
    log = write(tmp_path, "a.jsonl", "".join(line(number, more=one) for number, one in enumerate(more)))
    (report,) = ingest(ledger, [log], formats=[write(tmp_path, "own.sql", head)], now=NOW).sources
    assert (report.rows_loaded, sum("more" in note for note in report.notes)) == (2, notes)
