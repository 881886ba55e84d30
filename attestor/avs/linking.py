"""A context as requests to execute it: runs of consecutive blocks, each with the header before it.

That header binds the state that the run begins with. Inside of a context it is the block before;
for the first one it is in the context (`parent_header`), or a node is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from attestor.core.avs.context import BlockContext, Context
from attestor.core.keccak import keccak
from attestor.errors import AttestorError
from attestor.errors.scroll import ScrollBatchMismatch, ScrollNodeFailed
from attestor.executor.scroll import Block, BlockRange
from attestor.scroll import headers
from attestor.scroll.node import ScrollNode
from attestor.scroll.runs import MOST_BLOCKS, MOST_BYTES
from attestor.signer.poe.claims import Claim


@dataclass(frozen=True)
class Run:
    """Blocks of one child, from block `first` on, and what the context says of each."""

    first: int
    blocks: BlockRange
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Linked:
    """All runs, in order."""

    runs: tuple[Run, ...]


def linked_runs(context: Context, node: ScrollNode | None, at_once: int) -> Linked:
    """The runs of a context, at least `at_once` of them where there are as many blocks.

    Raises `ScrollBatchMismatch` when nobody has the header before the first block, or the blocks
    do not follow one another, and `ScrollNodeFailed` when the node that was asked for that header
    failed.
    """
    blocks = context.blocks
    for before, after in pairwise(blocks):
        if headers.parent_hash(after.header) != before.block_hash:
            raise ScrollBatchMismatch(
                f"the context's block {after.number} has another parent than block {before.number}"
                ": the blocks of a batch follow one another"
            )
    parent = _first_parent(blocks[0], node)
    runs = []
    for group in _groups(blocks, at_once):
        runs.append(_run(group, parent))
        parent = group[-1].header
    return Linked(tuple(runs))


def _first_parent(block: BlockContext, node: ScrollNode | None) -> bytes:
    wanted = headers.parent_hash(block.header)
    if block.parent_header is not None:
        return block.parent_header
    unbound = (
        f"nothing binds the state before block {block.number}: the context has no header of block "
        f"{block.number - 1}, and "
    )
    brought = "bring a context with parent_header (docs/avs.md, contexts)"
    if node is None:
        raise ScrollBatchMismatch(
            f"{unbound}there is no L2 node to ask", hint=f"set scroll_endpoint, or {brought}"
        )
    try:
        found = node.header(block.number - 1)
    except AttestorError as error:
        raise ScrollNodeFailed(
            unbound + error.message, hint=f"ask again when the L2 node answers, or {brought}"
        ) from None
    if keccak(found) != wanted:
        raise ScrollBatchMismatch(
            f"{unbound}{node.label} has another block {block.number - 1} than its parent",
            hint=f"{brought}, of blocks that the chain kept",
        )
    return found


def _groups(blocks: Sequence[BlockContext], at_once: int) -> list[list[BlockContext]]:
    """As few as the bounds of one child allow, but enough for all children."""
    most = max(1, min(MOST_BLOCKS, -(-len(blocks) // at_once)))
    groups: list[list[BlockContext]] = []
    size = 0
    for block in blocks:
        more = sum(map(len, (*block.mpt_nodes, *block.codes, *block.transactions)))
        if not groups or len(groups[-1]) == most or size + more > MOST_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(block)
        size += more
    return groups


def _run(group: Sequence[BlockContext], parent: bytes) -> Run:
    listed = tuple(Block(one.header, one.transactions, one.block_hash) for one in group)
    blocks = BlockRange(
        blocks=listed,
        pre_state_root=group[0].prev_state_root,
        parent=parent,
        nodes=frozenset().union(*(one.mpt_nodes for one in group)),
        codes=frozenset().union(*(one.codes for one in group)),
    )
    claims = tuple(
        Claim(one.chain_id, one.coinbase, one.prev_state_root, one.withdrawal_root) for one in group
    )
    return Run(group[0].number, blocks, claims)
