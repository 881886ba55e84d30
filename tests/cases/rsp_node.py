"""An Ethereum node of its own making: one made block, in the forms of geth and reth."""

from dataclasses import dataclass, field
from typing import Any

import rlp
from benchmarks.block.chain import MinedBlock
from benchmarks.block.state import State, state_trie, storage_trie
from benchmarks.block.trie import Branch, Digest, Extension, Leaf, Trie, pruned
from cases.scroll_node import Refusal
from eth_utils.crypto import keccak

from attestor.core import header
from attestor.rsp.witness import NUMBER


def encoded_nodes(trie: Trie) -> list[bytes]:
    """All nodes of a trie, those too that stand in others."""
    match trie:
        case None | Digest():
            return []
        case Leaf():
            return [trie.encoded]
        case Extension():
            return [trie.encoded, *encoded_nodes(trie.child)]
        case Branch():
            below = [node for child in trie.children for node in encoded_nodes(child)]
            return [trie.encoded, *below]


def named(encoded: bytes) -> dict[str, str]:
    """A header as geth's JSON has it."""
    fields = zip(header.FIELDS + header.LATER_FIELDS, rlp.decode(encoded), strict=False)
    return {
        name: hex(int.from_bytes(item)) if length is None else "0x" + item.hex()
        for (name, length), item in fields
    }


@dataclass
class MadeNode:
    """Its witness has every node of the state, or the ways to the accounts that `shows` names.
    `altered` are answers instead of the true ones, `lacking` methods that it does not serve."""

    state: State
    block: MinedBlock
    withdrawals: list[list[bytes]] = field(default_factory=list)
    is_reth: bool = False
    chain_id: int = 1
    altered: dict[str, Any] = field(default_factory=dict)
    lacking: frozenset[str] = frozenset()
    shows: tuple[bytes, ...] | None = None

    def answer(self, method: str, params: list[Any]) -> Any:
        """As the transport of `EthereumNode`, and behind HTTP."""
        if method in self.lacking:
            raise Refusal(-32601, f"the method {method} does not exist/is not available")
        if method in self.altered:
            return self.altered[method]
        return getattr(self, method)(params)

    def number(self) -> int:
        return int.from_bytes(rlp.decode(self.block.header)[NUMBER])

    def eth_chainId(self, params: list[Any]) -> str:
        return hex(self.chain_id)

    def eth_getBlockByHash(self, params: list[Any]) -> Any:
        known = "0x" + keccak(self.block.header).hex()
        return {"number": hex(self.number())} if params[0] == known else None

    def debug_getRawBlock(self, params: list[Any]) -> str:
        assert params == [hex(self.number())]
        listed = [rlp.decode(raw) if raw[0] >= 0xC0 else raw for raw in self.block.transactions]
        items = [rlp.decode(self.block.header), listed, [], self.withdrawals]
        return "0x" + bytes(rlp.encode(items)).hex()

    def debug_executionWitness(self, params: list[Any]) -> dict[str, Any]:
        storage = self._storage()
        whole = state_trie(self.state, storage)
        shown = whole if self.shows is None else pruned(whole, map(keccak, self.shows))
        tries = [shown, *storage.values()]
        nodes = ["0x" + node.hex() for trie in tries for node in encoded_nodes(trie)]
        codes = {one.code for one in self.state.values() if one.code}
        parent = self.block.parent
        keys = [
            key
            for who, slots in self.block.touched.items()
            for key in (who, *(slot.to_bytes(32, "big") for slot in slots))
        ]
        return {
            "state": nodes,
            "codes": ["0x" + code.hex() for code in codes],
            "headers": ["0x" + parent.hex() if self.is_reth else named(parent)],
            "keys": ["0x" + key.hex() for key in keys] if self.is_reth else None,
        }

    def eth_getProof(self, params: list[Any]) -> dict[str, Any]:
        assert params[1:] == [[], hex(self.number() - 1)]
        whole = state_trie(self.state, self._storage())
        way = pruned(whole, [keccak(bytes.fromhex(params[0][2:]))])
        return {"accountProof": ["0x" + node.hex() for node in encoded_nodes(way)]}

    def _storage(self) -> dict[bytes, Trie]:
        return {who: storage_trie(one) for who, one in self.state.items() if one.storage}

    def debug_traceBlockByNumber(self, params: list[Any]) -> list[Any]:
        """Everything in the first transaction's trace: the guest does not ask which one reads."""
        if params[1]["tracer"] == "callTracer":
            everybody = [{"from": "0x" + who.hex(), "to": None} for who in self.block.touched]
            first: Any = {"from": everybody[0]["from"], "to": None, "calls": everybody}
        else:
            first = {
                "0x" + who.hex(): {"storage": {f"0x{slot:064x}": "0x0" for slot in slots}}
                for who, slots in self.block.touched.items()
            }
        rest = [{"from": "0x" + "11" * 20}] if params[1]["tracer"] == "callTracer" else [{}]
        others = rest * (len(self.block.transactions) - 1)
        return [{"txHash": "0x", "result": one} for one in [first, *others]]
