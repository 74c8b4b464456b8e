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
    """One block behind those before it, with the hashes of the chain so far and the blocks that were seen to follow."""

    __slots__ = ("digest", "hash", "masked", "masked_digest", "next")

    def __init__(self, digest: bytes, masked_digest: bytes) -> None:
        self.digest = digest
        self.masked_digest = masked_digest
        self.hash = digest.hex()
        self.masked = digest.hex() if masked_digest == digest else masked_digest.hex()
        self.next: dict[Block, Link] = {}


class Chains:
    """The chained hashes of prompts. Calls of one conversation share most of their chain: its links are made once."""

    def __init__(self) -> None:
        self._root = Link(b"", b"")
        self._held = 0

    def of(self, blocks: Sequence[Block]) -> list[Link]:
        """One link a block."""
        if self._held > _MOST_LINKS:
            self._root, self._held = Link(b"", b""), 0
        link, links = self._root, []
        for block in blocks:
            following = link.next.get(block)
            if following is None:
                following = link.next[block] = _following(link, block)
                self._held += 1
            links.append(following)
            link = following
        return links


def _following(link: Link, block: Block) -> Link:
    digest = xxhash.xxh3_128_digest(link.digest + block.digest, SEED)
    if link.masked_digest == link.digest and block.masked == block.digest:
        return Link(digest, digest)
    return Link(digest, xxhash.xxh3_128_digest(link.masked_digest + block.masked, SEED))
