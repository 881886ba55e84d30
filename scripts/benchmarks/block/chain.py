"""A chain with one block of load, made by the real anvil."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rlp
from eth_utils.crypto import keccak

from attestor.chain.rpc import Rpc
from attestor.core import header
from attestor.devnet.anvil import Anvil
from benchmarks.block.state import State, as_genesis
from benchmarks.block.unusable import BlockUnusable
from benchmarks.block.world import CHAIN_ID, GENESIS_TIMESTAMP

# Within mainnet's Cancun, whose rules the guest's chain has from its own number and timestamps.
GENESIS_NUMBER = 21_000_000
BLOCK_SECONDS = 12
GAS_LIMIT = 30_000_000
BASE_FEE = 10**9
COINBASE = keccak(b"attestor benchmark coinbase")[12:]
TIMEOUT = 120.0
BLOBS_TYPE = 3


@dataclass(frozen=True)
class MinedBlock:
    """Headers as RLP; `touched` are slots by address, of all accounts that the block touches."""

    header: bytes
    parent: bytes
    transactions: tuple[bytes, ...]
    touched: dict[bytes, set[int]]
    gas_used: int
    state_root: bytes


def mine(state: State, transactions: Iterable[bytes]) -> MinedBlock:
    """Put these transactions into one block on a chain that starts from `state`.

    Raises `BlockUnusable` when one is not in the block or reverts.
    """
    with _started(state) as rpc:
        parent = _mine(rpc, 1)
        raw: dict[bytes, bytes] = {}
        for one in transactions:
            in_block = _without_sidecar(one)
            raw[keccak(in_block)] = in_block
            rpc.call("eth_sendRawTransaction", ["0x" + one.hex()])
        block = _mine(rpc, 2)
        hashes = [bytes.fromhex(one[2:]) for one in block["transactions"]]
        if set(hashes) != set(raw):
            raise BlockUnusable(f"{len(hashes)} of {len(raw)} transactions are in the block")
        _check_done(rpc, block)
        return MinedBlock(
            header=_header(block),
            parent=_header(parent),
            transactions=tuple(raw[one] for one in hashes),
            touched=_touched(rpc, block["transactions"]),
            gas_used=int(block["gasUsed"], 16),
            state_root=bytes.fromhex(parent["stateRoot"][2:]),
        )


@contextmanager
def _started(state: State) -> Iterator[Rpc]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "genesis.json"
        file.write_text(json.dumps(_genesis(state)))
        options = ["--init", str(file), "--number", str(GENESIS_NUMBER), "--no-mining"]
        options += ["--order", "fifo", "--disable-default-create2-deployer"]
        log = Path(folder) / "anvil.log"
        anvil = Anvil(CHAIN_ID, None, log, GENESIS_TIMESTAMP, "cancun", tuple(options))
        try:
            yield Rpc(anvil.url, TIMEOUT)
        finally:
            anvil.stop()


def _genesis(state: State) -> dict[str, object]:
    """In geth's form."""
    return {
        "config": {"chainId": CHAIN_ID},
        "nonce": "0x0",
        "timestamp": hex(GENESIS_TIMESTAMP),
        "extraData": "0x",
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": "0x0",
        "mixHash": "0x" + bytes(32).hex(),
        "coinbase": "0x" + COINBASE.hex(),
        "number": hex(GENESIS_NUMBER),
        "baseFeePerGas": hex(BASE_FEE),
        "alloc": as_genesis(state),
    }


def _mine(rpc: Rpc, number: int) -> Any:
    """Mine block `number` after the genesis, and return it."""
    rpc.call("evm_setNextBlockTimestamp", [GENESIS_TIMESTAMP + number * BLOCK_SECONDS])
    rpc.call("evm_mine", [])
    return rpc.call("eth_getBlockByNumber", [hex(GENESIS_NUMBER + number), False])


def _without_sidecar(raw: bytes) -> bytes:
    """As a block has it: blobs travel beside a transaction, in a list around it (EIP-4844)."""
    if raw[0] != BLOBS_TYPE or not isinstance(rlp.decode(raw[1:])[0], list):
        return raw
    return bytes([BLOBS_TYPE]) + bytes(rlp.encode(rlp.decode(raw[1:])[0]))


def _header(block: Any) -> bytes:
    """Raises `BlockUnusable` when the block's hash is not that of its header."""
    encoded = header.encode(block)
    if "0x" + header.hash_of(encoded).hex() != block["hash"]:
        raise BlockUnusable("anvil's header does not hash to its block's hash")
    return encoded


def _check_done(rpc: Rpc, block: Any) -> None:
    for receipt in rpc.call("eth_getBlockReceipts", [block["number"]]):
        if receipt["status"] != "0x1":
            raise BlockUnusable(f"transaction {int(receipt['transactionIndex'], 16)} reverted")


def _touched(rpc: Rpc, transactions: list[str]) -> dict[bytes, set[int]]:
    """Accounts and slots that the transactions read or write, as geth's prestateTracer tells."""
    touched: dict[bytes, set[int]] = {}
    for one in transactions:
        before = rpc.call("debug_traceTransaction", [one, {"tracer": "prestateTracer"}])
        for account, was in before.items():
            slots = touched.setdefault(bytes.fromhex(account[2:]), set())
            slots |= {int(slot, 16) for slot in was.get("storage", {})}
    return touched
