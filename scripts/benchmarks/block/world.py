"""The accounts of the benchmark's chain before its block: who sends, who holds, what is called.

Everything is derived from names and numbers, so that two runs make the same state.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from benchmarks.block import merkle
from benchmarks.block.contracts import mapping_slot
from benchmarks.block.merkle import ClaimTree
from benchmarks.block.state import Account, State

CHAIN_ID = 1
ETHER = 10**18
SENDERS = 160
BYSTANDERS = 20_000
HOLDERS = 6_000
CLAIMS = 1 << 13
CLAIM = 25 * ETHER
HELD = 50_000 * ETHER
RESERVE = 40_000_000 * ETHER
JOURNAL_ENTRIES = 1_700_001
JOURNAL_DEPTH = 32
UNLIMITED = 2**256 - 1
PRECOMPILES = tuple(number.to_bytes(20, "big") for number in range(1, 11))
GENESIS_TIMESTAMP = 1_725_000_000

# Of Token.sol: balanceOf, allowance.
BALANCES, ALLOWANCES = 0, 1
TOKEN_SUPPLY = 3


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


def make(codes: Mapping[str, bytes]) -> World:
    """The world with these runtime codes, by contract name."""
    senders = tuple(map(sender, range(SENDERS)))
    names = ("gold", "silver", "pool", "distributor", "journal", "bridge")
    contracts = {name: address(name) for name in names}
    claims = merkle.tree([merkle.leaf(n, address("holder", n), CLAIM) for n in range(CLAIMS)])
    state = {address("bystander", n): Account(ETHER + n, nonce=n % 7) for n in range(BYSTANDERS)}
    # As on mainnet, where somebody sent ether to each: anvil keeps empty accounts, Ethereum does not.
    state |= dict.fromkeys(PRECOMPILES, Account(1))
    for key in senders:
        state[key.public_key.to_canonical_address()] = Account(100 * ETHER)
    for name in ("gold", "silver"):
        state[contracts[name]] = _token(codes["Token"], senders, contracts)
    state[contracts["pool"]] = _pool(codes["Pool"], contracts)
    state[contracts["distributor"]] = _distributor(codes["Distributor"], contracts, claims)
    state[contracts["journal"]] = _journal(codes["Journal"])
    state[contracts["bridge"]] = Account(nonce=1, code=codes["Bridge"])
    return World(senders, contracts, claims, state)


def _token(
    code: bytes, senders: tuple[PrivateKey, ...], contracts: Mapping[str, bytes]
) -> Account:
    """Senders have tokens that the pool may take; the pool and the distributor have their own."""
    held = {address("holder", n): HELD + n for n in range(HOLDERS)}
    own = [key.public_key.to_canonical_address() for key in senders]
    held |= dict.fromkeys(own, HELD) | {contracts["pool"]: RESERVE}
    held[contracts["distributor"]] = CLAIMS * CLAIM
    storage = {mapping_slot(BALANCES, _number(who)): amount for who, amount in held.items()}
    pool = _number(contracts["pool"])
    for index, who in enumerate(own):
        given = UNLIMITED if index % 2 else HELD
        storage[mapping_slot(ALLOWANCES, _number(who), pool)] = given
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
