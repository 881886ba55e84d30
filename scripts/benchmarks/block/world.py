"""The accounts of the benchmark's chain before its block: who sends, who holds, what is called.

Everything is derived from names and numbers, so that two runs make the same state.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from attestor.rsp.touched import PRECOMPILES
from benchmarks.block import merkle
from benchmarks.block.merkle import ClaimTree
from benchmarks.block.solidity import mapping_slot
from benchmarks.block.state import Account, State

CHAIN_ID = 1
ETHER = 10**18
SENDERS = 160
CLAIM = 25 * ETHER
HELD = 50_000 * ETHER
RESERVE = 40_000_000 * ETHER
JOURNAL_ENTRIES = 1_700_001
JOURNAL_DEPTH = 32
UNLIMITED = 2**256 - 1
GENESIS_TIMESTAMP = 1_725_000_000

# Of Token.sol: balanceOf, allowance.
BALANCES, ALLOWANCES = 0, 1
TOKEN_SUPPLY = 3


@dataclass(frozen=True)
class Sizes:
    """How many accounts nobody uses in the block, but which make the tries deep: with ether only,
    with tokens, and in the tree of claims (a power of two)."""

    bystanders: int = 20_000
    holders: int = 6_000
    claims: int = 1 << 13


SIZES = Sizes()


@dataclass(frozen=True)
class World:
    """`contracts` are addresses of 20 bytes by name."""

    senders: tuple[PrivateKey, ...]
    contracts: Mapping[str, bytes]
    claims: ClaimTree
    state: State


def address(name: str, number: int = 0) -> bytes:
    """An address that nobody has the key of."""
    return keccak(f"attestor benchmark {name} {number}".encode())[12:]


def sender(number: int) -> PrivateKey:
    return PrivateKey(keccak(f"attestor benchmark sender {number}".encode()))


def make(codes: Mapping[str, bytes], sizes: Sizes) -> World:
    """The world with these runtime codes, by contract name."""
    senders = tuple(map(sender, range(SENDERS)))
    names = ("gold", "silver", "pool", "distributor", "journal", "bridge")
    contracts = {name: address(name) for name in names}
    leaves = [merkle.leaf(n, address("holder", n), CLAIM) for n in range(sizes.claims)]
    claims = merkle.tree(leaves)
    bystanders = range(sizes.bystanders)
    state = {address("bystander", n): Account(ETHER + n, nonce=n % 7) for n in bystanders}
    # As on mainnet. A call of an empty account removes it there, and anvil's root keeps it.
    state |= dict.fromkeys(PRECOMPILES, Account(1))
    for key in senders:
        state[key.public_key.to_canonical_address()] = Account(100 * ETHER)
    for name in ("gold", "silver"):
        holders = _holders(senders, contracts, sizes)
        state[contracts[name]] = _token(codes["Token"], senders, holders, contracts["pool"])
    state[contracts["pool"]] = _pool(codes["Pool"], contracts)
    state[contracts["distributor"]] = _distributor(codes["Distributor"], contracts, claims)
    state[contracts["journal"]] = _journal(codes["Journal"])
    state[contracts["bridge"]] = Account(nonce=1, code=codes["Bridge"])
    return World(senders, contracts, claims, state)


def _holders(
    senders: tuple[PrivateKey, ...], contracts: Mapping[str, bytes], sizes: Sizes
) -> dict[bytes, int]:
    """Who has how much of a token."""
    held = {address("holder", n): HELD + n for n in range(sizes.holders)}
    held |= {key.public_key.to_canonical_address(): HELD for key in senders}
    return held | {contracts["pool"]: RESERVE, contracts["distributor"]: sizes.claims * CLAIM}


def _token(
    code: bytes, senders: tuple[PrivateKey, ...], held: Mapping[bytes, int], pool: bytes
) -> Account:
    """The pool may take every sender's tokens, of every second one without an end."""
    storage = {mapping_slot(BALANCES, _number(who)): amount for who, amount in held.items()}
    for index, key in enumerate(senders):
        who = _number(key.public_key.to_canonical_address())
        storage[mapping_slot(ALLOWANCES, who, _number(pool))] = UNLIMITED if index % 2 else HELD
    storage[TOKEN_SUPPLY] = sum(held.values())
    return Account(nonce=1, code=code, storage=storage)


def _pool(code: bytes, contracts: Mapping[str, bytes]) -> Account:
    """Slots: two tokens, two reserves, the sum of logarithms, and when it was changed."""
    tokens = [_number(contracts[name]) for name in ("gold", "silver")]
    words = [*tokens, RESERVE, RESERVE, 12345 << 64, GENESIS_TIMESTAMP - 60]
    return Account(nonce=1, code=code, storage=dict(enumerate(words)))


def _distributor(code: bytes, contracts: Mapping[str, bytes], claims: ClaimTree) -> Account:
    """Slots: the token and the tree's root."""
    words = [_number(contracts["gold"]), _number(claims.root)]
    return Account(nonce=1, code=code, storage=dict(enumerate(words)))


def _journal(code: bytes) -> Account:
    """Slots: the count, the branch, and the root."""
    branch = [_number(keccak(f"branch {level}".encode())) for level in range(JOURNAL_DEPTH)]
    words = [JOURNAL_ENTRIES, *branch, _number(keccak(b"root"))]
    return Account(nonce=1, code=code, storage=dict(enumerate(words)))


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")
