"""A Scroll node: its calls, each with bounds of its own, and the witness of a block by whichever
method the block's era needs.

Nothing that it says is believed: the executor recomputes what headers commit to. Here answers are
bounded and decoded, and failures are told so that somebody knows what to do.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from attestor.chain import refusals, wire
from attestor.chain.rpc import Bounds
from attestor.core import header as block_header
from attestor.core.scroll.eras import is_mpt
from attestor.core.text import one_line, shown, to_hex
from attestor.errors import RpcError, RpcThrottled, RpcUnreachable
from attestor.errors.scroll import (
    ScrollMethodMissing,
    ScrollNodeFailed,
    ScrollWitnessUnreadable,
)
from attestor.net import Deadline
from attestor.scroll import headers, transactions
from attestor.scroll.client_software import Software, software_of
from attestor.scroll.fields import Fields, data, many
from attestor.scroll.witness import Trie, Witness, from_trace

WITNESS, TRACE = "debug_executionWitness", "scroll_getBlockTraceByNumberOrHash"
VERSION, UNTOLD = "web3_clientVersion", "software that it does not tell"
WITNESS_BOUNDS = Bounds(bytes=128 << 20, tokens=2_000_000)
TRACE_BOUNDS = Bounds(bytes=512 << 20, tokens=16_000_000)
"""A trace has a line for each executed instruction."""
PROOF_BOUNDS = Bounds(bytes=4 << 20, tokens=16_000)
"""Two paths, of a few hundred nodes at most; or a code. A run asks for some of them."""
BLOCK_BOUNDS = Bounds(bytes=64 << 20, tokens=4_000_000)
_FORMS = {WITNESS: (WITNESS_BOUNDS, "state"), TRACE: (TRACE_BOUNDS, "storageTrace")}
"""What an answer may take, and what each has."""
WITNESS_SECONDS = 120
ATTEMPTS = 4
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
UNREACHABLE = "check that the node runs, and its URL"


class Transport(Protocol):
    """One endpoint, as `chain.rpc.Rpc`."""

    @property
    def label(self) -> str: ...

    def call(
        self,
        method: str,
        params: list[Any],
        deadline: Deadline | None = None,
        fresh: bool = False,
        bounds: Bounds = ...,
    ) -> Any: ...

    def close(self) -> None: ...


class ScrollNode:
    """Asks again, after a pause, where the node could not answer; so each call takes
    `WITNESS_SECONDS` at most, several times."""

    def __init__(self, rpc: Transport, sleep: Callable[[float], object] | None = None) -> None:
        self._rpc = rpc
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._software: Software | None = None

    @property
    def label(self) -> str:
        """The node as it may be shown."""
        return self._rpc.label

    @property
    def software(self) -> Software:
        """What the node is, by its own word; asked once."""
        if self._software is None:
            said = self._ask(VERSION, [])
            told = one_line(said)[:120] if isinstance(said, str) else UNTOLD
            self._software = software_of(told)
        return self._software

    def chain_id(self) -> int:
        """The chain that it is of."""
        return wire.count(self._ask("eth_chainId", []), f"chain id of {self.label}")

    def head(self) -> int:
        """The number of its newest block."""
        return wire.count(self._ask("eth_blockNumber", []), f"newest block of {self.label}")

    def syncing(self) -> tuple[int, int] | None:
        """The block that it has and the one that it makes for; None when it is not behind, by its
        own word."""
        said = self._ask("eth_syncing", [])
        if said is False:
            return None
        found = Fields(said, "eth_syncing")
        return found.number("currentBlock"), found.number("highestBlock")

    def header(self, number: int) -> bytes:
        """The RLP of a block's header, which hashes to what the node says."""
        return self._header(self._block(number, False), number)

    def witness(self, number: int, chain_id: int, euclid: int | None = None) -> Witness:
        """A block with all that executing it needs.

        Raises `ScrollMethodMissing` when the node does not serve the method for the block's era,
        `ScrollNodeFailed` when it could not answer, `ScrollWitnessUnreadable` for an answer that
        is none.
        """
        block = self._block(number, True)
        encoded = self._header(block, number)
        timestamp = block.number("timestamp")
        if is_mpt(chain_id, timestamp, euclid):
            return self._mpt_witness(block, encoded, number, chain_id)
        return self._trace(number, encoded, block.bytes("parentHash", length=32))

    def close(self) -> None:
        """End calls and pauses of other threads, and make no call any more."""
        self._closed.set()
        self._rpc.close()

    def proof_nodes(self, address: bytes, slots: Sequence[bytes], number: int) -> frozenset[bytes]:
        """The trie nodes that lead to an account, and to slots of it, after block `number`."""
        params = [to_hex(address), [to_hex(slot) for slot in slots], hex(number)]
        found = Fields(self._ask("eth_getProof", params, PROOF_BOUNDS), "eth_getProof")
        nodes = set(many(found.get("accountProof"), "accountProof"))
        for entry in found.objects("storageProof"):
            nodes |= set(many(entry.get("proof"), f"{entry.place}.proof"))
        return frozenset(nodes)

    def code(self, address: bytes, number: int) -> bytes:
        """The code of a contract after block `number`."""
        params = [to_hex(address), hex(number)]
        return data(self._ask("eth_getCode", params, PROOF_BOUNDS), "eth_getCode")

    def serves(self, method: str, number: int) -> bool:
        """Whether it answers that method for that block, with what has that form. Raises as
        `witness`, but for the method that is missing."""
        bounds, part = _FORMS[method]
        try:
            answer = self._asked(method, number, bounds)
        except ScrollMethodMissing:
            return False
        if not isinstance(answer, dict) or part not in answer:
            raise ScrollNodeFailed(
                f"{self.label} answered {method} of block {number} with {shown(answer, 40)}, "
                f"without {part}"
            )
        return True

    def _mpt_witness(self, block: Fields, encoded: bytes, number: int, chain_id: int) -> Witness:
        answer = self._asked(WITNESS, number, WITNESS_BOUNDS)
        found = Fields(answer, f"the witness of block {number}")
        parent = self._parent(found, block.bytes("parentHash", length=32), number)
        return Witness(
            trie=Trie.MPT,
            chain_id=chain_id,
            header=encoded,
            transactions=tuple(
                transactions.encode(item, f"transaction {position} of block {number}")
                for position, item in enumerate(block.list("transactions"))
            ),
            pre_state_root=headers.state_root(parent),
            nodes=frozenset(many(found.need("state"), f"{found.place}.state")),
            codes=frozenset(many(found.get("codes"), f"{found.place}.codes")),
            parent=parent,
            hash=block.bytes("hash", length=32),
        )

    def _parent(self, found: Fields, parent_hash: bytes, number: int) -> bytes:
        """Among the witness's headers, as RLP (reth) or objects (geth), or else asked for."""
        for position, item in enumerate(found.list("headers")):
            place = f"{found.place}.headers[{position}]"
            encoded = (
                data(item, place) if isinstance(item, str) else headers.encode(Fields(item, place))
            )
            if block_header.hash_of(encoded) == parent_hash:
                return headers.require(encoded, place)
        return self._asked_parent(parent_hash, number)

    def _asked_parent(self, parent_hash: bytes, number: int) -> bytes:
        encoded = self.header(number - 1)
        if block_header.hash_of(encoded) != parent_hash:
            raise ScrollWitnessUnreadable(
                f"{self.label}: block {number - 1} is not the parent of block {number}; there was "
                "a reorganization, or the node answers from several"
            )
        return encoded

    def _trace(self, number: int, encoded: bytes, parent_hash: bytes) -> Witness:
        answer = self._asked(TRACE, number, TRACE_BOUNDS)
        found = from_trace(Fields(answer, f"the trace of block {number}"))
        if found.header != encoded:
            raise ScrollWitnessUnreadable(
                f"{self.label}: the trace of block {number} has another header than the block"
            )
        return replace(found, parent=self._asked_parent(parent_hash, number))

    def _asked(self, method: str, number: int, bounds: Bounds) -> object:
        answer: object = self._ask(method, [hex(number)], bounds)
        if answer is None:
            raise ScrollNodeFailed(f"{self.label} answered {method} of block {number} with nothing")
        return answer

    def _block(self, number: int, whole: bool) -> Fields:
        answer = self._ask("eth_getBlockByNumber", [hex(number), whole], BLOCK_BOUNDS)
        if answer is None:
            raise ScrollNodeFailed(f"{self.label} has no block {number}")
        return Fields(answer, f"block {number}")

    def _header(self, block: Fields, number: int) -> bytes:
        encoded = headers.encode(block)
        said = block.bytes("hash", length=32)
        if block_header.hash_of(encoded) != said or headers.number(encoded) != number:
            raise ScrollWitnessUnreadable(
                f"{self.label}: the header of block {number} does not hash to {to_hex(said)}, or "
                "is of another number"
            )
        return encoded

    def _ask(self, method: str, params: list[Any], bounds: Bounds | None = None) -> Any:
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._call(method, params, bounds)
            except RpcUnreachable as error:
                asked = error.seconds if isinstance(error, RpcThrottled) else None
                if attempt == ATTEMPTS or self._is_closed_after(min(asked or pause, LONGEST_PAUSE)):
                    is_throttled = isinstance(error, RpcThrottled)
                    raise ScrollNodeFailed(
                        f"{error.message}, {ATTEMPTS} times",
                        hint=error.hint if is_throttled else UNREACHABLE,
                    ) from None
                pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def _is_closed_after(self, seconds: float) -> bool:
        if not self._closed.is_set():
            self._sleep(seconds)
        return self._closed.is_set()

    def _call(self, method: str, params: list[Any], bounds: Bounds | None) -> Any:
        deadline = Deadline(WITNESS_SECONDS)
        try:
            return self._rpc.call(method, params, deadline, False, bounds or Bounds())
        except RpcError as error:
            told = refusals.told_apart(error)
            if isinstance(told, RpcThrottled):
                raise told from None
            is_missing = refusals.is_method_missing(error)
            if method == VERSION and is_missing:
                return None
            if method in (WITNESS, TRACE) and is_missing:
                raise ScrollMethodMissing(
                    f"{self.label} ({self.software.version}) does not serve {method}",
                    hint=self.software.advice(method),
                ) from None
            raise ScrollNodeFailed(f"{self.label}: {error.message}", hint=told.hint) from None
