"""Which blocks are executed in one process: consecutive ones share code and node hashing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from attestor.scroll import headers
from attestor.scroll.witness import Witness

MOST_BLOCKS = 16
"""Of a run from a node: what is verified is told while the next witnesses come."""
MOST_BLOCKS_OF_FILES = 128
"""A whole batch, as a rule, so that all of its blocks share what is read and hashed."""
MOST_BYTES = 128 << 20
"""Of all nodes, codes and transactions of a run."""

Other = TypeVar("Other")


def runs(
    items: Iterable[Witness | Other], most_blocks: int = MOST_BLOCKS, most_bytes: int = MOST_BYTES
) -> Iterator[tuple[Witness, ...] | Other]:
    """The witnesses in their order, in groups of which each block follows the one before it. What
    is no witness ends a group, and is passed on.

    A block whose parent is the one before it, in whatever group, has that one's header as its
    parent's, if it has none of its own: so that no other state can be claimed for it.
    """
    group: list[Witness] = []
    last: Witness | None = None
    size = 0
    for item in items:
        if not isinstance(item, Witness):
            if group:
                yield tuple(group)
            group, last = [], None
            yield item
            continue
        if last is not None and item.parent is None and is_next(last, item):
            item = replace(item, parent=last.header)
        more, linked = size_of(item), last is not None and follows(last, item)
        if group and (not linked or len(group) == most_blocks or size + more > most_bytes):
            yield tuple(group)
            group = []
        size = more if not group else size + more
        group.append(item)
        last = item
    if group:
        yield tuple(group)


def is_next(before: Witness, after: Witness) -> bool:
    """Whether one block is the parent of another, by what its hash commits to."""
    return (
        after.number == before.number + 1 and headers.parent_hash(after.header) == before.block_hash
    )


def follows(before: Witness, after: Witness) -> bool:
    """Whether one block is the next after another, in the same era, by all that it says of it.

    In a run nothing but the first block's claims is looked at: one that claims another state or
    parent is executed by itself, and refused.
    """
    return (
        before.trie is after.trie
        and before.chain_id == after.chain_id
        and is_next(before, after)
        and after.pre_state_root == headers.state_root(before.header)
        and after.parent in (None, before.header)
    )


def size_of(witness: Witness) -> int:
    """Bytes, about."""
    return sum(map(len, (*witness.nodes, *witness.codes, *witness.transactions)))
