"""The distinct rows of rates that a frame needs, numbered, and the cheapest and dearest of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.price.grammar import CACHE_WRITES, METERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from logcost.price.tariff import Merged, Tariff

UNSPLIT: Final = "cache_write_unsplit"
SHORTEST: Final = "cache_write_shortest"
TEXTS: Final = ("price_id", "price_provider", "price_model", "price_confidence")
FEE: Final = "fee:"


class RateRows:
    """Collects the distinct rate rows and numbers them: femto-USD per token by meter, and per unit as ``fee:<unit>``."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self.units: set[str] = {"web_search_requests"}
        self._ids: dict[object, int] = {}

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

    def agree(self, numbers: Sequence[int | None]) -> bool:
        """Whether no two of the rows state different rates for the same meter."""
        stated: dict[str, set[object]] = {}
        for number in numbers:
            for column, rate in self.money(number).items() if number is not None else ():
                stated.setdefault(column, set()).add(rate)
        return all(len(rates) == 1 for rates in stated.values())

    def same(self, numbers: Sequence[int | None]) -> bool:
        """Whether the rows state the same rates; one that is None is like no other."""
        known = [self.money(number) for number in dict.fromkeys(numbers) if number is not None]
        return (None not in numbers or not known) and all(rates == known[0] for rates in known)

    def extreme(self, numbers: Sequence[int], pick: Callable[[list[int]], int]) -> int:
        """Number of a row with the cheapest (``min``) or dearest (``max``) rate of each meter that all of them state.

        It has the texts of the first.
        """
        rates = [self.money(number) for number in numbers]
        common = [name for name in rates[0] if all(name in one for one in rates)]
        texts = {name: self.rows[numbers[0]][name] for name in TEXTS}
        return self._number({name: pick([int(str(one[name])) for one in rates]) for name in common} | texts)

    def always(self) -> set[str]:
        """The meters that every row states."""
        return set.intersection(*(set(self.money(number)) for number in range(len(self.rows)))) if self.rows else set()

    def frame(self) -> pl.DataFrame:
        """All rows, with ``_row`` as their number."""
        money = [*METERS, UNSPLIT, SHORTEST, *(f"{FEE}{unit}" for unit in sorted(self.units))]
        schema = {**dict.fromkeys(money, pl.Int64), **dict.fromkeys(TEXTS, pl.String)}
        return pl.DataFrame(self.rows, schema=schema).with_row_index("_row").cast({"_row": pl.Int32})
