"""Which format a file is: decided by content, never by name. Exactly one format must claim it.

Keys are looked up in the first records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from logcost.errors import AmbiguousFormatError, UnknownFormatError
from logcost.ingest.foreign import Told, of_records
from logcost.ingest.near import MUST_NOT, ONE_OF, lack, nearest
from logcost.ingest.pairs import as_object
from logcost.ingest.sampling import Sample, loose, record_of
from logcost.ingest.streams import Event, calls
from logcost.ingest.unwrap import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from logcost.ingest.header import Format, Key, Reader

_ABSENT: Final = object()
_JSON: Final = {"json_lines", "json_document"}


@dataclass(frozen=True, slots=True)
class Claim:
    """One format's view of a file: nothing missing = it claims it.

    ``marks``: the keys and values of its own that are there; only of ``identification``, where they are shown.
    """

    format: Format
    reader: Reader
    missing: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identification:
    """Formats that claim a file (one, if all is well), and the nearest others with what they miss."""

    claims: tuple[Claim, ...]
    near: tuple[Claim, ...]
    mixed: Claim | None = None
    """Several claim, but no record is claimed by two: the log mixes the bodies of several APIs. The claim of the first record."""
    told: Told | None = None
    """What a file is that no format claims, where that is known."""


def identification(sample: Sample, formats: Iterable[Format]) -> Identification:
    """Ask every format whose reader fits. Claims and near misses come sorted by name."""
    able = [declared for declared in formats if set(declared.readers) & set(sample.readers)]
    asked = [claim_of(sample, declared) for declared in able]
    if sample.columns and all(claim.missing for claim in asked):
        # Spreadsheets and databases change the case of names; an exact match goes before.
        loosely = [claim_of(replace(sample, columns=tuple(map(loose, sample.columns))), _loosely(one)) for one in able]
        asked = [replace(claim, format=one) for claim, one in zip(loosely, able, strict=True)]
    claims = tuple(sorted((claim for claim in asked if not claim.missing), key=_nearness))
    # Whoever declares a format knows the log better than we do.
    claims = tuple(claim for claim in claims if claim.format.own) or claims or _claims_of_events(sample, able)
    told = None if claims else sample.told or _what_it_is(sample)
    near = () if told and told.final else nearest(asked)
    return Identification(claims, near, _mixed(sample, claims) if len(claims) > 1 else None, told)


def _what_it_is(sample: Sample) -> Told | None:
    document = "json_document" in sample.readers
    return of_records(sample.records, document=document) if set(sample.readers) & _JSON else None


def _claims_of_events(sample: Sample, formats: Sequence[Format]) -> tuple[Claim, ...]:
    """The claims of a log whose lines are events of recorded streams, by formats that declare how to know those."""
    if "json_lines" not in sample.readers:
        return ()
    events = tuple(Event(msgspec.json.encode(record), number, 0) for number, record in enumerate(sample.records, start=1))
    told = [one for one in formats if one.stream is not None and one.stream.lines and _has_pins(sample, one.stream.lines)]
    found = [claim_of(Sample(("sse",), events=events), one) for one in told]
    return tuple(claim for claim in found if not claim.missing)


def claim(sample: Sample, formats: Sequence[Format], path: str) -> Claim:
    """The one claim. Asks only formats that can have it, unless none has: a folder may hold thousands of files.

    Raises ``UnknownFormatError`` or ``AmbiguousFormatError`` that name the candidates.
    """
    able: Sequence[Format] = formats
    if set(sample.readers) <= _JSON and all(isinstance(record, dict) for record in sample.records):
        able = _able(frozenset(key for record in sample.records for key in record), tuple(formats))
    # What the others miss is of interest only when none or several claim the file.
    claims = [one for one in able if not set(one.readers).isdisjoint(sample.readers) and _claims(sample, one)]
    if len(claims) == 1:
        return Claim(claims[0], _reader(sample, claims[0]))
    found = identification(sample, able)
    return only_claim(found if found.claims else identification(sample, formats), path)


@lru_cache(maxsize=64)
def _able(outermost: frozenset[str], formats: tuple[Format, ...]) -> tuple[Format, ...]:
    """The formats that JSON records with these outermost keys do not rule out."""
    return tuple(declared for declared in formats if _may_claim(outermost, declared))


def _may_claim(outermost: AbstractSet[str], declared: Format) -> bool:
    """False when the outermost keys of JSON records rule the format out."""
    bodies, alternatives = _outermost_keys(declared)
    return not bodies.isdisjoint(outermost) or any(map(outermost.__ge__, alternatives))


@cache
def _outermost_keys(declared: Format) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    """Where a body may stand, and the outermost keys of each way to know the format."""
    ways = declared.identify_any or ((),)
    keys = tuple(frozenset(key[0] for key in (*declared.identify, *way)) for way in ways)
    return frozenset(path[0] for path in declared.bodies), keys


def only_claim(found: Identification, path: str) -> Claim:
    """The one claim, of a mixed log that of its first record.

    Raises ``UnknownFormatError`` or ``AmbiguousFormatError`` that name the candidates.
    """
    if len(found.claims) == 1:
        return found.claims[0]
    if found.mixed:
        return found.mixed
    if found.claims:
        names = " and ".join(claim.format.name for claim in found.claims)
        raise AmbiguousFormatError(
            f"{names} all claim this file.", path=path, remedy="Make the 'identify' of one of them stricter."
        )
    raise _unknown(found, path)


def _unknown(found: Identification, path: str) -> UnknownFormatError:
    told = found.told
    if told and told.final:
        return UnknownFormatError(f"This is {told.what}.", path=path, remedy=told.remedy)
    near = "; ".join(f"{claim.format.name} {', '.join(map(lack, claim.missing))}" for claim in found.near)
    return UnknownFormatError(
        f"No format claims this file{f', {told.what}' if told else ''}.{f' Nearest: {near}.' if near else ''}",
        path=path,
        remedy="'logcost formats' lists what can be read; 'logcost formats new FILE' drafts a format for a log of your own.",
    )


def _nearness(claim: Claim) -> tuple[int, str, str]:
    return len(claim.missing), claim.format.name, claim.format.path


def _mixed(sample: Sample, claims: Sequence[Claim]) -> Claim | None:
    """The first claim of a log whose records are each claimed by one format of bodies at most; else ``None``."""
    if not all(claim.format.bodies for claim in claims):
        return None
    by_record = [
        [claim for claim in claims if not claim_of(Sample(sample.readers, (record,)), claim.format).missing]
        for record in sample.records
    ]
    first = next((one[0] for one in by_record if one), None)
    return first if all(len(one) <= 1 for one in by_record) else None


def claim_of(sample: Sample, declared: Format) -> Claim:
    """One format's view of a sample that it has a reader for."""
    reader = _reader(sample, declared)
    around, records = _looked_at(sample, declared, reader)
    asked = _asked(declared, reader)
    missing = tuple(_missing(asked, around, records))
    pinned = [_pin(key, allowed) for key, allowed in asked.where if _pinned(records, key, allowed)]
    keys = (*asked.identify, *(key for keys in asked.identify_any for key in keys))
    marks = dict.fromkeys(_shown(key) for key in keys if _present(records, key))
    # A pinned value alone is no kinship: many logs have type = message.
    return Claim(declared, reader, missing, (*marks, *(pinned if marks else ())))


def _claims(sample: Sample, declared: Format) -> bool:
    """The format misses nothing; found out no further than to the first thing that it misses."""
    reader = _reader(sample, declared)
    return next(_missing(_asked(declared, reader), *_looked_at(sample, declared, reader)), None) is None


def _reader(sample: Sample, declared: Format) -> Reader:
    # One whole line may be a log's first or a document that is exported anew: the format says which it tries first.
    return next(reader for reader in declared.readers if reader in sample.readers)


def _loosely(declared: Format) -> Format:
    def keys(of: Sequence[Key]) -> tuple[Key, ...]:
        return tuple(tuple(map(loose, key)) for key in of)

    return replace(
        declared,
        identify=keys(declared.identify),
        identify_any=tuple(map(keys, declared.identify_any)),
        identify_none=keys(declared.identify_none),
        hints={tuple(map(loose, key)): text for key, text in declared.hints.items()},
    )


def _asked(declared: Format, reader: Reader) -> Format:
    """The format with the marks that a file for this reader must have: a recorded stream may have its own."""
    stream = declared.stream
    if reader != "sse" or stream is None or not (stream.identify or stream.where):
        return declared
    return replace(declared, identify=stream.identify, identify_any=(), where=stream.where)


def _looked_at(sample: Sample, declared: Format, reader: Reader) -> tuple[Sequence[Any], Sequence[Any]]:
    """The sampled records as they are, and as the format reads them: bodies out of wrappers, pairs as objects."""
    around: Sequence[Any] = sample.records or (dict.fromkeys(sample.columns),)
    if reader == "sse" and declared.stream is not None:
        found = calls(sample.events, declared.stream.folding, unfinished=True)
        bodies = (record_of(call.body) for call in found if isinstance(call.body, bytes))
        around = [body for body in bodies if body is not None]
    records = [unwrapped(record, declared) for record in around] if declared.bodies else around
    for place in declared.pairs:
        records = [_with_object(record, place) for record in records]
    return around, records


def _missing(declared: Format, around: Sequence[Any], records: Sequence[Any]) -> Iterator[str]:
    for key in declared.identify:
        if not _present(records, key):
            yield _shown(key)
    if declared.identify_any and not any(all(_present(records, key) for key in keys) for keys in declared.identify_any):
        yield f"{ONE_OF}{', '.join(' with '.join(map(_shown, keys)) for keys in declared.identify_any)}"
    everything = records if records is around else (*around, *records)
    for key in declared.identify_none:
        if _present(everything, key):
            yield f"{MUST_NOT}{_shown(key)}{_hint(declared, key)}"
    for key, allowed in declared.where:
        if not _pinned(records, key, allowed):
            yield _pin(key, allowed)


def _pin(key: Key, allowed: Sequence[Any]) -> str:
    return f"{_shown(key)} = {' or '.join(map(str, allowed)) or 'null'}"


def _has_pins(sample: Sample, pins: Sequence[tuple[Key, Sequence[Any]]]) -> bool:
    return all(_pinned(sample.records, key, allowed) for key, allowed in pins)


def _pinned(records: Sequence[Any], key: Key, allowed: Sequence[Any]) -> bool:
    """A record has one of the values; when none is allowed, a record in which the key is missing or null."""
    if not allowed:
        return any(all(value is None for value in _values(record, key)) for record in records)
    return any(value in allowed for record in records for value in _values(record, key))


def _hint(declared: Format, key: Key) -> str:
    return f" ({declared.hints[key]})" if key in declared.hints else ""


def _shown(key: Key) -> str:
    return ".".join(key)


def _present(records: Sequence[Any], key: Key) -> bool:
    return any(_has(record, key) for record in records)


def _has(value: Any, key: Key) -> bool:
    """Some value stands at the key; an empty array, too. (``_values`` would give them all: this runs for every file)."""
    for at, step in enumerate(key):
        if isinstance(value, list):
            return any(_has(item, key[at:]) for item in value)
        value = value.get(step, _ABSENT) if isinstance(value, dict) else _ABSENT
        if value is _ABSENT:
            return False
    return True


def _values(value: Any, key: Key) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, key)
    elif not key:
        yield value
    elif isinstance(value, dict) and (inner := value.get(key[0], _ABSENT)) is not _ABSENT:
        # An empty array counts as present; its elements cannot be asked.
        if len(key) == 1 and isinstance(inner, list):
            yield inner
        yield from _values(inner, key[1:])


def _with_object(value: Any, place: Sequence[str]) -> Any:
    """A sampled record in which pairs are an object; the sample itself stays as it is, for other formats to look at."""
    if not place:
        return as_object(value)
    if isinstance(value, list):
        return [_with_object(item, place) for item in value]
    if isinstance(value, dict) and place[0] in value:
        return {**value, place[0]: _with_object(value[place[0]], place[1:])}
    return value
