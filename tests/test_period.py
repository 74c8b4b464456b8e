"""--month, --since, --until and --tz."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from logcost.errors import UsageError
from logcost.period import period, time_zone
from logcost.types import Period


def test_a_month_is_half_open_in_its_zone() -> None:
    assert period(month="2026-10") == Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    assert period(month="2026-10", tz="Europe/Berlin") == Period(
        datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)
    )


def test_until_a_day_includes_the_day_and_until_an_instant_does_not() -> None:
    assert period(until="2026-10-31").end == datetime(2026, 11, 1, tzinfo=UTC)
    assert period(until="2026-10-31T12:00:00Z").end == datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert period(until="2026-10-31T12:00", tz="Asia/Tokyo").end == datetime(2026, 10, 31, 3, tzinfo=UTC)


def test_utc_is_known_where_the_machine_has_no_time_zones() -> None:
    assert time_zone("utc") is UTC


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"month": "2026-13"}, "'2026-13' is no month. Write it as 2026-10. [usage]"),
        ({"month": "0000-01"}, "'0000-01' is no month. Write it as 2026-10. [usage]"),
        ({"month": "2026-10", "since": "2026-10-01"}, "--month excludes --since and --until. Give one or the other. [usage]"),
        ({"since": "yesterday"}, "--since 'yesterday' is no date. Write it as 2026-10-31 or 2026-10-31T12:00:00Z. [usage]"),
        ({"since": "2026-10-02", "until": "2026-10-01"}, "--since is not before --until. Swap them. [usage]"),
        ({"tz": "Mars/Base"}, "There is no time zone 'Mars/Base'. Use a name such as UTC or Europe/Berlin. [usage]"),
        ({"tz": "../etc/passwd"}, "There is no time zone '../etc/passwd'. Use a name such as UTC or Europe/Berlin. [usage]"),
    ],
)
def test_nonsense_is_a_usage_error(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        period(**options)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2
