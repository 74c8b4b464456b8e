"""The waterfall of one row (methods 2.5): which way of caching is cheapest, step by step, each priced net."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from logcost.analyse.caching import money
from logcost.analyse.findings.case import duration
from logcost.types import CachingStep

if TYPE_CHECKING:
    from logcost.types import CacheLifetime, CacheRule

    Row = dict[str, Any]

FLOOR: Final = 0.01
"""A step must save this share of the row's input cost, or everything stays as it is."""
GAP: Final = 0.05
"""Share of the input by which a cache in use must fall short of the replay; less is the provider's own housekeeping."""
_AT_ONCE: Final = frozenset({"marker", "restructured"})
"""Steps that make every prompt's caching pay where it does not by itself."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of caching: tokens it serves and its benefit over no caching, in money (scaled) and in base tokens (scaled).

    ``depth``: tokens in front of its one marker; ``None``: every prompt is written. ``topped``: on top of what was billed.
    """

    name: str
    setting: str
    hits: int
    money: int | None
    units: int
    depth: int | None = None
    topped: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The cheapest way found, the steps that lead to it, and the lifetime it uses. ``kept``: what was billed, if known."""

    chosen: Way
    rules: Way
    steps: tuple[CachingStep, ...]
    best: CacheLifetime
    priced: bool
    kept: Way | None = None
    further: tuple[CachingStep, ...] = ()
    depth: int | None = None

    @property
    def gained(self) -> int | None:
        """Scaled money between the chosen way and what was billed; ``None`` where either is unknown."""
        if self.kept is None or self.kept.money is None or self.chosen.money is None:
            return None
        return self.chosen.money - self.kept.money


def billed_way(base: Row, rule: CacheRule, used: int) -> Way | None:
    """What the log says was read and written; ``None`` when it does not say."""
    if not base["known"]:
        return None
    return Way("keep", "as billed", base["reads"], base["billed"], base["reads"] * _read(rule) - paid_units(base, rule, used))


def paid_units(base: Row, rule: CacheRule, used: int) -> int:
    """Write premiums of the billed writes in scaled base tokens; an unstated or unknown lifetime counts as the used one."""
    extras = {lifetime.name: money.scaled(lifetime.write_multiplier) - money.SCALE for lifetime in money.lifetimes(rule)}
    default = list(extras.values())[used]
    written = {name.removeprefix("written_"): count for name, count in base.items() if name.startswith("written_")}
    return sum(count * extras.get(name, default) for name, count in written.items())


def used_lifetime(base: Row, rule: CacheRule) -> int:
    """Number of the lifetime most billed writes have; the default (0) without any."""
    names = [lifetime.name for lifetime in money.lifetimes(rule)]
    counts = [base.get(f"written_{name}", 0) + (base["written_unsplit"] if i == 0 else 0) for i, name in enumerate(names)]
    return counts.index(max(counts))


def chosen(base: Row, sums: Row, rule: CacheRule, used: int) -> Choice:
    """Rules as used, then a step only where it pays (other lifetime, merged scope, marker); last against off and as billed."""
    kept = billed_way(base, rule, used)
    priced = base["input_money"] is not None and all(value is not None for name, value in sums.items() if "_money_" in name)
    priced = priced and (kept is None or kept.money is not None)
    floor = FLOOR * (base["input_money"] if priced else base["tokens"] * money.SCALE)
    paths = _paths(sums, rule, used, priced=priced)
    if f"moved_hits_{used}" in sums:
        paths += _restructured_paths(sums, rule, used, floor, priced=priced)
    number, path = paths[0]
    for other, longer in paths[1:]:
        if _worth(longer[-1], priced=priced) - _worth(path[-1], priced=priced) > floor:
            number, path = other, longer
    refused = tuple(
        _step(way[-2], way[-1], priced=priced, advised=False)
        for _, way in paths[1:]
        if len(way) == 2 and way[-1].name not in {taken.name for taken in path}  # noqa: PLR2004 -- one step beyond the rules
    )
    draft = Choice(path[0], path[0], (), money.lifetimes(rule)[number], priced, None, refused)
    if kept is None:
        return draft
    return _against_billed(base, path, kept, replace(draft, kept=kept, depth=path[-1].depth), floor)


def _paths(sums: Row, rule: CacheRule, used: int, *, priced: bool) -> list[tuple[int, list[Way]]]:
    """Ways to go, shortest first: rules as used, another lifetime, one scope for all, both, a marker."""
    rules = _way(sums, "rules", "way", rule, used)
    paths = [(used, [rules])]
    others = [i for i in range(len(money.lifetimes(rule))) if i != used]
    if others:
        number = max(others, key=lambda i: _worth(_way(sums, "lifetime", "way", rule, i), priced=priced))
        paths.append((number, [rules, _way(sums, "lifetime", "way", rule, number)]))
    if f"merged_hits_{used}" in sums:
        paths.append((used, [rules, _way(sums, "scope", "merged", rule, used)]))
        for number in others:
            both = [_way(sums, "lifetime", "way", rule, number), _way(sums, "scope", "merged", rule, number)]
            paths.append((number, [rules, *both]))
    for number in (used, *others) if sums.get(f"depth_{used}") else ():
        longer = [] if number == used else [_way(sums, "lifetime", "way", rule, number)]
        if sums.get(f"depth_{number}"):
            paths.append((number, [rules, *longer, _way(sums, "marker", "marker", rule, number)]))
    return paths


def _restructured_paths(sums: Row, rule: CacheRule, used: int, floor: float, *, priced: bool) -> list[tuple[int, list[Way]]]:
    """Ways that end with restructured prompts, for each lifetime."""
    rules = _way(sums, "rules", "way", rule, used)
    others = [i for i in range(len(money.lifetimes(rule))) if i != used]
    return [
        (number, [rules, *longer, _restructured(sums, rule, number, floor, priced=priced)])
        for number in (used, *others)
        for longer in ([] if number == used else [_way(sums, "lifetime", "way", rule, number)],)
    ]


def _restructured(sums: Row, rule: CacheRule, number: int, floor: float, *, priced: bool) -> Way:
    """The stable part of the prompts in front: every prompt written, or one marker behind that part where that is cheaper."""
    way, lifetime = _way(sums, "rules", "way", rule, number), duration(money.lifetimes(rule)[number].ttl_seconds)
    hits, amount, units = (sums[f"moved_{part}_{number}"] for part in ("hits", "money", "units"))
    total = None if way.money is None or amount is None else way.money + amount
    every = Way("restructured", f"stable part first, every prompt, {lifetime}", way.hits + hits, total, way.units + units)
    if f"topped_hits_{number}" in sums:
        hits, amount, units = (sums[f"topped_{part}_{number}"] for part in ("hits", "money", "units"))
        topped = replace(every, hits=hits, money=amount, units=units, topped=True)
        every = max(every, topped, key=lambda one: _worth(one, priced=priced))
    depth = sums.get(f"moved_depth_{number}")
    if not depth:
        return every
    hits, amount, units = (sums[f"remarked_{part}_{number}"] for part in ("hits", "money", "units"))
    setting = f"stable part first, marker after {depth:,} tokens, {lifetime}"
    marked = Way("restructured", setting, hits, amount, units, depth)
    return marked if _worth(marked, priced=priced) - _worth(every, priced=priced) > floor else every


def _worth(way: Way, *, priced: bool) -> int:
    return (way.money or 0) if priced else way.units


def _against_billed(base: Row, path: list[Way], kept: Way, draft: Choice, floor: float) -> Choice:
    def worth(way: Way) -> int:
        return _worth(way, priced=draft.priced)

    off = Way("off", "no caching", 0, 0, 0)
    best = max(path[-1], off, key=worth)
    in_use = bool(kept.hits) or any(base[name] for name in base if name.startswith("written_"))
    small = best.name == "rules" and in_use and best.hits - kept.hits < GAP * base["tokens"]
    if worth(best) - worth(kept) <= max(floor, 0) or small:
        pairs = zip([kept, *path], path, strict=False)
        shown = (*(_step(before, after, priced=draft.priced, advised=False) for before, after in pairs), *draft.further)
        return replace(draft, chosen=kept, steps=shown, depth=None)
    # A first step that loses money by itself is no advice: what makes it pay is told as one step with it.
    at_once = best is not off and len(path) > 1 and path[1].name in _AT_ONCE and worth(path[0]) < worth(kept)
    taken = [off] if best is off else path[at_once:]
    pairs = zip([kept, *taken], taken, strict=False)
    steps = tuple(_step(before, after, priced=draft.priced, advised=True) for before, after in pairs)
    shown = draft.further if best is not off else (_step(kept, path[-1], priced=draft.priced, advised=False),)
    if at_once:
        shown = (_step(kept, path[0], priced=draft.priced, advised=False), *shown)
    return replace(draft, chosen=best, steps=(*steps, *shown), depth=None if best is off else draft.depth)


def _step(before: Way, after: Way, *, priced: bool, advised: bool) -> CachingStep:
    net = after.money - before.money if priced and after.money is not None and before.money is not None else None
    return CachingStep(after.name, after.setting, after.hits - before.hits, money.to_usd(net), advised)


def _way(sums: Row, name: str, prefix: str, rule: CacheRule, number: int) -> Way:
    reach = f"first {sums[f'depth_{number}']:,} tokens" if prefix == "marker" else "every prompt"
    setting = f"{reach}, {duration(money.lifetimes(rule)[number].ttl_seconds)}"
    if prefix == "merged":
        setting += f", one {rule.scope} for all"
    hits, amount, units = (sums[f"{prefix}_{part}_{number}"] for part in ("hits", "money", "units"))
    return Way(name, setting, hits, amount, units, sums[f"depth_{number}"] if prefix == "marker" else None)


def _read(rule: CacheRule) -> int:
    return money.SCALE - money.scaled(rule.read_multiplier)
