"""Executing blocks and saying of each whether it holds.

A process executes a run of consecutive blocks. When one of them is refused, those before it are
executed again without it, and those after it by themselves: so that one bad block costs the others
nothing but time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from loguru import logger

from attestor.core.events import Event
from attestor.core.execution import Limits
from attestor.core.keccak import keccak
from attestor.core.text import to_hex
from attestor.errors import AttestorError, ExecutorCrashed, Misconfigured
from attestor.errors.scroll import ScrollError, ScrollMismatch, ScrollWitnessIncomplete
from attestor.executor.scroll import Block, BlockRange, Chain, ExecutedBlock, ExecutedRange
from attestor.scroll.node import ScrollNode
from attestor.scroll.witness import Witness

MOST_REPAIRS = 64
"""Parts of a witness that a node is asked for one by one, per run."""


class Executor(Protocol):
    """`executor.scroll.ScrollExecutor`."""

    def execute(self, chain: Chain, blocks: BlockRange, limits: Limits) -> ExecutedRange: ...


@dataclass(frozen=True)
class Verdict:
    """What became of one block: what it came to, or the error. `pre_state_checked` is False where
    the source's word is all there is for the state before it. `cpu_seconds` is the mean of the
    blocks that one process executed."""

    number: int
    hash: bytes
    executed: ExecutedBlock | None = None
    error: AttestorError | None = None
    pre_state_checked: bool = False
    cpu_seconds: float = 0.0
    file: str | None = None
    """Where a block should be that cannot be read; `number` is then what the file's name says."""


class Verifier:
    """Executes runs of blocks on one chain."""

    def __init__(
        self, executor: Executor, chain: Chain, limits: Limits, node: ScrollNode | None = None
    ) -> None:
        """`node` is asked for what a witness lacks."""
        self._executor = executor
        self._chain = chain
        self._limits = limits
        self._node = node

    def verify(self, run: Sequence[Witness]) -> Iterator[Verdict]:
        """A verdict for each block of a run, in order. Raises `Misconfigured`, as when the
        executor is not built; every other error is the verdict on a block."""
        try:
            found = self._execute(run)
        except Misconfigured:
            raise
        except AttestorError as error:
            yield from self._apart(run, error)
            return
        seconds = found.cpu_seconds / len(run)
        for place, (witness, block) in enumerate(zip(run, found.blocks, strict=True)):
            yield Verdict(
                number=witness.number,
                hash=witness.block_hash,
                executed=block,
                pre_state_checked=place > 0 or found.parent_checked,
                cpu_seconds=seconds,
            )

    def _apart(self, run: Sequence[Witness], error: AttestorError) -> Iterator[Verdict]:
        """The blocks before the one at fault, that one, and those after it."""
        fault = error.block if isinstance(error, ScrollError) else None
        numbers = [witness.number for witness in run]
        if len(run) > 1 and fault not in numbers:
            for before, witness in zip([None, *run], run, strict=False):
                parent = witness.parent or (before.header if before else None)
                yield from self.verify([replace(witness, parent=parent)])
            return
        place = numbers.index(fault) if fault in numbers else 0
        if place:
            yield from self.verify(run[:place])
        bad = run[place]
        yield Verdict(number=bad.number, hash=bad.block_hash, error=error)
        if after := list(run[place + 1 :]):
            after[0] = replace(after[0], parent=after[0].parent or bad.header)
            yield from self.verify(after)

    def _execute(self, run: Sequence[Witness]) -> ExecutedRange:
        nodes = frozenset().union(*(witness.nodes for witness in run))
        codes = frozenset().union(*(witness.codes for witness in run))
        blocks = BlockRange(
            blocks=tuple(Block(one.header, one.transactions, one.hash) for one in run),
            pre_state_root=run[0].pre_state_root,
            parent=run[0].parent,
            nodes=nodes,
            codes=codes,
        )
        for _ in range(MOST_REPAIRS):
            try:
                found = self._executor.execute(self._chain, blocks, self._limits)
            except ScrollWitnessIncomplete as error:
                blocks = repaired(self._node, blocks, error, run[0].number - 1)
            else:
                require_same(run, found)
                return found
        found = self._executor.execute(self._chain, blocks, self._limits)
        require_same(run, found)
        return found


def repaired(
    node: ScrollNode | None, blocks: BlockRange, error: ScrollWitnessIncomplete, before: int
) -> BlockRange:
    """With the part that is missing, if the node has it after block `before`, the one that the
    first of `blocks` follows; or else the error is raised."""
    if node is None or error.address is None:
        raise error
    logger.bind(event=Event.WITNESS_INCOMPLETE).info(
        "the witness lacks a part, which the node is asked for: {}", error.message
    )
    slots = [] if error.slot is None else [error.slot]
    if error.node is None:
        code = node.code(error.address, before)
        if code in blocks.codes:
            raise error
        return replace(blocks, codes=frozenset(blocks.codes) | {code})
    more = node.proof_nodes(error.address, slots, before)
    if more <= frozenset(blocks.nodes):
        raise error
    return replace(blocks, nodes=frozenset(blocks.nodes) | more)


def require_same(run: Sequence[Witness], found: ExecutedRange) -> None:
    """Raise `ExecutorCrashed` unless the answer is of these blocks and these transactions, and
    `ScrollMismatch` where a source says another withdraw root: no header commits to that."""
    if len(found.blocks) != len(run):
        raise ExecutorCrashed(f"{len(run)} blocks were to be executed, {len(found.blocks)} were")
    for witness, block in zip(run, found.blocks, strict=True):
        if block.hash != witness.block_hash or block.transactions_digest != digest(
            witness.transactions
        ):
            raise ExecutorCrashed(
                f"the executor answered for other transactions than those of block "
                f"{witness.number}, {to_hex(witness.block_hash)}"
            )
        if witness.withdraw_root not in (None, block.withdraw_root):
            raise _other_withdraw_root(witness, block)


def _other_withdraw_root(witness: Witness, block: ExecutedBlock) -> ScrollMismatch:
    expected, computed = to_hex(witness.withdraw_root or b""), to_hex(block.withdraw_root)
    error = ScrollMismatch(
        f"block {block.number}: withdraw_root is {computed}, expected {expected}",
        block=block.number,
    )
    error.field, error.expected, error.computed = "withdraw_root", expected, computed
    return error


def digest(transactions: Sequence[bytes]) -> bytes:
    """What the executor says that it ran: the hash of all transactions' hashes."""
    return keccak(b"".join(keccak(raw) for raw in transactions))
