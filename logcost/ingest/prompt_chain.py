"""Chained hashes: each stands for a block and all blocks before it, so that equal hashes mean an equal prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import xxhash

from logcost.ingest.prompt_blocks import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.ingest.prompt_blocks import Block

_MOST_LINKS: Final = 20_000

Run: TypeAlias = "tuple[Link, ...]"
"""The links of one part of a prompt (a message, a list of tools): one a block."""


class Link:
    """One block behind those before it: the hash of the chain so far (``digest``), and the parts that were seen to follow.

    ``block``: None at the root. ``before``: number of blocks before. ``weight``: of all blocks so far. ``next``: by the hash of
    the part's undecoded JSON. ``masked`` is known once its block is scanned (``Chains.settle``).
    """

    __slots__ = ("before", "block", "digest", "masked", "next", "weight")

    def __init__(self, last: Link | None = None, block: Block | None = None) -> None:
        self.block = block
        self.digest = self.masked = b""
        self.before, self.weight = -1, 0
        if last is not None and block is not None:
            self.digest = self.masked = xxhash.xxh3_128_digest(last.digest + block.digest, SEED)
            self.before, self.weight = last.before + 1, last.weight + block.weight
        self.next: dict[bytes, Run] = {}

    def mask(self, last: Link, block: Block) -> None:
        """Set the masked hash, from that of the link before."""
        if last.masked != last.digest or block.masked != block.digest:
            self.masked = xxhash.xxh3_128_digest(last.masked + block.masked, SEED)


class Chains:
    """The chained hashes of prompts. Calls of one conversation share most of their chain: its links are made once.

    What was seen hangs together as a tree, along which a prompt is followed by the hashes of its undecoded parts alone.
    """

    def __init__(self) -> None:
        self._root = Link()
        self._held = 0
        self._unmasked: list[tuple[Link, Link, Block]] = []

    def start(self) -> Link:
        """Where a prompt starts. Forgets all links when they have become many."""
        if self._held > _MOST_LINKS:
            self._root, self._held = Link(), 0
        return self._root

    def grow(self, last: Link, key: bytes, blocks: Sequence[Block]) -> Run:
        """New links behind one, for a part with this hash."""
        links = []
        link = last
        for block in blocks:
            following = Link(link, block)
            self._unmasked.append((link, following, block))
            links.append(following)
            link = following
        self._held += len(links) + 1
        run = last.next[key] = tuple(links)
        return run

    def settle(self) -> None:
        """Set the masked hashes of the new links, whose blocks must be scanned."""
        unmasked, self._unmasked = self._unmasked, []
        for last, link, block in unmasked:
            link.mask(last, block)
