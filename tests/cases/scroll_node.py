"""A Scroll node that serves recorded witnesses, in the shapes of both of Scroll's nodes and with
what goes wrong with nodes. In memory, as a transport; `answer` can be served over HTTP too."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import rlp
from eth_utils.crypto import keccak

from attestor.core.text import to_hex
from attestor.errors import RpcError
from attestor.scroll import headers
from attestor.scroll.witness import Witness

RETH = "scroll-reth/v1.5.1-3f9a2f4/x86_64-unknown-linux-gnu"
L2GETH = "Geth/v5.9.14-mainnet/linux-amd64/go1.22.12"
NO_METHOD = -32601


class Refusal(Exception):
    """A JSON-RPC error."""

    def __init__(self, number: int, said: str) -> None:
        super().__init__(said)
        self.number, self.said = number, said


@dataclass
class RecordedNode:
    """`lacks` are methods that are not served; `without_nodes` are left out of each witness, and
    `proofs` are what `eth_getProof` has by address."""

    blocks: Mapping[int, Witness]
    version: str = RETH
    chain_id: int = 534352
    lacks: tuple[str, ...] = ()
    geth_shape: bool = False
    headers_in_witness: bool = True
    without_nodes: frozenset[bytes] = frozenset()
    traces: Mapping[int, Any] = field(default_factory=dict)
    proofs: Mapping[str, list[str]] = field(default_factory=dict)
    syncing: Any = False
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], None] | None = None
    label: str = "http://node.example:8545"

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        """As `chain.rpc.Rpc`: decoded from the text that a node would send."""
        if self.before is not None:
            self.before(method)
        try:
            return json.loads(json.dumps(self.answer(method, params)))
        except Refusal as refusal:
            raise RpcError(f"{method}: {refusal.said}", number=refusal.number) from None

    def close(self) -> None:
        pass

    def answer(self, method: str, params: list[Any]) -> Any:
        """The result, or `Refusal`."""
        self.asked.append(method)
        if method in self.lacks:
            said = f"the method {method} does not exist/is not available"
            raise Refusal(NO_METHOD, said)
        match method:
            case "web3_clientVersion":
                return self.version
            case "eth_chainId":
                return hex(self.chain_id)
            case "eth_syncing":
                return self.syncing
            case "eth_blockNumber":
                return hex(max(self.blocks))
            case "eth_getBlockByNumber":
                return self._block(int(params[0], 16), params[1])
            case "debug_executionWitness":
                return self._witness(int(params[0], 16))
            case "scroll_getBlockTraceByNumberOrHash":
                return self.traces[int(params[0], 16)]
            case "eth_getProof":
                return {"accountProof": self.proofs.get(params[0], []), "storageProof": []}
        raise Refusal(NO_METHOD, f"the method {method} does not exist/is not available")

    def _block(self, number: int, whole: bool) -> Any:
        for known in self.blocks.values():
            if known.number == number:
                listed = [transaction_json(raw) for raw in known.transactions] if whole else []
                return {**header_json(known.header), "transactions": listed, "size": "0x1"}
            if known.parent is not None and headers.number(known.parent) == number:
                return {**header_json(known.parent), "transactions": []}
        return None

    def _witness(self, number: int) -> Any:
        known = self.blocks[number]
        nodes = sorted(known.nodes - self.without_nodes)
        parents = [known.parent] if known.parent is not None and self.headers_in_witness else []
        if not self.geth_shape:
            return {
                "state": [to_hex(node) for node in nodes],
                "codes": [to_hex(code) for code in known.codes],
                "keys": [to_hex(b"\x53" + bytes(19))],
                "headers": [to_hex(parent) for parent in parents],
            }
        return {
            "headers": [header_json(parent) for parent in parents],
            "codes": {to_hex(keccak(code)): to_hex(code) for code in known.codes},
            "state": {to_hex(keccak(node)): to_hex(node) for node in nodes},
        }


def header_json(encoded: bytes) -> dict[str, Any]:
    """As geth and reth write a header: camelCase, with its hash."""
    found: dict[str, Any] = {}
    names = {"ommers_hash": "sha3Uncles", "beneficiary": "miner"}
    for name, value in headers.decode(encoded).items():
        first, *rest = name.split("_")
        found[names.get(name, first + "".join(part.title() for part in rest))] = value
    return {**found, "hash": to_hex(keccak(encoded))}


_FIELDS = {
    0: ("nonce", "gasPrice", "gas", "to", "value", "input", "v", "r", "s"),
    1: ("chainId", "nonce", "gasPrice", "gas", "to", "value", "input", "accessList"),
    2: ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas", "to", "value", "input"),
    0x7E: ("queueIndex", "gas", "to", "value", "input", "sender"),
}
_TEXTS = {"to", "input", "sender"}


def transaction_json(raw: bytes) -> dict[str, Any]:
    """As nodes write a transaction."""
    kind = 0 if raw[0] >= 0xC0 else raw[0]
    items = rlp.decode(raw if kind == 0 else raw[1:])
    names = _FIELDS[2 if kind == 4 else kind]
    found: dict[str, Any] = {
        name: to_hex(item) if name in _TEXTS else hex(int.from_bytes(item))
        for name, item in zip(names, items, strict=False)
        if name != "accessList"
    }
    found["to"] = found["to"] if found["to"] != "0x" else None
    if kind not in (0, 0x7E):
        *_, parity, r, s = items
        found |= {"yParity": hex(int.from_bytes(parity)), "r": _hex(r), "s": _hex(s)}
        found["v"] = found["yParity"]
        found["accessList"] = [
            {"address": to_hex(address), "storageKeys": [to_hex(key) for key in keys]}
            for address, keys in items[7 if kind == 1 else 8]
        ]
    if kind == 4:
        found["authorizationList"] = [
            {
                "chainId": _hex(chain),
                "address": to_hex(address),
                "nonce": _hex(nonce),
                "yParity": _hex(parity),
                "r": _hex(r),
                "s": _hex(s),
            }
            for chain, address, nonce, parity, r, s in items[9]
        ]
    return {**found, "type": hex(kind), "hash": to_hex(keccak(raw))}


def _hex(item: bytes) -> str:
    return hex(int.from_bytes(item))
