"""The formats that come nearest to a file that none claims, and what they miss, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logcost.ingest.identify import Claim

_SHOWN: Final = 3
"""So many formats are named, and so many of the values or keys of which one must be there."""
MUST_NOT: Final = "must not have "
ONE_OF: Final = "one of "


def nearest(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The nearest first: of what tells the format, at least half is there."""
    near = [(share, claim) for claim in claims if claim.missing and claim.marks and (share := _share(claim)) >= 1 / 2]
    ordered = sorted(near, key=lambda one: (-one[0], len(one[1].missing), one[1].format.name, one[1].format.path))
    return tuple(claim for _, claim in ordered[:_SHOWN])


def _share(claim: Claim) -> float:
    """How much of what tells a format is there."""
    told = len(claim.format.identify) + bool(claim.format.identify_any) + len(claim.format.where)
    absent = sum(not one.startswith(MUST_NOT) for one in claim.missing)
    return (told - absent) / told if told else 0


def lack(missing: str) -> str:
    """What keeps a format from claiming a file, in words; of many alternatives the first."""
    if missing.startswith(MUST_NOT):
        return missing
    if missing.startswith(ONE_OF):
        return f"misses {ONE_OF}{_first(missing.removeprefix(ONE_OF).split(', '), ', ', 'key')}"
    key, equals, values = missing.partition(" = ")
    return f"misses {key} = {_first(values.split(' or '), ' or ', 'value')}" if equals else f"misses {missing}"


def _first(alternatives: list[str], joint: str, what: str) -> str:
    rest = len(alternatives) - _SHOWN
    other = what if rest == 1 else f"{what}s"
    return joint.join(alternatives) if rest <= 0 else f"{joint.join(alternatives[:_SHOWN])} or {rest} other {other}"
