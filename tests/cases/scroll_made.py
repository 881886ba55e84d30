"""Blocks of a chain of Scroll's kind that were never recorded: a small state, whole, and what is
executed on it. Headers lack what comes out, which the oracle fills in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import shake_128

import rlp
from cases import scroll_vectors as cases
from eth_account import Account
from eth_utils.crypto import keccak
from oracle import forks as fork_table
from oracle.block import ORACLE
from oracle.forks import Fork
from oracle.judging import HISTORY, transactions_root
from oracle.machine import BLOCK_HASHES
from oracle.mpt import EMPTY_ROOT
from oracle.tries import Account as StateAccount
from oracle.tries import MerklePatriciaTries
from oracle.zktrie import Zktries

from attestor.executor.scroll import Block, BlockRange, Chain

GWEI = 10**9
CHAIN_ID, NUMBER, TIME, GAS_LIMIT = 777, 1000, 2_000_000, 20_000_000
KEY = b"\x11" * 32
SENDER = bytes.fromhex(Account.from_key(KEY).address[2:])
MESSENGER, CONTRACT = b"\x22" * 20, b"\x33" * 20
MESSENGER_BALANCE = 5
NOISE = shake_128(b"noise").digest(300)
PRICES: Mapping[int, int] = {
    1: 7 * GWEI,
    5: 3 * GWEI,
    6: 230 * GWEI,
    7: 4 * GWEI,
    9: GWEI,
    10: GWEI,
    11: 1,
    12: 1,
}
"""The gas price oracle's slots; 11 and 12 say that no upgrade is due."""
# sstore(0, sload(0) + 1); log0(0, 0)
COUNTER = bytes.fromhex("5f546001015f555f5fa000")


def _measured(code: str, slot: int) -> str:
    """Keep what is on the stack after `code`, and the gas that is left then."""
    return f"{code}61{slot:04x}555a61{slot + 0x8000:04x}55"


def _calls(gas: int, size: int) -> str:
    """Every address that is a precompile on some fork, called with `size` bytes."""
    addresses = [*range(1, 12), 0x11, 0x100]
    return "".join(
        _measured(f"5f5f61{size:04x}5f5f61{to:04x}62{gas:06x}f1", to) for to in addresses
    )


_HISTORY = "73" + BLOCK_HASHES.hex()
PROGRAMS: Mapping[str, bytes] = {
    name: bytes.fromhex(text)
    for name, text in {
        "hashes": _measured("6001430340", 1) + _measured("4340", 2) + _measured("5f1940", 3),
        "oldest hash": _measured("610100430340", 1) + _measured("610101430340", 2),
        "warmth": _measured(f"6001430340{_HISTORY}31", 1) + _measured("4131", 2),
        "base fee": _measured("48", 1) + _measured("44", 2) + _measured("46", 3),
        "cancun": _measured("6007600160015d60015c", 1) + _measured("60206001600260015e51", 2),
        "clz": _measured("60011e", 1),
        "self-destruct": _measured("5a", 1) + "5fff",
        "blob hash": _measured("5f49", 1),
        "blob base fee": _measured("4a", 1),
        "precompiles, no input": _calls(20_000, 0),
        "precompiles, some input": _calls(60_000, 0xA0),
        "precompiles, a 33-byte base": "60215f52" + _calls(60_000, 0x80),
        "pairing of five": _measured("5f5f6103c05f5f6008620f4240f1", 1),
        "refund": "60015f555f5f55600160015560ff60025560016002555f600155",
        "create": _measured("60ef5f5360015f5ff0", 1) + _measured("60fe5f5360025f60015ff0", 2),
        "revert": "60015f555f5ffd",
        "out of gas": "62ffffff5f20",
    }.items()
}


@dataclass(frozen=True)
class Held:
    """An account before the first block."""

    balance: int = 0
    code: bytes = b""
    slots: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    chain: Chain
    blocks: BlockRange


def signed(
    kind: int,
    nonce: int,
    data: bytes = b"",
    gas: int = 2_000_000,
    value: int = 1,
    to: bytes = CONTRACT,
) -> bytes:
    fields = {"chainId": CHAIN_ID, "nonce": nonce, "gas": gas, "to": to}
    fields |= {"value": value, "data": data}
    if kind == 2:
        fields |= {"type": 2, "maxFeePerGas": 3 * GWEI, "maxPriorityFeePerGas": GWEI}
    else:
        fields |= {"gasPrice": 2 * GWEI}
    if kind == 1:
        keys = ["0x" + bytes(32).hex()]
        fields |= {"type": 1, "accessList": [{"address": "0x" + to.hex(), "storageKeys": keys}]}
    return bytes(Account.sign_transaction(fields, KEY).raw_transaction)


def account_of(key: bytes) -> bytes:
    """The address of a key."""
    return bytes.fromhex(Account.from_key(key).address[2:])


def delegating(
    nonce: int, key: bytes, to: bytes, by_nonce: int = 0, chain_id: int = CHAIN_ID
) -> bytes:
    """Of type 4: the account of `key` takes the code of `to`, and is called."""
    given = {"chainId": chain_id, "address": "0x" + to.hex(), "nonce": by_nonce}
    authority = Account.from_key(key)
    fields = {"chainId": CHAIN_ID, "nonce": nonce, "gas": 500_000, "to": authority.address}
    fields |= {"type": 4, "maxFeePerGas": 3 * GWEI, "maxPriorityFeePerGas": GWEI, "value": 1}
    fields["authorizationList"] = [authority.sign_authorization(given)]
    return bytes(Account.sign_transaction(fields, KEY).raw_transaction)


def message(index: int, value: int, gas: int = 2_000_000) -> bytes:
    return b"\x7e" + bytes(rlp.encode([index, gas, CONTRACT, value, b"\x01", MESSENGER]))


def case(
    fork: Fork,
    transactions: Sequence[bytes],
    prices: Mapping[int, int] = PRICES,
    code: bytes = COUNTER,
) -> Case:
    """One block of `fork`."""
    forks = cases.up_to(fork.name.lower()) if fork else {}
    return _case(forks, [tuple(transactions)], prices, code)


def chain_of_blocks(forks: Mapping[str, int], count: int, kind: int = 2) -> Case:
    """Blocks of one second each with two transactions, in which every upgrade is due at first."""
    blocks = [(message(at, 1), signed(kind, at, NOISE)) for at in range(count)]
    prices = {slot: price for slot, price in PRICES.items() if slot < 9}
    return _case(forks, blocks, prices, COUNTER)


def _case(
    forks: Mapping[str, int],
    blocks: Sequence[tuple[bytes, ...]],
    prices: Mapping[int, int],
    code: bytes,
) -> Case:
    return assembled(forks, blocks, prices, {CONTRACT: Held(code=code)})


def assembled(
    forks: Mapping[str, int],
    blocks: Sequence[tuple[bytes, ...]],
    prices: Mapping[int, int],
    accounts: Mapping[bytes, Held],
) -> Case:
    """These blocks on a state with these accounts and those that each case has, in the trie of the
    first block's era."""
    chain = Chain(CHAIN_ID, forks)
    is_mpt = fork_table.at(chain, NUMBER, TIME) >= Fork.EUCLID
    state = MerklePatriciaTries(EMPTY_ROOT, ()) if is_mpt else Zktries(bytes(32), ())
    always = {
        ORACLE: Held(code=b"\x00", slots=prices),
        BLOCK_HASHES: Held(code=HISTORY),
        SENDER: Held(10**20),
        MESSENGER: Held(MESSENGER_BALANCE),
    }
    for address, held in {**always, **accounts}.items():
        slots = {number.to_bytes(32): value for number, value in held.slots.items() if value}
        state.write_slots(address, slots)
        code_hash = keccak(held.code)
        nonce = int(bool(held.code))
        state.write_account(address, StateAccount(nonce, held.balance, code_hash, held.code))
    made = tuple(Block(_header(chain, at, raw), raw) for at, raw in enumerate(blocks))
    codes = {held.code for held in (*always.values(), *accounts.values())}
    return Case(chain, BlockRange(made, state.root(), None, state.all_nodes(), codes))


def _header(chain: Chain, place: int, transactions: tuple[bytes, ...]) -> bytes:
    """What comes out is left open. There is a base fee from Curie on."""
    number, time = NUMBER + place, TIME + place
    fields: list[object] = [b"\x44" * 32, keccak(rlp.encode([])), bytes(20), bytes(32)]
    fields += [transactions_root(transactions), bytes(32), bytes(256), 1, number]
    fields += [GAS_LIMIT, 0, time, b"", bytes(32), bytes(8)]
    fields += [1000] if fork_table.at(chain, number, time) >= Fork.CURIE else []
    return bytes(rlp.encode(fields))
