from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logcost.errors import FormatDeclarationError
from logcost.ingest import declarations, explain, ingest
from logcost.store import Ledger
from tests.ingest.engine import APP_LOG, NOW, formats, line, load, write

if TYPE_CHECKING:
    from pathlib import Path

WRONG_HEADS = {
    "no head": ("SELECT 1", "A format file opens with"),
    "bad TOML": ("/* logcost\nformat = \n*/ SELECT 1", "The head is wrong"),
    "unknown key": (APP_LOG.replace("title", "titel"), "titel"),
    "unknown reader": (APP_LOG.replace('"json_document"', '"xml"'), "xml"),
    "unknown type": (APP_LOG.replace('ts = "time"', 'ts = "date"'), "unknown type 'date'"),
    "unknown required column": (APP_LOG.replace('["response_model"]', '["modell"]'), "no column modell"),
    "no SELECT": (APP_LOG.partition("SELECT")[0], "the SELECT below the head is missing"),
    "records without array": (APP_LOG.replace("[fields]", 'records = "use"\n[fields]', 1), "'use' is no declared array"),
    "hint for nothing": (
        APP_LOG.replace("[fields]", '[hints]\nmodel = "x"\n[fields]', 1),
        "hints: identify_none does not name model",
    ),
    "key that is none": (APP_LOG.replace('"use"]', '"a b"]', 1), "'a b' is no dotted key"),
}
WRONG_SELECTS = {
    "syntax": (APP_LOG.replace("FROM source", "FORM source"), "The SELECT does not work"),
    "two statements": (APP_LOG + "; SELECT 1", "exactly one SELECT"),
    "no place": (APP_LOG.replace("    file_id,\n", ""), "must yield file_id and line"),
    "unknown column": (APP_LOG.replace("AS response_model", "AS modell"), "yields modell"),
    "text for a count": (APP_LOG.replace('use."in" AS', "model AS"), "input_tokens must be BIGINT, the SELECT yields VARCHAR"),
    "float for money": (
        APP_LOG.replace("probe AS dedup_key", "probe AS dedup_key, 0.5::DOUBLE AS reported_cost"),
        "reported_cost must be DECIMAL(38, 15), the SELECT yields DOUBLE",
    ),
    "time without zone": (APP_LOG.replace("any_time(ts)", "ts::TIMESTAMP"), "started_at must be TIMESTAMPTZ"),
    "another source": (APP_LOG.replace("FROM source", "FROM source, read_csv('/etc/passwd')"), "The SELECT does not work"),
}


@pytest.mark.parametrize("wrong", WRONG_HEADS)
def test_a_wrong_head_is_named(wrong: str, tmp_path: Path) -> None:
    text, message = WRONG_HEADS[wrong]
    with pytest.raises(FormatDeclarationError) as caught:
        declarations([write(tmp_path, "wrong.sql", text)])
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "wrong.sql"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", WRONG_SELECTS)
def test_a_wrong_select_stops_the_ingest_and_leaves_the_ledger_alone(wrong: str, tmp_path: Path) -> None:
    text, message = WRONG_SELECTS[wrong]
    log = write(tmp_path, "a.jsonl", line(1))
    with Ledger() as ledger:
        with pytest.raises(FormatDeclarationError) as caught:
            ingest(ledger, [log], formats=[write(tmp_path, "wrong.sql", text)], now=NOW)
        assert message in str(caught.value)
        assert ledger.sql("SELECT count(*) FROM source_file") == [(0,)]
        load(ledger, tmp_path, log)


def test_two_formats_that_claim_a_file_are_both_named(tmp_path: Path) -> None:
    twin = write(tmp_path, "twin.sql", APP_LOG.replace("test.app", "test.twin"))
    log = write(tmp_path, "a.jsonl", line(1))
    other = write(tmp_path, "b.csv", "probe,in\nx,1\n")
    with Ledger() as ledger:
        reports = ingest(ledger, [log, other], formats=[*formats(tmp_path), twin], now=NOW).sources
        assert "test.app and test.twin all claim this file." in (reports[0].error or "")
        assert "[ambiguous-format]" in (reports[0].error or "")
        assert reports[1].rows_loaded == 1


def test_a_name_declared_twice_for_one_reader_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatDeclarationError, match="also declared by"):
        declarations([*formats(tmp_path), write(tmp_path, "again.sql", APP_LOG)])


def test_explain_names_the_claim_or_what_is_missing(tmp_path: Path) -> None:
    declared = formats(tmp_path)
    found = explain(write(tmp_path, "a.jsonl", line(1)), declared)
    assert [(claim.format.name, claim.reader) for claim in found.claims] == [("test.app", "json_lines")]
    missed = explain(write(tmp_path, "b.jsonl", '{"probe": 1}\n'), declared)
    assert missed.claims == ()
    assert [(claim.format.name, claim.missing) for claim in missed.near] == [("test.app", ("use",))]


def test_pinned_values_lists_and_quoted_keys_identify(tmp_path: Path) -> None:
    head = APP_LOG.replace(
        'identify = ["probe", "use"]',
        'identify = [\'use."a.b"\']\nidentify_any = [["nowhere", "probe"], "model"]\nidentify_none = ["other"]\n'
        'where = { model = ["m-1", "m-2"] }',
    )
    declared = [write(tmp_path, "pinned.sql", head)]
    good = line(1, use={"in": 1, "a.b": None})
    claimed = {
        good: True,
        line(1): False,
        line(1, use={"a": {"b": 1}}): False,
        line(1, use={"a.b": 1}, model="m-3"): False,
        line(1, use={"a.b": 1}, other=0): False,
        line(1, model="x") + good: True,
    }
    for text, expected in claimed.items():
        assert bool(explain(write(tmp_path, "a.jsonl", text), declared).claims) is expected, text
