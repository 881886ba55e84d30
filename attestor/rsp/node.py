"""An Ethereum node, and what it gives of a block for the published rsp program.

| method | what for |
|---|---|
| `debug_getRawBlock` | the block's RLP, of which its hash is |
| `debug_executionWitness` | trie nodes, codes and headers, in the forms of geth and reth |
| `debug_traceBlockByNumber` | the accounts and slots that it reads (prestateTracer, callTracer) |
| `eth_getProof` | accounts that the guest reads and the witness lacks, as geth reads fewer |
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from attestor.chain import refusals, wire
from attestor.chain.rpc import Bounds
from attestor.core import header as block_header
from attestor.core.text import to_hex
from attestor.errors import HeaderInvalid, RpcError
from attestor.errors.rsp import RspBlockUnsupported, RspMethodMissing, RspWitnessInvalid
from attestor.net import Deadline
from attestor.rsp import touched, witness
from attestor.rsp.stdin import GuestInput
from attestor.rsp.touched import Touched
from attestor.rsp.witness import MAINNET, RawBlock

RAW_BLOCK, WITNESS = "debug_getRawBlock", "debug_executionWitness"
TRACE, PROOF = "debug_traceBlockByNumber", "eth_getProof"
BOUNDS = Bounds(bytes=256 << 20, tokens=4_000_000)
CALL_SECONDS = 120
NEEDED = "geth and reth serve it with --http.api eth,debug, on a node that has that block's state"


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


class EthereumNode:
    """Every answer is bounded, and each call ends within `CALL_SECONDS`."""

    def __init__(self, rpc: Transport, say: Callable[[str], None] = lambda what: None) -> None:
        self._rpc = rpc
        self._say = say

    def guest_input(self, wanted: int | bytes) -> GuestInput:
        """What the guest needs of a block: by its number, or by the 32 bytes of its hash.

        Raises `RspBlockUnsupported`, `RspWitnessInvalid`, `RspMethodMissing`, and the errors of
        `chain.rpc`.
        """
        chain_id = wire.count(self._call("eth_chainId", []), "chain id")
        if chain_id != MAINNET:
            raise RspBlockUnsupported(
                f"{self._rpc.label} is on chain id {chain_id}, the published rsp executes blocks "
                f"of mainnet ({MAINNET})"
            )
        block = self._block(wanted)
        self._say(f"block {block.number} {to_hex(block.hash)}")
        found = _Answer(self._call(WITNESS, [hex(block.number)]), f"{self._rpc.label}: {WITNESS}")
        headers, nodes = tuple(found.headers()), found.many("state")
        return witness.make(
            block,
            headers,
            (*nodes, *self._lacking_nodes(block, headers, nodes)),
            found.many("codes"),
            self._touched(block, found.many("keys")),
        )

    def _lacking_nodes(
        self, block: RawBlock, headers: Sequence[bytes], nodes: Sequence[bytes]
    ) -> tuple[bytes, ...]:
        """The ways to accounts that the guest's system call reads, and this node's did not: that of
        a block's fees, for one, where the block has no transactions."""
        if not block.has_system_call:
            return ()
        read = (block.beneficiary, touched.SYSTEM, touched.BEACON_ROOTS)
        more: tuple[bytes, ...] = ()
        for address in witness.lacking(block, headers, nodes, read):
            params = [to_hex(address), [], hex(block.number - 1)]
            proof = _Answer(self._call(PROOF, params), f"{self._rpc.label}: {PROOF}")
            more += proof.many("accountProof")
        for address in witness.lacking(block, headers, (*nodes, *more), read):
            raise RspWitnessInvalid(
                f"{self._rpc.label}: neither {WITNESS} nor {PROOF} shows the account "
                f"{to_hex(address)} before block {block.number}"
            )
        return more

    def _block(self, wanted: int | bytes) -> RawBlock:
        number = wanted if isinstance(wanted, int) else self._number_of(wanted)
        block = witness.parse(wire.data(self._call(RAW_BLOCK, [hex(number)]), RAW_BLOCK))
        if block.number != number:
            raise RspWitnessInvalid(
                f"{self._rpc.label} gave block {block.number} for block {number}"
            )
        if isinstance(wanted, bytes) and block.hash != wanted:
            raise RspWitnessInvalid(
                f"{self._rpc.label} has {to_hex(block.hash)} as block {number}, which is not "
                f"{to_hex(wanted)}"
            )
        return block

    def _number_of(self, block_hash: bytes) -> int:
        answer = self._call("eth_getBlockByHash", [to_hex(block_hash), False])
        if answer is None:
            raise RspWitnessInvalid(f"{self._rpc.label} has no block {to_hex(block_hash)}")
        return wire.count(wire.fields(answer, "the block").get("number"), "block number")

    def _touched(self, block: RawBlock, keys: Sequence[bytes]) -> Touched:
        """By all that the node says. Where it serves no tracers, a witness's keys have to do."""
        known = touched.together(
            touched.always(block.timestamp, block.beneficiary, block.withdrawn),
            touched.by_keys(keys),
        )
        if not block.transactions:
            return known
        try:
            prestate = self._traces(block, {"tracer": "prestateTracer"}, {"includeEmpty": True})
            calls = self._traces(block, {"tracer": "callTracer"}, {})
        except RspMethodMissing:
            if keys:
                return known
            raise
        try:
            return touched.together(known, touched.by_prestate(prestate), touched.by_calls(calls))
        except (ValueError, TypeError, AttributeError) as error:
            raise RspWitnessInvalid(f"{self._rpc.label}: {TRACE} gave no trace: {error}") from None

    def _traces(
        self, block: RawBlock, tracer: dict[str, Any], options: dict[str, Any]
    ) -> list[Any]:
        said = self._call(TRACE, [hex(block.number), {**tracer, "tracerConfig": options}])
        if not isinstance(said, list) or len(said) != len(block.transactions):
            raise RspWitnessInvalid(
                f"{self._rpc.label}: {TRACE} gave no trace of each of "
                f"{len(block.transactions)} transactions"
            )
        return [one.get("result") if isinstance(one, dict) else None for one in said]

    def _call(self, method: str, params: list[Any]) -> Any:
        try:
            return self._rpc.call(method, params, Deadline(CALL_SECONDS), False, BOUNDS)
        except RpcError as error:
            if refusals.is_method_missing(error):
                raise RspMethodMissing(
                    f"{self._rpc.label} does not serve {method}", hint=NEEDED
                ) from None
            raise refusals.told_apart(error) from None


class _Answer:
    """A witness as it came."""

    def __init__(self, value: object, place: str) -> None:
        self._value = wire.fields(value, place)
        self._place = place

    def many(self, name: str) -> tuple[bytes, ...]:
        """A list of 0x texts, or an object with them as values."""
        return tuple(wire.data(one, f"{self._place}.{name}") for one in self._list(name))

    def headers(self) -> Iterator[bytes]:
        """As RLP: reth gives that, geth gives objects."""
        for one in self._list("headers"):
            if not isinstance(one, dict):
                yield wire.data(one, f"{self._place}.headers")
                continue
            try:
                yield block_header.encode(one)
            except HeaderInvalid as error:
                raise RspWitnessInvalid(f"{self._place}: {error.message}") from None

    def _list(self, name: str) -> list[Any]:
        value = self._value.get(name) or []
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list):
            raise RspWitnessInvalid(f"{self._place}.{name} is {value!r:.60}, not a list")
        return value
