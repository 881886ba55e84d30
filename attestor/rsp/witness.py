"""From what a node gives of a block to the guest's input, with every check that needs no execution.

Nothing of a node is believed: the block is the one whose hash was asked for, its lists are those
that its header commits to, its ancestors lead to it, and the tries hang on its parent's root. What
the block does with them is the guest's to find.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import rlp

from attestor.core.header import hash_of
from attestor.core.keccak import keccak
from attestor.core.ordered_trie import root_of
from attestor.core.text import to_hex
from attestor.core.trie_proof import EMPTY_ROOT
from attestor.errors import StateProofInvalid
from attestor.errors.rsp import RspBlockUnsupported, RspWitnessInvalid
from attestor.rsp.stdin import GuestInput
from attestor.rsp.touched import Touched
from attestor.rsp.trie import Forest, Trie, Unknown, root, value_at

MAINNET = 1
MERGE, PRAGUE_TIME = 15_537_394, 1_746_612_311
"""Mainnet's first block of proof of stake, and when Prague began there (execution-specs)."""
PARENT, OMMERS, BENEFICIARY, STATE, TRANSACTIONS = 0, 1, 2, 3, 4
NUMBER, TIMESTAMP, WITHDRAWALS = 8, 11, 16
PARIS_FIELDS, CANCUN_FIELDS = 16, 20
FEWEST_FIELDS, MOST_FIELDS = 15, 32
WITHDRAWAL_FIELDS, ACCOUNT_FIELDS = 4, 4
NO_OMMERS = keccak(rlp.encode([]))


@dataclass(frozen=True)
class RawBlock:
    """A block as its RLP has it; `withdrawals` are the fields of each one."""

    header: bytes
    transactions: tuple[bytes, ...] = field(repr=False)
    withdrawals: tuple[tuple[bytes, ...], ...] = field(repr=False)

    @property
    def hash(self) -> bytes:
        """The hash of its header."""
        return hash_of(self.header)

    @property
    def number(self) -> int:
        """Its number."""
        return _number(self.header, NUMBER)

    @property
    def timestamp(self) -> int:
        """Its time, in seconds."""
        return _number(self.header, TIMESTAMP)

    @property
    def parent_hash(self) -> bytes:
        """The hash of the header before it."""
        return _field(self.header, PARENT)

    @property
    def beneficiary(self) -> bytes:
        """The 20 bytes of whom its fees go to."""
        return _field(self.header, BENEFICIARY)

    @property
    def has_system_call(self) -> bool:
        """Whether it begins with the call of EIP-4788, as all blocks since Cancun."""
        return len(rlp.decode(self.header)) >= CANCUN_FIELDS

    @property
    def withdrawn(self) -> tuple[bytes, ...]:
        """The addresses of its withdrawals."""
        return tuple(fields[2] for fields in self.withdrawals)


def parse(encoded: bytes) -> RawBlock:
    """A block from its RLP, whose lists are those of its header.

    Raises `RspWitnessInvalid`, and `RspBlockUnsupported` for one that the guest does not execute.
    """
    items = _decoded(encoded, "the block")
    if not isinstance(items, list) or not 3 <= len(items) <= 4:
        raise RspWitnessInvalid("the block is no RLP of a block of Ethereum")
    if not all(isinstance(part, list) for part in items):
        raise RspWitnessInvalid("the block is no RLP of a block of Ethereum")
    header, listed, _, *rest = items
    withdrawals = rest[0] if rest else []
    if not _is_header(header) or not all(map(_is_withdrawal, withdrawals)):
        raise RspWitnessInvalid("the block is no RLP of a block of Ethereum")
    found = RawBlock(
        header=bytes(rlp.encode(header)),
        transactions=tuple(
            one if isinstance(one, bytes) else bytes(rlp.encode(one)) for one in listed
        ),
        withdrawals=tuple(tuple(one) for one in withdrawals),
    )
    _require_supported(found, header)
    _require_committed(found, header)
    return found


def make(
    block: RawBlock,
    ancestors: Iterable[bytes],
    nodes: Iterable[bytes],
    codes: Iterable[bytes],
    touched: Touched,
) -> GuestInput:
    """The guest's input. `ancestors` are RLP of headers, more of them than are needed or in another
    order; `touched` may name what the block does not read. Raises `RspWitnessInvalid`."""
    back = _back(block, {hash_of(one): one for one in ancestors})
    state_root = _field(back[0], STATE)
    forest = Forest({keccak(node): node for node in nodes})
    try:
        state = forest.trie(state_root)
        if root(state) != state_root or (state_root != EMPTY_ROOT and _is_unknown(state)):
            raise RspWitnessInvalid(
                f"the witness of block {block.number} lacks the root of the state before it, "
                f"{to_hex(state_root)}"
            )
        storage = _storage_tries(forest, state, touched)
    except StateProofInvalid as error:
        raise RspWitnessInvalid(error.message) from None
    slots = {
        address: tuple(sorted(slot for slot in touched[address] if _is_shown(trie, _key(slot))))
        for address, trie in storage.items()
    }
    return GuestInput(
        header=block.header,
        transactions=block.transactions,
        ancestors=back,
        state_trie=state,
        storage_tries=storage,
        slots=slots,
        codes=tuple(dict.fromkeys([b"", *codes])),
        withdrawals=block.withdrawals,
    )


def lacking(
    block: RawBlock,
    ancestors: Iterable[bytes],
    nodes: Iterable[bytes],
    addresses: Iterable[bytes],
) -> tuple[bytes, ...]:
    """Those of the accounts whose ways in the state before the block lead to nodes that are left
    out; none where not even its root is there. Raises `RspWitnessInvalid`."""
    back = _back(block, {hash_of(one): one for one in ancestors})
    try:
        state = Forest({keccak(node): node for node in nodes}).trie(_field(back[0], STATE))
        if _is_unknown(state):
            return ()
        return tuple(one for one in addresses if not _is_shown(state, keccak(one)))
    except StateProofInvalid as error:
        raise RspWitnessInvalid(error.message) from None


def _storage_tries(forest: Forest, state: Trie, touched: Touched) -> dict[bytes, Trie]:
    """By address, of the accounts whose way the witness shows. Where it ends in a node that is left
    out, the block does not read that account: a witness has all that it reads."""
    found: dict[bytes, Trie] = {}
    for address in sorted(touched):
        try:
            leaf = value_at(state, keccak(address))
        except Unknown:
            continue
        found[address] = None if leaf is None else forest.trie(_storage_root(leaf))
    return found


def _storage_root(leaf: bytes) -> bytes:
    account = _decoded(leaf, "an account")
    if not isinstance(account, list) or len(account) != ACCOUNT_FIELDS:
        raise RspWitnessInvalid("the witness has a leaf that is no account")
    found = account[2]
    if not isinstance(found, bytes):
        raise RspWitnessInvalid("the witness has a leaf that is no account")
    return found


def _key(slot: int) -> bytes:
    return keccak(slot.to_bytes(32, "big"))


def _is_shown(trie: Trie, key: bytes) -> bool:
    try:
        value_at(trie, key)
    except Unknown:
        return False
    return True


def _is_unknown(trie: Trie) -> bool:
    try:
        value_at(trie, b"")
    except Unknown:
        return True
    return False


def _back(block: RawBlock, known: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """From the parent back, as far as headers are known."""
    found: list[bytes] = []
    wanted = block.parent_hash
    while wanted in known:
        found.append(known[wanted])
        wanted = _field(found[-1], PARENT)
    if not found:
        raise RspWitnessInvalid(
            f"the witness of block {block.number} lacks the header of its parent "
            f"{to_hex(block.parent_hash)}"
        )
    return tuple(found)


def _require_supported(block: RawBlock, header: Sequence[bytes]) -> None:
    count, number = len(header), block.number
    if number < MERGE or count < PARIS_FIELDS:
        raise RspBlockUnsupported(f"block {number} is older than the merge (block {MERGE})")
    if block.timestamp >= PRAGUE_TIME or count > CANCUN_FIELDS:
        raise RspBlockUnsupported(
            f"block {number} is of Prague or later, the published rsp executes up to Cancun",
            hint="a program of later forks has a stdin of its own: docs/rsp.md",
        )


def _require_committed(block: RawBlock, header: Sequence[bytes]) -> None:
    if header[OMMERS] != NO_OMMERS:
        raise RspBlockUnsupported(f"block {block.number} has ommers")
    if root_of(block.transactions) != header[TRANSACTIONS]:
        raise RspWitnessInvalid(f"block {block.number} has other transactions than its header says")
    expected = header[WITHDRAWALS] if len(header) > WITHDRAWALS else root_of([])
    if root_of([bytes(rlp.encode(list(one))) for one in block.withdrawals]) != expected:
        raise RspWitnessInvalid(f"block {block.number} has other withdrawals than its header says")


def _is_withdrawal(fields: object) -> bool:
    return (
        isinstance(fields, list)
        and len(fields) == WITHDRAWAL_FIELDS
        and all(isinstance(one, bytes) for one in fields)
    )


def _decoded(encoded: bytes, what: str) -> object:
    try:
        found: object = rlp.decode(encoded)
    except (rlp.DecodingError, RecursionError):
        raise RspWitnessInvalid(f"{what} that the node gave is no RLP") from None
    return found


def _field(header: bytes, place: int) -> bytes:
    items = _decoded(header, "a header")
    if not _is_header(items):
        raise RspWitnessInvalid("the node gave a header that none of Ethereum is")
    found: bytes = items[place]
    return found


def _is_header(items: object) -> TypeGuard[list[bytes]]:
    return (
        isinstance(items, list)
        and FEWEST_FIELDS <= len(items) <= MOST_FIELDS
        and all(isinstance(one, bytes) for one in items)
    )


def _number(header: bytes, place: int) -> int:
    return int.from_bytes(_field(header, place), "big")
