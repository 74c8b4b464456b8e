"""Numbers, dates and names in words, the same everywhere on the page (rules: docs/report.md)."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from logcost.report.money import MINUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
PROVIDERS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gcp.gemini": "Google",
    "gcp.gen_ai": "Google",
    "gcp.vertex_ai": "Google Vertex AI",
    "aws.bedrock": "Amazon Bedrock",
    "azure.ai.openai": "Azure OpenAI",
    "azure.ai.inference": "Azure AI",
    "mistral_ai": "Mistral",
    "deepseek": "DeepSeek",
    "cohere": "Cohere",
    "groq": "Groq",
    "x_ai": "xAI",
}
TIMES = "\u00d7"
UNKNOWN = "\u2013"
"""A count that no record states."""
_TIMES_FROM = 9.99
_UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""Controls, zero-width characters and bidirectional overrides: invisible in a label and able to reorder the text round it."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name from the reader's data: safe ``text``, shortened when long (then ``full`` is the whole), ``known`` if stated."""

    text: str
    full: str = ""
    known: bool = True


def visible(name: str) -> str:
    """The name with invisible and direction-changing characters written as ``<U+202E>``."""
    return _UNSEEN.sub(lambda match: f"<U+{ord(match.group()):04X}>", name)


def label(name: str | None, *, missing: str = "(untagged)", limit: int = 48) -> Label:
    """Label of a group; ``None`` becomes ``missing``. Longer names are cut to ``limit`` characters with an ellipsis."""
    if name is None:
        return Label(missing, known=False)
    text = visible(name) or "(empty name)"
    if len(text) <= limit:
        return Label(text)
    return Label(text[: limit - 1].rstrip() + "…", full=text)


def provider(name: str | None) -> str:
    """Provider as people write it; unknown names as they are."""
    if name is None:
        return "provider not stated"
    return PROVIDERS.get(name) or label(name).text


def count(number: int | None) -> str:
    """``5,067,916``; an en dash for what is not known."""
    return UNKNOWN if number is None else f"{number:,}".replace("-", MINUS)


def at_least(number: int | None, *, whole: bool) -> str:
    """``5,067,916`` when it counts the ``whole``, else ``≥ 5,067,916``; an en dash when nothing of it is known."""
    return count(number) if whole or number is None else f"≥ {count(number)}"


def total(numbers: Iterable[int | None]) -> int | None:
    """Sum of the known ones; ``None`` when there are some and none is known."""
    found = list(numbers)
    stated = [number for number in found if number is not None]
    return sum(stated) if stated or not found else None


def near(names: Sequence[str]) -> str:
    """What is said of an unknown model behind its reason; nothing if no name of the book looks like it."""
    return f" (known: {', '.join(names)})" if names else ""


def plural(number: int, one: str, many: str = "") -> str:
    """``1 call``, ``2,000 calls``."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def spelled(number: int) -> str:
    """Numbers to twelve as words, for sentences."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else count(number)


def tokens(number: int | None) -> str:
    """Token counts with three digits: ``18.0 B``, ``4.71 M``, ``950``; an en dash for what is not known."""
    if number is None:
        return UNKNOWN
    for size, suffix in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            value = number / size
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {suffix}"  # noqa: PLR2004 -- three digits
    return count(number)


def percent(share: float, places: int = 0) -> str:
    """``26%``; a share that rounds to 0 or 100 without being so reads ``<1%`` or ``>99%`` (in units of ``places``)."""
    value = share * 100
    text = f"{value:.{places}f}"
    step = 10.0**-places
    if share > 0 and float(text) == 0:
        return f"<{step:.{places}f}%"
    if share < 1 and float(text) == 100:  # noqa: PLR2004 -- percent
        return f">{100 - step:.{places}f}%"
    return f"{text}%".replace("-", MINUS)


def percent_floor(part: int, whole: int, places: int = 2) -> str:
    """``99.94%`` of a count, cut off rather than rounded, so that 100% means all."""
    if whole in {0, part}:
        return "100%"
    units = part * 100 * 10**places // whole
    text = f"{units // 10**places}.{units % 10**places:0{places}d}%"
    return f"<0.{'0' * (places - 1)}1%" if units == 0 and part else text


def change_percent(now: float, before: float) -> str:
    """``+14.1%``, ``x12`` (with a true multiplication sign) above 999 %, ``new`` from zero, ``ended`` to zero."""
    if before == 0:
        return "new" if now else "0%"
    if now == 0:
        return "ended"
    change = now / before - 1
    if change > _TIMES_FROM:
        return f"{TIMES}{now / before:.0f}"
    text = f"{abs(change) * 100:.1f}%"
    return text if text == "0.0%" else f"{'+' if change > 0 else MINUS}{text}"


def ratio(value: float) -> str:
    """Input to output: ``28:1``, ``7.4:1``, ``1:1.8``."""
    if value >= 1:
        return f"{_digits(value)}:1"
    return f"1:{_digits(1 / value)}"


def _digits(value: float) -> str:
    if value >= 10:  # noqa: PLR2004 -- two digits are enough for a ratio
        power = max(0, math.floor(math.log10(value)) - 1)
        return f"{round(value / 10**power) * 10**power:,}"
    return f"{value:.1f}".removesuffix(".0")


def joined(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentence(text: str) -> str:
    """First letter in upper case."""
    return text[:1].upper() + text[1:]


def day(value: date, *, year: bool = False) -> str:
    """``21 October`` or ``21 October 2026``."""
    return f"{value.day} {MONTHS[value.month - 1]}" + (f" {value.year}" if year else "")


def short_day(value: date, *, weekday: bool = False) -> str:
    """``21 Oct`` or ``Wed 21 Oct``."""
    return (f"{WEEKDAYS[value.weekday()]} " if weekday else "") + f"{value.day} {MONTHS[value.month - 1][:3]}"


def day_range(first: date, last: date) -> str:
    """``1 to 31 October 2026``, ``28 September to 4 October 2026``, ``1 December 2025 to 2 January 2026``."""
    if first == last:
        return day(first, year=True)
    if first.year != last.year:
        return f"{day(first, year=True)} to {day(last, year=True)}"
    if first.month != last.month:
        return f"{day(first)} to {day(last, year=True)}"
    return f"{first.day} to {day(last, year=True)}"


def is_month(first: date, last: date) -> bool:
    """Both days bound one whole calendar month."""
    return first.day == 1 and (first.year, first.month) == (last.year, last.month) and last.day == month_days(last)


def month_days(value: date) -> int:
    """Days of the month that ``value`` lies in."""
    return monthrange(value.year, value.month)[1]


def period_name(first: date, last: date) -> str:
    """``October 2026`` for a whole month, else the range of days."""
    return f"{MONTHS[first.month - 1]} {first.year}" if is_month(first, last) else day_range(first, last)


def instant(value: datetime) -> str:
    """``1 November 2026, 06:12 UTC``."""
    utc = value.astimezone(UTC)
    return f"{day(utc.date(), year=True)}, {utc:%H:%M} UTC"


def as_of(value: datetime) -> str:
    """``2026-10-01``, or with the time of day ``2026-10-01T12:00:00Z``: as the command line takes it."""
    utc = value.astimezone(UTC)
    return f"{utc:%Y-%m-%d}" if utc.time() == time() else f"{utc:%Y-%m-%dT%H:%M:%SZ}"
