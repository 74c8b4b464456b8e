"""Chained hashes: each stands for a block and all blocks before it, so that equal hashes mean an equal prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import xxhash

from logcost.ingest.prompt_blocks import SEED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.ingest.prompt_blocks import Block

_MOST_LINKS: Final = 20_000


class Link:
    """One block behind those before it: the hashes of the chain so far, and the blocks that were seen to follow.

    ``weight``: of all blocks so far. ``spans``: class, number of blocks before, and weight before, of its volatile tokens.
    """

    __slots__ = ("digest", "hash", "masked", "masked_digest", "next", "number", "spans", "weight")

    def __init__(self, before: Link | None, block: Block | None) -> None:
        self.digest = self.masked_digest = b""
        self.number, self.weight = 0, 0
        self.spans: tuple[tuple[str, int, int], ...] = ()
        if before is not None and block is not None:
            self.digest = self.masked_digest = xxhash.xxh3_128_digest(before.digest + block.digest, SEED)
            if before.masked_digest != before.digest or block.masked != block.digest:
                self.masked_digest = xxhash.xxh3_128_digest(before.masked_digest + block.masked, SEED)
            self.number, self.weight = before.number + 1, before.weight + block.weight
            self.spans = tuple((name, before.number, before.weight + offset) for name, offset in block.spans)
        self.hash = self.digest.hex()
        self.masked = self.hash if self.masked_digest == self.digest else self.masked_digest.hex()
        self.next: dict[Block, Link] = {}


class Chains:
    """The chained hashes of prompts. Calls of one conversation share most of their chain: its links are made once."""

    def __init__(self) -> None:
        self._root = Link(None, None)
        self._held = 0

    def of(self, blocks: Sequence[Block]) -> list[Link]:
        """One link a block."""
        if self._held > _MOST_LINKS:
            self._root, self._held = Link(None, None), 0
        link, links = self._root, []
        for block in blocks:
            following = link.next.get(block)
            if following is None:
                following = link.next[block] = Link(link, block)
                self._held += 1
            links.append(following)
            link = following
        return links
