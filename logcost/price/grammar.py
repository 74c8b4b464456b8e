"""What a price file may say: the grammar of ``pricing/providers/<provider>.toml`` and ``pricing/aliases.toml``.

Rates are USD per million tokens, fees USD per unit, both written as strings and read as ``Decimal``: a float cannot be
stated. A file is append-only. A new price is a new ``[[price]]`` with its own ``from``; the blocks before it stay as they
are. What a block leaves out is not priced, so a combination nobody published is refused and not guessed.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 -- msgspec reads the annotations at run time
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import msgspec

from logcost import toml
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

    ``kind``: a maker sells its own models, a host those of others. ``as_input``: meters that all models of the file with a
    rate of output charge like text input, unless a block says otherwise; the public tables leave such rates out.
    """

    provider: str
    title: str
    sources: dict[str, str]
    price: list[Block]
    kind: Literal["maker", "host"] = "maker"
    as_input: tuple[Meter, ...] = ()
    rules: dict[str, Terms] = {}
    schedules: dict[str, Schedule] = {}
    revoked: list[Revoked] = []


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """What an alias stands for, from ``start`` on (NULL: ever since) until the next target or ``until``: then nobody knows."""

    model: str
    start: datetime | None = None
    until: datetime | None = None


class Rewrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way in which a provider's model names are written elsewhere: regular expression and replacement."""

    pattern: str
    to: str
    why: str


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for calls in the regions that the expression ``regions`` matches, where no model is named with its region.

    ``models`` matches names of the book whose stated price is the one of those regions. For all others the name is looked for
    as each of ``first`` writes it, with ``{name}`` for the name.
    """

    regions: str
    why: str
    models: str = ""
    first: tuple[str, ...] = ()


class ProviderNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of one provider: its own, its aliases with dates, its rewrites in order, and which regions have which price."""

    names: tuple[str, ...]
    alias: dict[str, list[Target]] = {}
    rewrite: list[Rewrite] = []
    place: list[Place] = []


class Wrapper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to write a model that shows who serves it: an expression with the group ``name``, and maybe ``region``.

    ``to``: how the name may stand in the provider's book, likest first. ``weak``: counts only where the log does not say who
    was called.
    """

    pattern: str
    provider: str
    why: str
    to: tuple[str, ...] = (r"\g<name>",)
    weak: bool = False


class AliasFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pricing/aliases.toml``: the words of logs for tiers, regions, providers and models.

    ``makers``: who may be meant by a log that names no provider; ``own`` limits that to a maker's own models. ``hosts``:
    patterns of names that show another host than the maker of the model; ``hosts_when_unnamed`` are weaker signs: they count
    only where the log does not name the provider. ``gateways``: who passes calls on and has no prices. ``vendors``: words before
    a slash that say who made a model, not who served it; ``publishers``: the same of those whose weights many serve.
    ``client``: what a client library puts behind a provider's name.
    """

    tiers: dict[str, tuple[str, ...]]
    regions: dict[str, tuple[str, ...]]
    hosts: dict[str, str]
    hosts_when_unnamed: dict[str, str]
    makers: tuple[str, ...]
    providers: dict[str, ProviderNames]
    own: dict[str, str] = {}
    gateways: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    client: str = ""
    wrapper: list[Wrapper] = []

    def names_of(self, provider: str) -> ProviderNames:
        """Names, aliases and rewrites of a provider of the book; one that is not listed has just its own name."""
        return self.providers.get(provider) or ProviderNames((provider,))


T = TypeVar("T")
_DAYS = frozenset({"checked"})


def read(path: Path, kind: type[T]) -> T:
    """Parse one file. Raises ``PriceBookError`` that names the file and what is wrong in it."""
    try:
        document = toml.instants(toml.read(path), days=_DAYS)
        return msgspec.convert(document, kind, strict=True)
    except OSError as error:
        what = f"The price file cannot be read: {error.strerror or error}."
        raise PriceBookError(what, path=str(path), remedy="Check the path.") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise PriceBookError(f"The price file is wrong: {error}.", path=str(path), remedy="See docs/prices.md.") from None
