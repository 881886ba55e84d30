"""Contexts of blocks, from what an L2 node serves: traces of l2geth before Euclid, witnesses after
it. The container is upstream's; it has no place for an era, and needs none: which trie its nodes
are of, the blocks' time says.
"""

import asyncio
from itertools import pairwise

from loguru import logger

from attestor.core.avs.context import BlockContext, Context
from attestor.core.avs.interning import MAX_TABLE_BYTES
from attestor.core.avs.nodes import PROOF_END
from attestor.core.events import Event
from attestor.core.scroll.eras import FEE_VAULT
from attestor.errors import WrongChain
from attestor.errors.avs import ContextRefused
from attestor.errors.scroll import ScrollNodeFailed
from attestor.scroll import fetching, headers
from attestor.scroll.node import ScrollNode
from attestor.scroll.verification import Verdict
from attestor.scroll.witness import Trie, Witness
from attestor.signer.poe.claims import NOT_SAID


class NodeContextSource:
    """Implements `methods.ContextSource`."""

    def __init__(self, node: ScrollNode, chain_id: int, euclid: int | None = None) -> None:
        """`euclid` is the time of that fork on a chain that is not known."""
        self._node = node
        self._chain_id = chain_id
        self._euclid = euclid

    async def context(self, first: int, last: int) -> Context:
        """The context of these blocks, both ends included.

        Raises `WrongChain` for a node of another chain, `ScrollMethodMissing` when the node does
        not serve what the blocks' era needs, `ScrollNodeFailed` when it could not answer or its
        blocks do not follow one another, `ScrollWitnessUnreadable` for answers that are none,
        `ContextRefused` for more than a context may hold.
        """
        return await asyncio.to_thread(self._context, first, last)

    def _context(self, first: int, last: int) -> Context:
        self._require_chain()
        blocks: list[BlockContext] = []
        strings: set[bytes] = set()
        size = 0
        for found in fetching.witnesses(self._node, first, last, self._chain_id, self._euclid):
            if isinstance(found, Verdict):
                assert found.error is not None
                raise found.error
            block = of_witness(found)
            new = {*block.mpt_nodes, *block.codes} - strings
            strings |= new
            size += sum(map(len, new)) + 4 * len(new) + sum(map(len, block.transactions))
            if size > MAX_TABLE_BYTES:
                raise ContextRefused(
                    f"the context of blocks {first} to {last} has more than {MAX_TABLE_BYTES} "
                    f"bytes at block {block.number}",
                    hint="ask for fewer blocks",
                )
            blocks.append(block)
        for before, after in pairwise(blocks):
            if headers.parent_hash(after.header) != before.block_hash:
                raise ScrollNodeFailed(
                    f"{self._node.label}: block {after.number} is not the one after block "
                    f"{before.number} that it gave; there was a reorganization, or the node "
                    "answers from several",
                    hint="ask again",
                )
        logger.bind(event=Event.AVS_CONTEXT).info(
            "context of blocks {} to {}: {} bytes", first, last, size
        )
        return Context.of(tuple(blocks))

    def _require_chain(self) -> None:
        """Asked each time: behind a URL there may be another node than before."""
        found = self._node.chain_id()
        if found != self._chain_id:
            raise WrongChain(
                f"{self._node.label} is on chain id {found}, expected {self._chain_id}",
                hint="set scroll_chain_id, or another scroll_endpoint",
            )


def of_witness(found: Witness) -> BlockContext:
    """The context of one block. A withdraw root is there where the source says one: others would
    have to execute the block."""
    nodes = set(found.nodes)
    if found.trie is Trie.ZKTRIE:
        # Upstream takes it for a node, and has it in the hash.
        nodes.add(PROOF_END)
    return BlockContext(
        header=found.header,
        block_hash=found.block_hash,
        transactions=found.transactions,
        chain_id=found.chain_id,
        coinbase=FEE_VAULT,
        prev_state_root=found.pre_state_root,
        block_hashes=(),
        mpt_nodes=tuple(sorted(nodes)),
        codes=tuple(sorted(found.codes)),
        start_l1_queue_index=found.queue_index,
        withdrawal_root=found.withdraw_root or NOT_SAID,
        parent_header=found.parent,
    )
