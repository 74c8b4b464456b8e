"""What a price file may say: the grammar of ``pricing/providers/<provider>.toml`` and ``pricing/aliases.toml``.

Rates are USD per million tokens, fees USD per unit, both written as strings and read as ``Decimal``: a float cannot be
stated. A file is append-only. A new price is a new ``[[price]]`` with its own ``from``; the blocks before it stay as they
are. What a block leaves out is not priced, so a combination nobody published is refused and not guessed.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import msgspec

from logcost.errors import PriceBookError

if TYPE_CHECKING:
    from pathlib import Path

Confidence = Literal["published", "two-tables", "table", "inferred"]
"""What the rates written in a block rest on; ``docs/prices.md`` says what each word requires."""

FromBasis = Literal["stated", "snapshot", "noticed", "reported"]
"""What the first day of a block rests on, strongest first. See ``docs/prices.md``."""

Meter = Literal[
    "input",
    "cache_read",
    "cache_read_audio",
    "cache_read_image",
    "cache_write_5m",
    "cache_write_30m",
    "cache_write_1h",
    "cache_write_12h",
    "input_audio",
    "input_image",
    "input_video",
    "output",
    "reasoning",
    "output_audio",
    "output_image",
]
METERS: tuple[str, ...] = get_args(Meter)
"""Token meters that can have a rate, in the order in which they are shown."""

CACHE_WRITES = ("cache_write_5m", "cache_write_30m", "cache_write_1h", "cache_write_12h")
"""Cache-write meters, shortest lifetime first."""

Rates = dict[Meter, Decimal]


class Above(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"tokens": "above"}):
    """Long-context tier: above ``tokens`` prompt tokens (cached ones included) the WHOLE request has these rates.

    ``inclusive``: the tier starts at exactly ``tokens``. ``refused``: the provider rejects such requests.
    """

    tokens: int
    rates: Rates = {}
    inclusive: bool = False
    refused: bool = False


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"except_days": "except"}):
    """Hours of the day (UTC) in which other rates hold: ``hours`` as ``["01:00-04:00"]``, half-open.

    ``weekdays``: ISO numbers of the UTC day, none: all. ``except_days``: days on which the window does not hold. Hours that
    pass midnight belong to two days, so they can have neither.
    """

    hours: tuple[str, ...]
    weekdays: tuple[int, ...] = ()
    except_days: tuple[datetime, ...] = ()


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rates inside a ``schedule`` of the file: ``times`` the block's own, or stated ``rates`` (then without long context)."""

    schedule: str
    times: Decimal | None = None
    rates: Rates = {}


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A processing mode (batch, flex, priority ...): ``times`` the standard rates, or stated ``rates``.

    ``meters`` limits ``times`` to some meters, the others are not stated; ``keep`` stays at the standard rate;
    ``above``: the same holds above the long-context threshold (otherwise that combination is not stated).
    """

    times: Decimal | None = None
    meters: tuple[Meter, ...] = ()
    keep: tuple[Meter, ...] = ()
    rates: Rates = {}
    above: bool = False
    since: datetime | None = None
    until: datetime | None = None


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Residency: all token rates ``times`` the rate of the global endpoint.

    A name of a region may end in ``*``: it holds for all that begin so and are not named more exactly.
    """

    times: Decimal
    since: datetime | None = None
    until: datetime | None = None


class Fee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Price of one unit, e.g. of a web search; the same in every region, and in every mode that ``modes`` does not name."""

    usd: Decimal
    modes: dict[str, Decimal] = {}
    since: datetime | None = None
    until: datetime | None = None


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What several blocks have in common (``[rules.<name>]``): everything that follows from the base rates.

    ``times_input`` derives meters from the input rate of the same tier; ``as_input`` lists meters charged like text input;
    ``since`` says from when a meter exists; ``cache_write_unsplit`` names the lifetime of writes the log does not split.
    """

    times_input: Rates = {}
    as_input: tuple[Meter, ...] = ()
    since: dict[Meter, datetime] = {}
    cache_write_unsplit: Meter | None = None
    modes: dict[str, Mode] = {}
    regions: dict[str, Region] = {}
    fees: dict[str, Fee] = {}


class Block(Terms, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"start": "from"}):
    """One dated price of one or more models: valid from ``start`` until the model's next block, or ``until``.

    ``confidence`` is what the rates written here rest on, ``from_basis`` what ``start`` rests on: where a block says nothing
    of its first day, it is only reported.
    """

    models: tuple[str, ...]
    start: datetime
    source: str
    checked: date
    confidence: Confidence
    from_basis: FromBasis = "reported"
    until: datetime | None = None
    rates: Rates = {}
    rules: tuple[str, ...] = ()
    long_context: Above | list[Above] | None = None
    window: Window | None = None
    note: str = ""

    @property
    def tiers(self) -> tuple[Above, ...]:
        """The long-context tiers, lowest threshold first."""
        return (self.long_context,) if isinstance(self.long_context, Above) else tuple(self.long_context or ())


class Revoked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """A price that was announced and taken back before it began. Shown, never used."""

    models: tuple[str, ...]
    start: datetime
    rates: Rates
    note: str


class ProviderFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``pricing/providers/<provider>.toml``, or the imported long tail of a provider in ``pricing/imported``.

    ``kind``: a maker sells its own models, a host those of others.
    """

    provider: str
    title: str
    sources: dict[str, str]
    price: list[Block]
    kind: Literal["maker", "host"] = "maker"
    rules: dict[str, Terms] = {}
    schedules: dict[str, Schedule] = {}
    revoked: list[Revoked] = []


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """What an alias stands for, from ``start`` on (NULL: ever since)."""

    model: str
    start: datetime | None = None


class Rewrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way in which a provider's model names are written elsewhere: regular expression and replacement."""

    pattern: str
    to: str
    why: str


class ProviderNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of one provider: its own, its aliases with dates, its rewrites in order."""

    names: tuple[str, ...]
    alias: dict[str, list[Target]] = {}
    rewrite: list[Rewrite] = []


class AliasFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pricing/aliases.toml``. ``hosts``: patterns of names that show another host than the maker of the model.

    ``makers``: who may be meant by a log that names no provider. ``hosts_when_unnamed`` are weaker signs: they count only where the log does not name the provider.
    """

    tiers: dict[str, tuple[str, ...]]
    regions: dict[str, tuple[str, ...]]
    hosts: dict[str, str]
    hosts_when_unnamed: dict[str, str]
    makers: tuple[str, ...]
    providers: dict[str, ProviderNames]


T = TypeVar("T")


def read(path: Path, kind: type[T]) -> T:
    """Parse one file. Raises ``PriceBookError`` that names the file and what is wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(_exact(document), kind, strict=True)
    except (ValueError, msgspec.ValidationError) as error:
        raise PriceBookError(f"The price file is wrong: {error}.", path=str(path), remedy="See docs/prices.md.") from None


def _exact(value: Any) -> Any:
    """All dates as UTC instants (a date is its midnight, a time without offset is UTC), but ``checked`` stays a day.

    Raises ``ValueError`` for a number that is not quoted: TOML reads it as a binary float, which is no price.
    """
    if isinstance(value, dict):
        return {key: item if key == "checked" else _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, float):
        raise ValueError(  # noqa: TRY004 -- the value of the file is wrong, not the type of an argument
            f'{value} is written without quotes; write "{value}"'
        )
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value
