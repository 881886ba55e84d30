"""Execution of Scroll's blocks: one child process of `attestor-scroll` (executor/scroll, Rust) for
a range of consecutive blocks. docs/scroll.md says what is checked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rlp

from attestor import resources
from attestor.core import frame
from attestor.core.execution import Limits
from attestor.errors.scroll import ScrollRequestInvalid
from attestor.executor import scroll_answer
from attestor.executor.cgroup import Cgroup
from attestor.executor.launcher import Launcher
from attestor.executor.memory_budget import MemoryBudget
from attestor.executor.programs import Programs
from attestor.executor.sandbox import SandboxReport
from attestor.executor.scroll_answer import ExecutedBlock, ExecutedRange

VERSION = 1
PROGRAM = "attestor-scroll"
BUILD_COMMAND = resources.how_to_get("make scroll")
MAX_BLOCKS = 1024
"""Of one request."""

__all__ = ["Block", "BlockRange", "Chain", "ExecutedBlock", "ExecutedRange", "ScrollExecutor"]


@dataclass(frozen=True)
class Chain:
    """A chain of Scroll's kind, from the configuration and never from a caller.

    Without `forks`, those of a chain that is known by its id (534352, 534351). With it, the
    activation of each fork that the chain has, by name: a block number for `bernoulli` and `curie`,
    a time in seconds for `euclid`, `euclid_v2`, `feynman`, `galileo` and `galileo_v2`.
    """

    id: int
    forks: Mapping[str, int] | None = None

    @property
    def header(self) -> dict[str, object]:
        """What a request says of it."""
        return {"id": self.id} | ({} if self.forks is None else {"forks": dict(self.forks)})


@dataclass(frozen=True)
class Block:
    """A block: the RLP of its header, and the raw bytes of its transactions, messages from L1
    (0x7e ‖ rlp([queue index, gas, to, value, data, sender])) included. A `hash` that is given is
    compared with the header's."""

    header: bytes = field(repr=False)
    transactions: tuple[bytes, ...] = field(repr=False)
    hash: bytes | None = None


@dataclass(frozen=True)
class BlockRange:
    """Consecutive blocks, at most `MAX_BLOCKS`, and the trie nodes and codes of all of them.

    `parent` is the RLP of the header before the first one. Only with it is `pre_state_root`, the
    state before the first block, checked: a block's header commits to the state after it alone.
    """

    blocks: tuple[Block, ...]
    pre_state_root: bytes
    parent: bytes | None
    nodes: Collection[bytes] = field(repr=False)
    codes: Collection[bytes] = field(repr=False)


class ScrollExecutor:
    """Thread-safe. Each call starts a child process, which has ended when the call returns."""

    def __init__(
        self,
        directory: Path,
        programs: Programs | None = None,
        memory: MemoryBudget | None = None,
        cgroup: Cgroup | None = None,
    ) -> None:
        """As `Launcher`."""
        self._launcher = Launcher(directory, VERSION, programs, memory, cgroup)

    def execute(self, chain: Chain, blocks: BlockRange, limits: Limits) -> ExecutedRange:
        """Execute the blocks, each on the state after the one before, and check all that their
        headers say.

        Of `limits`, `cycles` and `public_values_bytes` do not count. Raises a `ScrollError`,
        `ExecutionLimit`, `ExecutionStopped`, `ExecutorCrashed` or `ExecutorMissing`.
        """
        self._launcher.require(PROGRAM, BUILD_COMMAND)
        ended = self._launcher.run(PROGRAM, request_blobs(blocks), limits, chain=chain.header)
        return scroll_answer.read(ended, len(blocks.blocks))

    def sandbox_report(self) -> SandboxReport:
        """As `Launcher.sandbox_report`, of this program."""
        self._launcher.require(PROGRAM, BUILD_COMMAND)
        return self._launcher.sandbox_report(PROGRAM)


def request_blobs(blocks: BlockRange) -> tuple[bytes, bytes, bytes]:
    """The blobs of a request: the format is in executor/scroll/src/request.rs."""
    listed = [[one.header, one.hash or b"", list(one.transactions)] for one in blocks.blocks]
    headed = rlp.encode([blocks.pre_state_root, blocks.parent or b"", listed])
    return headed, _joined(blocks.nodes), _joined(blocks.codes)


def read_request(blobs: Sequence[bytes]) -> BlockRange:
    """What `request_blobs` encoded. Raises `ScrollRequestInvalid`."""
    try:
        headed, nodes, codes = blobs
        pre_state_root, parent, listed = rlp.decode(headed)
        blocks = tuple(
            Block(bytes(head), tuple(map(_raw, transactions)), bytes(named) or None)
            for head, named, transactions in listed
        )
        found = BlockRange(
            blocks, bytes(pre_state_root), bytes(parent) or None, _apart(nodes), _apart(codes)
        )
    except (rlp.DecodingError, RecursionError, TypeError, ValueError) as error:
        raise ScrollRequestInvalid(f"the request's blocks cannot be read: {error!r:.100}") from None
    if not found.blocks:
        raise ScrollRequestInvalid("the request has no blocks")
    return found


def _raw(item: object) -> bytes:
    if not isinstance(item, bytes):
        raise TypeError("a transaction is a list")
    return item


def _apart(joined: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(joined):
        start = at + frame.LENGTH.size
        (length,) = frame.LENGTH.unpack_from(joined, at) if start <= len(joined) else (len(joined),)
        at = start + length
        if at > len(joined):
            raise ValueError("a node or code is cut off")
        found.append(joined[start:at])
    return found


def _joined(parts: Collection[bytes]) -> bytes:
    return b"".join(piece for part in parts for piece in (frame.LENGTH.pack(len(part)), part))
