"""Why prompts of one workload part: consecutive prompts compared, block by block (methods 2.7, on hashes instead of text).

Three answers can be proven without text. *volatile*: the chains part at a block of the application's own words, and the masked
chains agree there. *order*: the same blocks of its own words, in another order. *varying*: blocks that nearly all prompts have
stand behind one that differs. Everything else is simply another prompt.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from logcost.analyse.findings.case import Divergence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from logcost.types import CacheRule

    Prompt = dict[str, Any]

MOST_PAIRS: Final = 500
"""Pairs compared of one workload, spread evenly over its calls. Money is replayed over all calls."""

SHARE: Final = 0.3
"""Share of the pairs that must part in the same way."""

STABLE: Final = 0.8
"""Share of the prompts that must have a block for it to count as stable."""

MOVED_TOKENS: Final = 24
"""Tokens set aside for a volatile token that is moved behind: a UUID takes about that many, the others less."""

_SESSIONS: Final = 10
"""With so many sessions their first calls are compared: later calls of a session repeat its first prompt."""

CLASSES: Final = ("uuid", "time", "epoch", "hex", "id", "date", "number")
"""Of several classes in one block the first of these is named: dates and numbers are more often constants."""


@dataclass(frozen=True, slots=True)
class Found:
    """What parts the prompts of a workload, and what a restructured prompt needs.

    ``reserves``: tokens that a block (by number, from 0) gives up for its volatile tokens. ``stable``: hashes of the blocks to
    move to the front, in that order.
    """

    divergence: Divergence
    reserves: Mapping[int, int]
    stable: tuple[int, ...]


class _Parting(NamedTuple):
    """How one pair parts. Tokens: ``position`` of the first difference, ``shadowed`` behind it."""

    kind: str
    token_class: str
    position: int
    shadowed: int
    block: int
    reserves: Mapping[int, int]


def places(calls: pl.DataFrame) -> pl.DataFrame:
    """What pairs are chosen by, without the lists: ``row``, ``session`` (a number) and ``template``."""
    session = pl.when(pl.col("session_id").is_not_null()).then(pl.col("session_id").hash())
    return calls.select("row", session=session, template=pl.col("masked").list.first())


def chosen(own: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Consecutive prompts; where several templates take turns, consecutive ones of a template.

    ``own``: ``places`` of one workload in time order, with their numbers (``at``). The numbers of the first and the second
    prompt of each pair.
    """
    firsts = own.filter(pl.col("session").is_not_null()).unique("session", keep="first", maintain_order=True)
    looked = firsts if firsts.height >= _SESSIONS else own
    grouped = looked.sort("template", maintain_order=True)
    alike = (pl.col("template") == pl.col("template").shift(1)).fill_null(value=False)
    follows = grouped.select(alike.alias("alike"))["alike"].arg_true()
    if 2 * len(follows) < looked.height:
        grouped, follows = looked, pl.arange(1, looked.height, eager=True)
    later = follows.gather_every(max(1, -(-len(follows) // MOST_PAIRS)))
    return grouped["at"].gather(later - 1), grouped["at"].gather(later)


def found(befores: Sequence[Prompt], afters: Sequence[Prompt], rule: CacheRule, *, whole_blocks: bool) -> Found | None:
    """The cause that hides most tokens of one workload; ``None`` where fewer than the rule's minimum are hidden.

    ``befores`` and ``afters``: the prompts of ``chosen``, with the columns of ``moved.gathered``. ``whole_blocks``: the
    provider matches whole blocks only (markers), so that what stands in front of a volatile token in its own block is hidden too.
    """
    compared = [(_sized(before), _sized(after)) for before, after in zip(befores, afters, strict=True)]
    stable = _stable(prompt for pair in compared for prompt in pair)
    partings = [_parting(before, after, set(stable), whole_blocks=whole_blocks) for before, after in compared]
    by_kind: dict[str, list[_Parting]] = {}
    for parting in partings:
        if parting is not None:
            by_kind.setdefault(parting.kind, []).append(parting)
    frequent = [group for group in by_kind.values() if len(group) >= SHARE * len(partings)]
    group = max(frequent, key=lambda some: sum(parting.shadowed for parting in some), default=None)
    if group is None or median_low(parting.shadowed for parting in group) < max(1, rule.min_tokens):
        return None
    return _summed(group, len(partings), stable)


def _summed(group: Sequence[_Parting], pairs: int, stable: tuple[int, ...]) -> Found:
    """The commonest class and block, the middle position."""
    (token_class, block), _ = Counter((parting.token_class, parting.block) for parting in group).most_common(1)[0]
    alike = [parting for parting in group if (parting.token_class, parting.block) == (token_class, block)]
    divergence = Divergence(
        kind=group[0].kind,
        token_class=token_class,
        position=median_low(parting.position for parting in alike),
        shadowed=median_low(parting.shadowed for parting in group),
        pairs=pairs,
        parted=len(group),
    )
    blocks = sorted({number for parting in alike for number in parting.reserves})
    reserves = {number: max(parting.reserves.get(number, 0) for parting in alike) for number in blocks}
    return Found(divergence, reserves, stable)


def _sized(prompt: Prompt) -> Prompt:
    """The prompt with one size a block, and where each block ends."""
    blocks, sizes = len(prompt["hashes"]), prompt["prefix_block_tokens"]
    prompt["sizes"] = sizes * blocks if len(sizes) == 1 else sizes
    ends = [0]
    for size in prompt["sizes"]:
        ends.append(ends[-1] + size)
    prompt["ends"] = ends
    return prompt


def _stable(prompts: Iterable[Prompt]) -> tuple[int, ...]:
    """Hashes of the blocks that at least ``STABLE`` of the different prompts have, the most frequent first."""
    different = {tuple(prompt["contents"]): prompt for prompt in prompts}
    counts = Counter(content for contents in different for content in set(contents) if content is not None)
    return tuple(
        sorted((content for content, n in counts.items() if n >= STABLE * len(different)), key=lambda c: (-counts[c], c))
    )


def _parting(before: Prompt, after: Prompt, stable: set[int], *, whole_blocks: bool) -> _Parting | None:
    p = _common(before["hashes"], after["hashes"])
    if p == min(len(before["hashes"]), len(after["hashes"])):
        return None
    if p < min(before["lead"], after["lead"]) and before["masked"][p] == after["masked"][p]:
        return _volatile(before, after, p, whole_blocks=whole_blocks)
    if _reordered(before, after, p):
        return _Parting("order", "", after["ends"][p], after["ends"][after["lead"]] - after["ends"][p], p, {})
    known = stable & set(before["contents"])
    hidden = sum(size for content, size in zip(after["contents"][p:], after["sizes"][p:], strict=True) if content in known)
    return _Parting("varying", "", after["ends"][p], hidden, p, {}) if hidden else None


def _volatile(before: Prompt, after: Prompt, p: int, *, whole_blocks: bool) -> _Parting:
    """Hidden is what the masked chains share behind the token, and equal blocks behind the application's own words."""
    start = after["ends"][p]
    kind, place = min(_spans(after, p), default=(None, start))
    name = "" if kind is None else CLASSES[kind]
    shared = _common(before["masked"][: before["lead"]], after["masked"][: after["lead"]])
    changed = [p, *(n for n in range(p + 1, shared) if before["contents"][n] != after["contents"][n])]
    reserves = {n: min(MOVED_TOKENS * max(1, len(_spans(after, n))), after["sizes"][n] // 2) for n in changed}
    if shared == before["lead"] == after["lead"]:
        shared += _common(before["contents"][shared:], after["contents"][shared:])
    shadowed = max(0, after["ends"][shared] - (start if whole_blocks else place) - sum(reserves.values()))
    return _Parting("volatile", name, place, shadowed, p, reserves)


def _spans(prompt: Prompt, block: int) -> list[tuple[int, int]]:
    """Class (its number) and place of the volatile tokens of a block."""
    start, end = prompt["ends"][block], prompt["ends"][block + 1]
    spans = zip(prompt["classes"], prompt["positions"], strict=True)
    return [(kind, place) for kind, place in spans if kind is not None and start <= place < end]


def _reordered(before: Prompt, after: Prompt, p: int) -> bool:
    """The same blocks of the application's own words, not in the same order."""
    old, new = before["contents"][: before["lead"]], after["contents"][: after["lead"]]
    return p < after["lead"] and None not in new and Counter(old) == Counter(new)


def _common(first: Sequence[int | None], second: Sequence[int | None]) -> int:
    """Number of leading equal elements; unknown equals nothing."""
    length = 0
    for a, b in zip(first, second, strict=False):
        if a is None or a != b:
            break
        length += 1
    return length
