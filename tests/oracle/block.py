"""One block by Scroll's rules, on EELS."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rlp as plain_rlp
from eth_utils.crypto import keccak
from ethereum.exceptions import EthereumException
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes, Bytes20, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from attestor.executor.scroll import Chain
from oracle import forks, l1_fee
from oracle.forks import Fork
from oracle.machine import BLOCK_HASHES, rules
from oracle.mpt import NodeMissing
from oracle.state import BlockState
from oracle.tries import Tries

ORACLE = Bytes20(bytes.fromhex("5300000000000000000000000000000000000002"))
QUEUE = Bytes20(bytes.fromhex("5300000000000000000000000000000000000000"))
VAULT = Bytes20(bytes.fromhex("5300000000000000000000000000000000000005"))
GWEI = 10**9
L1_MESSAGE = 0x7E
SINCE = {1: Fork.CURIE, 2: Fork.CURIE, 4: Fork.EUCLID_V2}
CODES = Path(__file__).resolve().parents[2] / "executor" / "scroll" / "src" / "upgrade"
# The code's hash, slots, and the slot that says that it was done (None: at the fork's block alone).
UPGRADES: dict[Fork, tuple[str, dict[int, int], int | None]] = {
    Fork.CURIE: (
        "19e0db18cf25c98a25c9e8eac4c99e0653cd8c395303140b41425e9fa3f9bb65",
        {5: 1, 6: 230759955285, 7: 417565260, 8: 1},
        None,
    ),
    Fork.FEYNMAN: (
        "c0be97aa0ca343d23e56a121da166078248b2ddd5f5c4886213c4d236c0ce9d2",
        {9: GWEI, 10: GWEI, 11: 1},
        11,
    ),
    Fork.GALILEO_V2: (
        "46c40600a2bb1503cd112d2f7ee5bcd2cffb0e8e01f69ded523459a928339cc6",
        {12: 1},
        12,
    ),
}


class BlockInvalid(Exception):
    """No block can hold this transaction."""

    def __init__(self, index: int, why: object) -> None:
        super().__init__(f"transaction {index}: {why}")
        self.index = index


@dataclass(frozen=True)
class Surroundings:
    """Of a block, what its transactions see or depend on."""

    number: int
    time: int
    gas_limit: int
    base_fee: int
    parent_hash: bytes
    parent_time: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a block comes to. `statuses` say of each transaction whether it succeeded."""

    fork: Fork
    gas_used: int
    receipts_root: bytes
    logs_bloom: bytes
    state_root: bytes
    withdraw_root: bytes
    statuses: tuple[bool, ...]


def execute(
    chain: Chain,
    around: Surroundings,
    tries: Tries,
    codes: dict[bytes, bytes],
    transactions: Sequence[bytes],
) -> Outcome:
    """The outcome of a block on `tries`, which have the state after it then."""
    return _Run(chain, around, tries, codes).execute(transactions)


class _Run:
    def __init__(
        self, chain: Chain, around: Surroundings, tries: Tries, codes: dict[bytes, bytes]
    ) -> None:
        self.chain, self.around = chain, around
        self.fork = forks.at(chain, around.number, around.time)
        self.eels = forks.modules(self.fork)
        self.state = BlockState(self.eels, tries, codes)
        self.block = self._environment()
        self.output = self.eels.vm.BlockOutput()
        self.statuses: list[bool] = []

    def execute(self, transactions: Sequence[bytes]) -> Outcome:
        with rules(self.fork, self.eels, self.chain.id):
            self._begin()
            for index, raw in enumerate(transactions):
                try:
                    self._transaction(index, raw)
                except (EthereumException, ValueError, AssertionError) as error:
                    raise BlockInvalid(index, repr(error)) from error
            withdraw_root = self._slot(QUEUE, 0).to_bytes(32)
        return Outcome(
            fork=self.fork,
            gas_used=int(self.output.block_gas_used),
            receipts_root=bytes(self.eels.trie.root(self.output.receipts_trie)),
            logs_bloom=bytes(self.eels.bloom.logs_bloom(self.output.block_logs)),
            state_root=self.state.root(),
            withdraw_root=withdraw_root,
            statuses=tuple(self.statuses),
        )

    def _environment(self) -> Any:
        """With what the fork of EELS has of it; blobs and beacon roots are none of Scroll's."""
        kind = self.eels.vm.BlockEnvironment
        around = self.around
        values = {
            "chain_id": U64(self.chain.id),
            "state": self.state.eels,
            "block_gas_limit": Uint(around.gas_limit),
            "block_hashes": [],
            "coinbase": VAULT,
            "number": Uint(around.number),
            "base_fee_per_gas": Uint(around.base_fee if self.fork >= Fork.CURIE else 0),
            "time": U256(around.time),
            "prev_randao": Bytes32(bytes(32)),
            "excess_blob_gas": U64(0),
            "parent_beacon_block_root": Bytes32(bytes(32)),
        }
        return kind(**{name: values[name] for name in kind.__dataclass_fields__})

    def _begin(self) -> None:
        for fork, (code_hash, slots, marker) in UPGRADES.items():
            if not self._is_due(fork, marker):
                continue
            code = bytes.fromhex((CODES / f"{fork.name.lower()}.hex").read_text())
            assert keccak(code).hex() == code_hash
            self.eels.state.set_code(self.state.eels, ORACLE, Bytes(code))
            for slot, value in slots.items():
                key = Bytes32(slot.to_bytes(32))
                self.eels.state.set_storage(self.state.eels, ORACLE, key, U256(value))
        if self.fork >= Fork.FEYNMAN and self.around.number:
            data = Bytes(self.around.parent_hash)
            self.eels.fork.process_unchecked_system_transaction(self.block, BLOCK_HASHES, data)

    def _is_due(self, fork: Fork, marker: int | None) -> bool:
        since = forks.activation(self.chain, fork)
        if since is None:
            return False
        if marker is None:
            return self.around.number == since
        if self.around.time < since:
            return False
        try:
            return self._slot(ORACLE, marker) != 1
        except NodeMissing:
            if self.around.parent_time is None:
                raise
            return self.around.parent_time < since

    def _transaction(self, index: int, raw: bytes) -> None:
        kind = raw[0] if raw[0] < 0xC0 else 0
        if kind == L1_MESSAGE:
            self._message(index, raw)
            return
        if kind and (kind not in SINCE or self.fork < SINCE[kind]):
            raise ValueError(f"type {kind} is not of {self.fork.name}")
        legacy = self.eels.transactions.LegacyTransaction
        tx = self.eels.transactions.decode_transaction(raw) if kind else rlp.decode_to(legacy, raw)
        sender = self.eels.transactions.recover_sender(U64(self.chain.id), tx)
        fee = l1_fee.fee(self.fork, raw, bytes(tx.data), lambda slot: self._slot(ORACLE, slot))
        self._add(sender, -fee)
        before, base_fee = int(self.output.block_gas_used), int(self.block.base_fee_per_gas)
        self.eels.fork.process_transaction(self.block, self.output, tx, Uint(index))
        used = int(self.output.block_gas_used) - before
        self._add(VAULT, fee + used * base_fee)
        self.statuses.append(self._succeeded(index))

    def _message(self, index: int, raw: bytes) -> None:
        """A message from L1: its gas is paid there."""
        _, gas, to, value, data, sender = plain_rlp.decode(raw[1:])
        limit, sender = int.from_bytes(gas), Bytes20(sender)
        legacy = self.eels.transactions.LegacyTransaction
        fields = {name: U256(0) for name in ("nonce", "v", "r", "s")}
        fields |= {"to": Bytes20(to), "value": U256(int.from_bytes(value)), "data": Bytes(data)}
        tx = legacy(gas_price=Uint(0), gas=Uint(limit), **fields)
        cost = self.eels.transactions.calculate_intrinsic_cost(tx)
        intrinsic = int(cost[0] if isinstance(cost, tuple) else cost)
        left = int(self.block.block_gas_limit) - int(self.output.block_gas_used)
        if not intrinsic <= limit <= left:
            raise ValueError(f"gas: {limit} of {left}, at least {intrinsic}")
        account = self.eels.state.get_account(self.state.eels, sender)
        if account.code and account.code[:3] != b"\xef\x01\x00":
            raise ValueError("the sender is a contract")
        is_funded = account.balance >= tx.value
        if not is_funded and self.fork < Fork.EUCLID:
            raise ValueError("the sender lacks funds")
        self.eels.state.increment_nonce(self.state.eels, sender)
        used, logs, error = intrinsic, (), None
        if is_funded:
            message = self._called(tx, sender, limit - intrinsic, index, raw)
            done = self.eels.interpreter.process_message_call(message)
            used, logs, error = limit - int(done.gas_left), done.logs, done.error
        self.output.block_gas_used += Uint(used)
        self.output.block_logs += logs
        self.statuses.append(is_funded and error is None)
        self._receipt(index, logs)

    def _called(self, tx: Any, sender: Any, gas: int, index: int, raw: bytes) -> Any:
        kind = self.eels.vm.TransactionEnvironment
        values = {
            "origin": sender,
            "gas_price": Uint(0),
            "gas": Uint(gas),
            "access_list_addresses": {VAULT},
            "access_list_storage_keys": set(),
            "blob_versioned_hashes": (),
            "authorizations": (),
            "index_in_block": Uint(index),
            "tx_hash": Bytes32(keccak(raw)),
        }
        if hasattr(self.eels.state, "TransientStorage"):
            values["transient_storage"] = self.eels.state.TransientStorage()
        environment = kind(**{name: values[name] for name in kind.__dataclass_fields__})
        return self.eels.message.prepare_message(self.block, environment, tx)

    def _receipt(self, index: int, logs: Any) -> None:
        receipt = self.eels.blocks.Receipt(
            succeeded=self.statuses[-1],
            cumulative_gas_used=self.output.block_gas_used,
            bloom=self.eels.bloom.logs_bloom(logs),
            logs=logs,
        )
        encoded = Bytes(bytes([L1_MESSAGE]) + rlp.encode(receipt))
        self.eels.trie.trie_set(self.output.receipts_trie, rlp.encode(Uint(index)), encoded)

    def _succeeded(self, index: int) -> bool:
        found = self.output.receipts_trie._data[rlp.encode(Uint(index))]
        if isinstance(found, bytes):
            return bool(plain_rlp.decode(found[1:])[0])
        return bool(found.succeeded)

    def _slot(self, address: Any, number: int) -> int:
        key = Bytes32(number.to_bytes(32))
        return int(self.eels.state.get_storage(self.state.eels, address, key))

    def _add(self, address: Any, amount: int) -> None:
        if not amount:
            return
        balance = int(self.eels.state.get_account(self.state.eels, address).balance) + amount
        if balance < 0:
            raise ValueError("the sender cannot pay for L1")
        self.eels.state.set_account_balance(self.state.eels, address, U256(balance))
