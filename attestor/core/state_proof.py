"""Accounts and their storage, proven under the state root of a block's header (yellow paper,
section 4.1; the proofs are those of EIP-1186)."""

from collections.abc import Sequence
from dataclasses import dataclass

from attestor.core.keccak import keccak
from attestor.core.trie_proof import decoded, value_at
from attestor.errors import StateProofInvalid

_WORD_BYTES = 32


@dataclass(frozen=True)
class Account:
    """What an account's leaf has of its contract: 32 bytes each."""

    storage_root: bytes
    code_hash: bytes


def account_at(state_root: bytes, address: bytes, nodes: Sequence[bytes]) -> Account:
    """The account of an address. Raises `StateProofInvalid` where the nodes show none."""
    leaf = value_at(state_root, keccak(address), nodes)
    if leaf is None:
        raise StateProofInvalid(f"there is no account {address.hex()} in the proven state")
    fields = decoded(leaf)
    hashes = fields[2:4] if isinstance(fields, list) and len(fields) == 4 else []
    match hashes:
        case [bytes(storage_root), bytes(code_hash)] if (
            len(storage_root) == len(code_hash) == _WORD_BYTES
        ):
            return Account(storage_root, code_hash)
    raise StateProofInvalid(f"the account {address.hex()} is {leaf[:64].hex()} in the proven state")


def word_at(storage_root: bytes, slot: int, nodes: Sequence[bytes]) -> int:
    """The word in a slot, zero where nothing is stored. Raises `StateProofInvalid`."""
    leaf = value_at(storage_root, keccak(slot.to_bytes(_WORD_BYTES, "big")), nodes)
    if leaf is None:
        return 0
    word = decoded(leaf)
    if not isinstance(word, bytes) or len(word) > _WORD_BYTES:
        raise StateProofInvalid(f"slot {slot:#x} has {leaf[:64].hex()}, which is no word")
    return int.from_bytes(word, "big")
