"""Blocks that a node gives, as stdin of the published rsp program: it is the judge of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import rlp
from benchmarks.block import chain, state, trie
from benchmarks.block.chain import MinedBlock
from benchmarks.block.state import Account, State
from cases.rsp_node import MadeNode
from eth_account import Account as Signer
from eth_utils.crypto import keccak
from integration.executor.conftest import executor, published  # noqa: F401

from attestor.core.execution import Engine, Execution, Limits
from attestor.core.header import hash_of
from attestor.core.ordered_trie import root_of
from attestor.errors.rsp import RspWitnessInvalid
from attestor.executor import NativeExecutor
from attestor.rsp.node import EthereumNode
from attestor.rsp.stdin import encode
from attestor.rsp.touched import PRECOMPILES
from attestor.rsp.witness import (
    BENEFICIARY,
    NUMBER,
    PARENT,
    TIMESTAMP,
    TRANSACTIONS,
    WITHDRAWALS,
)

CLEARER, WRITER, GWEI = bytes.fromhex("2718" * 10), bytes.fromhex("1618" * 10), 10**9
CLEARS_SLOT_0 = bytes.fromhex("60005f5560015450")
"""PUSH1 0 PUSH0 SSTORE, PUSH1 1 SLOAD POP."""
WRITES_SLOT_0 = bytes.fromhex("60055f5560015450")
KEYS = [keccak(f"rsp sender {number}".encode()) for number in range(5)]
SENDERS = [Signer.from_key(key).address for key in KEYS]
WITHDRAWN = [
    [b"\x07", b"\x01\x02", b"\xaa" * 20, b"\x05"],
    [b"", b"\x09", b"\xbb" * 20, b"\xff\xff"],
]
STATE_ROOT, BASE_FEE = 3, 15

Execute = Callable[[MadeNode], Execution]


@dataclass(frozen=True)
class Transport:
    """A node without HTTP."""

    node: MadeNode
    label: str = "http://node.example:8545"

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        return self.node.answer(method, params)


START: State = {
    **{bytes.fromhex(sender[2:]): Account(10**20) for sender in SENDERS},
    # As on mainnet: a call of an empty account would remove it.
    **dict.fromkeys(PRECOMPILES, Account(1)),
    **{bytes([9, number]) * 10: Account(number + 1) for number in range(40)},
    CLEARER: Account(nonce=1, code=CLEARS_SLOT_0, storage={0: 7, 1: 8, 2: 9}),
    WRITER: Account(nonce=1, code=WRITES_SLOT_0, storage={0: 7, 1: 8, 2: 9}),
}


def every_type() -> list[bytes]:
    """One transaction of each type up to 3, a creation, and one of before EIP-155."""
    plain: dict[str, Any] = {"nonce": 0, "gas": 90_000, "to": "0x" + WRITER.hex(), "value": 0}
    listed = [{"address": "0x" + WRITER.hex(), "storageKeys": ["0x" + "00" * 31 + "01"]}]
    fees = {"maxFeePerGas": 3 * GWEI, "maxPriorityFeePerGas": GWEI, "chainId": 1}
    creation = {**plain, "to": "", "data": bytes.fromhex("60015f5560005ff3"), "gas": 200_000}
    signed = [
        (plain | {"gasPrice": 3 * GWEI, "chainId": 1, "accessList": listed, "type": 1}, None),
        (plain | fees | {"accessList": listed, "type": 2}, None),
        (
            plain | fees | {"type": 3, "maxFeePerBlobGas": GWEI, "gas": 60_000},
            [b"\0" * 131_072, b"\0" * 131_072],
        ),
        (creation | {"gasPrice": 3 * GWEI, "chainId": 1}, None),
        (plain | {"gasPrice": 3 * GWEI, "value": 5, "to": "0x" + "31" * 20}, None),
    ]
    return [
        bytes(Signer.sign_transaction(fields, key, blobs=blobs).raw_transaction)
        for (fields, blobs), key in zip(signed, KEYS, strict=True)
    ]


@pytest.fixture(scope="module")
def mined() -> MinedBlock:
    found = chain.mine(START, every_type())
    # anvil hashes blobs' transactions with their sidecars, which no block has.
    return with_fields(found, {TRANSACTIONS: root_of(found.transactions)})


def with_fields(block: MinedBlock, values: dict[int, bytes]) -> MinedBlock:
    """The block with other fields in its header."""
    fields = rlp.decode(block.header)
    for place, value in values.items():
        fields[place] = value
    return replace(block, header=bytes(rlp.encode(fields)))


def root_after(changed: State) -> bytes:
    """The state root after these accounts became so."""
    after = {**START, **changed}
    storage = {who: state.storage_trie(one) for who, one in after.items() if one.storage}
    return trie.root(state.state_trie(after, storage))


@pytest.fixture
def execute(
    executor: NativeExecutor,  # noqa: F811
    published: Callable[[str], bytes],  # noqa: F811
) -> Execute:
    limits = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=1 << 30)

    def run(node: MadeNode) -> Execution:
        found = EthereumNode(Transport(node)).guest_input(node.number())
        return executor.execute(published("rsp"), [encode(found)], limits, Engine.ATTESTOR)

    return run


@pytest.mark.parametrize("is_reth", [False, True], ids=["geth", "reth"])
def test_guest__block_of_every_type__is_accepted(
    execute: Execute, mined: MinedBlock, is_reth: bool
) -> None:
    kinds = {raw[0] if raw[0] < 0xC0 else 0 for raw in mined.transactions}
    assert kinds == {0, 1, 2, 3}
    ended = execute(MadeNode(START, mined, is_reth=is_reth))
    assert ended.exit_code == 0, ended.log
    assert ended.public_values == b""


def test_guest__block_with_another_state_root__is_refused(
    execute: Execute, mined: MinedBlock
) -> None:
    """The positive case's control: acceptance depends on what is executed."""
    ended = execute(MadeNode(START, with_fields(mined, {STATE_ROOT: bytes(32)})))
    assert ended.exit_code == 1
    assert "state root" in ended.log


def call(to: bytes, key: bytes) -> bytes:
    fields = {"nonce": 0, "gas": 90_000, "to": to, "value": 0, "chainId": 1, "type": 2}
    fees = {"maxFeePerGas": 3 * GWEI, "maxPriorityFeePerGas": GWEI}
    return bytes(Signer.sign_transaction(fields | fees, key).raw_transaction)


def test_guest__slot_cleared__the_trie_shrinks(execute: Execute) -> None:
    """anvil's root keeps slots that are zero, so the right one is made here."""
    block = chain.mine(START, [call(CLEARER, KEYS[0])])
    header = rlp.decode(block.header)
    base_fee = int.from_bytes(header[BASE_FEE])
    cleared = replace(START[CLEARER], storage={1: 8, 2: 9})
    paid = Account(10**20 - block.gas_used * (base_fee + GWEI), nonce=1)
    payee = Account(block.gas_used * GWEI)
    sender = bytes.fromhex(SENDERS[0][2:])
    root = root_after({CLEARER: cleared, sender: paid, header[BENEFICIARY]: payee})
    ended = execute(MadeNode(START, with_fields(block, {STATE_ROOT: root})))
    assert ended.exit_code == 0, ended.log


def withdrawing(parent: bytes) -> MinedBlock:
    """A block after `parent` with nothing but `WITHDRAWN`, whose amounts are in gwei."""
    paid: dict[bytes, Account] = {
        address: Account(int.from_bytes(amount) * GWEI) for _, _, address, amount in WITHDRAWN
    }
    fields = rlp.decode(parent)
    base_fee = int.from_bytes(fields[BASE_FEE]) * 7 // 8
    block = MinedBlock(parent, parent, (), {}, 0, fields[STATE_ROOT])
    return with_fields(
        block,
        {
            PARENT: hash_of(parent),
            STATE_ROOT: root_after(paid),
            NUMBER: rlp.decode(rlp.encode(int.from_bytes(fields[NUMBER]) + 1)),
            TIMESTAMP: rlp.decode(rlp.encode(int.from_bytes(fields[TIMESTAMP]) + 12)),
            BASE_FEE: rlp.decode(rlp.encode(base_fee)),
            WITHDRAWALS: root_of([bytes(rlp.encode(one)) for one in WITHDRAWN]),
        },
    )


def test_guest__withdrawals__are_paid(execute: Execute, mined: MinedBlock) -> None:
    block = withdrawing(mined.parent)
    assert execute(MadeNode(START, block, WITHDRAWN)).exit_code == 0


def test_guest_input__one_block_twice__is_the_same_stdin(mined: MinedBlock) -> None:
    node = EthereumNode(Transport(MadeNode(START, mined)))
    number = MadeNode(START, mined).number()
    by_number, by_hash = node.guest_input(number), node.guest_input(hash_of(mined.header))
    digests = {hashlib.sha256(encode(one)).digest() for one in (by_number, by_hash)}
    assert len(digests) == 1


def test_guest_input__another_hash_asked__is_refused(mined: MinedBlock) -> None:
    node = MadeNode(START, mined)
    node.altered["eth_getBlockByHash"] = {"number": hex(node.number())}
    with pytest.raises(RspWitnessInvalid, match="which is not"):
        EthereumNode(Transport(node)).guest_input(b"\x01" * 32)
