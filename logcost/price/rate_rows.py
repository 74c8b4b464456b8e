"""The distinct rows of rates that a frame needs, numbered, and the cheapest and dearest of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.price.grammar import CACHE_WRITES, METERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from logcost.price.tariff import Merged, Tariff

UNSPLIT: Final = "cache_write_unsplit"
SHORTEST: Final = "cache_write_shortest"
TEXTS: Final = ("price_id", "price_provider", "price_model", "price_confidence")
FEE: Final = "fee:"
SAID: Final = "said"
WHY: Final = "why"
LACKING: Final = "lacking"
UNDATED: Final = "undated"
"""Behind the ``price_id`` of a row of calls without a time: it lacks the rates that have changed."""
RATES: Final = "_r_"
"""Prefix of the columns with a row's rates."""


class RateRows:
    """Collects the distinct rate rows and numbers them: femto-USD per token by meter, and per unit as ``fee:<unit>``.

    A row without rates stands for a reason why there is no price: ``SAID`` is its number in ``reasons``.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self.units: set[str] = {"web_search_requests"}
        self._said: dict[str, int] = {}
        self._ids: dict[object, int] = {}

    @property
    def reasons(self) -> list[str]:
        """Why rows have no rates, in the order of their numbers."""
        return list(self._said)

    def refuse(self, reason: str) -> int:
        """Number of the row that has no rates for this reason."""
        return self._number({SAID: self._said.setdefault(reason, len(self._said))})

    def priced(self, number: int) -> bool:
        """Whether a row has rates."""
        return SAID not in self.rows[number]

    def add(self, tariff: Tariff, merged: Merged, provider: str, model: str) -> int:
        """Number of the row with these rates."""
        self.units |= set(tariff.fees)
        writes = [tariff.rates[meter] for meter in CACHE_WRITES if meter in tariff.rates]
        rates = {**tariff.rates, **{f"{FEE}{unit}": usd for unit, usd in tariff.fees.items()}}
        derived = {UNSPLIT: tariff.rates.get(merged.cache_write_unsplit or ""), SHORTEST: writes[0] if writes else None}
        texts = dict(zip(TEXTS, (tariff.price_id, provider, model, merged.block.confidence), strict=True))
        return self._number({**rates, **{name: rate for name, rate in derived.items() if rate is not None}, **texts})

    def _number(self, row: dict[str, object]) -> int:
        key = frozenset(row.items())
        if key not in self._ids:
            self._ids[key] = len(self.rows)
            self.rows.append(row)
        return self._ids[key]

    def money(self, number: int) -> dict[str, object]:
        """The rates of a row without its texts."""
        return {name: rate for name, rate in self.rows[number].items() if name not in TEXTS}

    def comparable(self, numbers: Iterable[int]) -> list[dict[str, object]]:
        """The rates of rows. Reasoning that has no rate of its own has that of output, if it has its own in another row."""
        rates = [self.money(number) for number in dict.fromkeys(numbers)]
        if any("reasoning" in one for one in rates):
            rates = [{"reasoning": one["output"], **one} if "output" in one else one for one in rates]
        return rates

    def agree(self, numbers: Iterable[int]) -> bool:
        """Whether no two of the rows state different rates for the same meter."""
        stated: dict[str, set[object]] = {}
        for rates in self.comparable(numbers):
            for column, rate in rates.items():
                stated.setdefault(column, set()).add(rate)
        return all(len(rates) == 1 for rates in stated.values())

    def same(self, numbers: Iterable[int]) -> bool:
        """Whether the rows state the same rates, or are refused for the same reason."""
        known = self.comparable(numbers)
        return all(rates == known[0] for rates in known)

    def common(self, numbers: Sequence[int]) -> int:
        """Number of a row with the meters of which no two rows state different rates: the last row if that is true of all.

        Without them it is a refusal, if neither input nor output is left. Reasoning that has no rate is charged as output, so
        the one goes with the other.
        """
        rates, last = self.comparable(numbers), self.rows[numbers[-1]]
        stated = {meter: {one[meter] for one in rates if meter in one} for one in rates for meter in one}
        changed = {meter for meter, found in stated.items() if len(found) > 1}
        if not changed:
            return numbers[-1]
        changed |= {"output"} if "reasoning" in changed else set()
        kept = {meter: found.pop() for meter, found in stated.items() if meter not in changed}
        if not {"input", "output"} & set(kept):
            return self.refuse("no-date: the model has had several prices")
        return self._number({**kept, **{name: last[name] for name in TEXTS}, "price_id": f"{last['price_id']}+{UNDATED}"})

    def extreme(self, numbers: Sequence[int], pick: Callable[[list[int]], int]) -> int:
        """Number of a row with the cheapest (``min``) or dearest (``max``) rate of each meter that all of them state.

        It has the texts of the first.
        """
        rates = self.comparable(numbers)
        common = [name for name in rates[0] if all(name in one for one in rates)]
        texts = {name: self.rows[numbers[0]][name] for name in TEXTS}
        return self._number({name: pick([int(str(one[name])) for one in rates]) for name in common} | texts)

    def always(self) -> set[str]:
        """The meters that every row with rates states."""
        stated = [set(self.money(number)) for number in range(len(self.rows)) if self.priced(number)]
        return set.intersection(*stated) if stated else set()

    def frame(self) -> pl.DataFrame:
        """All rows, with ``_row`` as their number."""
        money = [*METERS, UNSPLIT, SHORTEST, *(f"{FEE}{unit}" for unit in sorted(self.units))]
        schema = {**dict.fromkeys(money, pl.Int64), **dict.fromkeys(TEXTS, pl.String), SAID: pl.Int32}
        why = pl.DataFrame({SAID: range(len(self._said)), WHY: self.reasons}, schema={SAID: pl.Int32, WHY: pl.String})
        rates = pl.DataFrame(self.rows, schema=schema).join(why, on=SAID, how="left", maintain_order="left")
        lacking = [lacking_text(str(row.get("price_id", ""))) for row in self.rows]
        return rates.with_columns(pl.Series(LACKING, lacking, dtype=pl.String)).with_row_index("_row").cast({"_row": pl.Int32})


def lacking_text(price_id: str) -> str:
    """What is said before the name of a count that has no rate in a row.

    ``mode-not-priced: batch with``, or ``meter-not-priced:`` in the standard mode, or that the rate has changed.
    """
    _, plus, tags = price_id.partition("+")
    if tags.endswith(UNDATED):
        return "no-date: the model has had several prices of "
    return f"mode-not-priced: {tags} with " if plus else "meter-not-priced: "
