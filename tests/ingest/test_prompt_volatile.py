"""Which tokens of a prompt are volatile, where they stand, and what stays when they are masked."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.ingest.prompt_volatile import CLASSES, MOST_SPANS, class_of, scanned

UUID = "3f2b8c1e-0a1b-4c2d-8e3f-abcdefabcdef"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (UUID, "uuid"),
        (UUID.upper(), "uuid"),
        (f"user_{UUID}", "uuid"),
        ("2026-08-01T10:22:05Z", "time"),
        ("2026-08-01T10:22:05.123+02:00", "time"),
        ("20260801102205", "time"),
        ("10:30", "time"),
        ("2026-08-01", "date"),
        ("20260801", "date"),
        ("01.08.2026", "date"),
        ("8/1/2026", "date"),
        ("1785578400", "epoch"),
        ("1785578400.25", "epoch"),
        ("1785578400123", "epoch"),
        ("deadb33f", "hex"),
        ("9f86d081884c7d659a2feaa0c55ad015", "hex"),
        ("0x1f9840a85d5af5bf", "hex"),
        ("req_01ABC", "id"),
        ("run-20260801-abc", "id"),
        ("session-12345", "id"),
        ("toolu_01A09q90qw90lq917835lq9", "id"),
        ("01J9ZK3V5T8Q2N4R6W8Y0A2C4E", "id"),
        ("7", "number"),
        ("3.14", "number"),
        ("1,234,567", "number"),
        ("35ms", "number"),
        ("127.0.0.1", "number"),
        ("16:9", "number"),
        ("gpt-4o", None),
        ("v2", None),
        ("base64", None),
        ("utf-8", None),
        ("sha256", None),
        ("x86_64", None),
        ("covid-19", None),
        ("a1" * 65, None),
    ],
)
def test_classes_of_tokens(token: str, expected: str | None) -> None:
    assert class_of(token) == expected
    # The same inside a text; what is no volatile token stays as it is, but for numbers that stand alone inside it.
    (found,) = scanned([f"before {token} after"])
    if expected is not None:
        assert found is not None
        assert found.spans == ((expected, 7),)
        assert found.masked == f"before {chr(CLASSES.index(expected) + 1)} after"


@pytest.mark.parametrize(
    "written", ["November 3, 2026", "Nov 3", "3 November 2026", "Sunday, November 22nd, 2026", "Sun, 22 Nov 2026 05:10:22"]
)
def test_dates_with_the_name_of_a_month_are_one_token(written: str) -> None:
    (found,) = scanned([f"Today is {written}. Go on."])
    assert found is not None
    assert found.masked in {"Today is \x02. Go on.", "Today is \x03. Go on."}
    assert [place for _, place in found.spans] == [9]


def test_texts_without_volatile_tokens_are_none_and_the_order_of_texts_stays() -> None:
    texts = ["none here", "at 10:30", "May 5", "", "gpt-4o and base64"]
    assert [found and found.spans for found in scanned(texts)] == [None, (("time", 3),), (("date", 0),), None, None]


def test_places_are_bytes_and_of_numbers_only_the_first_is_told() -> None:
    (found,) = scanned([f"é 1 ü 2 {UUID} 3"])
    assert found is not None
    assert found.spans == (("number", 3), ("uuid", 10))


def test_digits_that_end_a_name_are_part_of_it_unless_they_are_set_apart() -> None:
    (found,) = scanned(["abc12345 12345 abc-12345 _12345 deadb33f12 xyz12345678 é12345"])
    assert found is not None
    assert found.masked == "abc12345 \x07 \x06 \x07 \x05 xyz12345678 é\x07"
    assert found.spans == (("number", 9), ("id", 15), ("hex", 32))


def test_many_tokens_are_all_masked_but_not_all_told() -> None:
    (found,) = scanned([" ".join(f"{UUID[:-4]}{n:04x}" for n in range(100))])
    assert found is not None
    assert found.masked == " ".join(["\x01"] * 100)
    assert len(found.spans) == MOST_SPANS


@pytest.mark.parametrize(
    "text", ["\0" * 10, "\0 5 \0 x7\0", "\x01\x02 5", "5\0", "\ufffe 5", "-" * 500 + "1", "1" * 5000, "1:" * 3000]
)
def test_hostile_texts_are_scanned(text: str) -> None:
    (found,) = scanned([text])
    assert found is None or all(0 <= place < len(text.encode()) for _, place in found.spans)


VOLATILE = st.one_of(
    st.uuids(version=4).map(str),
    st.datetimes(min_value=datetime(2015, 1, 1), max_value=datetime(2035, 1, 1)).map(lambda t: t.isoformat(timespec="seconds")),  # noqa: DTZ001 -- hypothesis takes naive bounds
    st.integers(0, 10**6).map(str),
    st.integers(1_500_000_000, 1_999_999_999).map(str),
)
WORDS = st.text(alphabet="abcdefghijklmnop .,\n!?é", max_size=60)


@given(before=WORDS, after=WORDS, which=st.integers(0, 3), data=st.data())
def test_texts_that_differ_in_one_volatile_token_are_equal_when_masked(
    before: str, after: str, which: int, data: st.DataObject
) -> None:
    kinds = (
        st.uuids(version=4).map(str),
        st.integers(1_500_000_000, 1_999_999_999).map(lambda second: datetime.fromtimestamp(second, UTC).isoformat()),
        st.integers(0, 10**6).map(str),
        st.integers(1_500_000_000, 1_999_999_999).map(str),
    )
    one, two = data.draw(kinds[which]), data.draw(kinds[which])
    found = scanned([f"{before} {one} {after}", f"{before} {two} {after}"])
    assert found[0] is not None
    assert found[1] is not None
    assert found[0] == found[1]


@given(st.lists(st.one_of(WORDS, VOLATILE, st.text(max_size=40)), max_size=12))
def test_scanning_texts_together_or_alone_gives_the_same(parts: list[str]) -> None:
    texts = [*parts, " ".join(parts)]
    assert scanned(texts) == [scanned([text])[0] for text in texts]
    for text, found in zip(texts, scanned(texts), strict=True):
        places = [place for _, place in found.spans] if found else []
        assert places == sorted(places)
        assert all(0 <= place < len(text.encode()) for place in places)


def test_a_fresh_uuid_is_always_found() -> None:
    texts = [f"id: {uuid.UUID(int=n << 64 | 4 << 76 | n)}" for n in range(1, 2000)]
    assert {found.masked if found else None for found in scanned(texts)} == {"id: \x01"}
