"""A small chain in the form of Scroll's, with witnesses that nothing could execute, and an executor
that is told what comes out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import rlp
from cases.scroll_batch import l1_message, l2_transaction
from eth_utils.crypto import keccak

from attestor.core.execution import Limits
from attestor.executor.scroll import Block, BlockRange, Chain, ExecutedBlock, ExecutedRange
from attestor.scroll import headers
from attestor.scroll.witness import Trie, Witness

FIRST = 20_000_001
TIME = 1_756_000_000


def header(number: int, parent: bytes, time: int = TIME) -> bytes:
    fields: list[Any] = [parent, keccak(rlp.encode([])), bytes(20), keccak(b"state %d" % number)]
    fields += [bytes(32), bytes(32), bytes(256), 1, number, 10_000_000, 21_000, time + number]
    return bytes(rlp.encode([*fields, b"", bytes(32), bytes(8), 120_000]))


def chain(
    count: int, first: int = FIRST, time: int = TIME, messages: Sequence[int] | None = None
) -> list[Witness]:
    """Consecutive blocks, each with the header of the one before it. Each has an L1 message, or the
    first ones have those with these indices."""
    parent = header(first - 1, b"\x12" * 32, time)
    found = []
    for number in range(first, first + count):
        head = header(number, keccak(parent), time)
        found.append(
            Witness(
                trie=Trie.MPT,
                chain_id=534352,
                header=head,
                transactions=(*_messages(number - first, number, messages), *_sent(number)),
                pre_state_root=headers.state_root(parent),
                nodes=frozenset({b"node %d" % number, b"shared"}),
                codes=frozenset({b"code"}),
                parent=parent,
                hash=keccak(head),
            )
        )
        parent = head
    return found


def _messages(place: int, number: int, messages: Sequence[int] | None) -> tuple[bytes, ...]:
    if messages is None:
        return (l1_message(number),)
    return tuple(l1_message(index) for index in messages[place : place + 1])


def _sent(number: int) -> tuple[bytes, ...]:
    return l2_transaction(number), l2_transaction(7)


def executed(block: Block, pre_state_root: bytes) -> ExecutedBlock:
    return ExecutedBlock(
        number=headers.number(block.header),
        hash=keccak(block.header),
        parent_hash=headers.parent_hash(block.header),
        timestamp=TIME,
        fork="feynman",
        pre_state_root=pre_state_root,
        post_state_root=headers.state_root(block.header),
        withdraw_root=b"\x77" * 32,
        gas_used=21_000,
        transactions_root=bytes(32),
        receipts_root=bytes(32),
        transactions=len(block.transactions),
        l1_messages=1,
        transactions_digest=keccak(b"".join(keccak(raw) for raw in block.transactions)),
    )


class ScriptedExecutor:
    """Answers for every block, unless `fault` raises for one of them."""

    def __init__(self, fault: Callable[[int, BlockRange], None] | None = None) -> None:
        self.calls: list[BlockRange] = []
        self.chains: list[Chain] = []
        self.change: Callable[[ExecutedBlock], ExecutedBlock] = lambda block: block
        self._fault = fault

    def execute(self, chain: Chain, blocks: BlockRange, limits: Limits) -> ExecutedRange:
        self.calls.append(blocks)
        self.chains.append(chain)
        root, found = blocks.pre_state_root, []
        for block in blocks.blocks:
            if self._fault is not None:
                self._fault(headers.number(block.header), blocks)
            found.append(self.change(executed(block, root)))
            root = headers.state_root(block.header)
        return ExecutedRange(tuple(found), blocks.parent is not None, 0.5 * len(found))

    @property
    def numbers(self) -> list[list[int]]:
        """Which blocks each call was for."""
        return [[headers.number(block.header) for block in call.blocks] for call in self.calls]


def without_parent(witnesses: Sequence[Witness]) -> list[Witness]:
    return [replace(one, parent=None) for one in witnesses]
